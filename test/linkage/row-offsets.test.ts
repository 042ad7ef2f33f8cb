import { describe, expect, it } from 'vitest';
import { collectHits } from '../../src/linkage/clock/hits.ts';
import type { RowHits } from '../../src/linkage/clock/hits.ts';
import { findRowOffsets } from '../../src/linkage/clock/row-offsets.ts';

const HOUR = 3600;
const DAY = 86_400;

/** A row a day, each of which meets one run so many seconds later. */
function hitsOf(differences: readonly number[]): RowHits[] {
  return differences.map((difference, row) => ({
    row,
    own: row * DAY,
    differences: Float64Array.of(difference),
    shares: Float64Array.of(1),
    runs: Int32Array.of(row),
  }));
}

function lastOffset(hits: readonly RowHits[]): number | undefined {
  return findRowOffsets(
    Float64Array.from(hits, ({ own }) => own),
    hits,
    0,
  ).at(-1);
}

describe('findRowOffsets', () => {
  const home = Array.from({ length: 40 }, () => 0);
  const away = (seconds: number, days: number): number[] => Array.from({ length: days }, () => seconds);

  it('follows a journey by whole hours after a few days', () => {
    expect(lastOffset(hitsOf([...home, ...away(2 * HOUR, 4)]))).toBe(2 * HOUR);
  });

  it('believes half an hour only after more days: some run may start then by chance', () => {
    expect(lastOffset(hitsOf([...home, ...away(1.5 * HOUR, 4)]))).toBe(0);
    expect(lastOffset(hitsOf([...home, ...away(1.5 * HOUR, 12)]))).toBe(1.5 * HOUR);
  });
});

describe('collectHits', () => {
  it('lets a linked row meet its own run alone, which no other row can get', () => {
    const hits = collectHits({
      rowSeconds: Float64Array.of(1000, 5000),
      runSeconds: [Float64Array.of(1010, 1500, 5010), Float64Array.of(1008, 1500, 5008)],
      rows: [0, 1],
      labels: new Map([[0, 0]]),
      weigh: () => 0,
      quantum: 1,
      isZoned: true,
      freeRuns: Uint8Array.of(0, 1, 1),
    });
    expect(hits.map(({ runs }) => [...new Set(runs)])).toEqual([[0], [1, 2]]);
    expect([...(hits[0]?.differences ?? [])]).toEqual([8, 10]);
  });
});
