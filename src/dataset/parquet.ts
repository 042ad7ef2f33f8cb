import { parquetWriteBuffer } from 'hyparquet-writer';
import { renderJson } from '../model/json.ts';
import type { ColumnType, DataCell, DataTable } from '../model/table.ts';

const PARQUET_TYPES = { integer: 'INT64', real: 'DOUBLE', text: 'STRING', boolean: 'BOOLEAN', json: 'STRING' } as const;

/** Writes a table as one Parquet file: INT64, DOUBLE, STRING and BOOLEAN columns, all nullable; JSON as text. */
export function encodeParquet(table: DataTable): Uint8Array {
  const columns = table.columns.map(({ name, type }) => ({ name, type, data: [] as unknown[] }));
  for (const row of table.rows) {
    for (const [index, column] of columns.entries()) column.data.push(encodeCell(row[index] ?? null, column.type));
  }
  const columnData = columns.map(({ name, type, data }) => ({ name, data, type: PARQUET_TYPES[type], nullable: true }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function encodeCell(value: DataCell, type: ColumnType): unknown {
  if (value === null) return null;
  if (type === 'integer') return typeof value === 'bigint' ? value : BigInt(Number(value));
  if (type === 'real') return Number(value);
  if (type === 'boolean') return value === true;
  if (type === 'text') return String(value);
  return typeof value === 'bigint' ? String(value) : renderJson(value);
}
