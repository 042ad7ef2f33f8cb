import type { Column, Written } from '../columns.ts';
import { filler, lasted, score, setting, sometimes } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { comma, spelt, splitOf } from '../fourth/kit.ts';
import type { Job } from '../job.ts';
import type { Settings } from '../labour.ts';
import { at, ISO_Z, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { Lab, LabRecipe } from '../world.ts';
import { eras, stamp, typo, untold } from './kit.ts';
import { behind, counted, launched, workJobs } from './parts.ts';

const MIDDLE = at('2026-02-20T00:00:00Z');
const isOld = ({ launchedAt }: Job): boolean => launchedAt < MIDDLE;
const local = zoneOf('Europe/Berlin');

/** What all six have in common: two months of segmentation with Adam or not. */
function segmentationJobs(dice: Dice, count: number): Job[] {
  const settings = (): Settings => ({
    net: dice.pick(['deeplab', 'segformer', 'upernet', 'mask2former']),
    lr: dice.pick([1e-2, 1e-3, 3e-4, 1e-4]),
    opt: dice.pick(['adam', 'adamw', 'sgd']),
    seed: dice.pick([42, 42, 1, 2, 3]),
    crop: dice.pick([384, 512, 768]),
  });
  const metrics = { miou: [0.55, 0.83, 0.006] } as const;
  return workJobs(
    dice,
    { from: '2026-02-01T00:00:00Z', days: 40, count, users: ['i', 'j', 'k'], settings, metrics },
    { paths: { net: 'model.type', opt: 'optimizer.type', lr: 'optimizer.lr' }, metricPaths: { miou: 'val/mIoU' } },
  );
}

const started = (name: string): Column =>
  stamp(name, { style: NAIVE_MINUTE, zone: local, moment: launched, delay: behind(3, 40) });

/** One day the columns changed their meaning: percent to shares, minutes to seconds, log10 to plain, local time to UTC. */
export const unitsChanged: LabRecipe = (dice) => {
  const jobs = segmentationJobs(dice, 360);
  return {
    table: 'runs',
    columns: [
      counted('id'),
      setting('network', 'net'),
      eras(
        isOld,
        setting('lr', 'lr', { type: 'REAL', spell: (value) => Number(Math.log10(Number(value)).toFixed(2)) }),
        setting('lr', 'lr', { type: 'REAL' }),
      ),
      eras(
        isOld,
        stamp('start', { style: NAIVE, zone: local, moment: launched, delay: behind(3, 40) }),
        stamp('start', { style: NAIVE, moment: launched, delay: behind(3, 40) }),
      ),
      eras(isOld, lasted('duration', { digits: 0, scale: 1 / 60 }), lasted('duration', { digits: 0 })),
      sometimes(
        0.3,
        eras(isOld, score('miou', 'miou', { digits: 1, scale: 100 }), score('miou', 'miou', { digits: 3 })),
      ),
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};

/** Three columns came with an ALTER TABLE: every older row says the default, whatever it was. */
export const alteredDefaults: LabRecipe = (dice) => {
  const jobs = segmentationJobs(dice, 340);
  return {
    table: 'trainings',
    columns: [
      counted('id'),
      setting('model', 'net'),
      started('created'),
      untold(isOld, setting('optimizer', 'opt'), () => 'adam'),
      untold(isOld, setting('seed', 'seed', { type: 'INTEGER' }), () => 42),
      untold(isOld, setting('crop_size', 'crop', { type: 'INTEGER' }), () => 512),
      untold(isOld, score('miou', 'miou', { digits: 3 }), () => 0),
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};

/** Kept by hand: letters swapped, commas, blanks, words for nothing, two ways of writing a time. */
export const keyboard: LabRecipe = (dice) => {
  const jobs = segmentationJobs(dice, 260);
  const nothing = (column: Column): Column =>
    untold(
      () => dice.chance(0.15),
      column,
      (own) => own.pick(['n/a', '-', '?', 'tbd']),
    );
  const spaced = (column: Column): Column =>
    spelt(column, (cell, own) => (own.chance(0.3) ? ` ${String(own.chance(0.5) ? comma(cell) : cell)}` : cell), 'ANY');
  return {
    table: 'log',
    columns: [
      filler('key', 'TEXT', (_job, own, no) => `${no}${own.pick(['a', 'b', ''])}`),
      spelt(setting('net', 'net'), (cell, own) => (own.chance(0.15) ? typo(String(cell), own) : cell)),
      nothing(spaced(setting('lr', 'lr', { slip: 0.03, slipTo: (value) => Number(value) * 10 }))),
      nothing(setting('optim', 'opt', { spell: (value) => String(value).toUpperCase() })),
      spelt(started('when'), (cell, own) => (own.chance(0.3) ? String(cell).replaceAll('-', '/') : cell)),
      nothing(spaced(score('mIoU', 'miou', { digits: 1, scale: 100 }))),
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};

/** An import ran twice over some weeks: the same rows once more under other keys. */
export const importedTwice: LabRecipe = (dice) => {
  const { registered, ...split } = splitOf(dice, segmentationJobs(dice, 300), [0.12, 0.15]);
  const again = registered.slice(60, 110);
  return {
    table: 'imported',
    columns: [
      filler('rowid_', 'INTEGER', (_job, _dice, no) => no + 500),
      setting('model', 'net'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('crop', 'crop', { type: 'INTEGER' }),
      started('start'),
      score('miou', 'miou', { digits: 2 }),
      filler('import', 'INTEGER', (_job, _dice, no) => (no < registered.length ? 1 : 2)),
    ],
    registered: [...registered, ...again],
    ...split,
  };
};

/** Half of the rows are linked; some of these to the run of a neighbour, some to a run long deleted. */
export const halfLinked: LabRecipe = (dice): Lab => {
  const split = splitOf(dice, segmentationJobs(dice, 420), [0.1, 0.12]);
  const { registered, present } = split;
  const there = new Set(present.map(({ runId }) => runId));
  const used = new Set<string>();
  const links = new Map<number, string>();
  for (const [no, job] of registered.entries()) {
    if (!dice.chance(0.5)) continue;
    const roll = dice.unit();
    const neighbour = registered[no + 1]?.runId ?? '';
    const runId = roll < 0.06 && there.has(neighbour) ? neighbour : roll < 0.1 ? dice.token(8) : job.runId;
    if (used.has(runId)) continue;
    used.add(runId);
    links.set(no, runId);
  }
  return {
    table: 'half',
    columns: [
      counted('id'),
      setting('model', 'net'),
      sometimes(0.2, setting('lr', 'lr', { type: 'REAL' })),
      stamp('created_at', { style: ISO_Z, moment: launched, delay: behind(3, 40) }),
      sometimes(0.5, score('miou', 'miou', { digits: 2 })),
    ],
    ...split,
    links,
  };
};

/** A CSV import lost an empty cell in every tenth row: all that follows stands one column to the left. */
export const shiftedCells: LabRecipe = (dice) => {
  const jobs = segmentationJobs(dice, 300);
  const shifted = new Map<string, boolean>();
  const own = [
    filler('note', 'TEXT', (_job, d) => d.pick(['', 'rerun', 'ok'])),
    setting('model', 'net'),
    setting('lr', 'lr'),
    started('start'),
    score('miou', 'miou', { digits: 3 }),
    lasted('secs', { digits: 0 }),
  ];
  const columns = own.map((column, place): Column => ({
    ...column,
    type: 'ANY',
    write: (job, d, no): Written => {
      if (!shifted.has(job.runId)) shifted.set(job.runId, d.chance(0.1));
      if (shifted.get(job.runId) !== true) return column.write(job, d, no);
      // Said elsewhere than where it belongs; a careful reader still reads it.
      return own[place + 1]?.write(job, d, no) ?? { cell: null, fit: () => 0 };
    },
  }));
  return { table: 'csv_import', columns: [counted('id'), ...columns], ...splitOf(dice, jobs, [0.12, 0.15]) };
};
