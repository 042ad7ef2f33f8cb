import type { Database } from 'better-sqlite3';
import { identityColumns } from '../../migrations/0002-identity-columns.ts';
import { SCHEMA_MIGRATIONS } from '../../migrations/list.ts';
import type { SchemaMigration } from '../../migrations/schema-migration.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { runImmediate } from './busy.ts';
import { RunlinkError } from '../errors.ts';
import { missingColumnError, withIdentityColumns } from './exact.ts';
import { assertSameTable, isLogged, writeLogRow } from './migration-log.ts';

/**
 * Runs one schema migration and writes its log row in one transaction. Does nothing where it ran before, as it may have
 * in another process a moment ago: training jobs that link themselves need the same tables. Returns the ms that it held the lock.
 */
export function applySchemaMigration(db: Database, schema: RegistrySchema, step: SchemaStep): number {
  const { migration, at } = step;
  const { heldMs } = runImmediate(db, () => {
    if (isLogged(db, migration.name)) return;
    db.exec(migration.buildSql(schema));
    writeLogRow(db, schema, {
      name: migration.name,
      planId: null,
      digest: null,
      batchNo: null,
      rows: 0,
      appliedAt: at,
    });
  });
  return heldMs;
}

export interface SchemaStep {
  readonly migration: SchemaMigration;
  /** ISO time, UTC. */
  readonly at: string;
}

/** All that did not run yet, for a single link; `apply` runs them through umzug. Returns the schema with all columns. */
export function applySchemaMigrations(db: Database, schema: RegistrySchema, at: string): RegistrySchema {
  for (const migration of SCHEMA_MIGRATIONS) {
    if (!isLogged(db, migration.name)) applySchemaMigration(db, schema, { migration, at });
  }
  assertSameTable(db, schema);
  return assertIdentityColumns(db, schema);
}

/** Whether nothing is left to migrate. Only reads. */
export function isSchemaReady(db: Database): boolean {
  return SCHEMA_MIGRATIONS.every(({ name }) => isLogged(db, name));
}

/** @throws ConflictError where the table lacks a column that the logged migration had added */
export function assertIdentityColumns(db: Database, schema: RegistrySchema): RegistrySchema {
  const complete = withIdentityColumns(schema);
  const there = new Set(
    db.prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?)').pluck().all(schema.table),
  );
  const missing = IDENTITY_COLUMNS.find((role) => !there.has(complete.identity[role] ?? role));
  if (missing !== undefined) throw missingColumnError(schema, missing);
  return complete;
}

/**
 * The schema with the columns that were added before, even where nothing in them tells their part yet, or the config says
 * that no column plays it.
 */
export function withAddedColumns(db: Database, schema: RegistrySchema): RegistrySchema {
  return isLogged(db, identityColumns.name) ? assertIdentityColumns(db, schema) : schema;
}

/**
 * @throws RunlinkError where a column of that name is there and plays another part, or none that could be recognised; so
 *   that it is known before the backup
 */
export function assertColumnsCanBeAdded(schema: RegistrySchema): void {
  const names = schema.columns.map(({ name }) => name);
  const taken = IDENTITY_COLUMNS.filter((role) => schema.identity[role] === null)
    .map((role) => [role, names.find((name) => name.toLowerCase() === role)] as const)
    .filter(([, name]) => name !== undefined);
  if (taken.length === 0) return;
  const list = taken.map(([, name]) => `"${name}"`).join(', ');
  const columns = Object.fromEntries(taken);
  throw new RunlinkError(
    `table "${schema.table}" has ${list} already, but the values there were not recognised as what runlink would write`,
    {
      hint: `If runlink is to write there, say so in runlink.json: ${JSON.stringify({ columns })}. Nothing was written.`,
    },
  );
}
