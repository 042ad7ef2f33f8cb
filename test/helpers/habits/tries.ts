import type { Habit, RowRecord, RunRecord } from './records.ts';
import {
  about,
  before,
  exactly,
  lengthOf,
  makeRun,
  maybe,
  ownSummary,
  round,
  spread,
  startTimes,
  writeTime,
} from './lab.ts';

const STYLES = ['simclr', 'byol', 'moco', 'dino'];

/**
 * Tries that crash after some 40 s and are made again with the same settings, runs that are resumed under one id (the
 * row's length is the sum of the pieces, W&B counts them on), and runs that were uploaded twice.
 */
export const triesLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  for (const begun of startTimes(random, { from: '2024-10-01', days: 60, count: 230, burst: 2, gap: 3000 })) {
    const [style, epochs, rate] = [random.pick(STYLES), random.pick([100, 200, 400]), random.pick([0.3, 0.6, 1.2])];
    const tries = random.chance(0.35) ? random.integer(2, 4) : 1;
    let start = begun;
    for (let attempt = 1; attempt <= tries; attempt++) {
      const isLast = attempt === tries;
      const length = isLast ? lengthOf(random, 900, 40_000) : random.between(15, 70);
      const pause = isLast && random.chance(0.2) ? random.between(600, 30_000) : 0;
      const top1 = 60 + 10 * random.next();
      const job = `ssl-${String(++no).padStart(4, '0')}`;
      const noted = Math.floor(start + random.between(0, 2));
      const seconds = Math.round(length + random.between(1, 5));
      // An early try has a row of its own in half of the cases; the others were overwritten by the next.
      if (random.chance(isLast ? 0.92 : 0.5)) {
        const kept = maybe(random, 0.1, seconds);
        const keptTop1 = isLast ? maybe(random, 0.1, round(top1, 2)) : null;
        rows.push({
          job,
          tells: {
            start: before(noted, [0, 2]),
            settings: JSON.stringify([style, epochs, rate]),
            length: kept === null ? undefined : [seconds - 6, seconds],
            top1: keptTop1 === null ? undefined : about(keptTop1, 2),
          },
          cells: {
            run_id: job,
            run_name: `${style}_ep${epochs}_lr${rate}`,
            status: isLast ? 'done' : 'failed',
            created_at: writeTime(noted + 3600, 'YYYY-MM-DD HH:mm:ss'),
            duration_s: kept,
            epochs: maybe(random, 0.1, epochs),
            lr: maybe(random, 0.1, rate),
            knn_top1: keptTop1,
          },
        });
      }
      if (random.chance(0.9)) {
        const created = start + 4 + spread(random, 6);
        const shows = {
          start: before(Math.floor(created), [4, 40]),
          settings: JSON.stringify([style, epochs, rate]),
          length: [length - 2, length + 2] as const,
          top1: isLast ? exactly(top1) : undefined,
        };
        const run = makeRun(random, {
          created,
          ended: created + length + pause,
          displayName: style,
          state: isLast ? 'finished' : 'crashed',
          tags: random.chance(0.1) ? ['paper'] : [],
          config: { method: style, max_epochs: epochs, optimizer: { name: 'lars', lr: rate } },
          summary: {
            ...(isLast || random.chance(0.4) ? { _runtime: length, _timestamp: created + length + pause } : {}),
            ...(isLast ? { 'knn/top1': top1, 'train/loss': 3 * random.next() } : {}),
          },
        });
        runs.push({ job, shows, run });
        if (random.chance(0.06)) {
          const copy = makeRun(random, { ...run, created, ended: created });
          runs.push({ job: null, shows, run: { ...run, runId: copy.runId, storageId: copy.storageId } });
        }
      }
      start += length + random.between(20, 200);
    }
  }
  return {
    table: 'training_runs',
    columns:
      'run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, created_at TEXT, duration_s INTEGER, epochs INTEGER, lr REAL, knn_top1 REAL, wandb_run_id TEXT',
    rows,
    runs,
  };
};

/** A registry in which one run has two rows now and then: somebody registered it again by hand, minutes later. */
export const doubleRowsLab: Habit = (random) => {
  const world = triesLab(random);
  const again = world.rows
    .filter(() => random.chance(0.08))
    .map(({ cells, tells, ...row }) => ({
      ...row,
      tells: { ...tells, length: undefined },
      cells: { ...cells, run_id: `${String(cells['run_id'])}-b`, duration_s: null },
    }));
  return { ...world, rows: [...world.rows, ...again] };
};

/** A table of results: one run is evaluated on six sets and has six rows, which nothing can give to six runs. */
export const resultsGrid: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  let no = 0;
  for (const start of startTimes(random, { from: '2024-03-01', days: 30, count: 60, burst: 2, gap: 4000 })) {
    const model = random.pick(['clip', 'siglip', 'eva', 'dfn']);
    const job = `${model}-${String(++no).padStart(3, '0')}`;
    const created = start + random.between(2, 8);
    const scores = Object.fromEntries(
      ['imagenet', 'food', 'cars', 'pets', 'sun', 'dtd'].map((set) => [set, 0.3 + 0.6 * random.next()]),
    );
    for (const [set, score] of Object.entries(scores)) {
      rows.push({
        job,
        tells: { start: [start, start], model },
        cells: {
          id: `${job}:${set}`,
          model,
          dataset: set,
          zero_shot: round(score, 4),
          evaluated: writeTime(start, 'YYYY-MM-DDTHH:mm:ssZ'),
        },
      });
    }
    runs.push({
      job,
      shows: { start: before(Math.floor(created), [2, 8]), model },
      run: makeRun(random, {
        created,
        ended: created + 900,
        displayName: `eval-${model}`,
        config: { model: { name: model } },
        summary: {
          ...ownSummary(created, created + 900),
          ...Object.fromEntries(Object.entries(scores).map(([set, score]) => [`zs/${set}`, score])),
        },
      }),
    });
  }
  return {
    table: 'results',
    columns: 'id TEXT PRIMARY KEY, model TEXT, dataset TEXT, zero_shot REAL, evaluated TEXT',
    rows,
    runs,
  };
};
