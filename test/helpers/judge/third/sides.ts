import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch, Scalar } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, powerOf, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, HOUR, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, significant } from '../second/parts.ts';
import { lying, splitBy, spoilt } from './parts.ts';

/** Only the winner of each sweep was written down: seventy rows of the best scores beside fourteen hundred runs. */
export const winners: LabRecipe = (dice) => {
  const launches = Array.from({ length: 70 }, (_item, no) => no).flatMap((sweep): Launch[] => {
    const from = at('2025-02-03T10:00:00Z') + sweep * dice.between(30, 40) * HOUR;
    const data = dice.pick(['cora', 'citeseer', 'pubmed', 'photo', 'cs']);
    const level = dice.normal(0.8, 0.05);
    return Array.from({ length: 20 }, (_trial, trial) =>
      launch({
        settings: {
          sweep,
          data,
          net: dice.pick(['gcn', 'gat', 'sage', 'appnp']),
          lr: dice.logBetween(1e-4, 1e-1),
          hid: dice.pick([16, 32, 64, 128]),
          drop: dice.between(0.1, 0.8),
        },
        launchedAt: from + trial * 75_000,
        wait: dice.between(2, 6),
        seconds: dice.between(30, 70),
        scores: { acc: courseOf(dice, level + dice.normal(0, 0.02), 0.003) },
      }),
    );
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { sweep: null, net: 'model', drop: 'dropout', hid: 'hidden' },
      metricPaths: { acc: 'test_acc' },
      about: ({ settings }) => ({ sweepName: `sw${String(settings['sweep']).padStart(6, 'x')}` }),
    },
    dice,
  );
  const best = new Set(
    [...Map.groupBy(jobs, ({ settings }) => settings['sweep']).values()].map(
      (group) => group.toSorted((a, b) => b.scores['acc']!.last - a.scores['acc']!.last)[0]!,
    ),
  );
  const split = splitBy(dice, byStart(jobs), { lost: () => 0.12 });
  const isBest = (job: Job): boolean => best.has(job);
  return {
    table: 'best',
    columns: [
      filler('no', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('dataset', 'data', { spell: (value) => String(value).replace(/^./, (letter) => letter.toUpperCase()) }),
      setting('model', 'net', { spell: (value) => String(value).toUpperCase() }),
      sometimes(0.3, setting('lr', 'lr', { type: 'REAL', spell: (value) => significant(2)(Number(value)) })),
      sometimes(0.5, setting('dropout', 'drop', { type: 'REAL', spell: (value) => fixed(1)(Number(value)) })),
      figure('test acc', 'acc', { of: (value) => value * 100, spell: fixed(2) }),
    ],
    registered: split.registered.filter(isBest),
    present: split.present,
    gone: split.gone.filter(isBest),
  };
};

/** Rows hold the metrics of the best validation epoch, runs those of the last: a little better, a little worse. */
export const earlyStopped: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-10-06T00:00:00Z'), days: 45, count: 170 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        enc: dice.pick(['resnet34', 'mit_b2', 'effb4']),
        loss: dice.pick(['dice', 'bce', 'lovasz']),
        tile: dice.pick([256, 512]),
        fold: dice.whole(0, 4),
      },
      launchedAt,
      wait: dice.between(4, 25),
      seconds: dice.logBetween(1500, 20_000),
      scores: {
        iou: courseOf(dice, dice.normal(0.66, 0.05), 0.006),
        vloss: courseOf(dice, dice.normal(0.35, 0.06), -0.012),
        tloss: courseOf(dice, dice.logBetween(0.05, 0.3), -0.01),
      },
      state: stateOf(dice, 0.1),
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { enc: 'encoder', tile: 'tile_size' },
      metricPaths: { iou: 'val/iou', vloss: 'val/loss', tloss: 'train/loss' },
      nameOf: ({ settings: own }) => `${own['enc']}-${own['loss']}`,
    },
    dice,
  );
  return {
    table: 'satellite',
    columns: [
      filler('exp', 'INTEGER', (_job, _dice, no) => 200 + no),
      setting('encoder', 'enc'),
      setting('loss_fn', 'loss'),
      sometimes(0.4, setting('fold', 'fold', { type: 'INTEGER' })),
      moment('date', { style: DAY, zone: zoneOf('Australia/Brisbane'), delay: evenDelay(4, 25) }),
      figure('val_iou', 'iou', { spell: fixed(4), noise: 0.006, grain: 0.01 }),
      figure('val_loss', 'vloss', { spell: fixed(4), noise: 0.012, grain: 0.01 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.12 }),
  };
};

