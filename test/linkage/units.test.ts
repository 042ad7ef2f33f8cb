import { describe, expect, it } from 'vitest';
import { findFactor, findSecondsPerUnit } from '../../src/linkage/pairing/units.ts';

describe('the unit of a column of durations', () => {
  it.each([
    ['elapsed_min', 12, 700, 60],
    ['hours', 1.5, 5000, 3600],
    ['wall_ms', 90_000, 80, 0.001],
    ['duration_seconds', 300, 280, 1],
    ['took', 25, 1600, 60],
    ['took', 310, 290, 1],
  ])('of %s with a median of %d beside runs of %d s is %d s', (name, rows, runs, seconds) => {
    expect(findSecondsPerUnit(name, { rows, runs })).toBe(seconds);
  });

  it('is not what the name says where the values lie far off', () => {
    expect(findSecondsPerUnit('min_duration', { rows: 900, runs: 1000 })).toBe(1);
    expect(findSecondsPerUnit('h', { rows: 4000, runs: 4100 })).toBe(1);
  });

  it('is a second where nothing tells', () => {
    expect(findSecondsPerUnit('took', { rows: Number.NaN, runs: 30 })).toBe(1);
  });
});

describe('the factor of a metric', () => {
  it('is a hundred for percentages beside fractions, and 1 for values that lie near each other', () => {
    expect(findFactor({ rows: 86.1, runs: 0.87 })).toBe(100);
    expect(findFactor({ rows: 0.5, runs: 0.9 })).toBe(1);
    expect(findFactor({ rows: 0.5, runs: 0 })).toBe(1);
  });

  it('is 1 where no common unit explains the gap', () => {
    expect(findFactor({ rows: 25, runs: 1 })).toBe(1);
  });
});
