import { spellNonFinite } from '../model/json.ts';
import type { DataCell, DataTable } from '../model/table.ts';
import { guardText, renderCsvLines } from '../plan/csv-cells.ts';
import { writeOutFile } from './out-file.ts';
import { encodeParquetPieces } from './parquet.ts';

export const TEXT_FORMATS = ['csv', 'jsonl', 'json'] as const;
export const TABLE_FORMATS = [...TEXT_FORMATS, 'parquet'] as const;

export type TextFormat = (typeof TEXT_FORMATS)[number];
export type TableFormat = (typeof TABLE_FORMATS)[number];

const ROWS_PER_PIECE = 1000;

/** A table as text, in pieces. `head` stands before the rows of the JSON document, as its first members. */
export function* renderTableText(table: DataTable, format: TextFormat, head: object): Generator<string> {
  if (format === 'csv') yield renderCsvLines([table.columns.map(({ name }) => guardText(name))]);
  if (format === 'json') yield `${JSON.stringify(head).slice(0, -1)},"rows":[`;
  let isFirst = true;
  for (const rows of inPieces(table.rows)) {
    if (format === 'csv') yield renderCsvLines(rows.map((row) => row.map(renderCell)));
    else {
      const lines = rows.map((row) => renderObject(table, row));
      yield format === 'jsonl' ? `${lines.join('\n')}\n` : `${isFirst ? '\n' : ',\n'}${lines.join(',\n')}`;
    }
    isFirst = false;
  }
  if (format === 'json') yield `${isFirst ? '' : '\n'}]}\n`;
}

function* inPieces(rows: DataTable['rows']): Generator<readonly (readonly DataCell[])[]> {
  let piece: (readonly DataCell[])[] = [];
  for (const row of rows) {
    piece.push(row);
    if (piece.length < ROWS_PER_PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** Missing is empty, NaN and infinities are words, objects and lists are JSON. */
function renderCell(cell: DataCell): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return JSON.stringify(spellNonFinite(cell));
  return typeof cell === 'string' ? guardText(cell) : String(cell);
}

/** Without the members that are missing. */
function renderObject({ columns }: DataTable, row: readonly DataCell[]): string {
  const members = columns.flatMap(({ name }, no): [string, DataCell][] => {
    const cell = row[no] ?? null;
    return cell === null ? [] : [[name, typeof cell === 'bigint' ? Number(cell) : spellNonFinite(cell)]];
  });
  return JSON.stringify(Object.fromEntries(members));
}

/**
 * Writes a table as a file that is complete or absent.
 *
 * @throws RunlinkError where the disk refuses
 */
export async function writeTable(
  path: string,
  table: DataTable,
  { format, head }: { readonly format: TableFormat; readonly head: object },
): Promise<void> {
  await writeOutFile(path, format === 'parquet' ? encodeParquetPieces(table) : renderTableText(table, format, head));
}
