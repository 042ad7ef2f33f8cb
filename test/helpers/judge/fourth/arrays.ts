import type { Cell } from '../../../../src/model/cell.ts';
import { filler, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch, Scalar } from '../job.ts';
import { courseOf } from '../labour.ts';
import { NEVER, launch, told } from '../second/parts.ts';
import { within } from '../third/parts.ts';
import { NAIVE, STAMP, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { fateOf, levelOf, phrase, scoresOf, splitOf, workOf } from './kit.ts';

/** Hydra multiruns: a row knows when its sweep began, its number in it and its overrides. */
export const hydraSweeps: LabRecipe = (dice) => {
  const sweeps = workOf(dice, { from: '2025-06-02T00:00:00Z', days: 80, count: 45, step: [4000, 30_000] });
  const launches = sweeps.flatMap(({ at: begun }, no) => {
    const base = { model: dice.pick(['gcn', 'gat', 'gin']), data: dice.pick(['zinc', 'pcqm', 'molhiv']) };
    let now = begun + 8000;
    return Array.from({ length: dice.whole(3, 16) }, (_item, index): Launch => {
      const settings = {
        ...base,
        lr: dice.pick([1e-4, 3e-4, 1e-3, 3e-3]),
        hidden: dice.pick([64, 128, 256]),
        seed: dice.whole(0, 2),
        index,
        sweep: no,
        begun,
      };
      const fate = fateOf(dice, dice.logBetween(120, 2400), 0.1);
      const launchedAt = now;
      now += fate.seconds * 1000 + 6000;
      const mae = courseOf(
        dice,
        0.08 + 0.2 * levelOf({ ...base, lr: settings.lr, hidden: settings.hidden }) + dice.normal(0, 0.003),
        -0.002,
      );
      return launch({ settings, launchedAt, wait: dice.between(2, 5), ...fate, scores: scoresOf(fate, { mae }) });
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: {
        sweep: null,
        begun: null,
        index: null,
        lr: 'optim.lr',
        hidden: 'model.hidden_dim',
        model: 'model.name',
        data: 'dataset.name',
      },
      metricPaths: { mae: 'test/mae' },
      extras: () => ({ trainer: { max_epochs: 300, gradient_clip_val: 1 }, optim: { weight_decay: 0 } }),
    },
    dice,
  );
  const folderOf = ({ settings }: Job): string =>
    `multirun/${STAMP.render(Number(settings['begun']) + zoneOf('Europe/Zurich')(Number(settings['begun'])) * 60_000)}`;
  return {
    table: 'jobs',
    columns: [
      phrase(
        'path',
        [
          told('', { say: folderOf, fit: (_cell, other) => (other.seenStart === null ? 0 : 0) }),
          filler('i', 'INTEGER', ({ settings }) => settings['index'] as number),
        ],
        ([folder, index]) => `${String(folder).replace('_', '/')}/${index}`,
      ),
      sweepTime(),
      phrase(
        'overrides',
        [setting('m', 'model'), setting('l', 'lr'), setting('h', 'hidden'), setting('s', 'seed')],
        ([m, l, h, s]) => `model=${m},optim.lr=${l},model.hidden_dim=${h},seed=${s}`,
      ),
      sometimes(0.15, score('test_mae', 'mae', { digits: 4 })),
    ],
    ...splitOf(dice, jobs, [0.2, 0.25]),
  };
};

/** When the sweep began: its jobs start within hours after it. */
function sweepTime(): ReturnType<typeof told> {
  return told('sweep_started', {
    say: ({ settings }) => new Date(Number(settings['begun'])).toISOString().slice(0, 19),
    fit: (cell, { seenStart }) =>
      seenStart === null ? Math.log(1e-7) : within((seenStart - Date.parse(`${cell}Z`)) / 1000, [0, 11 * 3600]),
  });
}

/** Slurm arrays: new clients show the job's number, old ones don't; rows know the hour of submission and the number. */
export const slurmArrays: LabRecipe = (dice) => {
  const arrays = workOf(dice, {
    from: '2025-01-13T00:00:00Z',
    days: 100,
    count: 30,
    users: ['u1043', 'u2207'],
    step: [4000, 60_000],
  });
  let number = 4_810_000;
  const launches = arrays.flatMap(({ at: begun, user }) => {
    number += dice.whole(40, 900);
    const array = number;
    const base = { method: dice.pick(['fedavg', 'fedprox', 'scaffold']), data: dice.pick(['cifar10', 'femnist']) };
    return Array.from({ length: dice.pick([5, 10, 20, 40]) }, (_item, task): Launch => {
      const settings = {
        ...base,
        user,
        alpha: [0.05, 0.1, 0.5, 1][task % 4]!,
        lr: [0.01, 0.1][Math.floor(task / 4) % 2]!,
        seed: Math.floor(task / 8),
        job: `${array}_${task}`,
      };
      const fate = fateOf(dice, dice.normal(2400, 200), 0.18);
      const acc = courseOf(
        dice,
        0.4 + 0.4 * levelOf({ ...base, alpha: settings.alpha, lr: settings.lr }) + dice.normal(0, 0.012),
        0.006,
      );
      return launch({
        settings,
        launchedAt: begun,
        wait: Math.floor(task / 10) * 2500 + dice.logBetween(15, 900),
        ...fate,
        scores: scoresOf(fate, { acc }),
      });
    });
  });
  const shows = (job: Launch): Scalar | null =>
    levelOf({ ...job.settings, at: job.launchedAt }) < 0.55 ? job.settings['job']! : null;
  const jobs = recordJobs(
    launches,
    {
      paths: { user: null, job: null, data: 'dataset' },
      metricPaths: { acc: 'test_acc' },
      nameOf: ({ settings }) => `${settings['method']}_${settings['data']}_a${settings['alpha']}_s${settings['seed']}`,
      extras: (own) =>
        shows(own) === null
          ? {}
          : {
              _wandb: {
                e: {
                  [dice.token(12)]: {
                    slurm: {
                      array_job_id: String(shows(own)).split('_')[0]!,
                      array_task_id: String(shows(own)).split('_')[1]!,
                    },
                  },
                },
              },
            },
      about: ({ settings }) => ({ user: String(settings['user']) }),
    },
    dice,
  );
  return {
    table: 'array_tasks',
    columns: [
      told('slurm_id', {
        say: ({ settings }) => settings['job'] as string,
        fit: (cell, other) => (shows(other) === null ? Math.log(0.45) : shows(other) === cell ? 0 : NEVER),
      }),
      setting('algo', 'method'),
      setting('alpha', 'alpha', { type: 'REAL' }),
      setting('client_lr', 'lr', { type: 'REAL' }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      moment('submitted', { style: NAIVE, zone: zoneOf('Europe/Rome'), delay: skewDelay(700, 1.8) }),
      sometimes(
        0.35,
        score('final_acc', 'acc', {
          type: 'TEXT',
          digits: 2,
          scale: 100,
          spell: (value): Cell => `${value.toFixed(2)}%`,
        }),
      ),
    ],
    ...splitOf(dice, jobs, [0.25, 0.12]),
  };
};
