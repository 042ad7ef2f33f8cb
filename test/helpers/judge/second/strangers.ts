import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Course, Job, Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, gridOf, officeTimes } from '../labour.ts';
import { at, DAY, DAY_MS, HOUR, NAIVE, NAIVE_MINUTE, UTC, zoneOf } from '../times.ts';
import type { Lab, LabRecipe } from '../world.ts';
import { calendarDay, figure, fixed, launch, withRun } from './parts.ts';

const steady = (value: number): Course => ({ last: value, best: value, mean: value });

/** Each row is the mean over five seeds; the project holds the seeds only, and no mean is a run. */
export const means: LabRecipe = (dice) => {
  const cells = dice
    .shuffle(
      gridOf({ algo: ['iql', 'cql', 'td3bc'], data: ['hopper', 'walker', 'maze', 'kitchen'], alpha: [0.1, 1, 5] }),
    )
    .slice(0, 30);
  const seeds: Launch[] = [];
  const rows = cells.map((settings, no) => {
    const from = at('2025-04-14T08:00:00Z') + no * dice.between(8, 14) * HOUR;
    const level = dice.normal(70, 18);
    const scores = [0, 1, 2, 3, 4].map(() => level + dice.normal(0, 4));
    scores.forEach((value, seed) =>
      seeds.push(
        launch({
          settings: { ...settings, seed },
          launchedAt: from + seed * 3000,
          seconds: dice.normal(5000, 300),
          scores: { score: steady(value) },
        }),
      ),
    );
    return launch({
      settings,
      launchedAt: from,
      seconds: 5000,
      scores: {
        score: steady(scores.reduce((sum, value) => sum + value, 0) / 5),
        spread: steady(Math.max(...scores) - Math.min(...scores)),
      },
    });
  });
  return {
    table: 'table2',
    columns: [
      filler('row', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('algo', 'algo'),
      setting('dataset', 'data'),
      setting('alpha', 'alpha', { type: 'REAL' }),
      moment('date', { style: DAY, zone: UTC, delay: evenDelay(2, 10) }),
      figure('normalized_score', 'score', { spell: fixed(1) }),
      figure('range', 'spread', { spell: fixed(1) }),
    ],
    registered: recordJobs(rows, {}, dice),
    present: recordJobs(seeds, { metricPaths: { score: 'eval/normalized_score' } }, dice),
    gone: [],
  };
};

/** Two labs ran the public RL benchmark, whose returns saturate: names and many scores are the same, days and lengths are not. */
export const saturated: LabRecipe = (dice) => {
  const lab = (from: string, speed: number): Job[] => {
    const grid = dice.shuffle(
      gridOf({
        env: ['CartPole-v1', 'Acrobot-v1', 'MountainCar-v0', 'LunarLander-v3'],
        algo: ['dqn', 'ppo', 'c51'],
        seed: [1, 2, 3, 4, 5, 6, 7, 8],
      }),
    );
    const times = burstsOf(dice, { from: at(from), count: grid.length, size: [3, 12], step: [1, 5], pause: [1, 6] });
    return recordJobs(
      grid.map((settings, no) =>
        launch({
          settings,
          launchedAt: times[no]!,
          wait: dice.between(2, 6),
          seconds: dice.logBetween(600, 3000) * speed,
          scores: {
            ret: steady(
              settings['env'] === 'CartPole-v1'
                ? dice.chance(0.8)
                  ? 500
                  : dice.between(300, 500)
                : settings['env'] === 'MountainCar-v0' && dice.chance(0.7)
                  ? -200
                  : dice.normal(120, 60),
            ),
          },
        }),
      ),
      {
        metricPaths: { ret: 'charts/episodic_return' },
        paths: { env: 'env_id', algo: 'exp_name' },
        nameOf: ({ settings: own, launchedAt }) =>
          `${own['env']}__${own['algo']}__${own['seed']}__${Math.floor(launchedAt / 1000)}`,
      },
      dice,
    );
  };
  return {
    table: 'bench',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('env_id', 'env'),
      setting('algo', 'algo'),
      setting('seed', 'seed', { type: 'INTEGER' }),
      moment('date', { style: DAY, zone: zoneOf('America/New_York'), delay: evenDelay(2, 6) }),
      score('episodic_return', 'ret', { digits: 1 }),
      sometimes(0.3, lasted('hours', { scale: 1 / 3600, digits: 2 })),
    ],
    registered: byStart(lab('2025-02-11T09:00:00Z', 1)),
    present: lab('2025-06-23T09:00:00Z', 0.7),
    gone: [],
  };
};

