import { expect, it } from 'vitest';
import { findFoldedCrowdOrNull } from '../../src/linkage/clock/fold.ts';
import type { RowHits } from '../../src/linkage/clock/hits.ts';
import { createRandom } from '../helpers/worlds/random.ts';

const SECONDS = { quantum: 1, isZoned: false };

function hitsAt(differences: readonly number[]): RowHits[] {
  return differences.map((difference, row) => ({
    row,
    own: 1000 * row,
    differences: Float64Array.of(difference),
    shares: Float64Array.of(1),
    runs: Int32Array.of(row),
  }));
}

it('finds the zone that most rows are in where two zones lie in one wide window', () => {
  const random = createRandom(3);
  const differences = Array.from({ length: 60 }, (_item, at) => (at % 3 === 0 ? 3600 : 7200) + random.between(5, 12));
  const crowd = findFoldedCrowdOrNull(hitsAt(differences), { from: 0, width: 14_400 }, SECONDS);
  expect(crowd?.from).toBeGreaterThan(7190);
  expect((crowd?.from ?? 0) + (crowd?.width ?? 0)).toBeLessThan(7300);
  expect(crowd?.from).toBeLessThan(7206);
});

it('finds nothing where differences are spread evenly, and nothing in a column of days', () => {
  const random = createRandom(4);
  const differences = Array.from({ length: 60 }, () => random.between(0, 14_400));
  expect(findFoldedCrowdOrNull(hitsAt(differences), { from: 0, width: 14_400 }, SECONDS)).toBeNull();
  expect(
    findFoldedCrowdOrNull(hitsAt([5, 6, 7]), { from: 0, width: 14_400 }, { quantum: 86_400, isZoned: false }),
  ).toBeNull();
});

it('finds the one zone of the few rows that have a run, where all others meet the runs of their neighbours', () => {
  const random = createRandom(5);
  const differences = Array.from({ length: 200 }, (_item, at) =>
    at % 7 === 0 ? 7200 + random.between(5, 12) : random.between(0, 14_400),
  );
  const crowd = findFoldedCrowdOrNull(hitsAt(differences), { from: 0, width: 14_400 }, SECONDS);
  expect(crowd?.from).toBeGreaterThan(7150);
  expect((crowd?.from ?? 0) + (crowd?.width ?? 0)).toBeLessThan(7270);
});
