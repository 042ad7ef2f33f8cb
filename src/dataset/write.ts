import {
  closeSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { UsageError } from '../errors.ts';
import { spellNonFinite } from '../model/json.ts';
import type { DataCell, DataTable } from '../model/table.ts';
import { guardCell } from '../plan/csv-cells.ts';
import { encodeParquet } from './parquet.ts';

export const TEXT_FORMATS = ['csv', 'jsonl', 'json'] as const;
export const TABLE_FORMATS = [...TEXT_FORMATS, 'parquet'] as const;

export type TextFormat = (typeof TEXT_FORMATS)[number];
export type TableFormat = (typeof TABLE_FORMATS)[number];

const ROWS_PER_PIECE = 1000;
const SQLITE_HEAD = 'SQLite format 3';

/** A table as text, in pieces. `head` stands before the rows of the JSON document, as its first members. */
export function* renderTableText(table: DataTable, format: TextFormat, head: object): Generator<string> {
  if (format === 'csv') yield renderCsv([table.columns.map(({ name }) => guardText(name))]);
  if (format === 'json') yield `${JSON.stringify(head).slice(0, -1)},"rows":[`;
  let isFirst = true;
  for (const rows of inPieces(table.rows)) {
    if (format === 'csv') yield renderCsv(rows.map((row) => row.map(renderCell)));
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

function renderCsv(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { quoted_match: /[\r\n]/ }); // the library only reads them
}

/** Missing is empty, NaN and infinities are words, objects and lists are JSON. */
function renderCell(cell: DataCell): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return JSON.stringify(spellNonFinite(cell));
  return typeof cell === 'string' ? guardText(cell) : String(cell);
}

/** What a spreadsheet would run as a formula is guarded; a number that was logged as a text is none. */
function guardText(text: string): string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? text : guardCell(text);
}

/** Without the members that are missing. */
function renderObject({ columns }: DataTable, row: readonly DataCell[]): string {
  const members = columns.flatMap(({ name }, no): [string, DataCell][] => {
    const cell = row[no] ?? null;
    return cell === null ? [] : [[name, typeof cell === 'bigint' ? Number(cell) : spellNonFinite(cell)]];
  });
  return JSON.stringify(Object.fromEntries(members));
}

/** Writes a table beside the file, and puts it in its place when it is whole. */
export function writeTable(
  path: string,
  table: DataTable,
  { format, head }: { format: TableFormat; head: object },
): void {
  const beside = `${path}.writing`;
  try {
    if (format === 'parquet') writeFileSync(beside, encodeParquet(table));
    else writePieces(beside, renderTableText(table, format, head));
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}

function writePieces(path: string, pieces: Iterable<string>): void {
  const fd = openSync(path, 'w');
  try {
    for (const piece of pieces) writeSync(fd, piece);
  } finally {
    closeSync(fd);
  }
}

/** @throws UsageError where the file is a folder or a database: an export must never take the place of a registry */
export function assertWritable(path: string): void {
  if (!existsSync(path)) return;
  const isFile = statSync(path).isFile();
  if (isFile && readHead(path) !== SQLITE_HEAD) return;
  throw new UsageError(`${path} is ${isFile ? 'a SQLite database' : 'no file'}, expected a file that may be replaced`, {
    hint: 'Name another file with --out.',
  });
}

function readHead(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(SQLITE_HEAD.length);
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}
