import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Launch, Scalar } from '../job.ts';
import { burstsOf, byStart, courseOf, gridOf, splitJobs, stateOf } from '../labour.ts';
import { at, HOUR, ISO_Z, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { calendarDay, figure, launch, NEVER, open, told } from '../second/parts.ts';
import { two } from './parts.ts';

const overrides = (settings: Readonly<Record<string, Scalar>>, keys: readonly string[]): string =>
  keys
    .filter((key) => settings[key] !== undefined)
    .map((key) => `${key}=${settings[key]}`)
    .join(',');

/** Hydra's multirun: the run is called by its overrides, the row knows the sweep's folder, the job's number and half of the overrides. */
export const multirun: LabRecipe = (dice) => {
  const zone = zoneOf('Europe/Paris');
  const launches = Array.from({ length: 22 }, (_item, no) => no).flatMap((no): Launch[] => {
    const from = at('2025-02-10T09:00:00Z') + no * dice.between(26, 60) * HOUR;
    const grid = gridOf({
      'model.depth': dice.pick([
        [2, 4],
        [4, 6],
        [2, 8],
      ]),
      'optim.lr': dice.pick([
        [0.1, 0.01],
        [0.01, 0.001],
      ]),
      seed: dice.pick([
        [1, 2, 3],
        [1, 2, 3, 4],
      ]),
    });
    let now = from;
    return grid.map((settings, job) => {
      const own = launch({
        settings: { ...settings, sweep: from, job },
        launchedAt: now,
        wait: dice.between(3, 8),
        seconds: dice.logBetween(200, 900),
        scores: { acc: courseOf(dice, dice.normal(0.8, 0.05), 0.004) },
      });
      now += (own.seconds + dice.between(4, 15)) * 1000;
      return own;
    });
  });
  const keys = ['model.depth', 'optim.lr', 'seed'];
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { sweep: null, job: null },
        metricPaths: { acc: 'val/acc' },
        nameOf: ({ settings }) => overrides(settings, keys),
        noConfig: 0.3,
      },
      dice,
    ),
  );
  const folderOf = ({ settings }: Launch): string => {
    const date = new Date(Number(settings['sweep']) + zone(Number(settings['sweep'])) * 60_000).toISOString();
    return `multirun/${date.slice(0, 10)}/${date.slice(11, 19).replaceAll(':', '-')}/${settings['job']}`;
  };
  return {
    table: 'hydra_jobs',
    columns: [
      told('dir', {
        say: folderOf,
        // The folder bears the sweep's start, and a sweep's jobs run one after the other for an hour or two.
        fit: (cell, other) =>
          folderOf(other) === cell
            ? 0
            : String(cell).split('/').slice(0, 3).join() === folderOf(other).split('/').slice(0, 3).join()
              ? Math.log(0.15)
              : NEVER,
      }),
      told('overrides', {
        say: ({ settings }, own) =>
          overrides(settings, own.chance(0.5) ? ['seed', 'optim.lr', 'model.depth'] : ['optim.lr', 'model.depth']),
        fit: (cell, { settings }) =>
          String(cell)
            .split(',')
            .every((part) => part === `${part.split('=')[0]}=${settings[part.split('=')[0]!]}`)
            ? 0
            : NEVER,
      }),
      sometimes(0.4, score('val_acc', 'acc', { digits: 3 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.08, noRun: 0.15 }),
  };
};

/** A demand model for each of forty shops, trained every night in one loop: the shop is all that tells a night's runs apart. */
export const shops: LabRecipe = (dice) => {
  const launches = Array.from({ length: 16 }, (_item, night) => night).flatMap((night) => {
    let now = at('2025-11-01T01:30:00Z') + night * 24 * HOUR + dice.between(0, 20_000);
    return Array.from({ length: 40 }, (_shop, shop): Launch => {
      const seconds = dice.normal(48 + (shop % 7) * 6, 3);
      const own = launch({
        settings: { shop: 101 + shop, algo: 'lgbm' },
        launchedAt: now,
        wait: dice.between(1, 3),
        seconds,
        scores: { mape: courseOf(dice, dice.normal(0.14 + (shop % 5) * 0.02, 0.01), 0) },
      });
      now += (seconds + dice.between(4, 8)) * 1000;
      return own;
    });
  });
  const jobs = recordJobs(
    launches,
    { paths: { shop: 'store_nbr' }, metricPaths: { mape: 'valid.mape' }, nameOf: () => 'retrain' },
    dice,
  );
  return {
    table: 'models',
    columns: [
      joined(
        'model',
        [
          setting('', 'shop'),
          calendarDay('', {
            zone: zoneOf('America/Mexico_City'),
            spell: (date) => `${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`,
          }),
        ],
        ([shop, day]) => `store${shop}_${day}`,
      ),
      filler('version', 'INTEGER', (_job, _dice, no) => no + 1),
      sometimes(
        0.3,
        figure('mape', 'mape', { of: (value) => value * 100, spell: (value) => `${value.toFixed(1)} %`, type: 'TEXT' }),
      ),
      filler('deployed', 'INTEGER', (_job, own) => own.whole(0, 1)),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.03, noRun: 0.15 }),
  };
};

/** A broker's queue of seven hundred jobs, launched sixty at a time, which wait from seconds to hours for a worker. */
export const brokered: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-12-01T05:00:00Z'),
    count: 700,
    size: [10, 60],
    step: [0, 2],
    pause: [1, 6],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        env: dice.pick(['hopper', 'walker2d', 'halfcheetah', 'antmaze', 'kitchen', 'pen']),
        tau: dice.pick([0.7, 0.9]),
        beta: dice.pick([1, 3, 10]),
        seed: dice.whole(0, 9),
      },
      launchedAt,
      wait: dice.logBetween(20, 9000),
      seconds: dice.logBetween(3000, 9000),
      scores: { ret: courseOf(dice, dice.normal(70, 20), 1) },
      host: `w${dice.whole(1, 64)}`,
      state: stateOf(dice, 0.07),
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { tau: 'expectile', beta: 'temperature' },
      metricPaths: { ret: 'evaluation/return' },
      nameOf: ({ settings: own }) => `iql-${own['env']}`,
    },
    dice,
  );
  return {
    table: 'queue',
    columns: [
      filler('ticket', 'TEXT', (_job, own) => own.hex(10)),
      moment('enqueued_at', { style: ISO_Z, delay: skewDelay(424, 1.5) }),
      setting('env', 'env', { spell: (value) => `${value}-medium-v2` }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      sometimes(0.3, setting('temperature', 'beta', { type: 'REAL' })),
      sometimes(
        0.5,
        moment('done_at', {
          style: NAIVE_MINUTE,
          of: 'end',
          zone: zoneOf('America/Los_Angeles'),
          delay: evenDelay(0, 5),
        }),
      ),
      sometimes(0.6, lasted('hours', { scale: 1 / 3600, digits: 1 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.2 }),
  };
};
