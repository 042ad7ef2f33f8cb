import { describe, expect, it } from 'vitest';
import { agreementBits, isFactorTold } from '../../src/linkage/pairing/metric-fit.ts';
import { findFactor, findSecondsPerUnit, isUnitOfName, plainUnitOrNull } from '../../src/linkage/pairing/units.ts';

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

  it('is that of one card or of several where the name says hours', () => {
    expect([3600, 1800, 450, 60].map((unit) => isUnitOfName(unit, 'gpu_hours'))).toEqual([true, true, true, false]);
    expect(isUnitOfName(1800, 'minutes')).toBe(false);
    expect(plainUnitOrNull('durée_h')).toBe(3600);
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

describe('a value in another unit', () => {
  const rounding = { kind: 'decimals', digits: 1 } as const;
  const runs = Float64Array.from({ length: 200 }, (_item, at) => 60 + 0.1 * ((at * 83) % 300) + 0.013).sort();

  it('is told by the rows that meet a run, far more of them than by chance', () => {
    const rows = runs.filter((_value, at) => at % 4 === 0).map((value) => Math.round(10 * value) / 10);
    expect(isFactorTold({ sample: rows, rows, runs, rounding })).toBe(true);
  });

  it('is not told where numbers beside it meet the rows as often', () => {
    const rows = Float64Array.from({ length: 50 }, (_item, at) => Math.round(10 * (62 + 0.45 * at)) / 10);
    const sides = { sample: rows, rows, runs, rounding };
    expect(agreementBits(sides)).toBeGreaterThan(1);
    expect(isFactorTold(sides)).toBe(false);
  });
});