/** The nightly training of one branch beside the project of another's: the same minute each night, other scores. */
export const otherBranch: LabRecipe = (dice) => {
  const branch = (minute: number): Job[] =>
    recordJobs(
      Array.from({ length: 150 }, (_item, night) =>
        launch({
          settings: { config: 'base' },
          launchedAt: at('2025-03-01T01:00:00Z') + night * DAY_MS + minute * 60_000,
          wait: dice.between(20, 40),
          seconds: dice.normal(5400, 60),
          scores: {
            acc: courseOf(dice, 0.83 + 0.0001 * night + dice.normal(0, 0.004), 0.001),
            loss: courseOf(dice, dice.normal(0.6, 0.02), -0.001),
          },
        }),
      ).filter(() => dice.chance(0.9)),
      { nameOf: () => 'nightly' },
      dice,
    );
  return {
    table: 'nightly_main',
    columns: [
      filler('build', 'INTEGER', (_job, _dice, no) => 5000 + no),
      calendarDay('night', { zone: UTC, spell: (date) => date.toISOString().slice(0, 10) }),
      figure('acc', 'acc', { spell: fixed(4) }),
      figure('loss', 'loss', { spell: fixed(4) }),
      lasted('minutes', { scale: 1 / 60, digits: 0 }),
    ],
    registered: branch(0),
    present: branch(1),
    gone: [],
  };
};

/** The project was wiped: all rows' runs are gone, and the same team has begun the same sweep anew. */
export const wiped: LabRecipe = (dice) => {
  const round = (from: string, count: number): Job[] => {
    const grid = dice.shuffle(
      gridOf({ loss: ['ce', 'focal', 'dice'], lr: [1e-3, 3e-4, 1e-4], patch: [64, 96, 128], seed: [0, 1, 2, 3, 4] }),
    );
    const times = burstsOf(dice, { from: at(from), count, size: [6, 20], step: [3, 30], pause: [1, 9] });
    return recordJobs(
      times.map((launchedAt, no) =>
        launch({
          settings: grid[no]!,
          launchedAt,
          wait: dice.logBetween(4, 30),
          seconds: dice.normal(3600, 300),
          scores: { dice: courseOf(dice, dice.normal(0.82, 0.03), 0.003) },
        }),
      ),
      { nameOf: ({ settings: own }) => `${own['loss']}_p${own['patch']}_lr${own['lr']}_s${own['seed']}` },
      dice,
    );
  };
  return {
    table: 'runs',
    columns: [
      joined(
        'name',
        [setting('', 'loss'), setting('', 'patch'), setting('', 'lr'), setting('', 'seed')],
        ([loss, patch, lr, seed]) => `${loss}-patch${patch}-${lr}-${seed}`,
      ),
      moment('created_at', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Berlin'), delay: skewDelay(11, 0.7) }),
      sometimes(0.3, figure('dice', 'dice', { spell: fixed(3) })),
      lasted('minutes', { scale: 1 / 60, digits: 0 }),
    ],
    registered: byStart(round('2025-01-20T08:00:00Z', 120)),
    present: round('2025-02-24T08:00:00Z', 130),
    gone: [],
  };
};

/** A course: each student has a project of the same homework, and the registry is one student's. */
export const homework: LabRecipe = (dice) => {
  const student = (): Job[] => {
    const times = officeTimes(dice, { from: at('2025-10-13T00:00:00Z'), days: 14, count: 60 });
    return recordJobs(
      times.map((launchedAt) =>
        launch({
          settings: {
            lr: dice.pick([0.1, 0.01, 0.001]),
            bs: dice.pick([32, 64, 128]),
            epochs: dice.pick([5, 10, 20]),
            opt: dice.pick(['sgd', 'adam']),
          },
          launchedAt: launchedAt + 4 * HOUR,
          wait: dice.between(2, 15),
          seconds: dice.logBetween(30, 600),
          scores: { acc: courseOf(dice, dice.normal(0.91, 0.04), 0.005) },
        }),
      ),
      { metricPaths: { acc: 'val_acc' } },
      dice,
    );
  };
  return {
    table: 'hw3',
    columns: [
      filler('try', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('batch_size', 'bs', { type: 'INTEGER' }),
      setting('epochs', 'epochs', { type: 'INTEGER' }),
      setting('optimizer', 'opt'),
      moment('time', { style: NAIVE, zone: zoneOf('America/Chicago'), delay: evenDelay(2, 15) }),
      score('val_acc', 'acc', { digits: 2 }),
    ],
    registered: byStart(student()),
    present: student(),
    gone: [],
  };
};

/** So many rows of a lab are all there is, from its middle. */
export function middleOf(recipe: LabRecipe, count: number): LabRecipe {
  return (dice): Lab => {
    const lab = recipe(dice);
    const from = Math.floor((lab.registered.length - count) / 2);
    return { ...lab, registered: lab.registered.slice(from, from + count) };
  };
}

/** The registry of one team beside another team's project: both live by the same recipe, but began at different hours. */
export function anotherTeam(recipe: LabRecipe): LabRecipe {
  return (dice): Lab => {
    const own = recipe(dice);
    const later = Math.round(dice.between(5, 40) * 3600);
    return { ...own, present: recipe(dice).present.map((job) => postponed(job, later)), gone: [] };
  };
}

function postponed(job: Job, seconds: number): Job {
  const { createdAt, heartbeatAt, summary } = job.run;
  const stamp = summary['_timestamp'];
  return withRun(job, {
    createdAt: createdAt + seconds * 1000,
    heartbeatAt: heartbeatAt === null ? null : heartbeatAt + seconds * 1000,
    summary: typeof stamp === 'number' ? { ...summary, _timestamp: stamp + seconds } : summary,
  });
}
