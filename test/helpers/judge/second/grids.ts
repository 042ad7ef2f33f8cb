import { evenDelay, filler, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Course, Job, Launch } from '../job.ts';
import { byStart, courseOf, gridOf, officeTimes, splitJobs } from '../labour.ts';
import { at, DAY, EPOCH_MS, HOUR, ISO_Z, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, significant, told } from './parts.ts';

/** A row for five seeds; half of the groups have a run of their own for the mean, the others none. */
export const seedMeans: LabRecipe = (dice) => {
  const cells = dice
    .shuffle(
      gridOf({ algo: ['sac', 'td3', 'ppo'], env: ['walker', 'cheetah', 'ant', 'swimmer'], gamma: [0.98, 0.99, 0.995] }),
    )
    .slice(0, 34);
  const groups = cells.map((settings, no) => {
    const from = at('2025-02-03T09:00:00Z') + no * dice.between(20, 40) * HOUR;
    const level = dice.normal(3000, 900);
    const returns = [1, 2, 3, 4, 5].map(() => level + dice.normal(0, 250));
    const mean = returns.reduce((sum, value) => sum + value, 0) / 5;
    const spread = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4);
    const steady = (value: number): Course => ({ last: value, best: value, mean: value });
    return {
      seeds: returns.map((value, seed) =>
        launch({
          settings: { ...settings, seed },
          launchedAt: from + seed * 5000,
          seconds: dice.normal(9000, 700),
          scores: { ret: steady(value) },
        }),
      ),
      average: launch({
        settings: { ...settings, n_seeds: 5 },
        launchedAt: from + 4 * HOUR,
        seconds: dice.between(3, 20),
        scores: { ret: steady(mean), spread: steady(spread) },
      }),
    };
  });
  const project = {
    metricPaths: { ret: 'eval/return', spread: 'eval/return_std' },
    nameOf: ({ settings: own }: Launch) =>
      `${own['algo']}_${own['env']}${own['n_seeds'] === undefined ? `_${own['seed']}` : '_AVERAGED'}`,
  };
  const seeds = recordJobs(
    groups.flatMap((group) => group.seeds),
    project,
    dice,
  );
  const averages = recordJobs(
    groups.map(({ average }) => average),
    project,
    dice,
  );
  const gone = new Set(averages.filter(() => dice.chance(0.5)));
  return {
    table: 'summary',
    columns: [
      filler('exp', 'TEXT', (_job, _dice, no) => `S${no + 1}`),
      setting('algorithm', 'algo', { spell: (value) => String(value).toUpperCase() }),
      setting('env', 'env'),
      setting('gamma', 'gamma', { type: 'REAL' }),
      setting('n', 'n_seeds', { type: 'INTEGER', common: 0.001 }),
      figure('mean_return', 'ret', { spell: fixed(1), grain: 0.001 }),
      figure('std', 'spread', { spell: fixed(1), grain: 0.001 }),
    ],
    registered: averages,
    present: [...seeds, ...averages.filter((job) => !gone.has(job))],
    gone: [...gone],
  };
};

/** A row for every checkpoint of a run, four to eight a run, only the last of which holds the run's own numbers. */
export const checkpointRows: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-10-20T00:00:00Z'), days: 30, count: 50 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: { voc: dice.pick([16_000, 32_000]), lang: dice.pick(['de', 'fr', 'ru', 'sw']) },
      launchedAt,
      wait: dice.between(10, 60),
      seconds: dice.logBetween(8000, 50_000),
      scores: { bleu: courseOf(dice, dice.normal(27, 4), 0.3) },
    }),
  );
  const jobs = recordJobs(
    launches,
    { metricPaths: { bleu: 'valid/bleu' }, nameOf: ({ settings }) => `nmt-en-${settings['lang']}` },
    dice,
  );
  const { registered, present, gone } = splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 });
  const saved = registered.flatMap((job) => {
    const count = dice.whole(4, 8);
    return Array.from({ length: count }, (_item, no) => ({ job, part: (no + 1) / count, isLast: no === count - 1 }));
  });
  return {
    table: 'checkpoints',
    columns: [
      filler('ckpt_id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('pair', 'lang', { spell: (value) => `en-${value}` }),
      filler('step', 'INTEGER', (_job, _dice, no) => Math.round(saved[no]!.part * 40_000)),
      filler('saved_at', 'INTEGER', ({ launchedAt, wait, seconds }, _dice, no) =>
        Math.floor(Number(EPOCH_MS.render(launchedAt + (wait + seconds * saved[no]!.part) * 1000))),
      ),
      filler('bleu', 'REAL', ({ scores }, own, no) =>
        fixed(2)(
          saved[no]!.isLast
            ? scores['bleu']!.last
            : scores['bleu']!.last * (0.6 + 0.4 * saved[no]!.part) + own.normal(0, 0.2),
        ),
      ),
    ],
    registered: saved.map(({ job }) => job),
    present,
    gone,
  };
};

