import { END_COLUMNS } from '../src/model/identity.ts';
import type { SchemaMigration } from './schema-migration.ts';

/** Room in the ledger for what a refresh writes besides the identity columns. Entries from before keep their hashes. */
export const ledgerEnds: SchemaMigration = {
  name: '0003-ledger-ends',
  buildSql: () =>
    END_COLUMNS.flatMap((column) => [`before_${column}`, `after_${column}`])
      .map((name) => `ALTER TABLE runlink_ledger ADD COLUMN ${name};`)
      .join('\n'),
};
