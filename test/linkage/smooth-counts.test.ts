import { expect, it } from 'vitest';
import { smoothCounts } from '../../src/linkage/decision/smooth-counts.ts';

const POINT = { count: 2, bits: 20, short: 0 };

it('counts what lies at the very place whole, and what lies near in part', () => {
  const near = smoothCounts([POINT]);
  expect(near({ bits: 20, short: 0 })).toBeCloseTo(2);
  expect(near({ bits: 23, short: 0 })).toBeCloseTo(2 * Math.exp(-0.5));
  expect(near({ bits: 20, short: Math.SQRT2 - 1 })).toBeCloseTo(2 * Math.exp(-0.5));
  expect(near({ bits: 20, short: 15 })).toBe(0);
  expect(near({ bits: 60, short: 0 })).toBe(0);
});

it('adds what lies on either side, and takes what lies beyond the plane for its edge', () => {
  const near = smoothCounts([POINT, { count: 1, bits: 26, short: 0 }, { count: 5, bits: 1000, short: 1e6 }]);
  expect(near({ bits: 23, short: 0 })).toBeCloseTo(3 * Math.exp(-0.5));
  expect(near({ bits: 64, short: 255 })).toBeCloseTo(5);
});
