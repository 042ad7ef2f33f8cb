import { IDENTITY_COLUMNS } from '../src/model/identity.ts';
import { quoteIdentifier } from '../src/registry/sql.ts';
import type { SchemaMigration } from './schema-migration.ts';

/**
 * Adds the identity columns that the table lacks, and an index by which "who holds this run?" is answered without
 * reading the whole table inside a write transaction. It is partial, so that rows without a link cost nothing.
 */
export const identityColumns: SchemaMigration = {
  name: '0002-identity-columns',
  buildSql: (schema) => {
    const table = quoteIdentifier(schema.table);
    const missing = IDENTITY_COLUMNS.filter((column) => schema.identity[column] === null);
    const run = quoteIdentifier(schema.identity.wandb_run_id ?? 'wandb_run_id');
    return [
      ...missing.map((column) => `ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(column)} TEXT;`),
      `CREATE INDEX IF NOT EXISTS runlink_linked_runs ON ${table} (${run}) WHERE ${run} IS NOT NULL;`,
    ].join('\n');
  },
};
