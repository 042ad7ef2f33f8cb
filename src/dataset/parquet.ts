import { parquetWriteBuffer } from 'hyparquet-writer';
import { spellNonFinite } from '../model/json.ts';
import type { ColumnType, DataCell, DataTable } from '../model/table.ts';

const PARQUET_TYPES = {
  integer: 'INT64',
  real: 'DOUBLE',
  text: 'STRING',
  boolean: 'BOOLEAN',
  json: 'JSON',
} as const satisfies Record<ColumnType, string>;

/** A Parquet file, Snappy-compressed: missing is null, NaN and infinities are values, objects and lists are JSON texts. */
export function encodeParquet({ columns, rows }: DataTable): Uint8Array {
  const data = columns.map((): (DataCell | null)[] => []);
  for (const row of rows) {
    for (const [no, { type }] of columns.entries()) data[no]?.push(encodeCell(row[no] ?? null, type));
  }
  const columnData = columns.map(({ name, type }, no) => ({ name, type: PARQUET_TYPES[type], data: data[no] ?? [] }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function encodeCell(cell: DataCell, type: ColumnType): DataCell {
  if (cell === null) return null;
  switch (type) {
    case 'integer':
      return typeof cell === 'bigint' ? cell : BigInt(Number(cell));
    case 'real':
      return Number(cell);
    case 'text':
      return String(cell);
    case 'boolean':
      return cell === true;
    case 'json':
      // JSON has no number for these; the writer would make null of them.
      return typeof cell === 'bigint' ? String(cell) : spellNonFinite(cell);
  }
}
