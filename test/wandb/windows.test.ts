import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Span } from '../../src/wandb/filters.ts';
import { planWindows } from '../../src/wandb/windows.ts';

/** Counts as a server that holds runs created at these epoch seconds. */
function countIn(
  seconds: readonly number[],
  asked: number[] = [],
): (spans: readonly Span[]) => Promise<readonly number[]> {
  return async (spans) => {
    asked.push(spans.length);
    return spans.map(
      ({ from, to }) => seconds.filter((at) => (from === null || at >= from) && (to === null || at < to)).length,
    );
  };
}

test('a small project is one window over all time', async () => {
  const asked: number[] = [];
  expect(await planWindows(countIn([5, 6, 7], asked), 3)).toEqual([{ from: null, to: null, count: 3 }]);
  expect(asked).toEqual([1]);
});

test('windows cover all time without gap or overlap, and none but a single second holds more than the target', async () => {
  const burst = fc.tuple(
    fc.integer({ min: -1e9, max: 5e9 }),
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 0, max: 90 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(burst, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), async (bursts, target) => {
      const seconds = bursts.flatMap(([at, count, spread]) =>
        Array.from({ length: count }, (_item, no) => at + ((no * spread) % 97)),
      );
      const windows = await planWindows(countIn(seconds), target);
      expect(windows[0]?.from).toBeNull();
      expect(windows.at(-1)?.to).toBeNull();
      expect(windows.slice(1).map((window) => window.from)).toEqual(windows.slice(0, -1).map((window) => window.to));
      expect(windows.reduce((sum, window) => sum + window.count, 0)).toBe(seconds.length);
      // Far outside of any calendar an open end stays as it is.
      const inner = windows.filter(({ from, to }) => from !== null && to !== null);
      expect(inner.every(({ from, to, count }) => count <= target || (to ?? 0) - (from ?? 0) === 1)).toBe(true);
    }),
  );
});

test('twenty thousand runs of a few busy weeks are planned in few requests, in windows that are mostly full', async () => {
  const seconds = Array.from({ length: 20_000 }, (_item, no) => 1_709_251_200 + no * 90 + (no % 7) * 3600);
  const asked: number[] = [];
  const windows = await planWindows(countIn(seconds, asked), 999);
  expect(asked.length).toBeLessThanOrEqual(6);
  expect(windows.length).toBeLessThanOrEqual(28);
});

test('a project whose runs were all created in one second is one window of a second beside two empty ones', async () => {
  const windows = await planWindows(countIn(Array.from({ length: 50 }, () => 1_709_251_200)), 10);
  expect(windows).toEqual([
    { from: null, to: 1_709_251_200, count: 0 },
    { from: 1_709_251_200, to: 1_709_251_201, count: 50 },
    { from: 1_709_251_201, to: null, count: 0 },
  ]);
});
