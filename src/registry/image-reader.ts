import type { Database } from 'better-sqlite3';
import type { Cell } from '../model/cell.ts';
import type { RowImage } from '../model/identity.ts';
import { sameKey } from './exact.ts';
import type { TableSql } from './exact.ts';

/** The identity and end columns of the row with exactly this key; null where it is gone. */
export type ImageReader = (key: Cell) => RowImage | null;

export function createImageReader(db: Database, sql: TableSql): ImageReader {
  const columns = [...sql.identity, ...sql.ends].map(({ role, column }) => `${column} AS ${role}`).join(', ');
  const read = db
    .prepare<[{ key: Cell }], RowImage>(`SELECT ${columns} FROM ${sql.table} WHERE ${sameKey(sql.key, '$key')}`)
    .safeIntegers(true);
  return (key) => read.get({ key }) ?? null;
}
