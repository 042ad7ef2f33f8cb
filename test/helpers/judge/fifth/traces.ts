import type { Column } from '../columns.ts';
import { filler, score, setting, sometimes } from '../columns.ts';
import { phrase, splitOf, workOf } from '../fourth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Job } from '../job.ts';
import { at, HOUR } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { around, derived, digits, launchOf } from './kit.ts';

/** TensorBoard's event files, synced to W&B long after in two days: no config, no clock, names of folders. */
export const eventFiles: LabRecipe = (dice) => {
  const synced = at('2026-06-20T09:00:00Z');
  const launches = workOf(dice, { from: '2025-02-01T00:00:00Z', days: 300, count: 320, users: ['gpu1', 'gpu2'] }).map(
    (start) => {
      const settings = {
        data: dice.pick(['mnist', 'svhn', 'cifar10']),
        lr: digits(2)(dice.logBetween(1e-4, 0.1)),
        bs: dice.pick([32, 64, 128]),
      };
      const steps = Math.round(dice.logBetween(400, 90_000));
      const acc = Math.fround(around(dice, settings, { from: 0.6, to: 0.99, spread: 0.01 }).last);
      return launchOf(dice, {
        settings,
        at: start.at,
        wait: 0,
        seconds: steps / 30,
        failed: 0,
        host: start.user,
        scores: { acc: { last: acc, best: acc, mean: acc }, steps: { last: steps, best: steps, mean: steps } },
      });
    },
  );
  const jobs = recordJobs(
    launches,
    {
      noConfig: 1,
      noClock: 1,
      noSummary: 0.2,
      syncedAt: () => synced + dice.between(0, 30) * HOUR,
      metricPaths: { acc: 'accuracy/val', steps: 'global_step' },
      nameOf: ({ settings: own }) => `${own['data']}/lr_${own['lr']}_bs_${own['bs']}`,
    },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  const files: Column = filler('event_file', 'TEXT', ({ launchedAt, host }, own) =>
    ['events.out.tfevents', Math.round(launchedAt / 1000), host, own.whole(900, 32_000), 0].join('.'),
  );
  const parts = [setting('', 'data'), setting('', 'lr'), setting('', 'bs')];
  return {
    table: 'summaries',
    columns: [
      files,
      phrase('logdir', parts, ([data, lr, bs]) => `runs/${String(data)}/bs_${String(bs)}-lr_${String(lr)}`),
      sometimes(
        0.5,
        derived('acc', 'acc', (value) => Number(value.toPrecision(7))),
      ),
      score('last_step', 'steps', { digits: 0, type: 'INTEGER' }),
    ],
    ...splitOf(dice, jobs, [0.1, 0.15]),
  };
};
