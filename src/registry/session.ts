import type { Database } from 'better-sqlite3';
import { resolve } from 'node:path';
import type { RegistrySchema } from '../model/registry.ts';
import { DEFAULT_LOCK_TIMEOUT_MS, retryWhileBusy } from './busy.ts';
import { readRegistryConfig } from './config.ts';
import { assertSameTable } from './migration-log.ts';
import { explainSqliteError } from './open-errors.ts';
import { openRegistryForWriting, openRegistryReadOnly } from './open.ts';
import { withAddedColumns } from './schema-migrations.ts';
import { readSchema } from './schema.ts';

export interface RegistryLocation {
  /** Path of the registry. */
  readonly registry: string;
  /** Path of a runlink.json; the one beside the registry without it. */
  readonly config?: string;
}

export interface RegistrySession {
  readonly db: Database;
  readonly schema: RegistrySchema;
}

type Use<T> = (session: RegistrySession) => T | Promise<T>;

/** Opens the registry so that it cannot be written, reads its schema, and closes it whatever happens. */
export async function withRegistryReadOnly<T>(location: RegistryLocation, use: Use<T>): Promise<T> {
  return await withRegistry(openRegistryReadOnly(location.registry), location, use);
}

/** The same for writing. */
export async function withRegistryForWriting<T>(location: RegistryLocation, use: Use<T>): Promise<T> {
  return await withRegistry(openRegistryForWriting(location.registry), location, use);
}

async function withRegistry<T>(db: Database, location: RegistryLocation, use: Use<T>): Promise<T> {
  try {
    const config = readRegistryConfig(location.registry, location.config ?? null);
    const schema = await retryWhileBusy(() => readSchema(db, config), { timeoutMs: DEFAULT_LOCK_TIMEOUT_MS });
    assertSameTable(db, schema);
    return await use({ db, schema: withAddedColumns(db, schema) });
  } catch (error) {
    throw explainSqliteError(error, resolve(location.registry));
  } finally {
    db.close();
  }
}
