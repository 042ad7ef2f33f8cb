import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { wilsonIntervalOrNull } from '../../src/plan/interval.ts';

// Newcombe (1998), "Two-sided confidence intervals for the single proportion: comparison of seven methods",
// Statistics in Medicine 17, table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i lies between %f and %f, as published', (...[hits, trials, low, high]) => {
  const interval = wilsonIntervalOrNull(hits, trials);
  expect(interval?.low).toBeCloseTo(low, 4);
  expect(interval?.high).toBeCloseTo(high, 4);
  expect(interval?.share).toBe(hits / trials);
});

test('nothing tried says nothing', () => {
  expect(wilsonIntervalOrNull(0, 0)).toBeNull();
});

const trial = fc
  .integer({ min: 1, max: 5000 })
  .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));

test('the interval holds the share, stays within 0 and 1, and is the mirror of the misses’ interval', () => {
  fc.assert(
    fc.property(trial, ([hits, trials]) => {
      const own = wilsonIntervalOrNull(hits, trials)!;
      const other = wilsonIntervalOrNull(trials - hits, trials)!;
      expect(0 <= own.low && own.low <= own.share && own.share <= own.high && own.high <= 1).toBe(true);
      expect(own.low).toBeCloseTo(1 - other.high, 10);
    }),
  );
});

test('both ends solve the equation that defines them: |share − p| = z √(p (1 − p) / n)', () => {
  fc.assert(
    fc.property(trial, ([hits, trials]) => {
      const { share, low, high } = wilsonIntervalOrNull(hits, trials)!;
      for (const end of [low, high]) {
        expect(Math.abs(share - end)).toBeCloseTo(1.959963984540054 * Math.sqrt((end * (1 - end)) / trials), 8);
      }
    }),
  );
});
