import type { Dice } from './dice.ts';
import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes, trace } from './columns.ts';
import { recordJobs } from './job.ts';
import type { Course, Job, Launch, Project } from './job.ts';
import { burstsOf, byStart, courseOf, gridOf, powerOf, splitJobs, stateOf } from './labour.ts';
import { at, DAY, EPOCH_MS, ISO_Z, NAIVE, STAMP, UTC, zoneOf } from './times.ts';
import type { Lab, LabRecipe } from './world.ts';
import { teamColumns, teamJobs } from './sweeps.ts';

/** Nine of ten rows lost their run when the project was cleaned up. */
export const mostlyDeleted: LabRecipe = (dice) => {
  const jobs = teamJobs(dice, { count: 280 });
  return { table: 'runs', columns: teamColumns(), ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.88 }) };
};

/** A small registry beside a crowded project: nineteen of twenty runs are nobody's. */
export const needles: LabRecipe = (dice) => {
  const own = [...teamJobs(dice, { count: 250 }), ...teamJobs(dice, { count: 250 }), ...teamJobs(dice, { count: 250 })];
  return { table: 'runs', columns: teamColumns(), ...splitJobs(dice, byStart(own), { noRow: 0.95, noRun: 0.1 }) };
};

/** Some rows are linked already, every fifth of these to a run that is another row's or nobody's. */
export const someLinked: LabRecipe = (dice) => {
  const lab: Lab = {
    table: 'runs',
    columns: teamColumns(),
    ...splitJobs(dice, byStart(teamJobs(dice, { count: 220 })), { noRow: 0.15, noRun: 0.2 }),
  };
  const presentIds = new Set(lab.present.map(({ runId }) => runId));
  const links = lab.registered.flatMap(({ runId }, no): [number, string][] => {
    if (!presentIds.has(runId) || !dice.chance(0.15)) return [];
    return [[no, dice.chance(0.2) ? dice.pick(lab.present).runId : runId]];
  });
  return {
    ...lab,
    links: new Map([...new Map(links.map(([no, runId]) => [runId, no])).entries()].map(([runId, no]) => [no, runId])),
  };
};

function gnnJobs(
  dice: Dice,
  count: number,
  { diverge = 0, project = {} }: { diverge?: number; project?: Project },
): Job[] {
  const times = burstsOf(dice, {
    from: at('2025-07-14T06:00:00Z'),
    count,
    size: [3, 14],
    step: [5, 300],
    pause: [1, 16],
  });
  const lost: Course = { last: Number.NaN, best: Number.NaN, mean: Number.NaN };
  const launches = times.map((launchedAt): Launch => {
    const diverged = dice.chance(diverge);
    return {
      settings: {
        layers: dice.pick([2, 3, 4, 6]),
        hid: dice.pick([64, 128]),
        lr: dice.pick([0.01, 0.003, 0.001]),
        data: dice.pick(['zinc', 'qm9', 'ogbg-molhiv']),
      },
      launchedAt,
      wait: dice.logBetween(2, 20),
      seconds: diverged ? dice.logBetween(20, 300) : dice.logBetween(600, 6000),
      scores: diverged
        ? { mae: lost, r2: lost }
        : { mae: courseOf(dice, dice.logBetween(0.05, 0.4), -0.004), r2: courseOf(dice, dice.normal(0.8, 0.05), 0.01) },
      host: 'g',
      state: diverged ? 'crashed' : stateOf(dice, 0.05),
    };
  });
  return recordJobs(
    launches,
    {
      paths: { hid: 'model.hidden_dim', layers: 'model.num_layers', data: 'dataset' },
      metricPaths: { mae: 'test/MAE', r2: 'test/R2' },
      ...project,
    },
    dice,
  );
}

