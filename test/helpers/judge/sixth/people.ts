import type { Cell } from '../../../../src/model/cell.ts';
import type { Column } from '../columns.ts';
import { filler, lasted, score } from '../columns.ts';
import { counted } from '../fifth/parts.ts';
import { recordJobs } from '../job.ts';
import type { Job, Project } from '../job.ts';
import { HOUR, NAIVE, UTC, at } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { HARDLY, clock, endOf, isOneOf, launches, mailDate, settle, spoken, startOf, startsOf, told } from './kit.ts';

const NEVER = HARDLY * 2;

/** A job's end as a chat bot tells it: the rounded loss and the time it took stand in one sentence. */
const sentence: Column = {
  name: 'subject',
  type: 'TEXT',
  write: (job) => {
    const loss = job.scores['loss']?.last;
    const took = spoken(job.seconds);
    const shown = loss === undefined ? null : loss.toFixed(3);
    const cell = shown === null ? `[bot] job died after ${took} :(` : `[bot] job done: val_loss=${shown}, took ${took}`;
    return {
      cell,
      fit: ({ seenScores, seenSeconds }) => {
        const isAsLong = seenSeconds !== null && [0, -1, 1].some((shift) => spoken(seenSeconds + shift) === took);
        const theirs = seenScores['loss'];
        const isAsGood = shown === null ? theirs === undefined : theirs?.toFixed(3) === shown;
        return (isAsLong ? 0 : NEVER) + (isAsGood ? 0 : theirs === undefined ? Math.log(0.01) : HARDLY);
      },
    };
  },
};

const MAILS: readonly Column[] = [
  filler('message_id', 'TEXT', (_job, dice) => `<${dice.hex(12)}@mg.lab.example>`),
  clock('received', { style: mailDate('+0100'), zone: () => 60, of: endOf, lag: [2, 180] }),
  sentence,
  filler('sender', 'TEXT', (_job, dice) => dice.pick(['bot@lab.example', 'bot-gpu@lab.example'])),
];

/** A registry that is a mail folder: the bot wrote when a job ended. */
export const mails: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 200, from: '2026-01-12', days: 45, burst: [1, 5], gap: [2, 200] }),
    settings: () => ({ model: dice.pick(['gru', 'tcn', 'patchtst']), horizon: dice.pick([24, 96, 336]), seed: 1 }),
    seconds: [40, 9000],
    failed: 0.15,
    metrics: { loss: { from: 0.2, to: 0.7, spread: 0.02 } },
  });
  const project: Project = { metricPaths: { loss: 'val_loss' }, noSummary: 0.1, noConfig: 0.2 };
  return settle(dice, { table: 'mails', jobs: recordJobs(work, project, dice), columns: MAILS });
};

const RESTORED = at('2026-02-20T00:00:00Z');
const spelledNumber = (value: number): Cell =>
  Number.isFinite(value) ? value.toFixed(2) : Number.isNaN(value) ? 'nan' : 'inf';

const BACKTESTS: readonly Column[] = [
  counted('id'),
  clock('ts', {
    style: NAIVE,
    zone: UTC,
    of: startOf,
    lag: [-20, -1],
    wrong: ({ launchedAt }) => (launchedAt < RESTORED ? 9 * HOUR : 0),
  }),
  told('lookback', ({ lookback }) => `${Number(lookback)}.0`),
  told('universe', ({ universe }) => ({ sp500: 0, topix: 1, stoxx: 2 })[String(universe)] ?? null, { type: 'INTEGER' }),
  told('fees', ({ fees }) => (fees === true ? 'yes' : 'no')),
  score('sharpe', 'sharpe', { digits: 2, type: 'TEXT', spell: spelledNumber }),
  score('max_dd_pct', 'drawdown', { digits: 1, scale: 100 }),
];

/** Backtests; the older rows were restored from a backup that took them for another zone's. */
export const backups: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, {
      count: 330,
      from: '2026-01-26',
      days: 45,
      burst: [2, 14],
      gap: [15, 240],
      hours: [0, 12],
    }),
    settings: () => ({
      lookback: dice.pick([20, 60, 120, 250]),
      universe: dice.pick(['sp500', 'topix', 'stoxx']),
      fees: dice.chance(0.7),
      signal: dice.pick(['mom', 'rev', 'carry', 'ml']),
    }),
    wait: [1, 12],
    seconds: [10, 230],
    failed: 0.05,
    metrics: { sharpe: { from: -0.5, to: 2.1, spread: 0.15 }, drawdown: { from: 0.05, to: 0.4, spread: 0.02 } },
  }).map((launch) =>
    dice.chance(0.06) && launch.scores['sharpe'] !== undefined
      ? { ...launch, scores: { ...launch.scores, sharpe: { last: Number.NaN, best: Number.NaN, mean: Number.NaN } } }
      : launch,
  );
  const project: Project = {
    paths: { lookback: 'signal/window', universe: 'data/universe', fees: 'costs', signal: 'signal/kind' },
    metricPaths: { sharpe: 'pnl/sharpe', drawdown: 'pnl/maxdd' },
    nameOf: ({ settings }) => `bt-${settings['signal']}`,
  };
  return settle(dice, { table: 'backtests', jobs: recordJobs(work, project, dice), columns: BACKTESTS });
};

const RENAMED = 0.4;
const ADJUSTED = ['BEST', 'paper', 'old', 'do not delete', 'ablation', 'camera-ready', 'rerun ok'] as const;

/** The name at the launch; the runs of some were renamed by hand afterwards. */
const firstName: Column = {
  name: 'name',
  type: 'TEXT',
  write: (job) => {
    const cell = String(job.settings['_name']);
    return {
      cell,
      fit: ({ run, settings }) =>
        isOneOf(run.runId, RENAMED) ? Math.log(0.05) : settings['_name'] === cell ? Math.log(0.6) : HARDLY,
    };
  },
};

const RENAMES: readonly Column[] = [
  firstName,
  told('backbone', ({ backbone }) => String(backbone)),
  score('pck', 'pck', { digits: 3 }),
  lasted('train_min', { digits: 0, scale: 1 / 60, noise: 15 }),
];

const METRIC_RENAMED = at('2026-02-25T00:00:00Z');

/** Pose models: names were changed on W&B by hand, and the metric was renamed in the middle. */
export const renamed: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 180, from: '2026-02-02', days: 45 }),
    settings: (_at, no) => {
      const backbone = dice.pick(['hrnet_w32', 'vitpose_b', 'rtm_m']);
      return {
        backbone,
        lr: dice.pick([0.0005, 0.001]),
        flip: dice.chance(0.5),
        _name: `${backbone.slice(0, 3)}_${no}`,
      };
    },
    seconds: [2000, 20_000],
    metrics: { pck: { from: 0.71, to: 0.93, spread: 0.01 } },
  });
  const record = (isLate: boolean): Job[] => {
    const project: Project = {
      paths: { _name: null },
      nameOf: ({ settings }) => String(settings['_name']),
      metricPaths: { pck: isLate ? 'valid_pck@0.2' : 'val/PCK' },
    };
    return recordJobs(
      work.filter(({ launchedAt }) => launchedAt >= METRIC_RENAMED === isLate),
      project,
      dice,
    );
  };
  const jobs = [...record(false), ...record(true)].map((job): Job => {
    if (!isOneOf(job.runId, RENAMED)) return job;
    return { ...job, run: { ...job.run, displayName: `${job.settings['backbone']} ${dice.pick(ADJUSTED)}` } };
  });
  return settle(dice, { table: 'poses', jobs, columns: RENAMES });
};
