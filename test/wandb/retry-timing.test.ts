import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  MOST_SERVER_WAIT_MS,
  backoffMs,
  isRetriedStatus,
  readRemainingOrNull,
  serverWaitMsOrNull,
} from '../../src/wandb/retry-timing.ts';

const NOW = Date.UTC(2026, 0, 1);

test('back-off is spread over the whole of a bound that doubles up to 30 seconds', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 9].map((attempt) => backoffMs(attempt, () => 1));
  expect(bounds).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(backoffMs(4, () => 0)).toBe(0);
  expect(backoffMs(4, () => 0.25)).toBe(2000);
});

test.each([
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after': new Date(NOW + 9000).toUTCString() }, 9000],
  [{ 'retry-after': new Date(NOW - 9000).toUTCString() }, 0],
  [{ 'retry-after': '3', 'ratelimit-reset': '60' }, 3000],
  [{ 'ratelimit-reset': '12' }, 12_000],
  [{ 'ratelimit-reset': '0.5' }, 500],
  [{ 'retry-after': 'soon', 'ratelimit-reset': '4' }, 4000],
  [{ 'retry-after': '86400' }, MOST_SERVER_WAIT_MS],
  [{ 'retry-after': ['2', '5'] }, 2000],
  [{}, null],
  [{ 'retry-after': '-3' }, null],
])('the headers %j ask to wait %s ms', (headers, expected) => {
  expect(serverWaitMsOrNull(headers, NOW)).toBe(expected);
});

test('whatever the headers say, the wait is between nothing and five minutes', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (after, reset) => {
      const wait = serverWaitMsOrNull({ 'retry-after': after, 'ratelimit-reset': reset }, NOW) ?? 0;
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(MOST_SERVER_WAIT_MS);
    }),
  );
});

test('what is left of the rate limit is read where it is a number', () => {
  expect(readRemainingOrNull({ 'ratelimit-remaining': '431' })).toBe(431);
  expect(readRemainingOrNull({ 'ratelimit-remaining': 'many' })).toBeNull();
  expect(readRemainingOrNull({})).toBeNull();
});

test('failures of the moment are retried, refusals are not', () => {
  expect([408, 429, 500, 502, 503, 504, 520].every(isRetriedStatus)).toBe(true);
  expect([200, 302, 400, 401, 403, 404, 409, 410, 413, 422, 501].some(isRetriedStatus)).toBe(false);
});
