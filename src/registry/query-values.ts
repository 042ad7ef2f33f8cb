import type { Database } from 'better-sqlite3';
import type { Cell } from '../model/cell.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { resolveColumn } from './query-where.ts';
import { quoteIdentifier } from './sql.ts';

export interface ValueCount {
  /** NULL and '' are both the empty text. */
  readonly value: Cell;
  readonly rows: bigint;
}

/**
 * The most common values of a column.
 *
 * @throws UsageError on an unknown column, with the nearest names
 */
export function countValues(
  db: Database,
  schema: RegistrySchema,
  { column, limit }: { readonly column: string; readonly limit: number },
): readonly ValueCount[] {
  const name = quoteIdentifier(resolveColumn(schema, column).name);
  return db
    .prepare<[bigint], ValueCount>(
      `SELECT ifnull(${name}, '') AS value, count(*) AS rows FROM ${quoteIdentifier(schema.table)}
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?`,
    )
    .all(BigInt(limit));
}
