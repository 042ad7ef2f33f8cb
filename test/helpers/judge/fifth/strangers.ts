import type { Column } from '../columns.ts';
import { filler, lasted, score, setting } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { splitOf } from '../fourth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Launch } from '../job.ts';
import { at, DAY_MS, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { around, launchOf, rivals, stamp } from './kit.ts';
import { behind, counted, launched } from './parts.ts';

/** Three models every night at the same minute; another team's timer does the same with the same config. */
const nightly: LabRecipe = (dice) => {
  const launches = Array.from({ length: 130 }, (_item, night) => night).flatMap((night) =>
    ['fraud', 'churn', 'ltv'].map((model, no): Launch => {
      const settings = { model, lr: 0.02, depth: 8 };
      return launchOf(dice, {
        settings,
        at: at('2026-01-01T01:00:00Z') + night * DAY_MS + no * 1_200_000 + dice.between(0, 4000),
        wait: dice.between(2, 40),
        seconds: dice.normal(2400, 300),
        failed: 0.04,
        scores: { auc: around(dice, settings, { from: 0.74, to: 0.86, spread: 0.002 }) },
      });
    }),
  );
  const jobs = recordJobs(launches, { nameOf: ({ settings }) => `${settings['model']}-nightly` }, dice);
  return {
    table: 'nightly',
    columns: [
      counted('id'),
      setting('model', 'model'),
      setting('depth', 'depth', { type: 'INTEGER' }),
      stamp('started_at', { style: NAIVE, zone: zoneOf('Europe/Berlin'), moment: launched, delay: behind(2, 40) }),
      lasted('duration_s', { digits: 0 }),
      score('auc', 'auc', { digits: 4 }),
    ],
    ...splitOf(dice, jobs, [0.05, 0.1]),
  };
};

export const sameTimer = rivals(nightly);

/** Settings of a sampler whose seed both teams left at its default: trial for trial the same draws. */
function drawnTrials(dice: Dice): Record<string, number>[] {
  return Array.from({ length: 240 }, () => ({
    lr: dice.logBetween(1e-5, 1e-1),
    dropout: dice.between(0, 0.6),
    units: dice.whole(16, 512),
    layers: dice.whole(1, 4),
  }));
}

/** @param from the hour at which a team began; each goes at its own pace */
function studyOf(dice: Dice, drawn: readonly Record<string, number>[], from: number): Launch[] {
  let now = from;
  return drawn.map((settings): Launch => {
    const seconds = dice.logBetween(60, 1500);
    const plan = { settings, at: now, wait: dice.between(1, 6), seconds, failed: 0.03 };
    now += (seconds + 20) * 1000;
    return launchOf(dice, { ...plan, scores: { f1: around(dice, settings, { from: 0.6, to: 0.93, spread: 0.004 }) } });
  });
}

const trialColumns: readonly Column[] = [
  filler('trial_id', 'INTEGER', (_job, _dice, no) => no + 1),
  setting('lr', 'lr', { type: 'REAL' }),
  setting('dropout', 'dropout', { type: 'REAL' }),
  setting('n_units', 'units', { type: 'INTEGER' }),
  setting('n_layers', 'layers', { type: 'INTEGER' }),
  stamp('datetime_start', { style: NAIVE, moment: launched, delay: behind(1, 6) }),
  score('value', 'f1', { digits: 4 }),
];

/** Two teams run one study script with the sampler's seed as it came: the same trials in the same week, other results. */
export const sameSampler: LabRecipe = (dice) => {
  const drawn = drawnTrials(dice);
  const project = { nameOf: (_launch: Launch, no: number): string => `trial-${no - 1}` };
  const ours = recordJobs(studyOf(dice, drawn, at('2026-04-13T08:00:00Z')), project, dice);
  const theirs = recordJobs(
    studyOf(dice, drawn, at('2026-04-13T08:00:00Z') + dice.between(1, 30) * 3_600_000),
    project,
    dice,
  );
  return { table: 'trials', columns: trialColumns, registered: ours, present: theirs, gone: ours };
};

/** Somebody repeated the whole grid with the same seeds on the same kind of card: the results agree to the last digit, no time does. */
export const sameSeeds: LabRecipe = (dice) => {
  const launches = Array.from({ length: 180 }, (_item, no): Launch => {
    const settings = {
      task: dice.pick(['cola', 'sst2', 'mrpc', 'rte', 'stsb']),
      lr: dice.pick([1e-5, 2e-5, 3e-5, 5e-5]),
      seed: dice.pick([13, 21, 42, 87, 100]),
    };
    return launchOf(dice, {
      settings,
      at: at('2026-03-09T08:00:00Z') + no * dice.between(0.4, 0.9) * 3_600_000,
      wait: dice.between(3, 15),
      seconds: dice.logBetween(200, 3000),
      failed: 0,
      scores: { score: around(dice, settings, { from: 0.55, to: 0.93, spread: 0.01 }) },
    });
  });
  const repeated = launches.map((launch) => ({
    ...launch,
    launchedAt: launch.launchedAt + dice.between(10, 90) * 3_600_000,
    seconds: launch.seconds * dice.between(1.1, 1.5),
  }));
  const project = {
    paths: { task: 'task_name', lr: 'learning_rate' },
    nameOf: ({ settings }: Launch): string => `bert-${settings['task']}`,
    metricPaths: { score: 'eval/score' },
  };
  const [ours, theirs] = [recordJobs(launches, project, dice), recordJobs(repeated, project, dice)];
  return {
    table: 'glue',
    columns: [
      counted('id'),
      setting('task', 'task'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      stamp('started', { style: NAIVE_MINUTE, moment: launched, delay: behind(3, 15) }),
      lasted('seconds', { digits: 0 }),
      score('score', 'score', { digits: 2 }),
    ],
    registered: ours,
    present: theirs,
    gone: ours,
  };
};