/** Half of the runs diverge; the registry writes "nan", or nothing. */
export const diverged: LabRecipe = (dice) => {
  const jobs = gnnJobs(dice, 210, { diverge: 0.5 });
  return {
    table: 'gnn',
    columns: [
      filler('exp', 'TEXT', (_job, own) => `gnn_${own.hex(6)}`),
      setting('depth', 'layers', { type: 'INTEGER' }),
      setting('width', 'hid', { type: 'INTEGER' }),
      setting('lr', 'lr', { spell: powerOf }),
      moment('created_on', { style: DAY, zone: UTC, delay: evenDelay(2, 20) }),
      score('mae', 'mae', { type: 'TEXT', digits: 4, spell: (value) => (Number.isNaN(value) ? 'nan' : String(value)) }),
      lasted('runtime', { digits: 0, noise: 1 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** A row for each data set that a run was tested on: several rows a run. */
export const rowPerTest: LabRecipe = (dice) => {
  const { registered, present, gone } = splitJobs(dice, byStart(gnnJobs(dice, 90, {})), { noRow: 0.1, noRun: 0.1 });
  return {
    table: 'test_results',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      filler('tested_on', 'TEXT', (_job, own) => own.pick(['iid', 'ood', 'scaffold'])),
      setting('layers', 'layers', { type: 'INTEGER' }),
      setting('data', 'data'),
      moment('created_at', { style: ISO_Z, delay: skewDelay(6, 0.6) }),
      filler('result', 'REAL', (_job, own) => Number(own.between(0.1, 0.9).toFixed(3))),
    ],
    registered: registered.flatMap((job) => [job, job, job].slice(0, dice.whole(1, 3))),
    present,
    gone,
  };
};

/** A crashed import wrote a third of the rows twice under new keys. */
export const registeredTwice: LabRecipe = (dice) => {
  const { registered, present, gone } = splitJobs(dice, byStart(gnnJobs(dice, 140, {})), { noRow: 0.1, noRun: 0.1 });
  return {
    table: 'imported',
    columns: [
      filler('pk', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('num_layers', 'layers', { type: 'INTEGER' }),
      setting('hidden', 'hid', { type: 'INTEGER' }),
      moment('created', { style: EPOCH_MS, delay: skewDelay(6, 0.6) }),
      score('test_mae', 'mae', { digits: 4 }),
    ],
    registered: [...registered, ...registered.filter(() => dice.chance(0.33))],
    present,
    gone,
  };
};

/** The folder of outputs bears the start's stamp, in the row's path and in the run's config. */
export const outputFolders: LabRecipe = (dice) => {
  const zone = zoneOf('Asia/Shanghai');
  const folderOf = ({ launchedAt }: Launch): string =>
    `outputs/${STAMP.render(launchedAt + zone(launchedAt) * 60_000)
      .toString()
      .replace('_', '/')}`;
  const jobs = gnnJobs(dice, 190, {
    project: {
      extras: (launch) => ({ hydra: { run_dir: `/home/lab/${folderOf(launch)}` } }),
      nameOf: () => 'gnn',
      noConfig: 0.08,
    },
  });
  return {
    table: 'runs',
    columns: [
      filler('n', 'INTEGER', (_job, _dice, no) => no),
      trace('output_dir', (job) => (Object.keys(job.seen).length === 0 ? null : folderOf(job))),
      setting('dataset', 'data'),
      sometimes(0.6, score('mae', 'mae', { digits: 2, noise: 0.004 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.2, noRun: 0.3 }),
  };
};

/** A third of all cells missing on both sides, the mean of the metric instead of its last value. */
export const gaps: LabRecipe = (dice) => {
  const jobs = gnnJobs(dice, 260, { diverge: 0.1, project: { noConfig: 0.35, noSummary: 0.35, noClock: 0.3 } });
  return {
    table: 'mixed',
    columns: [
      filler('key', 'TEXT', (_job, own) => own.hex(16)),
      sometimes(0.35, setting('layers', 'layers', { type: 'INTEGER' })),
      sometimes(0.35, setting('dim', 'hid', { type: 'INTEGER' })),
      sometimes(0.35, setting('lr', 'lr', { type: 'REAL' })),
      sometimes(0.35, setting('dataset', 'data')),
      sometimes(0.35, moment('time', { style: NAIVE, zone: zoneOf('America/New_York'), delay: skewDelay(6, 0.6) })),
      sometimes(0.35, score('r2_mean', 'r2', { keeps: 'mean', digits: 3, noise: 0.03 })),
      sometimes(0.35, score('mae', 'mae', { digits: 3 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.2 }),
  };
};

/** Nothing but names: the row's and the run's hold the same settings in another order and spelling. */
export const namesOnly: LabRecipe = (dice) => {
  const settings = dice
    .shuffle(
      gridOf({
        data: ['zinc', 'qm9'],
        layers: [2, 3, 4, 6],
        lr: [0.01, 0.003, 0.001],
        hid: [64, 128],
        seed: [1, 2, 3, 4],
      }),
    )
    .slice(0, 150);
  const launches = settings.map((own): Launch => ({
    settings: own,
    launchedAt: at('2025-01-01T00:00:00Z') + dice.between(0, 60) * 86_400_000,
    wait: 3,
    seconds: dice.logBetween(100, 4000),
    scores: {},
    host: 'h',
    state: 'finished',
  }));
  const jobs = recordJobs(
    launches,
    {
      noConfig: 1,
      flags: false,
      nameOf: ({ settings: own }) =>
        `${own['data']}.L${own['layers']}.h${own['hid']}.lr${own['lr']}.seed${own['seed']}`,
    },
    dice,
  )
    // The name shows what the config doesn't.
    .map((job): Job => ({ ...job, seen: job.settings }));
  return {
    table: 'models',
    columns: [
      joined(
        'model',
        [
          setting('', 'seed'),
          setting('', 'data'),
          setting('', 'hid'),
          setting('', 'layers'),
          setting('', 'lr', { spell: powerOf }),
        ],
        ([seed, data, hid, layers, lr]) => `${data}_${layers}layer_dim${hid}_${lr}_s${seed}`,
      ),
      filler('path', 'TEXT', (_job, own) => `/ckpt/${own.hex(8)}.pt`),
    ],
    ...splitJobs(dice, dice.shuffle(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};
