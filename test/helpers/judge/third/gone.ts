import { evenDelay, filler, joined, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, gridOf, officeTimes, powerOf } from '../labour.ts';
import { at, DAY, HOUR, NAIVE, NAIVE_MINUTE, SPREADSHEET, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch } from '../second/parts.ts';
import { splitBy, steady } from './parts.ts';

/** To save storage only the best seed of each setting was kept; the sheet has a row for every seed, but no seed. */
export const bestSeedKept: LabRecipe = (dice) => {
  const cells = gridOf({
    enc: ['pointnet', 'dgcnn', 'ptv3'],
    pts: [1024, 2048, 8192],
    aug: ['rot', 'jitter', 'none', 'all'],
  });
  const launches = cells.flatMap((settings, no) => {
    const level = dice.normal(0.9, 0.02);
    return [0, 1, 2, 3, 4, 5].map((seed) =>
      launch({
        settings: { ...settings, seed },
        launchedAt: at('2025-03-10T10:00:00Z') + no * 9 * HOUR + seed * 5100 * 1000,
        wait: dice.logBetween(4, 25),
        seconds: dice.normal(4700, 120),
        scores: {
          acc: courseOf(dice, level + dice.normal(0, 0.006), 0.002),
          loss: courseOf(dice, dice.normal(0.4, 0.05), -0.01),
        },
      }),
    );
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { enc: 'model.name', pts: 'data.num_points', aug: 'data.aug' },
      metricPaths: { acc: 'test/oa', loss: 'train/loss' },
    },
    dice,
  );
  const pointOf = ({ settings: { enc, pts, aug } }: Job): string => `${enc} ${pts} ${aug}`;
  const best = new Set(
    [...Map.groupBy(jobs, pointOf).values()].map(
      (group) => group.toSorted((a, b) => b.scores['acc']!.last - a.scores['acc']!.last)[0]!,
    ),
  );
  return {
    table: 'modelnet',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('encoder', 'enc'),
      setting('points', 'pts', { spell: (value) => `${Number(value) / 1024}k` }),
      setting('augmentation', 'aug'),
      sometimes(
        0.4,
        moment('started', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Berlin'), delay: skewDelay(10, 0.5) }),
      ),
      score('OA', 'acc', { digits: 2, scale: 100 }),
    ],
    ...splitBy(dice, byStart(jobs), { noRow: 0.05, lost: (job) => (best.has(job) ? 0.05 : 0.9) }),
  };
};

/** A bug in the data: the whole grid ran again a month later under the same names, and the first round was deleted. */
export const ranAgain: LabRecipe = (dice) => {
  const grid = gridOf({
    backbone: ['hrnet', 'vitpose', 'rtmpose'],
    input: [192, 256, 384],
    lr: [5e-4, 1e-3],
    seed: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  });
  const round = (from: string, bias: number): Launch[] => {
    const times = burstsOf(dice, { from: at(from), count: grid.length, size: [6, 18], step: [2, 40], pause: [2, 12] });
    return dice.shuffle(grid).map((settings, no) =>
      launch({
        settings,
        launchedAt: times[no]!,
        wait: dice.logBetween(5, 40),
        seconds: dice.normal(7000, 600),
        scores: { ap: courseOf(dice, 0.7 + bias + dice.normal(0, 0.02), 0.003) },
      }),
    );
  };
  const second = at('2025-06-10T00:00:00Z');
  const jobs = recordJobs(
    [...round('2025-05-05T08:00:00Z', 0.015), ...round('2025-06-12T08:00:00Z', 0)],
    {
      metricPaths: { ap: 'coco/AP' },
      paths: { backbone: 'model.backbone.type', lr: 'optim_wrapper.optimizer.lr', input: 'codec.input_size' },
      nameOf: ({ settings: own }) => `${own['backbone']}_${own['input']}_lr${own['lr']}_seed${own['seed']}`,
    },
    dice,
  );
  return {
    table: 'pose',
    columns: [
      filler('run_no', 'INTEGER', (_job, _dice, no) => no + 1),
      joined(
        'config',
        [setting('', 'backbone'), setting('', 'input'), setting('', 'lr', { spell: powerOf }), setting('', 'seed')],
        ([net, input, lr, seed]) => `configs/${net}_${input}x${input}_${lr}.py --seed ${seed}`,
      ),
      moment('date', { style: DAY, zone: zoneOf('Asia/Shanghai'), delay: evenDelay(5, 40) }),
      sometimes(0.2, figure('AP', 'ap', { of: (value) => value * 100, spell: fixed(1) })),
    ],
    ...splitBy(dice, byStart(jobs), { noRow: 0.05, lost: ({ launchedAt }) => (launchedAt < second ? 0.85 : 0.04) }),
  };
};

