import { assertNever } from '../errors.ts';
import { renderCell } from '../model/cell.ts';
import type { DataCell, DataColumn } from '../model/table.ts';
import { guardText, renderCsvLines } from '../plan/csv-cells.ts';
import type { RowRecord } from '../registry/query.ts';
import { escapeForTerminal, escapeJson } from '../text/escape.ts';
import { cutToWidth, widthOf } from '../text/fit.ts';
import type { Page } from '../text/page.ts';
import { renderTable } from '../text/table.ts';
import type { RunsFormat } from './formats.ts';
import type { RunsReport } from './runs.ts';

/** The report in pieces, which are made while they are taken: rows do not pile up. */
export async function renderRuns(
  report: RunsReport,
  format: RunsFormat,
  page: Page,
): Promise<Iterable<string> | Iterable<Uint8Array>> {
  switch (format) {
    case 'table':
      return renderRunsTable(report, page);
    case 'json':
      return renderRunsJson(report);
    case 'jsonl':
      return renderRunsJsonLines(report);
    case 'csv':
      return renderRunsCsv(report);
    case 'parquet':
      return await renderRunsParquet(report);
    default:
      return assertNever(format);
  }
}

const CELL_WIDTH = 40;
const COLUMN_GAP = 2;

/** Rows that are laid out together. */
const TABLE_ROWS = 1000;

/** The columns that were asked for, else as many of the telling ones as there is room for, with the number of rows below. */
function* renderRunsTable({ blocks, brief, columns: all }: RunsReport, { style, width }: Page): Generator<string> {
  let columns = brief ?? all;
  let count = 0;
  let waiting: RowRecord[] = [];
  const layOut = (): string => {
    if (count === 0 && brief !== null) columns = fitColumns(waiting, brief, width);
    const head = columns.map((name) => style.strong(escapeForTerminal(name)));
    const text = renderBlock(waiting, columns, count === 0 ? [head] : []);
    count += waiting.length;
    waiting = [];
    return text;
  };
  for (const block of blocks) {
    waiting.push(...block);
    if (waiting.length >= TABLE_ROWS) yield layOut();
  }
  if (waiting.length > 0) yield layOut();
  const hidden = all.length - columns.length;
  const more = hidden === 0 || count === 0 ? '' : `; ${hidden} more columns with --columns, or in the other formats`;
  yield `${style.faint(`${count} ${count === 1 ? 'row' : 'rows'}${more}`)}\n`;
}

/** The first columns that fit side by side; the first one always does. */
function fitColumns(rows: readonly RowRecord[], columns: readonly string[], width: number): readonly string[] {
  let used = -COLUMN_GAP;
  const fitting = columns.filter((name) => {
    const cells = rows.map((row) => widthOf(renderTableCell(row[name])));
    used += COLUMN_GAP + cells.reduce((most, cell) => Math.max(most, cell), widthOf(escapeForTerminal(name)));
    return used <= width;
  });
  return fitting.length > 0 ? fitting : columns.slice(0, 1);
}

function renderTableCell(value: RowRecord[string] = null): string {
  return cutToWidth(escapeForTerminal(renderValue(value)), CELL_WIDTH);
}

function renderBlock(rows: readonly RowRecord[], columns: readonly string[], head: readonly string[][]): string {
  const numeric = columns.flatMap((name, index) => (rows.every((row) => isNumberOrEmpty(row[name])) ? [index] : []));
  const body = rows.map((row) => columns.map((name) => renderTableCell(row[name])));
  return `${renderTable([...head, ...body], numeric)}\n`;
}

function isNumberOrEmpty(value: RowRecord[string] | undefined): boolean {
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'bigint';
}

function renderValue(value: RowRecord[string]): string {
  return typeof value === 'boolean' ? String(value) : renderCell(value);
}

/** `{version, table, key, columns, rows}`; whole numbers beyond 2^53 and infinite ones as text, blobs as x'…'. */
function* renderRunsJson({ table, key, columns, blocks }: RunsReport): Generator<string> {
  const head = JSON.stringify({ version: 1, table, key, columns }, null, 2);
  yield escapeJson(`${head.slice(0, -2)},\n  "rows": [`);
  let comma = '';
  for (const block of blocks) {
    let piece = '';
    for (const row of block) {
      piece += `${comma}\n    ${encodeRow(row, columns)}`;
      comma = ',';
    }
    yield escapeJson(piece);
  }
  yield comma === '' ? ']\n}\n' : '\n  ]\n}\n';
}

/** A JSON object a row, for programs that read line by line. */
function* renderRunsJsonLines({ blocks, columns }: RunsReport): Generator<string> {
  for (const block of blocks) {
    let piece = '';
    for (const row of block) piece += `${encodeRow(row, columns)}\n`;
    yield escapeJson(piece);
  }
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

/** All columns; text that a spreadsheet would run as a formula is guarded, numbers are not. */
function* renderRunsCsv({ columns, blocks }: RunsReport): Generator<string> {
  yield renderCsvLines([columns.map(guardText)]);
  for (const block of blocks) {
    yield renderCsvLines(block.map((row) => columns.map((name) => renderCsvCell(row[name] ?? null))));
  }
}

function renderCsvCell(value: RowRecord[string]): string {
  return typeof value === 'string' ? guardText(value) : renderValue(value);
}

/** Typed by what the rows hold; blobs, and columns with numbers and text mixed, are text. */
async function renderRunsParquet({ blocks, readTypes }: RunsReport): Promise<Iterable<Uint8Array>> {
  const { encodeParquetPieces } = await import('../dataset/parquet.ts');
  const columns = readTypes();
  return encodeParquetPieces({ columns, rows: listCells(blocks, columns) });
}

function* listCells(
  blocks: Iterable<readonly RowRecord[]>,
  columns: readonly DataColumn[],
): Generator<readonly DataCell[]> {
  for (const block of blocks) for (const row of block) yield listRowCells(row, columns);
}

function listRowCells(row: RowRecord, columns: readonly DataColumn[]): readonly DataCell[] {
  return columns.map(({ name, type }) => {
    const value = row[name] ?? null;
    if (value instanceof Uint8Array) return renderCell(value);
    return type === 'integer' && typeof value === 'boolean' ? Number(value) : value;
  });
}
