import { evenDelay, filler, joined, lasted, score, setting, sometimes, trace } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { phrase, spelt, splitOf, workOf } from '../fourth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import type { Settings } from '../labour.ts';
import { powerOf } from '../labour.ts';
import { at, DAY, DAY_MS, EPOCH_MS, HOUR, NAIVE_MINUTE } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { around, dayColumn, digits, launchOf, stamp, ulid } from './kit.ts';
import { quickTimes } from './physical.ts';

/** Thousands of fits of seconds; ULIDs as keys, the data set by its number. */
export const automl: LabRecipe = (dice) => {
  const launches = quickTimes(dice, at('2026-05-04T08:00:00Z'), 2500).map((time) => {
    const settings = {
      dataset: `openml-${dice.pick([3, 12, 31, 54, 181, 1049, 1067, 1461, 1489, 4534, 40_975, 41_027])}`,
      learner: dice.pick(['lgbm', 'xgb', 'rf', 'extra', 'lr']),
      fold: dice.whole(0, 4),
      reg: dice.logBetween(1e-6, 10),
      leaves: dice.whole(4, 255),
    };
    return launchOf(dice, {
      settings,
      at: time,
      wait: dice.between(0.2, 3),
      seconds: dice.logBetween(0.8, 25),
      failed: 0.04,
      scores: { auc: around(dice, { d: settings.dataset }, { from: 0.7, to: 0.97, spread: 0.02 }) },
    });
  });
  const jobs = recordJobs(launches, { paths: { fold: 'cv.fold' }, metricPaths: { auc: 'valid_auc' } }, dice);
  return {
    table: 'fits',
    columns: [
      spelt(
        stamp('ulid', {
          style: EPOCH_MS,
          moment: ({ launchedAt }) => launchedAt,
          delay: (seconds) => evenDelay(0, 3)(-seconds),
        }),
        ulid,
      ),
      setting('task_id', 'dataset', { type: 'INTEGER', spell: (value) => Number(String(value).slice(7)) }),
      setting('estimator', 'learner', { spell: (value) => `sk_${value}` }),
      setting('fold', 'fold', { type: 'INTEGER' }),
      sometimes(0.4, score('auc', 'auc', { digits: 3 })),
      lasted('fit_time', { digits: 1, noise: 0.4 }),
    ],
    ...splitOf(dice, jobs, [0.05, 0.1]),
  };
};

interface Member {
  readonly lr: number;
  readonly ent: number;
}

/** The worse quarter copies one of the better and shakes it; the others go on with what they had. */
function nextGeneration(dice: Dice, members: readonly Member[]): Member[] {
  const shaken = (value: number): number => value * dice.pick([0.8, 1.2]);
  return members.map((own) => {
    if (!dice.chance(0.25)) return own;
    const better = dice.pick(members);
    return { lr: shaken(better.lr), ent: dice.chance(0.5) ? shaken(better.ent) : better.ent };
  });
}

/** Population based training: each generation of a member is a run of its own, most with the config of the last. */
export const population: LabRecipe = (dice) => {
  const launches = ['ant', 'humanoid', 'walker'].flatMap((task, round) => {
    let members = Array.from({ length: 16 }, () => ({
      lr: dice.logBetween(1e-5, 1e-3),
      ent: dice.logBetween(1e-4, 0.1),
    }));
    let now = at('2026-03-02T09:00:00Z') + round * 3 * DAY_MS;
    return Array.from({ length: 14 }, (_item, generation) => {
      const all = members.map((settings): Launch => {
        const own = { task, ...settings };
        const reward = around(dice, own, { from: 200 * generation, to: 260 * generation + 300, spread: 40 });
        const plan = { settings: own, at: now + dice.between(0, 90_000), wait: dice.between(3, 20), failed: 0.03 };
        return launchOf(dice, { ...plan, seconds: dice.normal(1800, 60), scores: { reward } });
      });
      now += dice.between(0.55, 0.75) * HOUR;
      members = nextGeneration(dice, members);
      return all;
    }).flat();
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { lr: 'algo.actor_lr', ent: 'algo.entropy', task: 'env.id' },
      metricPaths: { reward: 'episode_reward_mean' },
      nameOf: ({ settings }) => `pbt-${settings['task']}`,
      about: ({ settings }) => ({ group: `pbt_${settings['task']}` }),
    },
    dice,
  );
  return {
    table: 'population',
    columns: [
      filler('pk', 'INTEGER', (_job, _dice, no) => no),
      setting('env', 'task'),
      setting('lr', 'lr', { type: 'REAL', spell: digits(3) }),
      setting('entropy_coef', 'ent', { type: 'REAL', spell: digits(2) }),
      stamp('launched', { style: NAIVE_MINUTE, moment: (job) => job.launchedAt, delay: (s) => evenDelay(3, 20)(-s) }),
      sometimes(0.3, score('reward', 'reward', { digits: 0 })),
    ],
    ...splitOf(dice, jobs, [0.08, 0.12]),
  };
};

