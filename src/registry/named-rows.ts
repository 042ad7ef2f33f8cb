import type { Database } from 'better-sqlite3';
import { renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { readLedgerKeysByFormerName } from './ledger-read.ts';
import { quoteIdentifier } from './sql.ts';

/** Columns that people name runs in, besides the one that plays the part. */
const NAME_COLUMNS: readonly string[] = ['name', 'run_name'];

/**
 * Keys of the rows that have this name, in the order of the keys. A row that was linked under the name keeps it here, though
 * the link has written W&B's name over it: a job that starts again finds its row again.
 */
export function findKeysByName(db: Database, schema: RegistrySchema, name: string): readonly string[] {
  const columns = schema.columns.map((column) => column.name).filter((column) => isNameColumn(schema, column));
  const key = quoteIdentifier(schema.key);
  const tests = columns.map((column) => `${quoteIdentifier(column)} = $name COLLATE BINARY`);
  const found =
    tests.length === 0
      ? []
      : db
          .prepare<[{ name: string }], Cell>(
            `SELECT ${key} FROM ${quoteIdentifier(schema.table)}
             WHERE ${key} IS NOT NULL AND (${tests.join(' OR ')}) ORDER BY ${key}`,
          )
          .pluck()
          .all({ name });
  if (found.length > 0) return found.map(renderCell);
  return readLedgerKeysByFormerName(db, name);
}

function isNameColumn({ identity, key }: RegistrySchema, column: string): boolean {
  return column !== key && (column === identity.run_name || NAME_COLUMNS.includes(column.toLowerCase()));
}