/** Two frames joined by pandas: `lr_x` and `lr_y`, of which one is another run's, whole numbers as 32.0, blanks as the text nan. */
export const joinedFrames: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-06-16T06:00:00Z'),
    count: 310,
    size: [4, 16],
    step: [10, 500],
    pause: [2, 18],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        lr: dice.pick([0.01, 0.003, 0.001, 0.0003]),
        bs: dice.pick([32, 64, 128]),
        warm: dice.chance(0.5),
        cell: dice.pick(['lstm', 'gru', 'mamba']),
      },
      launchedAt,
      wait: dice.logBetween(3, 20),
      seconds: dice.logBetween(300, 6000),
      scores: dice.chance(0.85) ? { rmse: courseOf(dice, dice.logBetween(0.1, 2), -0.01) } : {},
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { warm: 'warm_start', bs: 'batch_size', cell: 'rnn' }, metricPaths: { rmse: 'test_rmse' } },
    dice,
  );
  const nan = (share: number, column: Column): Column => spoilt(share, { ...column, type: 'TEXT' }, () => 'nan');
  const real = (value: Scalar): string => (Number.isInteger(Number(value)) ? Number(value).toFixed(1) : String(value));
  return {
    table: 'merged_results',
    columns: [
      filler('Unnamed: 0', 'INTEGER', (_job, _dice, no) => no),
      setting('lr_x', 'lr', { spell: real }),
      lying('lr_y', 'lr', {
        spell: real,
        share: 0.6,
        lie: (own) => own.pick([0.01, 0.003, 0.001, 0.0003]),
        odds: () => 0.25,
      }),
      nan(0.3, setting('batch_size', 'bs', { spell: real })),
      setting('warm', 'warm', { spell: (value) => (value === true ? 'True' : 'False') }),
      nan(0.1, moment('start_x', { style: NAIVE, zone: zoneOf('Europe/Amsterdam'), delay: skewDelay(8, 0.55) })),
      figure('rmse', 'rmse', { type: 'TEXT', spell: (value) => value.toFixed(3), blank: 'nan' }),
      nan(0.5, lasted('duration_s', { digits: 1, noise: 1 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** The hyperparameters stand in the run's tags alone, since a colleague never passed a config. */
export const tagsOnly: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-04-01T00:00:00Z'), days: 35, count: 120 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        lr: dice.pick([1e-3, 3e-4, 1e-4]),
        depth: dice.pick([2, 4, 6, 8]),
        task: dice.pick(['ner', 'pos', 'srl']),
        crf: dice.chance(0.5),
      },
      launchedAt,
      wait: dice.between(2, 12),
      seconds: dice.logBetween(300, 4000),
      scores: { f1: courseOf(dice, dice.normal(0.88, 0.04), 0.003) },
    }),
  );
  const tagsOf = ({ settings: own }: Launch): string[] => [
    `lr=${own['lr']}`,
    `depth=${own['depth']}`,
    String(own['task']),
    ...(own['crf'] === true ? ['crf'] : []),
  ];
  const jobs = recordJobs(
    launches,
    { noConfig: 1, nameOf: () => null, about: (own) => ({ tags: tagsOf(own) }), metricPaths: { f1: 'dev_f1' } },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  return {
    table: 'tagger',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      joined(
        'desc',
        [
          setting('', 'task'),
          setting('', 'crf', { spell: (value) => (value === true ? 'with CRF' : 'softmax') }),
          setting('', 'depth'),
        ],
        ([task, head, depth]) => `${task!.toUpperCase()}, ${head}, ${depth} layers`,
      ),
      setting('lr', 'lr', { spell: powerOf }),
      moment('date', { style: DAY, zone: zoneOf('America/Denver'), delay: evenDelay(2, 12) }),
      sometimes(0.3, score('F1', 'f1', { digits: 1, scale: 100 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

const RENAMED = {
  old: { lr: 'lr', width: 'dim', arch: 'model' },
  new: { lr: 'optimizer.learning_rate', width: 'net.channels', arch: 'net._target_' },
} as const;
const LATER: Readonly<Record<string, string>> = {
  mlp: 'lab.nets.MLPMixer',
  conv: 'lab.nets.ConvNeXt',
  attn: 'lab.nets.Perceiver',
};

/** The code was rewritten in the middle: other config keys, other names for the nets, another metric's name; rows went on as before. */
export const rewritten: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-01-13T08:00:00Z'),
    count: 280,
    size: [3, 12],
    step: [5, 300],
    pause: [4, 30],
  });
  const change = times[140]!;
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        arch: dice.pick(['mlp', 'conv', 'attn']),
        width: dice.pick([128, 256, 512]),
        lr: dice.pick([3e-3, 1e-3, 3e-4]),
      },
      launchedAt,
      wait: dice.logBetween(4, 30),
      seconds: dice.logBetween(600, 12_000),
      scores: { r2: courseOf(dice, dice.normal(0.7, 0.1), 0.005) },
    }),
  );
  const old = recordJobs(
    launches.filter(({ launchedAt }) => launchedAt < change),
    { paths: RENAMED.old, metricPaths: { r2: 'r2' } },
    dice,
  );
  const later = recordJobs(
    launches
      .filter(({ launchedAt }) => launchedAt >= change)
      .map((own) => ({ ...own, settings: { ...own.settings, arch: LATER[String(own.settings['arch'])]! } })),
    {
      paths: RENAMED.new,
      metricPaths: { r2: 'metrics/val/r2' },
      nameOf: ({ settings }) => String(settings['arch']).split('.').at(-1)!,
    },
    dice,
  );
  const former = new Map(Object.entries(LATER).map(([key, value]) => [value, key]));
  return {
    table: 'climate',
    columns: [
      filler('n', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('net', 'arch', { spell: (value) => former.get(String(value)) ?? String(value) }),
      setting('width', 'width', { type: 'INTEGER' }),
      sometimes(0.3, setting('lr', 'lr', { type: 'REAL' })),
      moment('started', { style: NAIVE_MINUTE, zone: zoneOf('America/New_York'), delay: skewDelay(11, 0.55) }),
      sometimes(0.3, score('r2', 'r2', { digits: 3 })),
    ],
    ...splitJobs(dice, [...byStart(old), ...byStart(later)], { noRow: 0.1, noRun: 0.15 }),
  };
};
