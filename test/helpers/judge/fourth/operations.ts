import { evenDelay, filler, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { recordJobs } from '../job.ts';
import type { Launch } from '../job.ts';
import { courseOf } from '../labour.ts';
import { launch, same } from '../second/parts.ts';
import { NAIVE, NAIVE_MINUTE, UTC, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { asJson, fateOf, historyOf, levelOf, phrase, scoresOf, splitOf, workOf } from './kit.ts';

/** Kaggle: five folds an experiment, numbers used twice after a correction, a fold's score with five digits. */
export const kaggleFolds: LabRecipe = (dice) => {
  let exp = 0;
  const launches = workOf(dice, { from: '2025-09-01T00:00:00Z', days: 75, count: 110, step: [3000, 20_000] }).flatMap(
    ({ at: begun }) => {
      if (!dice.chance(0.2)) exp += 1;
      const base = {
        exp: `exp${String(exp).padStart(3, '0')}`,
        backbone: dice.pick(['tf_efficientnetv2_s', 'maxvit_tiny', 'eva02_small']),
        lr: dice.pick([2e-4, 5e-4]),
        size: dice.pick([256, 384]),
      };
      let now = begun;
      return Array.from({ length: dice.chance(0.3) ? 1 : 5 }, (_item, fold): Launch => {
        const fate = fateOf(dice, dice.normal(1800, 150), 0.08);
        const launchedAt = now;
        now += fate.seconds * 1000 + 15_000;
        const cv = courseOf(dice, 0.81 + 0.03 * levelOf(base) + 0.004 * fold + dice.normal(0, 0.002), 0.0004);
        return launch({
          settings: { ...base, fold, seed: 42 },
          launchedAt,
          wait: dice.between(5, 12),
          ...fate,
          scores: scoresOf(fate, { cv }),
        });
      });
    },
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { exp: 'exp_id', backbone: 'model_name', size: 'img_size' },
      metricPaths: { cv: 'valid_score' },
      nameOf: ({ settings }) => `${settings['exp']}_fold${settings['fold']}`,
      about: ({ settings }) => ({ group: String(settings['exp']), jobType: 'train' }),
    },
    dice,
  );
  return {
    table: 'oof',
    columns: [
      filler('rowid_', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('experiment', 'exp', { spell: (value) => String(value).replace('exp', 'EXP-') }),
      setting('fold', 'fold', { type: 'INTEGER' }),
      setting('backbone', 'backbone'),
      score('cv', 'cv', { digits: 5, keeps: 'best', noise: 0.0006 }),
      sometimes(0.5, lasted('mins', { type: 'INTEGER', digits: 0, scale: 1 / 60, noise: 20 })),
    ],
    ...splitOf(dice, jobs, [0.35, 0.15]),
  };
};

/** Evaluation runs stand beside the training runs with their configuration; a row is a training, its test score an evaluation's. */
export const evaluationJobs: LabRecipe = (dice) => {
  const launches = historyOf(
    dice,
    workOf(dice, { from: '2025-03-10T00:00:00Z', days: 60, count: 150, users: ['v', 'w'], step: [1500, 9000] }),
    {
      settings: () => ({
        arch: dice.pick(['conformer', 'zipformer', 'whisper-small']),
        hours: dice.pick([10, 100, 960]),
        lr: dice.pick([1e-4, 4e-4, 1e-3]),
        spec: dice.chance(0.6),
        seed: dice.whole(0, 3),
      }),
      make: (settings, start) => {
        const fate = fateOf(dice, dice.logBetween(1500, 12_000), 0.15);
        return launch({
          settings: { ...settings, kind: 'train' },
          launchedAt: start.at,
          wait: dice.between(5, 30),
          ...fate,
          scores: scoresOf(fate, {
            dev: courseOf(dice, 3 + 9 * levelOf(settings) + Math.abs(dice.normal(0, 0.1)), -0.05),
          }),
        });
      },
    },
  );
  const tests = new Map<string, number>();
  const evaluations = launches.flatMap((own): Launch[] => {
    const dev = own.scores['dev']?.last;
    if (dev === undefined || dice.chance(0.25)) return [];
    const test = dev * dice.normal(1.08, 0.02);
    tests.set(`${own.launchedAt}`, test);
    return [
      launch({
        settings: { ...own.settings, kind: 'eval' },
        launchedAt: own.launchedAt + own.seconds * 1000 + dice.logBetween(60, 40_000) * 1000,
        wait: 6,
        seconds: dice.between(60, 200),
        scores: { test: courseOf(dice, test, 0) },
      }),
    ];
  });
  const jobs = recordJobs(
    [...launches, ...evaluations],
    {
      paths: {
        user: null,
        kind: null,
        hours: 'data.hours',
        spec: 'data.spec_augment',
        lr: 'optim.peak_lr',
        arch: 'encoder',
      },
      metricPaths: { dev: 'dev/wer', test: 'test/wer' },
      nameOf: ({ settings }) => `${settings['arch']}-${settings['hours']}h`,
      about: ({ settings }) => ({ jobType: String(settings['kind']), user: String(settings['user']) }),
    },
    dice,
  );
  const trained = jobs.filter(({ settings }) => settings['kind'] === 'train');
  const split = splitOf(dice, trained, [0.25, 0.12]);
  return {
    table: 'asr_models',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      filler('kind', 'TEXT', () => 'train'),
      setting('encoder', 'arch'),
      setting('train_h', 'hours', { type: 'INTEGER' }),
      setting('peak_lr', 'lr', { type: 'REAL' }),
      moment('trained_on', { style: NAIVE_MINUTE, zone: UTC, delay: evenDelay(5, 30) }),
      score('dev_wer', 'dev', { digits: 2 }),
      filler('test_wer', 'REAL', ({ launchedAt }) =>
        tests.has(`${launchedAt}`) ? Number(tests.get(`${launchedAt}`)!.toFixed(2)) : null,
      ),
    ],
    registered: split.registered,
    gone: split.gone,
    present: [...split.present, ...jobs.filter(({ settings }) => settings['kind'] === 'eval')],
  };
};

interface Team {
  readonly name: string;
  readonly tasks: readonly string[];
  readonly metric: string;
  readonly count: number;
}

const TEAMS: readonly Team[] = [
  { name: 'ads', tasks: ['ctr', 'cvr'], metric: 'auc', count: 180 },
  { name: 'feed', tasks: ['dwell', 'like'], metric: 'ndcg', count: 260 },
  { name: 'search', tasks: ['rank', 'recall'], metric: 'mrr', count: 220 },
  { name: 'trust', tasks: ['spam', 'toxic'], metric: 'ap', count: 120 },
];

function teamLaunches(dice: Dice, { name, tasks, count }: Team): Launch[] {
  return historyOf(
    dice,
    workOf(dice, { from: '2025-01-07T00:00:00Z', days: 80, count, users: [`${name}-1`, `${name}-2`] }),
    {
      settings: () => ({
        team: name,
        task: dice.pick(tasks),
        tower: dice.pick([64, 128, 256]),
        lr: dice.pick([1e-3, 3e-3, 1e-2]),
        neg: dice.pick([1, 4, 16]),
      }),
      make: (settings, start) => {
        const fate = fateOf(dice, dice.logBetween(200, 10_000), 0.2);
        return launch({
          settings,
          launchedAt: start.at,
          wait: dice.between(3, 20),
          ...fate,
          scores: scoresOf(fate, {
            main: courseOf(dice, 0.6 + 0.2 * levelOf(settings) + dice.normal(0, 0.002), 0.001),
          }),
        });
      },
    },
  );
}

/** Four teams share a project; the registry is one team's and knows a JSON of parameters and the day's hour. */
export const multiTeam: LabRecipe = (dice) => {
  const jobs = TEAMS.flatMap((team) =>
    recordJobs(
      teamLaunches(dice, team),
      {
        paths: { user: null, team: null, tower: 'model/tower_dim', lr: 'train/lr', neg: 'data/negatives' },
        metricPaths: { main: `eval/${team.metric}` },
        nameOf: ({ settings }) => `${settings['task']}_baseline`,
        about: ({ settings }) => ({ user: String(settings['user']), tags: [team.name] }),
      },
      dice,
    ),
  );
  const [own, others] = [true, false].map((mine) =>
    jobs.filter(({ settings }) => (settings['team'] === 'feed') === mine),
  );
  const split = splitOf(dice, own!, [0.3, 0.2]);
  return {
    table: 'feed_models',
    columns: [
      filler('model_id', 'TEXT', (_job, own1, no) => `fm-${no}-${own1.hex(4)}`),
      same('objective', ({ settings }) => settings['task'] as string),
      phrase('params', [setting('tower_dim', 'tower'), setting('lr', 'lr'), setting('negatives', 'neg')], asJson),
      moment('registered_at', { style: NAIVE, zone: zoneOf('America/Los_Angeles'), delay: skewDelay(12, 0.6) }),
      sometimes(0.4, score('ndcg', 'main', { digits: 4 })),
    ],
    registered: split.registered,
    gone: split.gone,
    present: [...split.present, ...others!],
  };
};
