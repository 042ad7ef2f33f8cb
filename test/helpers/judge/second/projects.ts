import { evenDelay, filler, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, EPOCH_S, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, told, withRun } from './parts.ts';

/** The registry serves four projects, one of which is paged; half of the rows name theirs, with the lab's nickname. */
export const oneOfFour: LabRecipe = (dice) => {
  const nick: Readonly<Record<string, string>> = {
    'seg-v2': 'segmentation',
    'det-v2': 'detection',
    depth: 'depth',
    flow: 'flow',
  };
  const times = burstsOf(dice, {
    from: at('2025-09-29T06:00:00Z'),
    count: 420,
    size: [3, 14],
    step: [4, 200],
    pause: [1, 10],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        project: dice.pick(Object.keys(nick)),
        backbone: dice.pick(['swin', 'r50', 'dino']),
        lr: dice.pick([1e-4, 2e-4, 5e-5]),
        seed: dice.whole(0, 2),
      },
      launchedAt,
      wait: dice.logBetween(4, 40),
      seconds: dice.logBetween(1500, 20_000),
      scores: dice.chance(0.8) ? { main: courseOf(dice, dice.normal(0.5, 0.08), 0.005) } : {},
      state: stateOf(dice, 0.12),
    }),
  );
  const jobs = byStart(recordJobs(launches, { paths: { project: null, backbone: 'model.backbone' } }, dice));
  const split = splitJobs(dice, jobs, { noRow: 0.1, noRun: 0.1 });
  const isPaged = ({ settings }: Job): boolean => settings['project'] === 'seg-v2';
  return {
    table: 'experiments',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      sometimes(
        0.5,
        told('area', {
          say: ({ settings }) => nick[String(settings['project'])]!,
          fit: (cell, { settings }) => (nick[String(settings['project'])] === cell ? 0 : NEVER),
        }),
      ),
      setting('backbone', 'backbone'),
      setting('lr', 'lr', { type: 'REAL' }),
      sometimes(0.4, setting('seed', 'seed', { type: 'INTEGER' })),
      moment('created', { style: NAIVE_MINUTE, zone: zoneOf('Asia/Seoul'), delay: skewDelay(12, 0.7) }),
      sometimes(0.3, score('score', 'main', { digits: 2 })),
    ],
    registered: split.registered,
    present: split.present.filter(isPaged),
    gone: [...split.gone, ...split.present.filter((job) => !isPaged(job))],
  };
};

/** The paged project is a copy made in one hour: new ids, new creation times, people's new names; half kept their clock. */
export const copiedProject: LabRecipe = (dice) => {
  let copied = at('2026-01-15T16:00:00Z');
  const times = officeTimes(dice, { from: at('2025-09-01T00:00:00Z'), days: 60, count: 170 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        enc: dice.pick(['hubert', 'wav2vec2', 'whisper']),
        layer: dice.whole(1, 12),
        task: dice.pick(['er', 'sid', 'ks']),
      },
      launchedAt,
      wait: dice.between(3, 25),
      seconds: dice.logBetween(200, 6000),
      scores: { acc: courseOf(dice, dice.normal(0.7, 0.1), 0.01) },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      syncedAt: () => (copied += dice.between(5, 35) * 1000),
      noClock: 0.5,
      paths: { enc: 'upstream', task: 'downstream' },
      nameOf: () => (dice.chance(0.3) ? dice.pick(['Fig 3', 'copy of best', 'rebuttal', 'tmp']) : null),
    },
    dice,
  ).map((job) => withRun(job, { heartbeatAt: job.run.createdAt }));
  return {
    table: 'probes',
    columns: [
      filler('probe', 'TEXT', (_job, own) => own.hex(7)),
      setting('upstream', 'enc'),
      setting('task', 'task', { spell: (value) => String(value).toUpperCase() }),
      sometimes(0.3, setting('layer', 'layer', { type: 'INTEGER' })),
      moment('t_start', { style: NAIVE, zone: zoneOf('America/Chicago'), delay: evenDelay(3, 25) }),
      sometimes(0.35, figure('acc', 'acc', { spell: fixed(4), grain: 0.001 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.12 }),
  };
};

/** Two registries became one table: each half fills its own columns, in its own zone and units; some jobs came from both. */
export const mergedTables: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-05-05T06:00:00Z'),
    count: 240,
    size: [3, 10],
    step: [10, 500],
    pause: [1, 12],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        arch: dice.pick(['gcn', 'gat', 'gin']),
        hops: dice.whole(2, 5),
        lr: dice.pick([0.01, 0.005, 0.001]),
        old: dice.chance(0.5),
      },
      launchedAt,
      wait: dice.logBetween(3, 20),
      seconds: dice.logBetween(120, 3000),
      scores: { f1: courseOf(dice, dice.normal(0.75, 0.06), 0.005) },
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { old: null, hops: 'num_layers' }, metricPaths: { f1: 'test/micro_f1' } },
    dice,
  );
  const { registered, present, gone } = splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.15 });
  const rows = [
    ...registered.filter(({ settings }) => settings['old'] === true).map((job) => ({ job, isOld: true })),
    ...registered
      .filter(({ settings }) => settings['old'] === false || dice.chance(0.12))
      .map((job) => ({ job, isOld: false })),
  ];
  const only = (isOld: boolean, column: Column): Column => ({
    ...column,
    write: (job, own, no) => (rows[no]!.isOld === isOld ? column.write(job, own, no) : { cell: null, fit: () => 0 }),
  });
  return {
    table: 'all_runs',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      filler('src', 'TEXT', (_job, _dice, no) => (rows[no]!.isOld ? 'runs_2024.db' : 'tracker.sqlite')),
      only(true, setting('arch', 'arch')),
      only(false, setting('model_type', 'arch', { spell: (value) => String(value).toUpperCase() })),
      only(true, setting('n_hops', 'hops', { type: 'INTEGER' })),
      only(true, moment('start', { style: NAIVE, zone: zoneOf('Asia/Singapore'), delay: skewDelay(7, 0.5) })),
      only(false, moment('started_on', { style: EPOCH_S, delay: skewDelay(7, 0.5) })),
      only(true, lasted('mins', { scale: 1 / 60, digits: 1 })),
      only(false, score('micro_f1', 'f1', { digits: 3 })),
    ],
    registered: rows.map(({ job }) => job),
    present,
    gone,
  };
};
