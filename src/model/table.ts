import type { JsonValue } from './json.ts';

export type ColumnType = 'integer' | 'real' | 'text' | 'boolean' | 'json';

/** A typed table, for CSV, JSON and Parquet alike: the columns' names and types, and rows in their order. */
export interface DataColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** null is missing; NaN and infinities are values of `real`; bigint where an integer is past 2^53. */
export type DataCell = JsonValue | bigint;

export interface DataTable {
  readonly columns: readonly DataColumn[];
  readonly rows: Iterable<readonly DataCell[]>;
}
