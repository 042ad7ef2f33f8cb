import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Database as Connection } from 'better-sqlite3';
import { assertPlanBytes } from './layout.ts';
import { LockedError, PlanRefusedError, RunlinkError, UsageError } from '../errors.ts';

/** A decision of another invocation is written in milliseconds, a whole imported file in a second or two. */
const DECISION_TIMEOUT_MS = 3000;
/** Another listing takes minutes: waiting for it is no use. */
const LISTING_TIMEOUT_MS = 250;

/** For the listing: nobody else writes meanwhile, and each commit is on the disk when it returns. */
export function connectForListing(path: string): Connection {
  if (existsSync(path)) assertPlanBytes(path);
  return connect(path, { readonly: false, timeout: LISTING_TIMEOUT_MS }, (db) => {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('synchronous = EXTRA');
  });
}

export function connectForDecisions(path: string): Connection {
  assertPlanThere(path);
  return connect(path, { readonly: false, timeout: DECISION_TIMEOUT_MS }, (db) => db.pragma('synchronous = EXTRA'));
}

/** A journal left by a killed writer is rolled back first, which a read-only connection must not do. */
export function connectForReading(path: string): Connection {
  assertPlanThere(path);
  const readonly = !existsSync(`${path}-journal`);
  return connect(path, { readonly, timeout: DECISION_TIMEOUT_MS }, (db) => db.pragma('query_only = ON'));
}

interface ConnectOptions {
  readonly readonly: boolean;
  readonly timeout: number;
}

function connect(path: string, options: ConnectOptions, prepare: (db: Connection) => void): Connection {
  return explainSqlite(path, () => {
    const db = new Database(path, options);
    try {
      db.defaultSafeIntegers(true);
      prepare(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function assertPlanThere(path: string): void {
  if (existsSync(path)) return assertPlanBytes(path);
  throw new UsageError(`there is no plan ${path}`, {
    hint: 'Make one: runlink plan --registry FILE --project ENTITY/PROJECT --out PLAN',
  });
}

/** Runs SQLite work on a plan file and says what its errors mean. */
export function explainSqlite<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Error ? explain(path, error) : error;
  }
}

const DAMAGE = /^SQLITE_(NOTADB|CORRUPT|ERROR|FORMAT|MISMATCH|CONSTRAINT|SCHEMA|RANGE|TOOBIG)/;

function explain(path: string, error: Error): Error {
  if (!(error instanceof Database.SqliteError)) {
    // better-sqlite3 checks the folder itself and throws a TypeError.
    if (!/directory does not exist/.test(error.message)) return error;
    return new UsageError(`the folder of ${path} does not exist`, { hint: 'Make the folder first.', cause: error });
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) {
    return new LockedError(`${path} is being written by another invocation`, {
      hint: 'Wait until it has ended, then run the same command again.',
      cause: error,
    });
  }
  if (DAMAGE.test(error.code)) {
    return new PlanRefusedError(`${path} is damaged or not a plan: ${error.message} (${error.code})`, {
      hint: 'Make the plan again, or bring back a copy of the file.',
      cause: error,
    });
  }
  return new RunlinkError(`${path} cannot be used: ${error.message} (${error.code})`, {
    hint: 'Look at the rights of the file and its folder, and at the space on the disk.',
    cause: error,
  });
}
