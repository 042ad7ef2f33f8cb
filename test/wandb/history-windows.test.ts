import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MetricKind } from '../../src/model/history.ts';
import { chooseRows, planWindows, splitWindow } from '../../src/wandb/history/windows.ts';

const read = { rows: 100_000, rowsPerWindow: 2000, lanes: 8 };
const numbers = (count: number) => ({ counts: { number: count } });

test('windows share their edges and cover every step, whatever the sample', () => {
  const step = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(
      fc.record({
        from: step,
        width: fc.integer({ min: 1, max: 1_000_000 }),
        steps: fc.array(step, { maxLength: 300 }),
        rows: fc.integer({ min: 0, max: 60_000 }),
      }),
      ({ from, width, steps, rows }) => {
        const to = from + width;
        const windows = planWindows({ ...read, rows, from, to, sample: steps.toSorted((a, b) => a - b) });
        expect([windows[0]!.from, windows.at(-1)!.to]).toEqual([from, to]);
        for (const [no, window] of windows.entries()) {
          expect(window.to).toBeGreaterThan(window.from);
          if (no > 0) expect(window.from).toBe(windows[no - 1]!.to);
        }
        const parts = to - from > 1 ? splitWindow({ from, to }, [], 100) : [];
        expect(parts.every((part) => part.to - part.from < to - from)).toBe(true);
      },
    ),
  );
});

test('no steps are no window', () => {
  expect(planWindows({ ...read, from: 5, to: 5, sample: [] })).toEqual([]);
});

test('windows are cut where the rows lie, and their number fills the lanes', () => {
  const late = Array.from({ length: 1000 }, (_item, no) => 9_000_000 + no * 100);
  const windows = planWindows({ ...read, from: 0, to: 9_100_000, sample: late });
  expect(windows).toHaveLength(56); // 50 would leave the last round of 8 nearly empty
  expect(windows[1]!.from).toBeGreaterThanOrEqual(9_000_000);
  expect(planWindows({ ...read, rows: 1500, from: 0, to: 9_100_000, sample: late })).toHaveLength(1);
});

test('a window holds fewer rows where a row says much, and more steps where a metric is sparse', () => {
  const metrics = new Map<string, MetricKind>([
    ...Array.from({ length: 20 }, (_item, no) => [`m${no}`, numbers(10_000)] as const),
    ['val', numbers(100)],
    ['hist', { counts: { histogram: 10_000 } }],
  ]);
  const all = chooseRows(10_000, metrics, undefined);
  expect(all).toBeLessThan(600);
  expect(chooseRows(10_000, metrics, ['m1'])).toBe(10_000);
  expect(chooseRows(10_000, metrics, ['val'])).toBe(1_000_000);
  expect(chooseRows(10_000, metrics, ['unheard of'])).toBe(10_000);
});
