import type { Database } from 'better-sqlite3';
import { resolve } from 'node:path';
import { LockedError } from '../errors.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { DEFAULT_LOCK_TIMEOUT_MS, retryWhileBusy } from './busy.ts';
import { readRegistryConfig } from './config.ts';
import { assertSameTable } from './migration-log.ts';
import { explainSqliteError } from './open-errors.ts';
import { openRegistryForWriting, openRegistryReadOnly } from './open.ts';
import { withAddedColumns } from './schema-migrations.ts';
import { readSchemaOnce } from './schema-cache.ts';
import { readSchema } from './schema.ts';

export interface RegistryLocation {
  /** Path of the registry. */
  readonly registry: string;
  /** Path of a runlink.json; the one beside the registry without it. */
  readonly config?: string;
  /** How long to wait for other programs that hold the registry's lock, in milliseconds; 30 s without it. */
  readonly lockTimeoutMs?: number;
}

export interface RegistrySession {
  readonly db: Database;
  readonly schema: RegistrySchema;
}

type Use<T> = (session: RegistrySession) => T | Promise<T>;

/** Opens the registry so that it cannot be written, reads its schema, and closes it whatever happens. */
export async function withRegistryReadOnly<T>(location: RegistryLocation, use: Use<T>): Promise<T> {
  return await withRegistry(openRegistryReadOnly, location, use);
}

/** The same for writing. */
export async function withRegistryForWriting<T>(location: RegistryLocation, use: Use<T>): Promise<T> {
  return await withRegistry(openRegistryForWriting, location, use);
}

type Open = (path: string) => Database;

async function withRegistry<T>(open: Open, location: RegistryLocation, use: Use<T>): Promise<T> {
  const retry = { timeoutMs: location.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS };
  const db = await retryWhileBusy(() => openOrBusy(open, location.registry), retry);
  try {
    const config = await readRegistryConfig(location.registry, location.config ?? null);
    const kept = { path: resolve(location.registry), id: JSON.stringify(config) };
    const readComplete = (): RegistrySchema =>
      readSchemaOnce(db, kept, () => {
        const schema = readSchema(db, config);
        assertSameTable(db, schema);
        return withAddedColumns(db, schema);
      });
    return await use({ db, schema: await retryWhileBusy(readComplete, retry) });
  } catch (error) {
    throw explainSqliteError(error, resolve(location.registry));
  } finally {
    db.close();
  }
}

/** Opening waits for a commit too, though not for long: SQLite's own words are given back, so that it is tried again. */
function openOrBusy(open: Open, path: string): Database {
  try {
    return open(path);
  } catch (error) {
    throw error instanceof LockedError ? error.cause : error;
  }
}
