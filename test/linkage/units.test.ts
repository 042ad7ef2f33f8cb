import { describe, expect, it } from 'vitest';
import { findFactor, findSecondsPerUnit, plainUnitOrNull } from '../../src/linkage/pairing/units.ts';

describe('the unit of a column of durations', () => {
  it.each([
    { name: 'elapsed_min', rows: 12, runs: 700, seconds: 60 },
    { name: 'hours', rows: 1.5, runs: 5000, seconds: 3600 },
    { name: 'wall_ms', rows: 90_000, runs: 80, seconds: 0.001 },
    { name: 'duration_seconds', rows: 300, runs: 280, seconds: 1 },
    { name: 'took', rows: 25, runs: 1600, seconds: 60 },
    { name: 'took', rows: 310, runs: 290, seconds: 1 },
  ])('of $name with a median of $rows beside runs of $runs s is $seconds s', ({ name, seconds, ...median }) => {
    expect(findSecondsPerUnit(name, median)).toBe(seconds);
  });

  it('is not what the name says where the values lie far off', () => {
    expect(findSecondsPerUnit('min_duration', { rows: 900, runs: 1000 })).toBe(1);
    expect(findSecondsPerUnit('h', { rows: 4000, runs: 4100 })).toBe(1);
  });

  it('is what the name says where it is a whole word or ends the name, however far off the values lie', () => {
    expect(findSecondsPerUnit('train_hours', { rows: 19.1, runs: 170 })).toBe(3600);
    expect(['minutes', 'elapsed_s', 'time_min', 'wallMs', 'hrs_total'].map(plainUnitOrNull)).toEqual([
      60,
      1,
      60,
      0.001,
      null,
    ]);
    expect(['min', 'h', 'min_duration', 'took'].map(plainUnitOrNull)).toEqual([null, null, null, null]);
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
