/** The first back-off is up to this long; each further one may be twice as long, up to the most. */
const BASE_MS = 1000;
const MOST_BACKOFF_MS = 30_000;
/** W&B's own client obeys any `Retry-After`; a batch that sleeps for hours looks dead, so five minutes is the most. */
export const MOST_SERVER_WAIT_MS = 5 * 60_000;

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Full jitter (Marc Brooker, "Exponential Backoff And Jitter", 2015): uniform between 0 and a doubling bound, so that
 * requests that failed together do not come back together.
 *
 * @param attempt 1 after the first failure
 * @param random uniform in [0, 1)
 * @returns milliseconds
 */
export function backoffMs(attempt: number, random: () => number): number {
  return random() * Math.min(MOST_BACKOFF_MS, BASE_MS * 2 ** (attempt - 1));
}

/**
 * How long the server asks to wait: `Retry-After` in seconds or as an HTTP date, else `RateLimit-Reset` in seconds.
 * Null where it says neither. Capped at five minutes.
 *
 * @param now epoch milliseconds
 */
export function serverWaitMsOrNull(headers: Headers, now: number): number | null {
  const wait = retryAfterMsOrNull(headers, now) ?? secondsMsOrNull(readHeader(headers, 'ratelimit-reset'));
  return wait === null ? null : Math.min(Math.max(wait, 0), MOST_SERVER_WAIT_MS);
}

function retryAfterMsOrNull(headers: Headers, now: number): number | null {
  const text = readHeader(headers, 'retry-after');
  const seconds = secondsMsOrNull(text);
  if (seconds !== null || text === null) return seconds;
  // Only the shape of HTTP: Date.parse takes "-3" for a date, too.
  const date = /^[A-Za-z]{3,9},? .*\d{4}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : date - now;
}

function secondsMsOrNull(text: string | null): number | null {
  return text !== null && /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : null;
}

/** What is left of the rate limit, which W&B scales to 0 to 1,000; null where it does not say. */
export function readRemainingOrNull(headers: Headers): number | null {
  const text = readHeader(headers, 'ratelimit-remaining');
  return text !== null && /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

function readHeader(headers: Headers, name: string): string | null {
  const value = headers[name];
  const text = typeof value === 'string' ? value : value?.[0];
  return text === undefined ? null : text.trim();
}

/** Statuses that never change by asking again; all other statuses from 400 on may. */
const FINAL_STATUSES: readonly number[] = [400, 401, 403, 404, 405, 409, 410, 413, 422, 501];

export function isRetriedStatus(status: number): boolean {
  return status >= 400 && !FINAL_STATUSES.includes(status);
}