/** Seeds are fixed, so that a rerun gives the very same numbers; of most pairs the first run was deleted. */
export const sameNumbers: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-09-01T00:00:00Z'), days: 45, count: 80 });
  const launches = times.flatMap((launchedAt): Launch[] => {
    const settings = {
      tree: dice.pick(['lgbm', 'xgb', 'catboost']),
      depth: dice.whole(3, 10),
      data: dice.pick(['higgs', 'covtype', 'jannis', 'helena']),
    };
    const scores = { auc: steady(dice.normal(0.86, 0.03)), logloss: steady(dice.logBetween(0.2, 0.6)) };
    const tries = dice.chance(0.45) ? dice.whole(2, 3) : 1;
    return Array.from({ length: tries }, (_item, no) =>
      launch({
        settings: { ...settings, part: no === tries - 1 ? 'last' : 'earlier' },
        launchedAt: launchedAt + no * dice.between(0.3, 30) * HOUR,
        wait: dice.between(1, 6),
        seconds: dice.logBetween(40, 400),
        scores,
      }),
    );
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { part: null, tree: 'booster', depth: 'params.max_depth', data: 'dataset' },
      metricPaths: { auc: 'valid_auc', logloss: 'valid_logloss' },
      extras: () => ({ seed: 2024, n_jobs: 8 }),
    },
    dice,
  );
  return {
    table: 'tabular',
    columns: [
      filler('key', 'TEXT', (_job, own) => own.hex(8)),
      setting('booster', 'tree'),
      setting('dataset', 'data'),
      setting('max_depth', 'depth', { type: 'INTEGER' }),
      figure('auc', 'auc', { spell: fixed(5), grain: 1e-4 }),
      sometimes(0.35, moment('ts', { style: NAIVE, zone: zoneOf('America/Toronto'), delay: evenDelay(1, 6) })),
    ],
    ...splitBy(dice, byStart(jobs), {
      noRow: 0.08,
      lost: ({ settings }) => (settings['part'] === 'last' ? 0.1 : 0.75),
    }),
  };
};

/** The free quota was full: all runs of the first half year were deleted, while the sheet goes back to the beginning. */
export const quota: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-01-08T08:00:00Z'),
    count: 640,
    size: [2, 10],
    step: [100, 4000],
    pause: [10, 70],
  });
  const cut = times[360]!;
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        gen: dice.pick(['stylegan3', 'ddpm', 'edm', 'lcm']),
        res: dice.pick([64, 128, 256]),
        lr: dice.pick([1e-4, 2e-4, 3e-4]),
        ema: dice.pick([0.999, 0.9999]),
      },
      launchedAt,
      wait: dice.logBetween(6, 60),
      seconds: dice.logBetween(3000, 90_000),
      scores: dice.chance(0.85)
        ? { fid: courseOf(dice, dice.logBetween(4, 60), -0.3), is: courseOf(dice, dice.normal(8, 1), 0.1) }
        : {},
      state: dice.chance(0.8) ? 'finished' : 'crashed',
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { gen: 'arch', ema: 'ema_decay' }, metricPaths: { fid: 'eval/fid50k', is: 'eval/is' }, noSummary: 0.04 },
    dice,
  );
  return {
    table: 'Experiments 2025',
    columns: [
      filler('#', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('Model', 'gen'),
      setting('Res', 'res', { spell: (value) => `${value}²` }),
      sometimes(0.3, setting('LR', 'lr', { spell: powerOf })),
      sometimes(0.5, setting('EMA', 'ema', { type: 'REAL' })),
      sometimes(
        0.35,
        moment('Date', { style: SPREADSHEET, zone: zoneOf('America/New_York'), delay: skewDelay(19, 0.65) }),
      ),
      sometimes(0.1, score('FID', 'fid', { digits: 1 })),
    ],
    ...splitBy(dice, byStart(jobs), { noRow: 0.1, lost: ({ launchedAt }) => (launchedAt < cut ? 1 : 0.03) }),
  };
};
