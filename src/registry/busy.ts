import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { LockedError, StoppedError } from '../errors.ts';

export interface BusyRetryOptions {
  /** How long to try in all, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Told once when the wait gets noticeable. */
  readonly say?: (line: string) => void;
}

export const DEFAULT_LOCK_TIMEOUT_MS = 30_000;
/** Waits start here, double, and stay within the second; jitter keeps two waiters out of step. */
const WAIT_MS = { first: 5, most: 250, noticeable: 1000 } as const;

/**
 * Runs a whole transaction, and again from its start for as long as another program holds the lock. The wait is in
 * JavaScript, not in SQLite's busy handler, so that Ctrl-C and messages work meanwhile.
 *
 * @throws LockedError after the timeout; StoppedError when asked to stop while waiting
 */
export async function retryWhileBusy<T>(run: () => T, options: BusyRetryOptions): Promise<T> {
  const started = performance.now();
  let said = false;
  for (let wait: number = WAIT_MS.first; ; wait = Math.min(2 * wait, WAIT_MS.most)) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const waited = performance.now() - started;
      if (waited >= options.timeoutMs) throw lockedError(error, waited);
      if (!said && waited >= WAIT_MS.noticeable) {
        options.say?.('waiting for another program that is writing to the registry');
        said = true;
      }
      await sleepOrStop(wait * (0.5 + Math.random() / 2), options.signal);
    }
  }
}

/**
 * One IMMEDIATE transaction: the lock is taken at its start, so that no statement in the middle can find it taken.
 * `heldMs` is how long others had to wait for it, from the lock to the end of the commit.
 */
export function runImmediate<T>(db: Database.Database, body: () => T): { readonly result: T; readonly heldMs: number } {
  let began = 0;
  const result = db
    .transaction(() => {
      began = performance.now();
      return body();
    })
    .immediate();
  return { result, heldMs: performance.now() - began };
}

/** BUSY and LOCKED pass by themselves; anything else that SQLite reports does not. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

function lockedError(cause: unknown, waitedMs: number): LockedError {
  return new LockedError(`another program has held the registry's lock for ${(waitedMs / 1000).toFixed(1)} s`, {
    hint: 'Wait until it has committed and run the same command again, or allow more time with --lock-timeout.',
    cause,
  });
}

/** @throws StoppedError as soon as the signal aborts */
export async function sleepOrStop(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (cause) {
    throw new StoppedError('stopped as asked, between two transactions', {
      hint: 'Run the same command again to go on.',
      cause,
    });
  }
}
