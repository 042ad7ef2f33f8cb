import { resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { RegistrySchema } from '../model/registry.ts';
import type { RegistryConfig } from './config.ts';
import { countRowStates } from './inspect-rows.ts';
import type { RowStates } from './inspect-rows.ts';
import { findNetworkFileSystemOrNull, probeWriters } from './inspect-writers.ts';
import type { WriterProbe } from './inspect-writers.ts';
import { readLockHolderOrNull } from './lock.ts';
import type { LockHolder } from './lock.ts';
import { explainSqliteError } from './open-errors.ts';
import { openRegistryReadOnly } from './open.ts';
import { readSchema } from './schema.ts';

/** What there is to know of a registry before anything is done with it. */
export interface RegistryInspection {
  readonly path: string;
  /** The runlink.json that was used; null where everything was found. */
  readonly config: string | null;
  readonly sqliteVersion: string;
  readonly journalMode: string;
  readonly pageCount: number;
  readonly pageSize: number;
  readonly schema: RegistrySchema;
  readonly states: RowStates;
  /** The invocation of runlink that holds our own lock. */
  readonly lockHolder: LockHolder | null;
  /** Other programs that are writing at this moment. */
  readonly writers: WriterProbe;
  /** The network file system that the registry is on, where SQLite's locks cannot be relied on. */
  readonly networkFileSystem: string | null;
}

/** Reads everything on one read-only connection; the file's bytes stay as they are. */
export function inspectRegistry(path: string, config: RegistryConfig): RegistryInspection {
  const file = resolve(path);
  // First, because our own reading takes locks too.
  const writers = probeWriters(file);
  const db = openRegistryReadOnly(file);
  try {
    return db.transaction(() => {
      const schema = readSchema(db, config);
      return {
        path: file,
        config: config.file,
        ...readFileFacts(db),
        schema,
        states: countRowStates(db, schema),
        lockHolder: readLockHolderOrNull(file),
        writers,
        networkFileSystem: findNetworkFileSystemOrNull(file),
      };
    })();
  } catch (error) {
    throw explainSqliteError(error, file);
  } finally {
    db.close();
  }
}

function readFileFacts(
  db: Database,
): Pick<RegistryInspection, 'sqliteVersion' | 'journalMode' | 'pageCount' | 'pageSize'> {
  return {
    sqliteVersion: String(db.prepare('SELECT sqlite_version()').pluck().get()),
    journalMode: String(db.pragma('journal_mode', { simple: true })),
    pageCount: Number(db.pragma('page_count', { simple: true })),
    pageSize: Number(db.pragma('page_size', { simple: true })),
  };
}
