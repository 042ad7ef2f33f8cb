import type { Column } from '../columns.ts';
import { lasted, score } from '../columns.ts';
import { digits } from '../fifth/kit.ts';
import { counted } from '../fifth/parts.ts';
import { recordJobs } from '../job.ts';
import type { Project } from '../job.ts';
import { DAY_MS, EPOCH_MS, HOUR, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { FRENCH, clock, launches, settle, startOf, startsOf, told } from './kit.ts';

const twoDigits = digits(2);

const FOLDS: readonly Column[] = [
  counted('fold_id'),
  clock('created_ms', { style: EPOCH_MS, of: startOf, lag: [-40, -5] }),
  told('params', ({ blocks, templates, crop }) =>
    JSON.stringify({ n_blocks: blocks, use_templates: templates === true ? 'on' : 'off', crop }),
  ),
  told('log10_lr', ({ lr }) => (lr === undefined ? null : twoDigits(Math.log10(Number(lr)))), { type: 'REAL' }),
  told('stage', ({ stage }) => ['initial', 'finetune', 'distill'].indexOf(String(stage)), { type: 'INTEGER' }),
  score('plddt', 'plddt', { digits: 1, scale: 100 }),
  score('rmsd_nm', 'rmsd', { digits: 2, scale: 0.1 }),
];

/** Protein folding on nodes without a network: the runs come at night, and a part of them without their clock. */
export const folding: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 200, from: '2026-02-01', days: 40, burst: [2, 6], gap: [5, 1500], hours: [8, 22] }),
    settings: () => ({
      blocks: dice.pick([12, 24, 48]),
      templates: dice.chance(0.5),
      crop: dice.pick([256, 384]),
      lr: dice.logBetween(1e-4, 3e-3),
      stage: dice.pick(['initial', 'initial', 'finetune', 'distill']),
    }),
    wait: [6, 35],
    seconds: [3000, 80_000],
    metrics: { plddt: { from: 0.62, to: 0.88, spread: 0.01 }, rmsd: { from: 1.5, to: 6, spread: 0.2 } },
  });
  const project: Project = {
    paths: { blocks: 'model.evoformer.no_blocks', templates: 'model.template.enabled', crop: 'data.train.crop_size' },
    metricPaths: { plddt: 'val/plddt', rmsd: 'val/rmsd_A' },
    nameOf: ({ settings }) => `of2-${settings['stage']}`,
    noClock: 0.3,
    syncedAt: ({ launchedAt, seconds }) =>
      (Math.floor((launchedAt + seconds * 1000) / DAY_MS) + 1) * DAY_MS + dice.between(1, 1.4) * HOUR,
  };
  return settle(dice, { table: 'folds', jobs: recordJobs(work, project, dice), columns: FOLDS, deleted: 0.18 });
};

const SHORT_ENV: Readonly<Record<string, string>> = {
  'HalfCheetah-v4': 'HC',
  'Hopper-v4': 'Hop',
  'Walker2d-v4': 'W2d',
  'Ant-v4': 'Ant',
};
const ALGORITHMS = ['ppo_continuous_action', 'sac_continuous_action', 'td3_continuous_action'];

const RETURNS: readonly Column[] = [
  counted('id'),
  told('env', ({ env }) => SHORT_ENV[String(env)] ?? null),
  told('algo', ({ algo }) => ALGORITHMS.indexOf(String(algo)) + 1, { type: 'INTEGER' }),
  told('graine', ({ seed }) => Number(seed), { type: 'INTEGER' }),
  clock('lancé', { style: FRENCH, zone: zoneOf('Europe/Paris'), of: startOf, lag: [-300, 900] }),
  score('retour', 'reward', { digits: 0, keeps: 'mean', noise: 120 }),
  lasted('durée_h', { digits: 1, scale: 1 / 3600, noise: 60 }),
];

/** CleanRL's names of environment, script, seed and second, beside a French sheet that was filled within a quarter. */
export const returns: LabRecipe = (dice) => {
  let [seed, env, algo, before] = [0, 'Ant-v4', ALGORITHMS[0]!, 0];
  const work = launches(dice, {
    starts: startsOf(dice, { count: 360, from: '2026-01-20', days: 40, burst: [3, 8], gap: [1, 4] }),
    settings: (start) => {
      if (start - before > 30_000) {
        [env, algo, seed] = [dice.pick(Object.keys(SHORT_ENV)), dice.pick(ALGORITHMS), 0];
      }
      [seed, before] = [seed + 1, start];
      return { env, algo, seed, _start: Math.floor(start / 1000) };
    },
    wait: [1, 3],
    seconds: [4000, 30_000],
    metrics: { reward: { from: 900, to: 6500, spread: 350, slack: 60 } },
  });
  const project: Project = {
    paths: { env: 'env_id', algo: 'exp_name', _start: null },
    metricPaths: { reward: 'charts/episodic_return' },
    nameOf: ({ settings }) => `${settings['env']}__${settings['algo']}__${settings['seed']}__${settings['_start']}`,
    extras: () => ({ torch_deterministic: true, total_timesteps: 1_000_000, gamma: 0.99 }),
  };
  return settle(dice, { table: 'essais', jobs: recordJobs(work, project, dice), columns: RETURNS });
};
