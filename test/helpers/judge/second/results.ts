import { evenDelay, filler, lasted, moment, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch } from './parts.ts';

/** Perplexity for loss, billions for tokens, a logarithm for the rate: nothing is written in the run's own unit. */
export const otherUnits: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-03-24T06:00:00Z'),
    count: 200,
    size: [3, 10],
    step: [60, 2000],
    pause: [2, 20],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        lr: dice.pick([3e-3, 1e-3, 3e-4, 1e-4]),
        params: dice.pick([31_457_280, 124_439_808, 354_823_168]),
        tokens: dice.pick([2_621_440_000, 5_242_880_000, 10_485_760_000]),
      },
      launchedAt,
      wait: dice.logBetween(5, 50),
      seconds: dice.logBetween(3000, 40_000),
      scores: { loss: courseOf(dice, dice.normal(3.1, 0.2), -0.01) },
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { lr: 'max_lr', params: 'n_params', tokens: 'train_tokens' }, metricPaths: { loss: 'val/loss' } },
    dice,
  );
  return {
    table: 'scaling',
    columns: [
      filler('point', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('log10_lr', 'lr', { type: 'REAL', spell: (value) => fixed(2)(Math.log10(Number(value))) }),
      setting('size', 'params', { spell: (value) => `${Math.round(Number(value) / 1e6)}M` }),
      setting('tokens_b', 'tokens', { type: 'REAL', spell: (value) => fixed(1)(Number(value) / 1e9) }),
      figure('val_ppl', 'loss', { of: Math.exp, spell: fixed(2) }),
      sometimes(0.5, lasted('gpu_h', { scale: 8 / 3600, digits: 1 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** Rows hold what a separate evaluation measured on more examples: near the run's number, never it. */
export const otherScript: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-11-03T00:00:00Z'), days: 40, count: 160 });
  const launches = times.map((launchedAt) => {
    const skill = dice.normal(0, 1);
    const isDone = dice.chance(0.85);
    return launch({
      settings: {
        sft: dice.pick(['tulu', 'ultra', 'none']),
        dpo: dice.pick([0.05, 0.1, 0.3]),
        ep: dice.pick([1, 2, 3]),
      },
      launchedAt,
      wait: dice.between(10, 90),
      seconds: isDone ? dice.logBetween(5000, 30_000) : dice.logBetween(20, 2000),
      scores: isDone
        ? {
            gsm: courseOf(dice, 0.55 + 0.08 * skill + dice.normal(0, 0.02), 0.01),
            ifeval: courseOf(dice, 0.6 + 0.05 * dice.normal(0, 1), 0.01),
            mmlu: courseOf(dice, 0.62 + 0.02 * skill, 0.01),
          }
        : {},
      state: isDone ? 'finished' : 'crashed',
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { sft: 'model_name_or_path', dpo: 'beta', ep: 'num_train_epochs' },
      metricPaths: { gsm: 'eval/gsm8k_subset', ifeval: 'eval/ifeval_subset', mmlu: 'eval/mmlu_subset' },
      nameOf: () => 'dpo_tune',
    },
    dice,
  );
  const percent = (name: string, metric: string, noise: number) =>
    figure(name, metric, { of: (value) => value * 100, spell: fixed(2), noise, grain: 0.02 });
  return {
    table: 'leaderboard',
    columns: [
      filler('model_id', 'TEXT', (_job, own) => `dpo-${own.hex(6)}`),
      setting('base', 'sft', { spell: (value) => (value === 'none' ? 'base' : `${value}-sft`) }),
      setting('beta', 'dpo', { type: 'REAL' }),
      setting('epochs', 'ep', { type: 'INTEGER' }),
      percent('gsm8k', 'gsm', 0.9),
      percent('ifeval', 'ifeval', 0.8),
      percent('mmlu', 'mmlu', 0.25),
      sometimes(0.3, moment('trained', { style: DAY, zone: zoneOf('America/New_York'), delay: evenDelay(10, 90) })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** Older rows keep the best epoch's value, newer ones the averaged weights'; the run shows last, averaged and, later, best. */
export const averagedWeights: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-06-02T06:00:00Z'),
    count: 190,
    size: [2, 8],
    step: [60, 3000],
    pause: [2, 16],
  });
  const change = times[100]!;
  const launches = times.map((launchedAt): Launch => {
    const acc = courseOf(dice, dice.normal(0.815, 0.02), 0.006);
    const ema = acc.last + Math.abs(dice.normal(0.006, 0.003));
    return launch({
      settings: { mix: dice.pick([0, 0.2, 0.8]), smooth: dice.pick([0, 0.1]), dp: dice.pick([0, 0.1, 0.2]) },
      launchedAt,
      wait: dice.logBetween(5, 40),
      seconds: dice.logBetween(6000, 30_000),
      scores: {
        acc,
        ema: { last: ema, best: ema, mean: ema },
        ...(launchedAt > change ? { best: { last: acc.best, best: acc.best, mean: acc.best } } : {}),
      },
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { mix: 'mixup', smooth: 'smoothing', dp: 'drop_path' },
      metricPaths: { acc: 'val/acc1', ema: 'val/acc1_ema', best: 'best_acc1' },
      noClock: 0.1,
    },
    dice,
  );
  const kept = (metric: string) => figure('', metric, { of: (value) => value * 100, spell: fixed(2) });
  const best = figure('', 'acc', { of: (value) => value * 100, spell: fixed(2), keeps: 'best', noise: 0.6 });
  return {
    table: 'classifiers',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('mixup', 'mix', { type: 'REAL' }),
      setting('label_smoothing', 'smooth', { type: 'REAL' }),
      sometimes(0.3, setting('drop_path', 'dp', { type: 'REAL' })),
      {
        name: 'acc1',
        type: 'REAL',
        write: (job, own, no) => (job.launchedAt > change ? kept('ema') : best).write(job, own, no),
      },
      sometimes(
        0.5,
        moment('start', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Stockholm'), delay: skewDelay(14, 0.6) }),
      ),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** Whole numbers only, of which many are the same: solved of 164, epochs until it stopped; the start to the minute. */
export const counts: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-12-01T07:00:00Z'),
    count: 240,
    size: [4, 18],
    step: [2, 120],
    pause: [2, 18],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        temp: dice.pick([0.2, 0.6, 0.8]),
        shots: dice.pick([0, 1, 3]),
        coder: dice.pick(['sc2', 'dsc', 'cl']),
      },
      launchedAt,
      wait: dice.logBetween(4, 60),
      seconds: dice.logBetween(200, 3000),
      scores: {
        solved: courseOf(dice, dice.whole(20, 90), 0),
        timeouts: courseOf(dice, Math.max(0, Math.round(dice.normal(3, 3))), 0),
      },
      state: stateOf(dice, 0.05),
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { coder: 'model' }, metricPaths: { solved: 'n_pass', timeouts: 'n_timeout' } },
    dice,
  );
  return {
    table: 'humaneval',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('model', 'coder'),
      sometimes(0.3, setting('temperature', 'temp', { type: 'REAL' })),
      figure('passed', 'solved', { type: 'INTEGER', spell: (value) => value, grain: 0.02 }),
      sometimes(0.4, figure('timeouts', 'timeouts', { type: 'INTEGER', spell: (value) => value, grain: 0.15 })),
      moment('ts', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Dublin'), delay: skewDelay(15, 0.8) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.2 }),
  };
};
