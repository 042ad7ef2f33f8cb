import { stringify } from 'csv-stringify/sync';
import { renderJson } from '../model/json.ts';
import type { DataCell, DataTable } from '../model/table.ts';
import { guardCell } from '../plan/csv-cells.ts';

/** Writes a table as CSV with a head. Text that a spreadsheet would run as a formula is guarded, NaN is written as NaN. */
export function encodeCsv({ columns, rows }: DataTable): string {
  const lines: string[][] = [columns.map(({ name }) => guardCell(name))];
  for (const row of rows) lines.push(columns.map((_column, index) => encodeCell(row[index] ?? null)));
  return stringify(lines, { quoted_match: /[\r\n]/ });
}

function encodeCell(value: DataCell): string {
  if (value === null) return '';
  if (typeof value === 'string') return guardCell(value);
  return typeof value === 'object' ? renderJson(value) : String(value);
}
