import { evenDelay, filler, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs } from '../labour.ts';
import { at, DAY, NAIVE_MINUTE, UTC, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, significant } from '../second/parts.ts';

/** The sheet has error for accuracy, RMSE for MSE and bits for nats: each figure is the run's, turned round. */
export const turned: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-03-03T00:00:00Z'), days: 60, count: 130 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        kernel: dice.pick(['rbf', 'matern', 'deep']),
        m: dice.pick([64, 128, 512]),
        data: dice.pick(['kin8nm', 'protein', 'power']),
      },
      launchedAt,
      wait: dice.between(2, 20),
      seconds: dice.logBetween(200, 5000),
      scores: {
        mse: courseOf(dice, dice.logBetween(0.02, 0.8), -0.003),
        nll: courseOf(dice, dice.normal(0.9, 0.4), -0.01),
        cov: courseOf(dice, 1 - dice.logBetween(0.01, 0.2), 0.002),
      },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { m: 'n_inducing' },
      metricPaths: { mse: 'test/mse', nll: 'test/nll', cov: 'test/coverage95' },
      noSummary: 0.03,
    },
    dice,
  );
  return {
    table: 'uci',
    columns: [
      filler('row', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('dataset', 'data'),
      sometimes(0.25, setting('kernel', 'kernel')),
      sometimes(0.15, figure('RMSE', 'mse', { of: Math.sqrt, spell: fixed(3) })),
      sometimes(0.3, figure('bits', 'nll', { of: (value) => value / Math.LN2, spell: fixed(2) })),
      sometimes(0.3, figure('miss (%)', 'cov', { of: (value) => 100 * (1 - value), spell: fixed(1) })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.15 }),
  };
};

/** Rows count in other things than the run: the batch over all cards, epochs for steps, the seed's place in a list. */
export const derived: LabRecipe = (dice) => {
  const seeds = [1337, 2024, 31_415, 27_182];
  const times = burstsOf(dice, {
    from: at('2025-05-19T07:00:00Z'),
    count: 230,
    size: [3, 12],
    step: [5, 400],
    pause: [2, 20],
  });
  const launches = times.map((launchedAt) => {
    const [bs, accum, gpus] = [dice.pick([8, 16, 32]), dice.pick([1, 2, 4]), dice.pick([2, 4, 8])];
    const epochs = dice.pick([3, 5, 10]);
    return launch({
      settings: {
        bs,
        accum,
        gpus,
        whole: bs * accum * gpus,
        steps: Math.floor((epochs * 51_200) / (bs * accum * gpus)),
        epochs,
        seed: dice.pick(seeds),
      },
      launchedAt,
      wait: dice.logBetween(6, 60),
      seconds: dice.logBetween(2000, 30_000),
      scores: { rouge: courseOf(dice, dice.normal(41, 1.5), 0.1) },
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: {
        bs: 'per_device_train_batch_size',
        accum: 'gradient_accumulation_steps',
        gpus: 'world_size',
        steps: 'max_steps',
        whole: null,
        epochs: null,
      },
      metricPaths: { rouge: 'eval/rougeLsum' },
      extras: () => ({ weight_decay: 0.01, bf16: true, report_to: ['wandb'] }),
    },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  return {
    table: 'summarizers',
    columns: [
      filler('id', 'TEXT', (_job, own) => own.hex(6)),
      setting('global_batch', 'whole', { type: 'INTEGER' }),
      setting('epochs', 'epochs', { type: 'INTEGER' }),
      setting('seed_idx', 'seed', { type: 'INTEGER', spell: (value) => seeds.indexOf(Number(value)) }),
      moment('date', { style: DAY, zone: zoneOf('Asia/Seoul'), delay: skewDelay(19, 0.66) }),
      score('rougeL', 'rouge', { digits: 1 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** Cells that are the print of a tensor, a tuple or a numpy scalar. */
export const tensors: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-08-18T08:00:00Z'),
    count: 150,
    size: [2, 7],
    step: [60, 2500],
    pause: [2, 18],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        backbone: dice.pick(['clip', 'dino', 'mae']),
        size: dice.pick([224, 336, 448]),
        k: dice.pick([1, 5, 20]),
      },
      launchedAt,
      wait: dice.logBetween(3, 20),
      seconds: dice.logBetween(200, 4000),
      scores: {
        acc: courseOf(dice, dice.normal(0.6, 0.12), 0.01),
        loss: courseOf(dice, dice.logBetween(0.3, 2.5), -0.02),
      },
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { size: 'img_size', k: 'shots' }, metricPaths: { acc: 'acc', loss: 'loss' }, nameOf: () => 'few-shot' },
    dice,
  );
  const printed = (value: number): string => `tensor(${value.toFixed(4)}, device='cuda:0')`;
  return {
    table: 'fewshot',
    columns: [
      filler('idx', 'INTEGER', (_job, _dice, no) => no),
      setting('backbone', 'backbone', { spell: (value) => `('${value}',)` }),
      setting('size', 'size', { spell: (value) => `(${value}, ${value})` }),
      figure('acc', 'acc', { type: 'TEXT', spell: printed }),
      sometimes(
        0.4,
        figure('loss', 'loss', { type: 'TEXT', spell: (value) => `np.float32(${significant(6)(value)})` }),
      ),
      moment('t', { style: DAY, zone: UTC, delay: evenDelay(3, 20) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** Nearly all runs reach 100 %: the figure says nothing, the settings come many times, the start is known to the minute. */
export const perfect: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-01-20T08:00:00Z'),
    count: 340,
    size: [4, 20],
    step: [20, 90],
    pause: [1, 15],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        op: dice.pick(['add', 'mul', 'div']),
        p: dice.pick([97, 113]),
        frac: dice.pick([0.3, 0.5]),
        wd: dice.pick([0.1, 1]),
      },
      launchedAt,
      wait: dice.between(3, 10),
      seconds: dice.logBetween(100, 1500),
      scores: {
        acc: courseOf(dice, dice.chance(0.9) ? 1 : dice.between(0.2, 0.99), 0),
        train: courseOf(dice, 1, 0),
        loss: courseOf(dice, dice.logBetween(1e-7, 1e-4), -1e-8),
      },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { frac: 'train_frac', wd: 'weight_decay' },
      metricPaths: { acc: 'val_acc', train: 'train_acc', loss: 'val_loss' },
      nameOf: ({ settings }) => `grok_${settings['op']}${settings['p']}`,
    },
    dice,
  );
  return {
    table: 'grokking',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('operation', 'op'),
      setting('p', 'p', { type: 'INTEGER' }),
      sometimes(0.3, setting('wd', 'wd', { type: 'REAL' })),
      moment('time', { style: NAIVE_MINUTE, zone: zoneOf('America/Los_Angeles'), delay: evenDelay(3, 10) }),
      score('val_acc', 'acc', { digits: 2 }),
      score('train_acc', 'train', { digits: 2 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.08, noRun: 0.2 }),
  };
};
