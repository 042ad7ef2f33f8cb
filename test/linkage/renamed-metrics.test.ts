import { describe, expect, it } from 'vitest';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { pairMetrics } from '../../src/linkage/pairing/pair-metrics.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const SCORES = Array.from({ length: 60 }, (_item, at) =>
  Number((0.4 + 0.005 * ((at * 37) % 60) + 0.00037 * at).toFixed(5)),
);

/** The values under which the runs of 60 jobs are compared with the column `miou`. */
function valuesOf(summaryOf: (score: number, at: number) => Record<string, number>): number[] {
  const rows = SCORES.map((miou, at) => rowOf(`row-${at + 10}`, { miou }));
  const runs = SCORES.map((score, at) =>
    runOf(`run-${at + 10}`, '2025-05-01T08:00:00Z', { summary: summaryOf(score, at) }),
  );
  const found = pairMetrics(buildRecords(inputOf(rows, runs)), [], {
    taken: new Set(),
    known: new Map(),
    bitsAsSetting: () => 0,
  });
  expect(found.map(({ column }) => column)).toEqual(['miou']);
  return [...(found[0]?.runValues ?? [])];
}

describe('a metric that was renamed in the middle of a project', () => {
  it('is read from the one key or the other', () => {
    const found = valuesOf((score, at): Record<string, number> =>
      at < 25 ? { 'val/mIoU': score } : { 'test.jaccard': score },
    );
    expect(found).toEqual(SCORES);
  });

  it('is none where both keys stand in one run', () => {
    const found = valuesOf((score, at): Record<string, number> =>
      at < 25 ? { 'val/mIoU': score, 'test.jaccard': score - 0.1 } : { 'test.jaccard': score },
    );
    expect(found).toEqual(SCORES.map((score, at) => (at < 25 ? score - 0.1 : score)));
  });

  it('is none where the other key tells nothing of the rows', () => {
    const found = valuesOf((score, at): Record<string, number> =>
      at < 45 ? { 'val/mIoU': score } : { step: 7000 + at },
    );
    expect(found.slice(0, 45)).toEqual(SCORES.slice(0, 45));
    expect(found.slice(45).every(Number.isNaN)).toBe(true);
  });
});