/** Trials of sixteen studies: the number starts over with each, the study's own id is nowhere in the registry. */
export const tuneTrials: LabRecipe = (dice) => {
  const launches = Array.from({ length: 16 }, (_item, no) => no).flatMap((study) => {
    const tag = dice.hex(5);
    const from = at('2025-10-06T07:00:00Z') + study * dice.between(1.5, 2.5) * DAY_MS;
    return Array.from({ length: 150 }, (_trial, trial): Launch => {
      const settings = {
        lr: dice.logBetween(1e-5, 1e-2),
        dropout: dice.between(0, 0.5),
        bs: dice.pick([32, 64, 128]),
        no: `trial_${String(trial).padStart(5, '0')}`,
        study: tag,
      };
      const iterations = dice.pick([1, 1, 1, 3, 3, 9, 27, 81]);
      const loss = around(dice, { lr: settings.lr }, { from: 0.3, to: 1.5, spread: 0.05 });
      const plan = { settings, at: from + trial * dice.between(60, 90) * 1000, wait: dice.between(2, 8), failed: 0.05 };
      const steps = { last: iterations, best: iterations, mean: iterations };
      return launchOf(dice, { ...plan, seconds: iterations * 40, scores: { loss, steps } });
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { no: null, study: null, bs: 'batch_size' },
      nameOf: ({ settings }) => `objective_${settings['study']}_${String(settings['no']).slice(6)}`,
      metricPaths: { loss: 'val_loss', steps: 'training_iteration' },
    },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  const rounded = digits(3);
  return {
    table: 'progress',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      trace('trial', ({ settings }) => String(settings['no'])),
      phrase(
        'params',
        [
          trace('bs', ({ settings }) => String(settings['bs'])),
          trace('dropout', ({ settings }) => String(rounded(settings['dropout'] ?? 0))),
          trace('lr', ({ settings }) => String(rounded(settings['lr'] ?? 0))),
        ],
        (cells, names) => cells.map((cell, place) => `${names[place]}=${cell}`).join(','),
      ),
      dayColumn('study_day', DAY, { lags: { 0: 1, 1: 1e-3 }, moment: (job) => job.launchedAt }),
      sometimes(0.5, score('val_loss', 'loss', { digits: 4 })),
      score('iterations', 'steps', { digits: 0, type: 'INTEGER' }),
    ],
    ...splitOf(dice, jobs, [0.06, 0.1]),
  };
};

const TEMPLATES: readonly ((own: Settings) => string)[] = [
  (own) => `${own['net']}_b${own['bs']}_lr${own['lr']}_wd${powerOf(own['wd'] ?? 0)}_s${own['seed']}`,
  (own) => `s${own['seed']}|wd=${own['wd']}|lr=${powerOf(own['lr'] ?? 0)}|${own['net']}|bs${own['bs']}`,
  (own) => `${String(own['net']).toUpperCase()}-${own['bs']}x${powerOf(own['lr'] ?? 0)}-wd${own['wd']}-#${own['seed']}`,
  (own) => `exp.${own['lr']}.${own['wd']}.${own['bs']}.${own['net']}.seed${own['seed']}`,
];

/** Everyone has a template for W&B's names; the registry has one of its own, and a month. */
export const templates: LabRecipe = (dice) => {
  const users = ['kim', 'lee', 'mo', 'noor'];
  const starts = workOf(dice, { from: '2025-11-01T00:00:00Z', days: 150, count: 380, users, step: [60, 7000] });
  const launches = starts.map((start) => {
    const settings = {
      net: dice.pick(['resnet50', 'convnext_t', 'vit_s', 'regnety']),
      bs: dice.pick([32, 64, 128, 256]),
      lr: dice.pick([0.0001, 0.0003, 0.001, 0.003, 0.01]),
      wd: dice.pick([0.00001, 0.0001, 0.05]),
      seed: dice.whole(0, 9),
    };
    return launchOf(dice, {
      settings,
      at: start.at,
      wait: dice.between(2, 20),
      seconds: dice.logBetween(300, 20_000),
      failed: 0.15,
      host: start.user,
      scores: { loss: around(dice, settings, { from: 0.6, to: 2.4, spread: 0.03 }) },
    });
  });
  const jobs = recordJobs(
    launches,
    { nameOf: ({ settings, host }) => TEMPLATES[users.indexOf(host)]!(settings), noConfig: 0.4 },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  const parts = ['net', 'wd', 'lr', 'seed', 'bs'].map((key) => setting('', key));
  return {
    table: 'experiments',
    columns: [
      filler('id', 'TEXT', (_job, own) => own.hex(8)),
      joined('name', parts, ([net, wd, lr, seed, bs]) =>
        [net, `wd${powerOf(wd ?? 0)}`, `lr${powerOf(lr ?? 0)}`, `seed${seed}`, `b${bs}`].join('.'),
      ),
      dayColumn('month', MONTH, { lags: MONTH_LAGS, moment: (job) => job.launchedAt }),
      sometimes(0.5, score('loss', 'loss', { digits: 2 })),
    ],
    ...splitOf(dice, jobs, [0.1, 0.12]),
  };
};

const MONTH = { ...DAY, render: (ms: number): string => new Date(ms).toISOString().slice(0, 7) };
/** Any day up to a month before or after; the oracle is no better than this. */
const MONTH_LAGS = Object.fromEntries(Array.from({ length: 61 }, (_item, no) => [no - 30, 1 / 30]));
