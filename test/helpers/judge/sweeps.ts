import type { Dice } from './dice.ts';
import { evenDelay, filler, lasted, moment, score, setting, skewDelay, sometimes } from './columns.ts';
import type { Column } from './columns.ts';
import { recordJobs } from './job.ts';
import type { Job, Launch, Project, Scalar } from './job.ts';
import { burstsOf, byStart, courseOf, gridOf, splitJobs } from './labour.ts';
import { AMERICAN, at, EPOCH_S, NAIVE_MINUTE, zoneOf } from './times.ts';
import type { LabRecipe } from './world.ts';

const significant =
  (digits: number) =>
  (value: Scalar): number =>
    Number(Number(value).toPrecision(digits));

/** Agents draw floats: nearly every config is unique, the registry keeps two digits of each. */
export const agentSweep: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-02-20T01:00:00Z'),
    count: 380,
    size: [30, 90],
    step: [20, 150],
    pause: [8, 60],
  });
  const launches = times.map((launchedAt): Launch => ({
    settings: {
      lr: dice.logBetween(1e-5, 1e-2),
      dropout: dice.between(0, 0.6),
      hidden: dice.whole(32, 512),
      act: dice.pick(['relu', 'gelu']),
    },
    launchedAt,
    wait: dice.between(2, 9),
    seconds: dice.logBetween(60, 900),
    scores: dice.chance(0.85) ? { auc: courseOf(dice, Math.min(0.99, dice.normal(0.81, 0.05)), 0.01) } : {},
    host: `t4-${dice.whole(1, 8)}`,
    state: dice.chance(0.85) ? 'finished' : 'failed',
  }));
  const jobs = recordJobs(
    launches,
    {
      metricPaths: { auc: 'val_auc' },
      about: () => ({ sweepName: 'k3j9x2aa', group: 'sweep-k3j9x2aa' }),
      extras: () => ({ epochs: 30 }),
    },
    dice,
  );
  return {
    table: 'sweep_results',
    columns: [
      filler('trial', 'INTEGER', (_job, _dice, no) => no),
      setting('lr', 'lr', { type: 'REAL', spell: significant(2), common: 0.02 }),
      setting('drop', 'dropout', { type: 'REAL', spell: (value) => Number(Number(value).toFixed(2)), common: 0.02 }),
      setting('units', 'hidden', { type: 'INTEGER', common: 0.01 }),
      moment('date', { style: AMERICAN, zone: zoneOf('America/Chicago'), delay: evenDelay(2, 9) }),
      score('best_auc', 'auc', { keeps: 'best', digits: 3, noise: 0.01 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.2, noRun: 0.2 }),
  };
};

/** A study of another optimiser: its own numbers, parameters as JSON, many trials, no names. */
export const studyTrials: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-08-01T00:00:00Z'),
    count: 1300,
    size: [100, 200],
    step: [30, 90],
    pause: [1, 5],
  });
  const launches = times.map((launchedAt): Launch => ({
    settings: {
      n_layers: dice.whole(1, 6),
      lr: dice.logBetween(1e-5, 1e-1),
      units: dice.pick([64, 128, 256]),
      booster: dice.pick(['a', 'b', 'c']),
    },
    launchedAt,
    wait: dice.logBetween(0.2, 4),
    seconds: dice.between(20, 80),
    scores: { rmse: courseOf(dice, dice.logBetween(0.4, 3), -0.02) },
    host: 'srv',
    state: 'finished',
  }));
  const jobs = recordJobs(
    launches,
    { paths: { lr: 'params.lr', n_layers: 'params.n_layers', units: 'params.units', booster: 'params.booster' } },
    dice,
  );
  const keys = ['n_layers', 'lr', 'units', 'booster'];
  const parts = keys.map((key) => setting(key, key, { common: 0.05 }));
  const params: Column = {
    name: 'params_json',
    type: 'TEXT',
    write: (job, own, no) => {
      const written = parts.map((part) => part.write(job, own, no));
      const cell = JSON.stringify(Object.fromEntries(written.map((part, at) => [keys[at]!, part.cell])));
      return { cell, fit: (other) => written.reduce((sum, part) => sum + part.fit(other), 0) };
    },
  };
  return {
    table: 'trials',
    columns: [
      filler('number', 'INTEGER', (_job, _dice, no) => no),
      filler('state', 'TEXT', () => 'COMPLETE'),
      moment('datetime_start', { style: EPOCH_S, delay: skewDelay(0.9, 0.9) }),
      params,
      score('value', 'rmse', { digits: 6 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.1 }),
  };
};

