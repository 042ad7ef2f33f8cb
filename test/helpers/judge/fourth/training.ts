import { evenDelay, filler, moment, score, setting, sometimes } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { recordJobs } from '../job.ts';
import type { Launch } from '../job.ts';
import { courseOf, powerOf } from '../labour.ts';
import { calendarDay, launch, open, same } from '../second/parts.ts';
import { NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { fateOf, historyOf, levelOf, phrase, scoresOf, splitOf, workOf } from './kit.ts';

const BERLIN = zoneOf('Europe/Berlin');

const hfSettings = (dice: Dice) => (): Record<string, string | number> => {
  const model = dice.pick(['microsoft/deberta-v3-base', 'FacebookAI/roberta-large', 'google-bert/bert-base-cased']);
  const task = dice.pick(['conll', 'germeval', 'wnut']);
  const lr = dice.pick([1e-5, 2e-5, 3e-5, 5e-5]);
  const short = model.split('/')[1]!;
  const out = `${task}-${short}-${powerOf(lr)}`;
  return { model, task, lr, bs: dice.pick([8, 16, 32]), epochs: dice.pick([3, 5, 10]), seed: 42, out };
};

function hfLaunches(dice: Dice): Launch[] {
  const users = ['anna', 'jk', 'mori'];
  const starts = workOf(dice, { from: '2025-02-03T00:00:00Z', days: 160, count: 1400, users });
  return historyOf(dice, starts, {
    settings: hfSettings(dice),
    make: (settings, start) => {
      const fate = fateOf(dice, Number(settings['epochs']) * dice.between(180, 240), 0.22);
      const f1 = 0.74 + 0.18 * levelOf(settings) + dice.normal(0, 0.004);
      const scores = { f1: courseOf(dice, f1, 0.002), loss: courseOf(dice, dice.logBetween(0.02, 0.4), -0.01) };
      return launch({
        settings,
        launchedAt: start.at,
        wait: dice.between(18, 90),
        ...fate,
        scores: scoresOf(fate, scores),
      });
    },
  });
}

/** Hugging Face's Trainer: names are output folders or nobody's; a table kept by three people in Berlin. */
export const hfTrainer: LabRecipe = (dice) => {
  const jobs = recordJobs(
    hfLaunches(dice),
    {
      paths: {
        user: null,
        task: null,
        model: '_name_or_path',
        lr: 'learning_rate',
        bs: 'per_device_train_batch_size',
        epochs: 'num_train_epochs',
        out: 'output_dir',
      },
      metricPaths: { f1: 'eval/f1', loss: 'train/loss' },
      nameOf: ({ settings }) => (settings['user'] === 'jk' ? null : `./results/${settings['out']}`),
      extras: (_launch, own) => ({
        adam_beta1: 0.9,
        fp16: own.chance(0.7),
        warmup_ratio: 0.06,
        weight_decay: 0.01,
        hidden_size: 768,
        evaluation_strategy: 'epoch',
        logging_steps: 50,
      }),
      about: ({ settings }) => ({ user: String(settings['user']), program: 'run_ner.py' }),
    },
    dice,
  );
  return {
    table: 'finetune_log',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      same('who', ({ settings }) => settings['user'] as string),
      setting('model', 'model', { spell: (value) => String(value).split('/')[1]! }),
      setting('dataset', 'task'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('batch', 'bs', { type: 'INTEGER' }),
      setting('epochs', 'epochs', { type: 'INTEGER' }),
      moment('started', { style: NAIVE_MINUTE, zone: BERLIN, delay: evenDelay(18, 90) }),
      score('f1_percent', 'f1', { digits: 2, scale: 100 }),
      filler('status', 'TEXT', ({ state }) => (state === 'finished' ? 'done' : 'broken')),
    ],
    ...splitOf(dice, open(jobs), [0.4, 0.12]),
  };
};

/** Lightning: every run has the same name, a row knows the best checkpoint's file and when it was trained. */
export const lightning: LabRecipe = (dice) => {
  const starts = workOf(dice, { from: '2025-04-01T00:00:00Z', days: 90, count: 300, users: ['pl', 'ines'] });
  const launches = historyOf(dice, starts, {
    settings: () => ({
      arch: dice.pick(['unet', 'unetpp', 'deeplab', 'segformer']),
      lr: dice.pick([1e-4, 3e-4, 1e-3]),
      bs: dice.pick([4, 8, 16]),
      aug: dice.chance(0.5),
      seed: dice.whole(0, 4),
    }),
    make: (settings, start) => {
      const fate = fateOf(dice, dice.logBetween(600, 9000), 0.3);
      const dice1 = courseOf(dice, 0.6 + 0.25 * levelOf(settings) + dice.normal(0, 0.01), 0.01);
      const loss = courseOf(dice, 0.2 + 0.3 * levelOf(settings) + Math.abs(dice.normal(0, 0.02)), -0.015);
      const scores = scoresOf(fate, { dice: dice1, loss });
      return launch({ settings, launchedAt: start.at, wait: dice.between(6, 25), ...fate, scores });
    },
  });
  const jobs = recordJobs(
    launches,
    {
      paths: {
        user: null,
        arch: 'model.init_args.arch',
        lr: 'optimizer.init_args.lr',
        bs: 'data.init_args.batch_size',
        aug: 'data.init_args.augment',
        seed: 'seed_everything',
      },
      metricPaths: { dice: 'val/dice', loss: 'val/loss' },
      nameOf: () => 'lightning_logs',
      extras: () => ({ trainer: { max_epochs: 50, precision: '16-mixed', accelerator: 'gpu' }, ckpt_path: null }),
      about: ({ settings }) => ({ user: String(settings['user']) }),
    },
    dice,
  );
  return {
    table: 'experiments',
    columns: [
      filler('version', 'TEXT', (_job, _dice, no) => `version_${no}`),
      setting('arch', 'arch'),
      sometimes(0.2, setting('lr', 'lr', { type: 'REAL' })),
      setting('augment', 'aug', { type: 'INTEGER' }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      phrase(
        'best_ckpt',
        [
          score('loss', 'loss', { digits: 3, keeps: 'best', noise: 0.02 }),
          filler('epoch', 'INTEGER', (_job, own) => own.whole(3, 49)),
        ],
        ([loss, epoch]) => `checkpoints/epoch=${epoch}-val_loss=${Number(loss).toFixed(3)}.ckpt`,
      ),
      moment('created_at', { style: NAIVE, zone: zoneOf('America/New_York'), delay: evenDelay(6, 25) }),
    ],
    ...splitOf(dice, jobs, [0.6, 0.15]),
  };
};

/** nanoGPT: three names for everything, a lab book with the day and a loss of three decimals. */
export const nanoGpt: LabRecipe = (dice) => {
  const starts = workOf(dice, { from: '2025-01-06T00:00:00Z', days: 60, count: 180 });
  const launches = historyOf(dice, starts, {
    settings: () => {
      const n_layer = dice.pick([4, 6, 8, 12]);
      return {
        n_layer,
        n_head: n_layer,
        n_embd: n_layer * 64,
        learning_rate: dice.pick([6e-4, 1e-3, 3e-4]),
        batch_size: dice.pick([12, 32, 64]),
        block_size: dice.pick([256, 1024]),
        dropout: dice.pick([0, 0.1, 0.2]),
        max_iters: dice.pick([5000, 20_000]),
      };
    },
    make: (settings, start) => {
      const fate = fateOf(dice, dice.logBetween(60, 20_000), 0.4);
      const loss = 2.9 + 0.9 * levelOf(settings) + dice.normal(0, 0.01);
      const scores = scoresOf(fate, { val: courseOf(dice, loss, -0.004), train: courseOf(dice, loss - 0.1, -0.01) });
      return launch({ settings, launchedAt: start.at, wait: dice.between(5, 40), ...fate, scores });
    },
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { user: null },
      metricPaths: { val: 'val/loss', train: 'train/loss' },
      nameOf: ({ settings }) =>
        Number(settings['n_layer']) === 12 ? 'gpt2-124M' : dice.chance(0.2) ? 'run' : 'mini-gpt',
      extras: () => ({
        eval_interval: 250,
        gradient_accumulation_steps: 40,
        bias: false,
        out_dir: 'out',
        dataset: 'openwebtext',
        init_from: 'scratch',
        beta2: 0.95,
      }),
    },
    dice,
  );
  return {
    table: 'lab_book',
    columns: [
      filler('n', 'INTEGER', (_job, _dice, no) => no + 1),
      phrase('model', [setting('l', 'n_layer'), setting('d', 'n_embd')], ([l, d]) => `${l}L ${d}d`),
      setting('lr', 'learning_rate', { spell: powerOf }),
      setting('dropout', 'dropout', { type: 'REAL' }),
      setting('iters', 'max_iters', { spell: (value) => `${Number(value) / 1000}k` }),
      score('val', 'val', { digits: 3, keeps: 'best', noise: 0.004 }),
      calendarDay('day', {
        zone: zoneOf('America/Los_Angeles'),
        spell: (date) => `${date.getUTCMonth() + 1}/${date.getUTCDate()}`,
      }),
      filler('note', 'TEXT', (_job, own) =>
        own.chance(0.3) ? own.pick(['diverged?', 'looks good', 'again w/o compile', 'baseline']) : null,
      ),
    ],
    ...splitOf(dice, jobs, [0.35, 0.1]),
  };
};
