import { evenDelay, filler, score, setting, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { spelt, splitOf } from '../fourth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Course, Job, Launch } from '../job.ts';
import { byStart, splitJobs } from '../labour.ts';
import { at, DAY, DAY_MS, HOUR, isoWithZone, UTC, zoneOf } from '../times.ts';
import type { TimeStyle } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { around, dayColumn, derived, launchOf } from './kit.ts';

const level = (last: number): Course => ({ last, best: last, mean: last });

interface Retrain {
  readonly model: string;
  readonly day: number;
  readonly dataDay: number;
  readonly auc: number;
}

/** Three models, each day on the data of the day before; after an outage the days are made up for at once. */
function retrainsOf(dice: Dice, from: number, days: number): Retrain[] {
  return ['ctr', 'cvr', 'rerank'].flatMap((model) => {
    let [auc, owed] = [dice.between(0.72, 0.78), 0];
    return Array.from({ length: days }, (_item, no) => no).flatMap((no): Retrain[] => {
      if (dice.chance(0.05)) {
        owed += 1;
        return [];
      }
      const due = Array.from({ length: owed + 1 }, (_one, back) => owed - back);
      owed = 0;
      return due.map((back) => {
        auc += dice.normal(0, 0.0012);
        return { model, day: from + no * DAY_MS, dataDay: from + (no - 1 - back) * DAY_MS, auc };
      });
    });
  });
}

/** Recommenders trained daily: one config for ever, only the day of the data and the metrics differ. */
export const retrains: LabRecipe = (dice) => {
  const launches = retrainsOf(dice, at('2025-08-01T00:00:00Z'), 230).flatMap((one, no): Launch[] => {
    const settings = { model: one.model, data: new Date(one.dataDay).toISOString().slice(0, 10) };
    const make = (launchedAt: number, seconds: number, isWhole: boolean): Launch => ({
      settings,
      launchedAt,
      wait: dice.between(2, 30),
      seconds,
      scores: isWhole ? { auc: level(one.auc), logloss: level(0.42 - one.auc / 4 + dice.normal(0, 0.0008)) } : {},
      host: 'batch',
      state: isWhole ? 'finished' : 'failed',
    });
    const start = one.day + 3 * HOUR + (no % 3) * 900_000 + dice.logBetween(60, 9000) * 1000;
    const lost = dice.chance(0.08) ? [make(start - dice.between(300, 2500) * 1000, dice.between(20, 250), false)] : [];
    return [...lost, make(start, dice.normal(4200, 200), true)];
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { data: null },
      extras: () => ({ emb_dim: 32, lr: 0.05, optimizer: 'adagrad', hash_buckets: 2 ** 20 }),
      metricPaths: { auc: 'eval/auc', logloss: 'eval/logloss' },
      nameOf: ({ settings }) => `${settings['model']}-daily`,
    },
    dice,
  );
  const [done, lost] = [jobs.filter(({ scores }) => 'auc' in scores), jobs.filter(({ scores }) => !('auc' in scores))];
  const split = splitJobs(dice, byStart(done), { noRow: 0.03, noRun: 0.08 });
  return {
    table: 'model_registry',
    columns: [
      filler('version', 'INTEGER', (_job, _dice, no) => 2001 + no),
      setting('model', 'model'),
      dayColumn('data_date', DAY, {
        lags: { 1: 0.88, 2: 0.09, 3: 0.02, 4: 0.01 },
        moment: ({ settings }) => Date.parse(String(settings['data'])),
      }),
      derived('auc', 'auc', (value) => Number(value.toFixed(4))),
      sometimes(
        0.4,
        derived('ll', 'logloss', (value) => Number(value.toFixed(4))),
      ),
    ],
    ...split,
    present: [...split.present, ...lost],
  };
};

const MINUTES_SECONDS = (cell: unknown): string => {
  const seconds = Number(cell);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** The CI's own clock face, with its offset. */
const PARIS: TimeStyle = { type: 'TEXT', quantum: 1, render: (ms) => isoWithZone(ms, zoneOf('Europe/Paris')) };

/** A matrix of four trained each night by the CI; the row is of the last try, short of its commit. */
export const ciNights: LabRecipe = (dice) => {
  const launches = Array.from({ length: 200 }, (_item, night) => night).flatMap((night) => {
    const commit = dice.hex(40);
    return ['small', 'large'].flatMap((size) =>
      ['fp32', 'amp'].flatMap((precision): Launch[] => {
        const settings = { size, precision, commit };
        const start = at('2025-07-01T01:30:00Z') + night * DAY_MS + dice.logBetween(5, 3000) * 1000;
        const make = (launchedAt: number, isLast: boolean): Launch => ({
          ...launchOf(dice, {
            settings,
            at: launchedAt,
            wait: dice.between(20, 90),
            seconds: 1,
            failed: 0,
            scores: {},
          }),
          seconds: isLast ? dice.normal(size === 'small' ? 700 : 1900, 25) : dice.between(30, 500),
          scores: isLast ? { acc: around(dice, { size, precision }, { from: 0.88, to: 0.94, spread: 0.0015 }) } : {},
          state: isLast ? 'finished' : 'crashed',
        });
        return [...(dice.chance(0.12) ? [make(start - 800_000, false)] : []), make(start, true)];
      }),
    );
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { commit: null, size: 'model.size', precision: 'trainer.precision' },
      about: ({ settings }, own) => ({
        commit: own.chance(0.6) ? String(settings['commit']) : null,
        tags: ['nightly'],
      }),
      nameOf: () => 'nightly',
      metricPaths: { acc: 'test/accuracy' },
    },
    dice,
  ).map((job): Job => ({
    ...job,
    seen: { ...job.seen, ...(job.run.commit === null ? {} : { commit: job.run.commit }) },
  }));
  const [done, lost] = [jobs.filter(({ scores }) => 'acc' in scores), jobs.filter(({ scores }) => !('acc' in scores))];
  const split = splitJobs(dice, byStart(done), { noRow: 0.05, noRun: 0.15 });
  const length: Column = {
    name: 'duration',
    type: 'TEXT',
    write: ({ seconds }, own) => {
      const noted = Math.round(seconds + own.between(25, 100));
      return { cell: MINUTES_SECONDS(noted), fit: ({ seenSeconds }) => evenDelay(25, 100)(noted - (seenSeconds ?? 0)) };
    },
  };
  return {
    table: 'pipelines',
    columns: [
      filler('pipeline', 'INTEGER', (_job, _dice, no) => 88_200 + no * 7),
      setting('variant', 'size', { spell: (value) => String(value)[0]!.toUpperCase() }),
      setting('amp', 'precision', { spell: (value) => (value === 'amp' ? 'true' : 'false') }),
      sometimes(0.1, setting('sha', 'commit', { spell: (value) => String(value).slice(0, 7), common: 1 / 200 })),
      length,
      sometimes(0.2, score('acc', 'acc', { digits: 3 })),
      dayColumn('queued_at', PARIS, {
        lags: { 0: 1, 1: 1e-3 },
        moment: ({ launchedAt }) => Math.floor(launchedAt / DAY_MS) * DAY_MS + 1.5 * HOUR,
      }),
    ],
    ...split,
    present: [...split.present, ...lost],
  };
};

const SITES = [
  { site: 'MUC', zone: 'Europe/Berlin' },
  { site: 'BOS', zone: 'America/New_York' },
  { site: 'SEL', zone: 'Asia/Seoul' },
  { site: 'SYD', zone: 'Australia/Sydney' },
  { site: 'BLR', zone: 'Asia/Kolkata' },
] as const;

/** Hospitals train one model: each writes its own local time, W&B knows them by number only. */
export const silos: LabRecipe = (dice) => {
  const launches = Array.from({ length: 60 }, (_item, no) => no).flatMap((no) => {
    const base = at('2025-09-15T06:00:00Z') + no * dice.between(7, 15) * HOUR;
    const shared = { mu: dice.pick([0, 0.01, 0.1]), local_epochs: dice.pick([1, 2, 5]) };
    return SITES.map(({ site }, client) =>
      launchOf(dice, {
        settings: { ...shared, client },
        at: base + dice.between(0, 9000),
        wait: dice.between(5, 25),
        seconds: dice.normal(2600, 300),
        failed: 0.1,
        host: site,
        scores: { dice: around(dice, { ...shared, site }, { from: 0.7, to: 0.9, spread: 0.02 }) },
      }),
    );
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { client: 'fl.partition_id', mu: 'strategy.proximal_mu' },
      about: ({ settings }) => ({ jobType: 'client', tags: [`mu${settings['mu']}`] }),
      nameOf: () => 'flower-client',
      metricPaths: { dice: 'local/dice' },
      noSummary: 0.1,
    },
    dice,
  );
  const zoneAt = new Map(SITES.map(({ site, zone }) => [String(site), zoneOf(zone)]));
  const local: Column = {
    ...filler('begin', 'TEXT', () => null),
    write: (job) => {
      const zone = zoneAt.get(job.host) ?? UTC;
      const cell = new Date(job.launchedAt + zone(job.launchedAt) * 60_000).toISOString().slice(0, 19);
      return { cell, fit: ({ seenStart }) => evenDelay(5, 25)(((seenStart ?? 0) - job.launchedAt) / 1000) };
    },
  };
  return {
    table: 'participations',
    columns: [
      filler('pid', 'TEXT', (_job, own) => own.hex(12)),
      setting('site', 'client', { spell: (value) => SITES[Number(value)]!.site }),
      local,
      setting('epochs', 'local_epochs', { type: 'INTEGER' }),
      score('dsc', 'dice', { digits: 2 }),
    ],
    ...splitOf(dice, jobs, [0.12, 0.18]),
  };
};

/** Ensembles with a run of their own beside their members'; the registry keeps −log10 of the error. */
export const soups: LabRecipe = (dice) => {
  const launches = Array.from({ length: 70 }, (_item, no) => no).flatMap((no): Launch[] => {
    const shared = {
      data: dice.pick(['qm9', 'md17', 'oc20', 'spice']),
      width: dice.pick([128, 256]),
      cutoff: dice.pick([5, 6, 8]),
    };
    const base = at('2026-01-05T07:00:00Z') + no * dice.between(12, 20) * HOUR;
    const make = (members: number, seed: number, launchedAt: number): Launch => {
      const error = around(dice, shared, { from: -2.6, to: -1.2, spread: 0.03 }).last - (members > 1 ? 0.08 : 0);
      const settings = { ...shared, members, seed };
      const plan = { settings, at: launchedAt, wait: dice.between(3, 40), failed: members > 1 ? 0 : 0.05 };
      return launchOf(dice, { ...plan, seconds: members > 1 ? 180 : 9000, scores: { rmse: level(10 ** error) } });
    };
    return [...[0, 1, 2, 3, 4].map((seed) => make(1, seed, base + seed * 40_000)), make(5, 0, base + 3.2 * HOUR)];
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { members: 'n_models', cutoff: 'graph.cutoff', data: 'dataset.name' },
      about: ({ settings }) => ({ jobType: settings['members'] === 5 ? 'ensemble' : 'train' }),
      metricPaths: { rmse: 'test_rmse_forces' },
      nameOf: () => null,
    },
    dice,
  );
  return {
    table: 'potentials',
    columns: [
      filler('pot', 'TEXT', (_job, _dice, no) => `P${String(no).padStart(3, '0')}`),
      setting('system', 'data', { spell: (value) => String(value).toUpperCase() }),
      setting('cutoff_A', 'cutoff', { type: 'REAL' }),
      setting('ensemble', 'members', { spell: (value) => (value === 5 ? 'yes' : 'no') }),
      spelt(
        derived('neglog', 'rmse', (value) => Number((-Math.log10(value)).toFixed(3))),
        Number,
        'REAL',
      ),
      dayColumn('built', DAY, { lags: { 0: 1, 1: 1e-3 }, moment: (job) => job.launchedAt }),
    ],
    ...splitOf(dice, jobs, [0.35, 0.12]),
  };
};
