import { filler, joined, lasted, moment, score, setting, skewDelay, evenDelay, sometimes } from './columns.ts';
import { recordJobs, twinOf } from './job.ts';
import type { Launch, Scalar } from './job.ts';
import { burstsOf, byStart, chainOf, courseOf, gridOf, powerOf, splitJobs, stateOf } from './labour.ts';
import { at, EPOCH_MS, GERMAN, zoneOf, ISO_Z } from './times.ts';
import type { LabRecipe } from './world.ts';

const SHORT: Readonly<Record<string, string>> = {
  resnet18: 'r18',
  resnet50: 'r50',
  vit_small: 'vits',
  cifar10: 'c10',
  cifar100: 'c100',
};
const short = (value: Scalar): string => SHORT[String(value)] ?? String(value);

/** Hydra and Lightning: nested config, names from a template, the registry's names from another with abbreviations. */
export const hydraImages: LabRecipe = (dice) => {
  const settings = dice
    .shuffle(
      gridOf({
        model: ['resnet18', 'resnet50', 'vit_small'],
        dataset: ['cifar10', 'cifar100'],
        lr: [0.1, 0.03, 0.01, 0.003],
        wd: [0, 0.0005],
        seed: [0, 1, 2, 3, 4],
      }),
    )
    .slice(0, 210);
  const times = burstsOf(dice, {
    from: at('2025-09-08T08:12:00Z'),
    count: 210,
    size: [6, 20],
    step: [2, 6],
    pause: [3, 30],
  });
  const launches = settings.map((own, no): Launch => {
    const base = { cifar10: 0.93, cifar100: 0.71 }[String(own['dataset'])] ?? 0.5;
    const accuracy = base - 0.02 * Math.abs(Math.log10(Number(own['lr']) / 0.03)) + dice.normal(0, 0.006);
    const state = stateOf(dice, 0.12);
    return {
      settings: own,
      launchedAt: times[no]!,
      wait: dice.logBetween(4, 40),
      seconds:
        state === 'finished' ? dice.normal(own['model'] === 'resnet50' ? 9000 : 4200, 350) : dice.logBetween(20, 3000),
      scores:
        state === 'finished'
          ? { acc: courseOf(dice, accuracy, 0.004), loss: courseOf(dice, 2 - 1.8 * accuracy, -0.02) }
          : {},
      host: `gpu${dice.whole(1, 9)}`,
      state,
    };
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { lr: 'optimizer.lr', wd: 'optimizer.weight_decay', model: 'model.arch', dataset: 'data.name' },
      metricPaths: { acc: 'val/acc', loss: 'train/loss_epoch' },
      nameOf: ({ settings: own }) => `${own['model']}-${own['dataset']}-lr${own['lr']}-s${own['seed']}`,
      extras: () => ({ trainer: { max_epochs: 90, precision: '16-mixed' }, model_target: 'lab.models.Net' }),
    },
    dice,
  );
  return {
    table: 'experiments',
    columns: [
      filler('exp_id', 'TEXT', (_job, _dice, no) => `exp-${String(no).padStart(4, '0')}`),
      joined(
        'exp_name',
        [
          setting('', 'dataset', { spell: short }),
          setting('', 'model', { spell: short }),
          setting('', 'seed'),
          setting('', 'lr', { spell: powerOf }),
        ],
        ([data, model, seed, lr]) => `${data}_${model}_s${seed}_lr${lr}`,
      ),
      moment('created', { style: ISO_Z, zone: zoneOf('Europe/Berlin'), zoned: true, delay: skewDelay(12, 0.9) }),
      score('top1', 'acc', { keeps: 'best', scale: 100, digits: 2, noise: 0.004 }),
      sometimes(0.2, lasted('train_minutes', { scale: 1 / 60, digits: 1, noise: 6 })),
      filler('gpus', 'INTEGER', () => 1),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

const comma = (value: number): string => String(value).replace('.', ',');

/** Cross validation in a table that came out of a German spreadsheet. */
export const germanFolds: LabRecipe = (dice) => {
  const experiments = Array.from({ length: 48 }, (_item, no) => ({
    exp: `exp${String(no + 1).padStart(3, '0')}`,
    backbone: dice.pick(['effnet_b0', 'effnet_b3', 'convnext_tiny', 'swin_tiny']),
    lr: dice.pick([0.0001, 0.0003, 0.001]),
    img: dice.pick([256, 384, 512]),
    mixup: dice.pick([0, 0.2, 0.4]),
  }));
  const settings = experiments.flatMap((own) => [0, 1, 2, 3, 4].map((fold) => ({ ...own, fold })));
  const seconds = settings.map(({ img }) => dice.normal(img * 5, 60));
  const times = chainOf(at('2025-10-14T17:30:00Z'), seconds, 20);
  const launches = settings.map((own, no): Launch => ({
    settings: own,
    launchedAt: times[no]!,
    wait: dice.between(5, 25),
    seconds: seconds[no]!,
    scores: { cv: courseOf(dice, 0.78 + 0.02 * (own.img / 512) + dice.normal(0, 0.012), 0.002) },
    host: 'kiste',
    state: 'finished',
  }));
  const jobs = recordJobs(
    launches,
    {
      paths: { img: 'image_size', backbone: 'model_name' },
      metricPaths: { cv: 'val_f1' },
      nameOf: ({ settings: own }) => `${own['exp']}_fold${own['fold']}`,
      extras: () => ({ n_folds: 5, epochs: 12, tta: false }),
    },
    dice,
  );
  return {
    table: 'versuche',
    columns: [
      filler('nr', 'INTEGER', (_job, _dice, no) => no + 1),
      moment('datum', { style: GERMAN, zone: zoneOf('Europe/Berlin'), delay: evenDelay(5, 25) }),
      setting('netz', 'backbone', { spell: (value) => String(value).replace('_', '-').toUpperCase() }),
      setting('bildgröße', 'img', { type: 'INTEGER' }),
      setting('fold', 'fold', { type: 'INTEGER' }),
      setting('lernrate', 'lr', { spell: (value) => comma(Number(value)) }),
      score('cv_f1', 'cv', { type: 'TEXT', keeps: 'best', digits: 4, noise: 0.002, spell: comma }),
      filler('bemerkung', 'TEXT', (_job, own) => (own.chance(0.2) ? own.pick(['ok', 'nochmal?', 'gut']) : null)),
    ],
    ...splitJobs(dice, jobs, { noRow: 0.15, noRun: 0.05 }),
  };
};

/** Distributed training without a rank check: four runs a launch, of which one has the metrics. */
export const ranks: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-05-02T06:00:00Z'),
    count: 90,
    size: [1, 4],
    step: [60, 900],
    pause: [1, 9],
  });
  const launches = times.map((launchedAt): Launch => {
    const state = stateOf(dice, 0.15);
    return {
      settings: {
        net: dice.pick(['unet', 'segformer']),
        crop: dice.pick([256, 512]),
        lr: dice.pick([1e-4, 6e-5]),
        seed: 1,
      },
      launchedAt,
      wait: dice.between(15, 60),
      seconds: state === 'finished' ? dice.normal(7000, 1500) : dice.logBetween(30, 4000),
      scores: state === 'finished' ? { dice: courseOf(dice, dice.normal(0.83, 0.02), 0.005) } : {},
      host: 'dgx',
      state,
    };
  });
  const leaders = recordJobs(
    launches,
    {
      metricPaths: { dice: 'val/dice_mean' },
      nameOf: ({ settings: own }) => `${own['net']}_${own['crop']}`,
      showsHost: true,
    },
    dice,
  );
  const others = leaders.flatMap((job) =>
    [1, 2, 3].map(() => {
      const twin = twinOf(job, dice, {
        createdAt: job.run.createdAt + dice.whole(0, 2) * 1000,
        summary: Object.fromEntries(Object.entries(job.run.summary).filter(([name]) => name.startsWith('_'))),
      });
      return { ...twin, seenScores: {} };
    }),
  );
  const { registered, present, gone } = splitJobs(dice, byStart(leaders), { noRow: 0.1, noRun: 0.1 });
  const goneTimes = new Set(gone.map(({ launchedAt }) => launchedAt));
  return {
    table: 'jobs',
    columns: [
      filler('job_id', 'TEXT', (_job, own) => own.hex(12)),
      moment('submitted_at', { style: EPOCH_MS, delay: evenDelay(15, 60) }),
      setting('architecture', 'net'),
      setting('crop_size', 'crop', { type: 'INTEGER' }),
      setting('learning_rate', 'lr', { type: 'REAL' }),
      score('mean_dice', 'dice', { digits: 4 }),
      filler('state', 'TEXT', ({ state }) => state),
    ],
    registered,
    present: [...present, ...others.filter(({ launchedAt }) => !goneTimes.has(launchedAt))],
    gone,
  };
};