/** Neither time nor result: a table of the settings that were planned. */
export const configsOnly: LabRecipe = (dice) => {
  const grid = gridOf({
    aug: ['none', 'flip', 'rand'],
    opt: ['adam', 'sgd', 'lamb'],
    lr: [0.1, 0.03, 0.01, 0.001],
    bs: [32, 64, 128, 256],
  });
  const launches = dice
    .shuffle(grid)
    .slice(0, 120)
    .flatMap((settings): Launch[] => {
      const launch = (): Launch => ({
        settings,
        launchedAt: at('2025-05-05T00:00:00Z') + dice.between(0, 20) * 86_400_000,
        wait: 5,
        seconds: dice.logBetween(300, 5000),
        scores: { acc: courseOf(dice, dice.normal(0.8, 0.05), 0.01) },
        host: 'x',
        state: 'finished',
      });
      return dice.chance(0.12) ? [launch(), launch()] : [launch()];
    });
  const jobs = recordJobs(launches, { extras: () => ({ project: 'aug-study' }) }, dice);
  return {
    table: 'plan',
    columns: [
      filler('cell', 'TEXT', (_job, _dice, no) => `C${no}`),
      setting('augmentation', 'aug'),
      setting('optimizer', 'opt', { spell: (value) => String(value).toUpperCase() }),
      setting('learning_rate', 'lr', { type: 'REAL' }),
      setting('batch', 'bs', { type: 'INTEGER' }),
    ],
    ...splitJobs(dice, dice.shuffle(jobs), { noRow: 0.1, noRun: 0.3 }),
  };
};

/** A leaderboard: a number and what came out. */
export const scoresOnly: LabRecipe = (dice) => {
  const launches = Array.from({ length: 170 }, (): Launch => ({
    settings: { width: dice.pick([1, 2, 4]), lr: dice.pick([0.1, 0.01]) },
    launchedAt: at('2025-01-05T00:00:00Z') + dice.between(0, 90) * 86_400_000,
    wait: 5,
    seconds: dice.logBetween(300, 5000),
    scores: {
      top1: courseOf(dice, dice.normal(0.76, 0.03), 0.01),
      top5: courseOf(dice, dice.normal(0.93, 0.01), 0.01),
    },
    host: 'x',
    state: 'finished',
  }));
  const jobs = recordJobs(launches, { metricPaths: { top1: 'test.top1', top5: 'test.top5' } }, dice);
  return {
    table: 'leaderboard',
    columns: [
      filler('entry', 'INTEGER', (_job, own, no) => no * 3 + own.whole(0, 2)),
      score('test_top1', 'top1', { scale: 100, digits: 3 }),
      sometimes(0.3, score('test_top5', 'top5', { scale: 100, digits: 3 })),
    ],
    ...splitJobs(dice, dice.shuffle(jobs), { noRow: 0.3, noRun: 0.3 }),
  };
};

/** What two teams share: the sweep's grid, the machines, the weeks. */
export function teamJobs(
  dice: Dice,
  { count, project = {} }: { readonly count: number; readonly project?: Project },
): Job[] {
  const times = burstsOf(dice, {
    from: at('2025-09-01T06:30:00Z') + dice.between(0, 40) * 3_600_000,
    count,
    size: [8, 24],
    step: [3, 60],
    pause: [2, 20],
  });
  const grid = gridOf({
    method: ['mgda', 'pcgrad', 'gradnorm', 'uniform'],
    bs: [48, 96, 192],
    lr: [1e-4, 3e-4, 1e-3],
    objectives: [2, 3, 4],
    seed: [0, 1, 2, 3],
  });
  const launches = dice
    .shuffle(grid)
    .slice(0, count)
    .map((settings, no): Launch => ({
      settings,
      launchedAt: times[no]!,
      wait: dice.logBetween(5, 60),
      seconds: dice.normal(5000, 900),
      scores: {
        hv: courseOf(dice, dice.normal(0.62, 0.05), 0.005),
        qed: courseOf(dice, dice.normal(0.85, 0.04), 0.005),
      },
      host: `i-0${dice.hex(6)}`,
      state: 'finished',
    }));
  return recordJobs(launches, { metricPaths: { hv: 'hypervolume', qed: 'objective_QED' }, ...project }, dice);
}

export const teamColumns = (): Column[] => [
  filler(
    'run_id',
    'TEXT',
    ({ settings: own, host }, other) => `hop_bs${own['bs']}_${own['method']}_${host}${other.hex(1)}`,
  ),
  setting('gradient_method', 'method'),
  setting('batch_size', 'bs', { type: 'INTEGER' }),
  setting('lr', 'lr', { type: 'REAL' }),
  setting('num_objectives', 'objectives', { type: 'INTEGER' }),
  moment('created_at', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Paris'), delay: skewDelay(17, 0.8) }),
  score('final_hv', 'hv', { digits: 3 }),
  sometimes(0.3, lasted('duration_min', { scale: 1 / 60, digits: 0 })),
];

/** Two teams run the same sweep in one project; the registry is one team's. */
export const twoTeams: LabRecipe = (dice) => {
  const own = teamJobs(dice, { count: 150 });
  const others = teamJobs(dice, { count: 200 });
  const { registered, present, gone } = splitJobs(dice, byStart(own), { noRow: 0.1, noRun: 0.35 });
  return { table: 'sweep', columns: teamColumns(), registered, present: [...present, ...others], gone };
};
