import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay } from './columns.ts';
import { recordJobs } from './job.ts';
import type { Job, Launch } from './job.ts';
import { burstsOf, courseOf, gridOf, officeTimes } from './labour.ts';
import { teamColumns, teamJobs } from './sweeps.ts';
import { at, DAY_MS, ISO_Z, NAIVE } from './times.ts';
import type { LabRecipe } from './world.ts';

/** The registry of one team beside the project of another: the same grid, machines and weeks. */
export const otherTeam: LabRecipe = (dice) => ({
  table: 'runs',
  columns: teamColumns(),
  registered: teamJobs(dice, { count: 200 }),
  present: teamJobs(dice, { count: 240 }),
  gone: [],
});

/** A registry of eight rows beside such a project. */
export const fewStrangers: LabRecipe = (dice) => ({
  table: 'runs',
  columns: teamColumns(),
  registered: teamJobs(dice, { count: 8 }),
  present: teamJobs(dice, { count: 280 }),
  gone: [],
});

/** One script starts a pre-training and then, in another project, the fine-tuning with most of its settings. */
export const sisterProject: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-04-01T08:00:00Z'),
    count: 160,
    size: [2, 6],
    step: [600, 4000],
    pause: [1, 12],
  });
  const launches = times.map((launchedAt): Launch => ({
    settings: {
      model: dice.pick(['s', 'm', 'l']),
      data: dice.pick(['books', 'wiki', 'web']),
      lr: dice.pick([1e-3, 3e-4]),
      seed: dice.whole(1, 3),
      stage: 'pretrain',
      steps: dice.pick([10_000, 50_000]),
    },
    launchedAt,
    wait: dice.between(3, 9),
    seconds: dice.logBetween(2000, 30_000),
    scores: { loss: courseOf(dice, dice.normal(3, 0.2), -0.01) },
    host: 'h',
    state: 'finished',
  }));
  const sisters = launches.map((own): Launch => ({
    ...own,
    settings: { ...own.settings, stage: 'finetune', steps: dice.pick([500, 1000]), lr: dice.pick([1e-5, 3e-5]) },
    launchedAt: own.launchedAt + dice.between(25, 70) * 1000,
    seconds: dice.logBetween(100, 2000),
    scores: { loss: courseOf(dice, dice.normal(1.2, 0.2), -0.01) },
  }));
  return {
    table: 'pretrainings',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no),
      setting('model', 'model'),
      setting('data', 'data'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('steps', 'steps', { type: 'INTEGER' }),
      setting('stage', 'stage'),
      moment('created_at', { style: ISO_Z, delay: evenDelay(3, 9) }),
      score('loss', 'loss', { digits: 3 }),
      lasted('duration_s', { digits: 0 }),
    ],
    registered: recordJobs(launches, {}, dice),
    present: recordJobs(sisters, {}, dice),
    gone: [],
  };
};

/** This year's repetition of last year's study: the same configs and seeds, so nearly the same results. */
export const repeatedStudy: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2024-03-04T00:00:00Z'), days: 40, count: 120 });
  const grid = dice.shuffle(
    gridOf({ net: ['a', 'b', 'c'], lr: [0.1, 0.01, 0.001], aug: ['x', 'y'], seed: [1, 2, 3, 4, 5, 6, 7] }),
  );
  const first = times.map((launchedAt, no): Launch => ({
    settings: grid[no]!,
    launchedAt,
    wait: dice.between(2, 20),
    seconds: dice.logBetween(1000, 6000),
    scores: { acc: courseOf(dice, dice.normal(0.9, 0.02), 0.002) },
    host: 'old',
    state: 'finished',
  }));
  const again = dice.shuffle(first).map((own, no): Launch => ({
    ...own,
    launchedAt: times[no]! + 366 * DAY_MS,
    seconds: own.seconds * dice.normal(0.6, 0.05),
    scores: { acc: courseOf(dice, own.scores['acc']!.last + dice.normal(0, 0.004), 0.002) },
    host: 'new',
  }));
  return {
    table: 'study',
    columns: [
      filler('run', 'TEXT', (_job, _dice, no) => `r${no}`),
      setting('net', 'net'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('aug', 'aug'),
      setting('seed', 'seed', { type: 'INTEGER' }),
      moment('started_at', { style: NAIVE, delay: evenDelay(2, 20) }),
      score('acc', 'acc', { digits: 4 }),
    ],
    registered: recordJobs(first, {}, dice),
    present: recordJobs(again, {}, dice),
    gone: [],
  };
};

/** Another lab's runs of a public benchmark: the same names, no times in the registry, other scores. */
export const publicBenchmark: LabRecipe = (dice) => {
  const lab = (): Job[] =>
    recordJobs(
      dice
        .shuffle(
          gridOf({
            task: ['cola', 'sst2', 'mrpc', 'rte', 'wnli'],
            model: ['bert', 'roberta', 'albert'],
            lr: [1e-5, 3e-5],
            seed: [1, 2, 3],
          }),
        )
        .map((settings): Launch => ({
          settings,
          launchedAt: at('2025-01-01T00:00:00Z') + dice.between(0, 200) * DAY_MS,
          wait: 4,
          seconds: dice.logBetween(300, 6000),
          scores: { acc: courseOf(dice, dice.normal(0.85, 0.04), 0.003) },
          host: 'h',
          state: 'finished',
        })),
      { nameOf: ({ settings: own }) => `${own['task']}-${own['model']}-${own['lr']}-${own['seed']}` },
      dice,
    );
  return {
    table: 'glue',
    columns: [
      joined('name', [setting('', 'task'), setting('', 'model'), setting('', 'lr'), setting('', 'seed')], (parts) =>
        parts.join('-'),
      ),
      setting('task', 'task'),
      setting('model', 'model'),
      score('accuracy', 'acc', { digits: 4 }),
      lasted('seconds', { digits: 0 }),
    ],
    registered: lab(),
    present: lab(),
    gone: [],
  };
};

/** The crowded weeks of two labs, of whose rows nothing but times is known. */
export const timesOfOthers: LabRecipe = (dice) => {
  const lab = (): Job[] =>
    recordJobs(
      burstsOf(dice, { from: at('2025-09-01T06:00:00Z'), count: 300, size: [5, 40], step: [2, 90], pause: [1, 8] }).map(
        (launchedAt): Launch => ({
          settings: { seed: dice.whole(1, 5) },
          launchedAt,
          wait: dice.between(2, 15),
          seconds: dice.logBetween(100, 3000),
          scores: {},
          host: 'h',
          state: 'finished',
        }),
      ),
      {},
      dice,
    );
  return {
    table: 'jobs',
    columns: [
      filler('job', 'INTEGER', (_job, _dice, no) => no),
      moment('created_at', { style: NAIVE, delay: skewDelay(6, 0.6) }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      filler('owner', 'TEXT', (_job, own) => own.pick(['kim', 'lea'])),
    ],
    registered: lab(),
    present: lab(),
    gone: [],
  };
};
