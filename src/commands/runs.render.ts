import { assertNever } from '../errors.ts';
import { renderCell } from '../model/cell.ts';
import type { DataCell, DataColumn } from '../model/table.ts';
import { guardText, renderCsvLines } from '../plan/csv-cells.ts';
import type { RowRecord } from '../registry/query.ts';
import { escapeForTerminal, escapeJson } from '../text/escape.ts';
import { cutToWidth } from '../text/fit.ts';
import { joinPieces } from '../text/pieces.ts';
import type { Style } from '../text/style.ts';
import { renderTable } from '../text/table.ts';
import type { RunsFormat } from './formats.ts';
import type { RunsReport } from './runs.ts';

/** The report in pieces, which are made while they are taken: rows do not pile up. */
export async function renderRuns(
  report: RunsReport,
  format: RunsFormat,
  style: Style,
): Promise<Iterable<string> | Iterable<Uint8Array>> {
  switch (format) {
    case 'table':
      return renderRunsTable(report, style);
    case 'json':
      return escapePieces(joinPieces(renderRunsJson(report)));
    case 'jsonl':
      return escapePieces(joinPieces(renderRunsJsonLines(report)));
    case 'csv':
      return renderRunsCsv(report);
    case 'parquet':
      return await renderRunsParquet(report);
    default:
      return assertNever(format);
  }
}

const CELL_WIDTH = 40;
/** Rows that are laid out together. */
const BLOCK = 1000;

/** The brief columns for a terminal, with the number of rows below. */
function* renderRunsTable({ rows, brief, columns: all }: RunsReport, style: Style): Generator<string> {
  const columns = brief.length > 0 ? brief : all;
  const head = columns.map((name) => style.strong(escapeForTerminal(name)));
  let block: RowRecord[] = [];
  let count = 0;
  for (const row of rows) {
    block.push(row);
    count += 1;
    if (block.length < BLOCK) continue;
    yield renderBlock(block, columns, count === BLOCK ? [head] : []);
    block = [];
  }
  if (block.length > 0) yield renderBlock(block, columns, count < BLOCK ? [head] : []);
  yield `${style.faint(`${count} ${count === 1 ? 'row' : 'rows'}`)}\n`;
}

function renderBlock(rows: readonly RowRecord[], columns: readonly string[], head: readonly string[][]): string {
  const numeric = columns.flatMap((name, index) => (rows.every((row) => isNumberOrEmpty(row[name])) ? [index] : []));
  const body = rows.map((row) =>
    columns.map((name) => cutToWidth(escapeForTerminal(renderValue(row[name] ?? null)), CELL_WIDTH)),
  );
  return `${renderTable([...head, ...body], numeric)}\n`;
}

function isNumberOrEmpty(value: RowRecord[string] | undefined): boolean {
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'bigint';
}

function renderValue(value: RowRecord[string]): string {
  return typeof value === 'boolean' ? String(value) : renderCell(value);
}

/** `{version, table, key, columns, rows}`; whole numbers beyond 2^53 and infinite ones as text, blobs as x'…'. */
function* renderRunsJson({ table, key, columns, rows }: RunsReport): Generator<string> {
  const head = JSON.stringify({ version: 1, table, key, columns }, null, 2);
  yield `${head.slice(0, -2)},\n  "rows": [`;
  let comma = '';
  for (const row of rows) {
    yield `${comma}\n    ${encodeRow(row, columns)}`;
    comma = ',';
  }
  yield comma === '' ? ']\n}\n' : '\n  ]\n}\n';
}

/** A JSON object a row, for programs that read line by line. */
function* renderRunsJsonLines({ rows, columns }: RunsReport): Generator<string> {
  for (const row of rows) yield `${encodeRow(row, columns)}\n`;
}

function* escapePieces(pieces: Iterable<string>): Generator<string> {
  for (const piece of pieces) yield escapeJson(piece);
}

function encodeRow(row: RowRecord, columns: readonly string[]): string {
  for (const name of columns) if (!isPlain(row[name] ?? null)) return JSON.stringify(encodeValues(row));
  return JSON.stringify(row);
}

/** Whether JSON has a word for it. */
function isPlain(value: RowRecord[string]): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function encodeValues(row: RowRecord): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isPlain(value) ? value : renderValue(value)]),
  );
}

const CSV_BATCH = 1000;

/** All columns; text that a spreadsheet would run as a formula is guarded, numbers are not. */
function* renderRunsCsv({ columns, rows }: RunsReport): Generator<string> {
  let lines = [columns.map(guardText)];
  for (const row of rows) {
    lines.push(columns.map((name) => renderCsvCell(row[name] ?? null)));
    if (lines.length < CSV_BATCH) continue;
    yield renderCsvLines(lines);
    lines = [];
  }
  yield renderCsvLines(lines);
}

function renderCsvCell(value: RowRecord[string]): string {
  return typeof value === 'string' ? guardText(value) : renderValue(value);
}

/** Typed by what the rows hold; blobs, and columns with numbers and text mixed, are text. */
async function renderRunsParquet({ rows, readTypes }: RunsReport): Promise<Iterable<Uint8Array>> {
  const { encodeParquetPieces } = await import('../dataset/parquet.ts');
  const columns = readTypes();
  return encodeParquetPieces({ columns, rows: listCells(rows, columns) });
}

function* listCells(rows: Iterable<RowRecord>, columns: readonly DataColumn[]): Generator<readonly DataCell[]> {
  for (const row of rows) {
    yield columns.map(({ name, type }) => {
      const value = row[name] ?? null;
      if (value instanceof Uint8Array) return renderCell(value);
      return type === 'integer' && typeof value === 'boolean' ? Number(value) : value;
    });
  }
}
