import type { Column } from '../columns.ts';
import { filler, score } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Project } from '../job.ts';
import { DAY, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { clock, endOf, launches, settle, startsOf, told } from './kit.ts';

const HOMEWORK: readonly Column[] = [
  filler('submission', 'TEXT', (_job, _dice, no) => `hw3_q2_try${no + 1}`),
  clock('date', { style: DAY, zone: zoneOf('America/New_York'), of: endOf, lag: [0, 600] }),
  told('hidden', ({ hidden }) => Number(hidden), { type: 'INTEGER' }),
  told('lr', ({ lr }) => Number(lr), { type: 'REAL' }),
  told('optimizer', ({ optimizer }) => String(optimizer)),
  score('test_acc', 'acc', { digits: 2, scale: 100 }),
];

/** One student's tries at an exercise, by the starter code that fixes the seed. */
export const homework: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, {
      count: 140,
      from: '2026-02-20',
      days: 12,
      burst: [2, 8],
      gap: [90, 600],
      hours: [14, 28],
    }),
    settings: () => ({
      hidden: dice.pick([64, 128, 256, 512]),
      lr: dice.pick([0.1, 0.01, 0.001]),
      optimizer: dice.pick(['sgd', 'adam']),
      seed: 598,
    }),
    seconds: [60, 500],
    metrics: { acc: { from: 0.45, to: 0.7, spread: 0.002 } },
  });
  const project: Project = { metricPaths: { acc: 'test/accuracy' }, nameOf: () => 'hw3-q2' };
  return settle(dice, { table: 'tries', jobs: recordJobs(work, project, dice), columns: HOMEWORK });
};