/** Each cell of a grid three times over without a seed, by the day and two decimals: much of it nobody can tell apart. */
export const repeats: LabRecipe = (dice) => {
  const cells = gridOf({ width: [64, 128, 256], drop: [0, 0.1, 0.3], norm: ['bn', 'ln'], opt: ['adam', 'sgd'] });
  const launches = cells.flatMap((settings, no) => {
    const level = dice.normal(0.7, 0.08);
    return [0, 1, 2].map((repeat) =>
      launch({
        settings,
        launchedAt: at('2025-08-25T07:00:00Z') + (no * 3 + repeat) * 1_640_000,
        wait: dice.between(3, 12),
        seconds: dice.logBetween(1200, 1600),
        scores: { acc: courseOf(dice, level + dice.normal(0, 0.015), 0.005) },
      }),
    );
  });
  const jobs = recordJobs(launches, { metricPaths: { acc: 'test_acc' }, extras: () => ({ epochs: 20 }) }, dice);
  return {
    table: 'grid',
    columns: [
      filler('i', 'INTEGER', (_job, _dice, no) => no),
      setting('width', 'width', { type: 'INTEGER' }),
      setting('dropout', 'drop', { type: 'REAL' }),
      setting('norm', 'norm', { spell: (value) => (value === 'bn' ? 'batch' : 'layer') }),
      setting('optimizer', 'opt'),
      moment('day', { style: DAY, zone: zoneOf('Europe/Vienna'), delay: evenDelay(3, 12) }),
      score('acc', 'acc', { digits: 2 }),
      sometimes(0.4, lasted('min', { scale: 1 / 60, digits: 0 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

/** Successive halving: a config comes back with three times the budget, its better half as new runs minutes later. */
export const halving: LabRecipe = (dice) => {
  const launches: Launch[] = [];
  for (let bracket = 0; bracket < 6; bracket += 1) {
    let now = at('2025-09-10T12:00:00Z') + bracket * 26 * HOUR;
    let alive = Array.from({ length: 27 }, () => ({
      settings: { lr: dice.logBetween(1e-4, 1e-1), l2: dice.logBetween(1e-6, 1e-2) },
      skill: dice.normal(0.6, 0.1),
    }));
    for (const epochs of [1, 3, 9, 27]) {
      for (const { settings, skill } of alive) {
        now += dice.between(2, 5) * 1000;
        launches.push(
          launch({
            settings: { ...settings, epochs },
            launchedAt: now,
            wait: dice.between(2, 6),
            seconds: epochs * dice.normal(60, 2),
            scores: { acc: courseOf(dice, skill + 0.08 * Math.log(epochs) + dice.normal(0, 0.003), 0.002) },
          }),
        );
      }
      now += epochs * 70_000;
      alive = alive.toSorted((a, b) => b.skill - a.skill).slice(0, Math.ceil(alive.length / 3));
    }
  }
  const jobs = recordJobs(
    launches,
    {
      paths: { epochs: null, l2: 'weight_decay' },
      metricPaths: { acc: 'val_accuracy' },
      about: () => ({ sweepName: 'hb' }),
    },
    dice,
  );
  return {
    table: 'hyperband',
    columns: [
      filler('eval_id', 'INTEGER', (_job, _dice, no) => no),
      setting('lr', 'lr', { type: 'REAL', spell: (value) => significant(3)(Number(value)) }),
      told('budget', {
        type: 'INTEGER',
        say: ({ settings }) => Number(settings['epochs']),
        // Known by how long it took.
        fit: (cell, { seenSeconds }) => (Math.abs((seenSeconds ?? 0) / Number(cell) - 60) < 15 ? 0 : NEVER),
      }),
      sometimes(0.4, moment('finished', { style: ISO_Z, of: 'end', delay: skewDelay(2, 0.5) })),
      sometimes(0.4, score('score', 'acc', { digits: 2 })),
    ],
    ...splitJobs(dice, byStart(jobs) as Job[], { noRow: 0.1, noRun: 0.15 }),
  };
};
