import { expect, test } from 'vitest';

import { createPace } from '../../src/wandb/pace.ts';
import type { Pace } from '../../src/wandb/pace.ts';

function makePace(): { pace: Pace; waits: number[]; lines: string[]; pass: (ms: number) => void } {
  let clock = 0;
  const waits: number[] = [];
  const lines: string[] = [];
  const pace = createPace({
    now: () => clock,
    random: () => 0,
    sleep: async (ms) => {
      waits.push(ms);
      clock += ms;
    },
    say: (line) => lines.push(line),
  });
  return { pace, waits, lines, pass: (ms) => (clock += ms) };
}

test('a wait that one answer names is kept by everybody, once, and told once', async () => {
  const { pace, waits, lines, pass } = makePace();
  expect(pace.observe(429, { 'retry-after': '10' })).toBe(true);
  expect(pace.observe(429, { 'retry-after': '10' })).toBe(true);
  pass(4000);
  await pace.ready(undefined);
  await pace.ready(undefined);
  expect(waits).toEqual([6000]);
  expect(lines).toEqual(['W&B asks to wait 10 s (answer 429, rate limit)']);
});

test('an empty allowance on a good answer is waited out as well', async () => {
  const { pace, waits } = makePace();
  expect(pace.observe(200, { 'ratelimit-remaining': '0', 'ratelimit-reset': '3' })).toBe(true);
  await pace.ready(undefined);
  expect(waits).toEqual([3000]);
});

test('a reset time on an answer that has allowance left is not waited for', () => {
  const { pace } = makePace();
  expect(pace.observe(200, { 'ratelimit-remaining': '900', 'ratelimit-reset': '3' })).toBe(false);
  expect(pace.observe(500, { 'ratelimit-remaining': '900', 'ratelimit-reset': '3' })).toBe(false);
});

test('less goes on at once when the allowance runs low, and after a 429', () => {
  const { pace } = makePace();
  pace.setCeiling(8);
  const after = (status: number, remaining: number): number => {
    pace.observe(status, { 'ratelimit-remaining': String(remaining) });
    return pace.limit.concurrency;
  };
  expect(after(200, 800)).toBe(8);
  expect(after(200, 250)).toBe(4);
  expect(after(200, 250)).toBe(4);
  expect(after(429, 250)).toBe(2);
  expect(after(200, 50)).toBe(1);
  expect(after(429, 0)).toBe(1);
});

test('the pace recovers step by step, and never beyond what was asked for', () => {
  const { pace } = makePace();
  pace.setCeiling(3);
  pace.observe(200, { 'ratelimit-remaining': '10' });
  const seen = Array.from({ length: 90 }, () => {
    pace.observe(200, { 'ratelimit-remaining': '900' });
    return pace.limit.concurrency;
  });
  expect([...new Set(seen)]).toEqual([1, 2, 3]);
  expect(seen.indexOf(2)).toBe(24);
});
