import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { LockedError, RunlinkError } from '../errors.ts';
import { isBusy } from './busy.ts';
import { ORIGIN } from './origin.ts';

/** Who holds the lock, so that the one who waits knows whom to ask. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO time, UTC. */
  readonly started: string;
  /** The verb, for example `apply 3f2a90c1d4e7`. */
  readonly command: string;
}

export interface RegistryLock {
  /** Lets the next one in. The file stays: unlinking it would let two in at once. */
  readonly release: () => void;
}

export interface LockOptions {
  readonly command: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Covers the moment in which another one writes its name or `status` looks whether the lock is free. */
const HANDOVER_MS = 250;

/** A commit waits for those who are just reading who holds the lock. */
const COMMIT_MS = 5000;

/** Beside the file itself, so that two symbolic links to one registry meet at one lock. */
function lockPath(registry: string): string {
  return `${realpathSync(registry)}.runlink-lock`;
}

/**
 * Takes the lock beside the registry, which keeps one `apply` or `rollback` at a time; it never blocks training jobs. The
 * lock is SQLite's own write lock on a file of its own, held by an open transaction: when the process dies, however it
 * dies, the kernel frees it.
 *
 * @throws LockedError that names the holder
 */
export function acquireLock(registry: string, options: LockOptions): RegistryLock {
  const path = lockPath(registry);
  const db = openLockFile(path);
  try {
    const token = randomUUID();
    begin(db, path);
    writeHolder(db, { ...ORIGIN, started: new Date(options.now()).toISOString(), command: options.command, token });
    db.pragma(`busy_timeout = ${COMMIT_MS}`);
    db.exec('COMMIT');
    db.pragma(`busy_timeout = ${HANDOVER_MS}`);
    // Between the commit, which shows our name, and this line another one may come in; who wrote last holds the lock.
    begin(db, path);
    if (db.prepare('SELECT token FROM holder').pluck().get() !== token) throw lockedError(readHolderOrNull(db), path);
    return { release: () => void db.close() };
  } catch (error) {
    db.close();
    throw isBusy(error) ? lockedError(null, path) : error;
  }
}

function openLockFile(path: string): Database.Database {
  try {
    return new Database(path, { timeout: HANDOVER_MS });
  } catch (cause) {
    throw new RunlinkError(`the lock file ${path} cannot be opened`, {
      hint: 'The folder of the registry must be writable: the lock stands beside the registry.',
      cause,
    });
  }
}

function begin(db: Database.Database, path: string): void {
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    throw isBusy(error) ? lockedError(readHolderOrNull(db), path) : error;
  }
}

function writeHolder(db: Database.Database, holder: LockHolder & { readonly token: string }): void {
  db.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, started TEXT, command TEXT, token TEXT)');
  db.exec('DELETE FROM holder');
  const { pid, host, started, command, token } = holder;
  db.prepare('INSERT INTO holder VALUES (?, ?, ?, ?, ?)').run(BigInt(pid), host, started, command, token);
}

function readHolderOrNull(db: Database.Database): LockHolder | null {
  try {
    return db.prepare<[], LockHolder>('SELECT pid, host, started, command FROM holder').get() ?? null;
  } catch {
    return null; // the winner has not written its name yet
  }
}

/** Who holds the lock now; null where it is free. Leaves the file as it is. */
export function readLockHolderOrNull(registry: string): LockHolder | null {
  const path = lockPath(registry);
  if (!existsSync(path)) return null;
  const db = new Database(path, { fileMustExist: true, timeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE');
    return null;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return readHolderOrNull(db);
  } finally {
    db.close();
  }
}

function lockedError(holder: LockHolder | null, path: string): LockedError {
  const who =
    holder === null
      ? 'another invocation'
      : `"runlink ${holder.command}" (pid ${holder.pid} on ${holder.host}, since ${holder.started})`;
  return new LockedError(`the registry is locked by ${who}`, {
    hint: `Wait until it is done, or stop it with Ctrl-C; nothing needs to be unlocked after it, even if it is killed. Lock file: ${path}`,
  });
}
