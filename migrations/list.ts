import { runlinkTables } from './0001-runlink-tables.ts';
import { identityColumns } from './0002-identity-columns.ts';
import { ledgerEnds } from './0003-ledger-ends.ts';
import type { SchemaMigration } from './schema-migration.ts';

/** In the order in which they run. */
export const SCHEMA_MIGRATIONS: readonly SchemaMigration[] = [runlinkTables, identityColumns, ledgerEnds];
