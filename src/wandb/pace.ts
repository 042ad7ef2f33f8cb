import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';

import { readRemainingOrNull, serverWaitMsOrNull } from './retry-timing.ts';
import type { Headers } from './retry-timing.ts';

/** Waits; rejects with an AbortError when the signal is aborted. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export interface PaceOptions {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly say: (line: string) => void;
}

/** How fast W&B lets us ask: one wait shared by all requests, and how many windows are walked at once. */
export interface Pace {
  readonly limit: LimitFunction;
  /** Sets the most that may go on at once; the pace stays at or below. */
  readonly setCeiling: (concurrency: number) => void;
  /** Resolves when the server's last wish to wait is over. */
  readonly ready: (signal: AbortSignal | undefined) => Promise<void>;
  /**
   * Takes notice of an answer's headers.
   *
   * @returns whether the server named a time to wait, which `ready` will keep; a wait of 0 is none
   */
  readonly observe: (status: number, headers: Headers) => boolean;
}

/** W&B scales RateLimit-Remaining to 0 to 1,000: below the first one request at a time, below the second half. */
const NEARLY_NOTHING_LEFT = 100;
const LITTLE_LEFT = 300;
/** Answers without complaint after which one more may go on at once. */
const CALM_ANSWERS = 25;
/** Longest extra wait by which requests that wait for the same moment are spread. */
const SPREAD_MS = 500;
/** Shorter waits are not worth a line. */
const TOLD_WAIT_MS = 2000;

export function createPace(options: PaceOptions): Pace {
  const limit = pLimit(1);
  let ceiling = 1;
  let calm = 0;
  let pausedUntil = 0;

  const slowTo = (concurrency: number): void => {
    calm = 0;
    limit.concurrency = Math.max(1, Math.min(ceiling, Math.floor(concurrency)));
  };
  const pause = (ms: number, status: number): void => {
    const until = options.now() + ms;
    if (until > pausedUntil + TOLD_WAIT_MS && ms >= TOLD_WAIT_MS) {
      options.say(`W&B asks to wait ${Math.ceil(ms / 1000)} s (answer ${status}, rate limit)`);
    }
    pausedUntil = Math.max(pausedUntil, until);
  };
  return {
    limit,
    setCeiling: (concurrency) => {
      ceiling = Math.max(1, concurrency);
      limit.concurrency = ceiling;
    },
    ready: async (signal) => {
      const wait = pausedUntil - options.now();
      if (wait > 0) await options.sleep(wait + options.random() * Math.min(wait, SPREAD_MS), signal);
    },
    observe: (status, headers) => {
      const remaining = readRemainingOrNull(headers);
      const mustWait = status === 429 || status === 503 || remaining === 0;
      const wait = mustWait ? serverWaitMsOrNull(headers, options.now()) : null;
      if (wait !== null) pause(wait, status);
      if (status === 429) slowTo(limit.concurrency / 2);
      else if (remaining !== null && remaining < NEARLY_NOTHING_LEFT) slowTo(1);
      else if (remaining !== null && remaining < LITTLE_LEFT) slowTo(Math.min(limit.concurrency, ceiling / 2));
      else if (status < 400 && ++calm >= CALM_ANSWERS) slowTo(limit.concurrency + 1);
      return wait !== null && wait > 0;
    },
  };
}
