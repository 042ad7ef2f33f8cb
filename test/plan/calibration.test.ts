import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildCalibration } from '../../src/plan/calibration.ts';

function forecasts(probability: number, hits: number, misses: number) {
  return [true, false].flatMap((isTrue) =>
    Array.from({ length: isTrue ? hits : misses }, () => ({ probability, isTrue })),
  );
}

test('forecasts are compared with what came true, bin by bin, and 1 lies in the last bin', () => {
  const { bins, error } = buildCalibration([...forecasts(0.6, 6, 4), ...forecasts(0.9, 7, 3), ...forecasts(1, 20, 0)]);
  expect(bins.map(({ from, to, came }) => [from, to, came.hits, came.trials])).toEqual([
    [0.5, 0.8, 6, 10],
    [0.9, 0.95, 7, 10],
    [0.999, 1, 20, 20],
  ]);
  expect(bins.map(({ said }) => said)).toEqual([expect.closeTo(0.6), expect.closeTo(0.9), 1]);
  // The ten of 0.9 are 0.2 too sure, the other thirty as sure as they may be.
  expect(error).toBeCloseTo((10 * 0.2) / 40);
});

test('without forecasts there is no error, rather than none', () => {
  expect(buildCalibration([])).toEqual({ bins: [], error: null });
});

test('every forecast stands in exactly one bin, whatever their order', () => {
  const one = fc.record({ probability: fc.double({ min: 0, max: 1, noNaN: true }), isTrue: fc.boolean() });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1 }), (items) => {
      const { bins, error } = buildCalibration(items);
      expect(bins.reduce((sum, { came }) => sum + came.trials, 0)).toBe(items.length);
      expect(bins.every(({ from, to, said }) => said >= from - 1e-12 && said <= to + 1e-12)).toBe(true);
      expect(buildCalibration([...items].reverse()).error).toBeCloseTo(error!, 10);
    }),
  );
});
