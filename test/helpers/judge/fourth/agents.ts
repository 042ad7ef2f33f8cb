import { evenDelay, filler, moment, score, setting, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Launch } from '../job.ts';
import { courseOf } from '../labour.ts';
import { launch, open, same } from '../second/parts.ts';
import { DAY, HOUR, ISO_Z, NAIVE_MINUTE, UTC, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { fateOf, historyOf, levelOf, phrase, scoresOf, splitOf, workOf } from './kit.ts';

const ENVS = ['HalfCheetah-v4', 'Hopper-v4', 'Walker2d-v4', 'Ant-v4', 'Humanoid-v4'] as const;

/** CleanRL: three seeds a launch in one second, the stamp only in the run's name; returns are means that no run shows. */
export const cleanRl: LabRecipe = (dice) => {
  const starts = workOf(dice, { from: '2025-03-03T00:00:00Z', days: 70, count: 150, step: [600, 9000] });
  const launches = historyOf(dice, starts, {
    settings: () => ({
      env_id: dice.pick(ENVS),
      exp_name: dice.pick(['ppo_continuous_action', 'sac_continuous_action', 'td3_continuous_action', 'my_sac_v2']),
      lr: dice.pick([3e-4, 1e-3]),
    }),
    make: (settings, start) => launch({ settings, launchedAt: start.at }),
  }).flatMap(({ settings, launchedAt }) =>
    [1, 2, 3].map((seed): Launch => {
      const fate = fateOf(dice, dice.normal(6200, 500), 0.12);
      const level = 800 + 6000 * levelOf(settings) + dice.normal(0, 400);
      return launch({
        settings: { ...settings, seed },
        launchedAt: launchedAt + (seed - 1) * 700,
        wait: dice.between(3, 8),
        ...fate,
        scores: scoresOf(fate, { ret: courseOf(dice, level, 200), sps: courseOf(dice, dice.normal(310, 30), 5) }),
      });
    }),
  );
  const stampOf = ({ launchedAt, wait }: Launch): number => Math.floor(launchedAt / 1000 + wait);
  const jobs = recordJobs(
    launches,
    {
      paths: { user: null, lr: 'learning_rate' },
      metricPaths: { ret: 'charts/episodic_return', sps: 'charts/SPS' },
      nameOf: (own) =>
        `${own.settings['env_id']}__${own.settings['exp_name']}__${own.settings['seed']}__${stampOf(own)}`,
      extras: () => ({
        total_timesteps: 1_000_000,
        gamma: 0.99,
        torch_deterministic: true,
        cuda: true,
        capture_video: false,
      }),
    },
    dice,
  );
  return {
    table: 'returns',
    columns: [
      filler('row', 'INTEGER', (_job, _dice, no) => no),
      phrase('run', [setting('e', 'env_id'), setting('x', 'exp_name'), setting('s', 'seed')], (cells) =>
        cells.join('__'),
      ),
      score('return_last100', 'ret', { digits: 1, noise: 220 }),
      moment('finished_at', {
        style: NAIVE_MINUTE,
        of: 'end',
        delay: (seconds) => (seconds < 70 ? -Math.log(70) : Math.log(1e-9)),
      }),
    ],
    ...splitOf(dice, jobs, [0.3, 0.15]),
  };
};

/** RL Zoo: folders are counted per environment, seeds are drawn from 2^32, and written down for some. */
export const zoo: LabRecipe = (dice) => {
  const starts = workOf(dice, {
    from: '2024-11-04T00:00:00Z',
    days: 120,
    count: 330,
    users: ['arr', 'qg', 'ad'],
    step: [5, 4000],
  });
  const counted = new Map<string, number>();
  const launches = historyOf(dice, starts, {
    again: 0.15,
    reseed: 0,
    settings: () => ({
      algo: dice.pick(['ppo', 'sac', 'td3', 'tqc']),
      env: dice.pick(ENVS),
      n_envs: dice.pick([1, 4, 8]),
    }),
    make: ({ ...settings }, start) => {
      const place = `${settings['algo']}/${settings['env']}`;
      counted.set(place, (counted.get(place) ?? 0) + 1);
      const fate = fateOf(dice, dice.logBetween(30, 14_000), 0.3);
      const all = { ...settings, seed: dice.whole(0, 4_294_967_295), folder: `${place}_${counted.get(place)}` };
      const reward = courseOf(dice, 500 + 5000 * levelOf(settings) + dice.normal(0, 300), 150);
      return launch({
        settings: all,
        launchedAt: start.at,
        wait: dice.between(2, 9),
        ...fate,
        scores: scoresOf(fate, { reward }),
      });
    },
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { user: null, folder: null },
      metricPaths: { reward: 'rollout/ep_rew_mean' },
      nameOf: (own) =>
        `${own.settings['env']}__${own.settings['algo']}__${own.settings['seed']}__${Math.floor(own.launchedAt / 1000)}`,
      extras: () => ({ n_timesteps: 1_000_000, policy: 'MlpPolicy', normalize: true, vec_env: 'dummy' }),
      about: ({ settings }) => ({ user: String(settings['user']), tags: ['v2.3.0'] }),
    },
    dice,
  );
  return {
    table: 'zoo',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      filler('log_folder', 'TEXT', ({ settings }) => `logs/${settings['folder']}`),
      setting('env', 'env'),
      setting('algo', 'algo', { spell: (value) => String(value).toUpperCase() }),
      sometimes(0.5, setting('seed', 'seed', { type: 'INTEGER', common: 1e-6 })),
      filler('eval', 'TEXT', (job, own) =>
        job.scores['reward'] === undefined
          ? null
          : `${(job.scores['reward'].best + own.normal(60, 90)).toFixed(2)} +/- ${own.between(5, 300).toFixed(2)}`,
      ),
      sometimes(0.25, moment('date', { style: DAY, zone: zoneOf('Europe/Paris'), delay: evenDelay(2, 9) })),
    ],
    ...splitOf(dice, jobs, [0.35, 0.15]),
  };
};

