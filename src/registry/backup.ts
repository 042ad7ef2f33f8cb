import { chmod, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { ConflictError, RunlinkError } from '../errors.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { retryWhileBusy } from './busy.ts';
import type { BusyRetryOptions } from './busy.ts';
import { countRows } from './schema-tables.ts';

export interface BackupOptions extends BusyRetryOptions {
  readonly registry: string;
  readonly schema: RegistrySchema;
  /** Part of the name: the round that is about to be written. */
  readonly id: string;
}

/** All pages in one step: in smaller steps the copy starts over at every commit of another program and may never end. */
const ALL_PAGES = 0x7fffffff;

function backupPath(registry: string, id: string): string {
  return `${resolve(registry)}.${id}.backup`;
}

/**
 * Copies the registry beside itself and proves the copy before it gets its name: SQLite's own check, and as many rows and
 * pages as the moment that was copied had. A backup of the same name is replaced.
 *
 * @returns the path
 * @throws LockedError where another program holds the lock for longer than the timeout; RunlinkError where the copy fails
 */
export async function writeBackup(db: Database.Database, options: BackupOptions): Promise<string> {
  const path = backupPath(options.registry, options.id);
  await removeLeftovers(options.registry);
  const folder = await mkdtemp(draftPrefix(options.registry));
  const draft = join(folder, 'registry');
  try {
    const expected = await copyAll(db, draft, options);
    const found = inspect(draft, options.schema);
    if (found.words !== 'ok' || found.rows !== expected.rows || found.pages !== expected.pages) {
      throw new RunlinkError(
        `the backup does not verify: check says "${found.words}", ${found.rows} rows of ${expected.rows}, ${found.pages} pages of ${expected.pages}`,
        { hint: 'Nothing was written. Run `runlink doctor`; the registry itself may be damaged.' },
      );
    }
    await chmod(draft, (await stat(resolve(options.registry))).mode & 0o777);
    await sync(draft);
    await rename(draft, path);
    await sync(dirname(path));
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function draftPrefix(registry: string): string {
  return join(dirname(resolve(registry)), `.${basename(registry)}.runlink-draft-`);
}

/** Drafts of invocations that were killed. Who makes a backup holds the registry's lock, so nobody is at work on them. */
async function removeLeftovers(registry: string): Promise<void> {
  const prefix = draftPrefix(registry);
  const names = await readdir(dirname(prefix));
  const leftovers = names.filter((name) => name.startsWith(basename(prefix)));
  await Promise.all(leftovers.map((name) => rm(join(dirname(prefix), name), { recursive: true, force: true })));
}

/** The backup of this name, checked; null where there is none. @throws ConflictError where it is damaged */
export async function findBackupOrNull(
  options: Pick<BackupOptions, 'registry' | 'schema' | 'id'>,
): Promise<string | null> {
  const path = backupPath(options.registry, options.id);
  if ((await stat(path).catch(() => null)) === null) return null;
  const { words } = inspect(path, options.schema);
  if (words === 'ok') return path;
  throw new ConflictError(`the backup ${path} of this plan is damaged: ${words}`, {
    hint: 'Move it away and run the command again: a new one is made.',
  });
}

/**
 * better-sqlite3 reports success with no file where the source is locked (0 pages), so a read transaction is opened
 * first: it waits for the lock, and holds the moment that is copied.
 */
async function copyAll(
  db: Database.Database,
  draft: string,
  options: BackupOptions,
): Promise<{ rows: number; pages: number }> {
  const rows = await retryWhileBusy(() => beginRead(db, options.schema), options);
  try {
    const pages = Number(db.pragma('page_count', { simple: true }));
    const { totalPages } = await db.backup(draft, { progress: () => ALL_PAGES });
    if (totalPages === 0) throw new RunlinkError('SQLite copied no page', { hint: 'Nothing was written. Try again.' });
    return { rows, pages };
  } finally {
    db.exec('COMMIT');
  }
}

function beginRead(db: Database.Database, schema: RegistrySchema): number {
  db.exec('BEGIN');
  try {
    return countRows(db, schema.table);
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/** Opened for writing though it only reads: a read-only connection would leave -wal and -shm files beside the backup. */
function inspect(path: string, schema: RegistrySchema): { words: string; rows: number; pages: number } {
  const db = new Database(path, { fileMustExist: true });
  try {
    db.pragma('query_only = ON');
    return {
      words: String(db.pragma('quick_check(1)', { simple: true })),
      rows: countRows(db, schema.table),
      pages: Number(db.pragma('page_count', { simple: true })),
    };
  } catch (error) {
    return { words: error instanceof Error ? error.message : String(error), rows: 0, pages: 0 };
  } finally {
    db.close();
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
