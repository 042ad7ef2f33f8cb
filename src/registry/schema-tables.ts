import type { Database } from 'better-sqlite3';
import { quoteIdentifier } from './sql.ts';

/** One column as SQLite declares it. */
export interface DeclaredColumn {
  readonly name: string;
  readonly declaredType: string;
  readonly notNull: boolean;
  /** 1, 2, … in the primary key; 0 outside. */
  readonly pk: number;
  readonly generated: boolean;
  readonly hasDefault: boolean;
}

export interface DeclaredTable {
  readonly name: string;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
  readonly columns: readonly DeclaredColumn[];
  /** Columns that a whole (not partial) unique index covers alone. */
  readonly uniqueColumns: readonly string[];
}

export interface OtherObject {
  readonly name: string;
  readonly type: 'view' | 'virtual';
}

/** The user's tables by name; ours, SQLite's own and the shadows of virtual tables left out. */
export function readTables(db: Database): readonly DeclaredTable[] {
  return readTableList(db)
    .filter(({ type }) => type === 'table')
    .map(({ name, wr, strict }) => ({
      name,
      withoutRowid: wr === 1,
      strict: strict === 1,
      columns: readColumns(db, name),
      uniqueColumns: readUniqueColumns(db, name),
    }));
}

/** Views and virtual tables, which cannot be the registry, to be named where nothing else fits. */
export function readOtherObjects(db: Database): readonly OtherObject[] {
  return readTableList(db).flatMap(({ name, type }) => (type === 'view' || type === 'virtual' ? [{ name, type }] : []));
}

interface TableListRow {
  readonly name: string;
  readonly type: string;
  readonly wr: number;
  readonly strict: number;
}

function readTableList(db: Database): readonly TableListRow[] {
  return db
    .prepare<[], TableListRow>(
      `SELECT name, type, wr, strict FROM pragma_table_list
       WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'runlink\\_%' ESCAPE '\\'
       ORDER BY name`,
    )
    .safeIntegers(false)
    .all();
}

function readColumns(db: Database, table: string): readonly DeclaredColumn[] {
  return db
    .prepare<
      [string],
      { name: string; type: string; notnull: number; pk: number; hidden: number; dflt_value: string | null }
    >(`SELECT name, type, "notnull", pk, hidden, dflt_value FROM pragma_table_xinfo(?) ORDER BY cid`)
    .safeIntegers(false)
    .all(table)
    .map((row) => ({
      name: row.name,
      declaredType: row.type,
      notNull: row.notnull === 1,
      pk: row.pk,
      generated: row.hidden !== 0,
      hasDefault: row.dflt_value !== null,
    }));
}

function readUniqueColumns(db: Database, table: string): readonly string[] {
  return db
    .prepare<[string], { name: string }>(
      `SELECT min(i.name) AS name FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i
       WHERE l."unique" = 1 AND l.partial = 0 GROUP BY l.name HAVING count(*) = 1 AND min(i.name) IS NOT NULL
       ORDER BY 1`,
    )
    .all(table)
    .map(({ name }) => name);
}

export function countRows(db: Database, table: string): number {
  const row = db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${quoteIdentifier(table)}`).safeIntegers(false);
  return row.get()?.n ?? 0;
}