/** All names are generated; a row has a code word of the lab's own, some settings, hours and a score of two decimals. */
export const autoNamed: LabRecipe = (dice) => {
  const starts = workOf(dice, { from: '2025-07-07T00:00:00Z', days: 50, count: 240, users: ['kim', 'lu'] });
  const launches = historyOf(dice, starts, {
    settings: () => ({
      encoder: dice.pick(['gru', 'tcn', 'patchtst', 'itransformer']),
      horizon: dice.pick([24, 96, 192]),
      data: dice.pick(['etth1', 'weather', 'traffic']),
      lr: dice.pick([1e-4, 5e-4, 1e-3]),
      seed: 2024,
    }),
    make: (settings, start) => {
      const fate = fateOf(dice, dice.logBetween(40, 3000), 0.25);
      return launch({
        settings,
        launchedAt: start.at,
        wait: dice.between(2, 12),
        ...fate,
        scores: scoresOf(fate, {
          mse: courseOf(dice, 0.2 + 0.3 * levelOf(settings) + dice.normal(0, 0.004), -0.002),
          mae: courseOf(dice, 0.25 + 0.2 * levelOf(settings) + dice.normal(0, 0.004), -0.002),
        }),
      });
    },
  });
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { user: null, lr: 'train.lr', horizon: 'task.pred_len', data: 'task.dataset', encoder: 'net' },
        metricPaths: { mse: 'test.mse', mae: 'test.mae' },
        noConfig: 0,
        about: ({ settings }) => ({ user: String(settings['user']) }),
      },
      dice,
    ),
  );
  const words = ['amber', 'birch', 'cobalt', 'delta', 'ember', 'fjord', 'garnet', 'heron'];
  return {
    table: 'models',
    columns: [
      filler('codename', 'TEXT', (_job, own, no) => `${own.pick(words)}-${no}`),
      same('owner', ({ settings }) => settings['user'] as string),
      setting('dataset', 'data', { spell: (value) => String(value).toUpperCase() }),
      setting('pred_len', 'horizon', { type: 'INTEGER' }),
      score('mse', 'mse', { digits: 3 }),
      score('mae', 'mae', { digits: 3 }),
      sometimes(
        0.3,
        moment('hour', {
          style: {
            type: 'TEXT',
            quantum: 3600,
            render: (ms) => `${ISO_Z.render(Math.floor(ms / HOUR) * HOUR)}`.slice(0, 13),
          },
          zone: UTC,
          delay: evenDelay(2, 12),
        }),
      ),
    ],
    ...splitOf(dice, jobs, [0.5, 0.1]),
  };
};
