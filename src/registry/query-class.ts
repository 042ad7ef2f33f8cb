import type { Cell } from '../model/cell.ts';
import type { Operator } from './query-where.ts';

/** A test as SQL with its bound values. The column stands alone on its side, so that an index on it can be used. */
export interface SqlTest {
  readonly sql: string;
  readonly values: readonly Cell[];
}

export type Order = Exclude<Operator, '=' | '!='>;

/** SQLite orders numbers before text and text before blobs: the second bound keeps to the value's own class. */
export function withinClass(name: string, operator: Order, bound: Cell): SqlTest {
  const isText = typeof bound === 'string';
  const upward = operator === '>' || operator === '>=';
  const guard = upward ? `${name} < ${isText ? "x''" : "''"}` : isText ? `${name} > ''` : null;
  const sql = `${name} ${operator} ?`;
  return { sql: guard === null ? sql : `(${sql} AND ${guard})`, values: [bound] };
}
