import type { Database } from 'better-sqlite3';
import type { DeclaredTable } from './schema-tables.ts';
import { quoteIdentifier } from './sql.ts';

/** The column that names a row, or why there is none. */
export type KeyChoice =
  | { readonly kind: 'key'; readonly column: string; readonly oddity: string | null }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * A primary key of one column, else a unique column (text before others, never NULL in any row). A column that the user
 * named is taken when its values are unique today, though no index guards that.
 */
export function chooseKey(db: Database, table: DeclaredTable, wanted: string | null): KeyChoice {
  if (wanted !== null) return checkWanted(db, table, wanted);
  const primary = table.columns.filter(({ pk }) => pk > 0);
  const [only] = primary;
  if (only !== undefined && primary.length === 1) return { kind: 'key', column: only.name, oddity: null };
  const unique = table.columns
    .filter(({ name }) => table.uniqueColumns.includes(name))
    .sort((a, b) => Number(isText(b.declaredType)) - Number(isText(a.declaredType)));
  const usable = unique.find(({ name, notNull }) => notNull || countNulls(db, table.name, name) === 0);
  const why =
    primary.length > 1 ? `its primary key spans ${primary.length} columns` : 'it has no primary key of one column';
  if (usable === undefined) return { kind: 'none', reason: `${why} and no unique column that is always filled` };
  return { kind: 'key', column: usable.name, oddity: `${why}; the unique column "${usable.name}" names the rows` };
}

function isText(declaredType: string): boolean {
  return /char|clob|text|uuid/i.test(declaredType);
}

function checkWanted(db: Database, table: DeclaredTable, wanted: string): KeyChoice {
  const primary = table.columns.filter(({ pk }) => pk > 0);
  if (primary.length === 1 && primary[0]?.name === wanted) return { kind: 'key', column: wanted, oddity: null };
  const nulls = countNulls(db, table.name, wanted);
  if (nulls > 0) return { kind: 'none', reason: `${nulls} rows have no "${wanted}"` };
  if (table.uniqueColumns.includes(wanted)) return { kind: 'key', column: wanted, oddity: null };
  const column = quoteIdentifier(wanted);
  const repeated = db
    .prepare<[], { n: bigint }>(
      `SELECT count(*) AS n FROM (SELECT 1 FROM ${quoteIdentifier(table.name)} GROUP BY ${column} HAVING count(*) > 1)`,
    )
    .get();
  if (repeated === undefined || repeated.n > 0n) {
    return { kind: 'none', reason: `${repeated?.n ?? 0n} values of "${wanted}" stand in more than one row` };
  }
  return { kind: 'key', column: wanted, oddity: `no unique index guards the key "${wanted}"` };
}

export function countNulls(db: Database, table: string, column: string): number {
  const sql = `SELECT count(*) AS n FROM ${quoteIdentifier(table)} WHERE ${quoteIdentifier(column)} IS NULL`;
  return db.prepare<[], { n: number }>(sql).safeIntegers(false).get()?.n ?? 0;
}
