import { filler, joined, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Scalar } from '../job.ts';
import { burstsOf, byStart, courseOf, powerOf, splitJobs, stateOf } from '../labour.ts';
import { at, EPOCH_S, GERMAN, ISO_Z, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, hands, launch } from './parts.ts';

const SECOND_ERA = at('2025-04-01T00:00:00Z');
const THIRD_ERA = at('2025-08-01T00:00:00Z');
const eraOf = ({ launchedAt }: Job): number => (launchedAt < SECOND_ERA ? 0 : launchedAt < THIRD_ERA ? 1 : 2);
const since = (era: number, column: Column): Column => ({
  ...column,
  write: (job, own, no) => (eraOf(job) >= era ? column.write(job, own, no) : { cell: null, fit: () => 0 }),
});

/** A registry that lived through three tools: each era spells times, rates and results its own way, in the same columns. */
export const threeEras: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-01-07T08:00:00Z'),
    count: 1400,
    size: [4, 24],
    step: [5, 240],
    pause: [12, 100],
  });
  const launches = times.map((launchedAt) => {
    const isDone = dice.chance(0.85);
    return launch({
      settings: {
        arch: dice.pick(['unetpp', 'deeplabv3plus', 'segnext', 'mask2former']),
        data: dice.pick(['cityscapes', 'ade20k', 'pascal_voc']),
        lr: dice.pick([0.01, 0.001, 0.0006, 0.0001]),
        crop: dice.pick([512, 768, 1024]),
        seed: dice.whole(0, 4),
      },
      launchedAt,
      wait: dice.logBetween(4, 60),
      seconds: isDone ? dice.logBetween(3000, 60_000) : dice.logBetween(10, 900),
      scores: isDone ? { iou: courseOf(dice, dice.normal(0.62, 0.07), 0.004) } : {},
      state: isDone ? stateOf(dice, 0.04) : 'failed',
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { arch: 'model.name', data: 'data.dataset', lr: 'optimizer.lr', crop: 'data.crop_size', seed: 'seed' },
      metricPaths: { iou: 'val/mIoU' },
      nameOf: ({ settings: own, launchedAt }) =>
        launchedAt < SECOND_ERA ? null : `${own['arch']}-${own['data']}-${own['crop']}`,
      noConfig: 0.04,
      noClock: 0.06,
    },
    dice,
  );
  const short = (value: Scalar): string =>
    ({ cityscapes: 'CS', ade20k: 'ADE', pascal_voc: 'VOC' })[String(value)] ?? String(value);
  const percent = (value: number): number => value * 100;
  return {
    table: 'experiments',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      hands(
        'name',
        [
          joined('', [setting('', 'arch'), setting('', 'data', { spell: short })], (parts) => parts.join(' on ')),
          joined('', [setting('', 'arch'), setting('', 'crop')], (parts) => parts.join('_')),
          joined('', [setting('', 'data'), setting('', 'arch'), setting('', 'seed')], (parts) => parts.join('/')),
        ],
        eraOf,
      ),
      hands(
        'created',
        [
          moment('', { style: GERMAN, zone: zoneOf('Europe/Berlin'), delay: skewDelay(15, 0.7) }),
          moment('', { style: ISO_Z, delay: skewDelay(15, 0.7) }),
          moment('', { style: EPOCH_S, delay: skewDelay(15, 0.7) }),
        ],
        eraOf,
      ),
      hands('lr', [setting('', 'lr', { spell: powerOf }), setting('', 'lr'), setting('', 'lr')], eraOf),
      since(1, setting('seed', 'seed', { type: 'INTEGER' })),
      hands(
        'miou',
        [
          score('', 'iou', {
            type: 'TEXT',
            digits: 1,
            scale: 100,
            spell: (value) => `${String(value).replace('.', ',')} %`,
          }),
          figure('', 'iou', { of: percent, spell: fixed(2) }),
          figure('', 'iou', { spell: fixed(4) }),
        ],
        eraOf,
      ),
      since(2, sometimes(0.3, lasted('duration_s', { digits: 0, noise: 1 }))),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.08, noRun: 0.12 }),
  };
};
