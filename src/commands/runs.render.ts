import { stringify } from 'csv-stringify/sync';
import { renderCell } from '../model/cell.ts';
import { guardCell } from '../plan/csv-cells.ts';
import type { RowRecord } from '../registry/query.ts';
import { escapeForTerminal, escapeJson } from '../text/escape.ts';
import { cutToWidth } from '../text/fit.ts';
import type { Style } from '../text/style.ts';
import { renderTable } from '../text/table.ts';
import type { RunsReport } from './runs.ts';

const CELL_WIDTH = 40;

/** The brief columns for a terminal, with the number of rows below. */
export function renderRunsTable(report: RunsReport, style: Style): string {
  const { rows } = report;
  const count = style.faint(`${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`);
  if (rows.length === 0) return count;
  const columns = report.brief.length > 0 ? report.brief : report.columns;
  const numeric = columns.flatMap((name, index) => (rows.every((row) => isNumberOrEmpty(row[name])) ? [index] : []));
  const head = columns.map((name) => style.strong(escapeForTerminal(name)));
  const body = rows.map((row) =>
    columns.map((name) => cutToWidth(escapeForTerminal(renderCell(row[name] ?? null)), CELL_WIDTH)),
  );
  return `${renderTable([head, ...body], numeric)}\n${count}`;
}

function isNumberOrEmpty(value: RowRecord[string] | undefined): boolean {
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'bigint';
}

/** `{version, table, key, columns, rows}`; whole numbers beyond 2^53 and infinite ones as text, blobs as x'…'. */
export function renderRunsJson(report: RunsReport): string {
  const { table, key, columns, rows } = report;
  return escapeJson(JSON.stringify({ version: 1, table, key, columns, rows: rows.map(encodeRow) }, null, 2));
}

function encodeRow(row: RowRecord): Readonly<Record<string, null | string | number>> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const isPlain =
        value === null || typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
      return [name, isPlain ? value : renderCell(value)];
    }),
  );
}

/** All columns; text that a spreadsheet would run as a formula is guarded, numbers are not. */
export function renderRunsCsv(report: RunsReport): string {
  const { columns, rows } = report;
  const encode = (value: RowRecord[string]): string =>
    typeof value === 'string' ? guardText(value) : renderCell(value);
  const lines = [columns.map(guardText), ...rows.map((row) => columns.map((name) => encode(row[name] ?? null)))];
  return stringify(lines, { quoted_match: /[\r\n]/ });
}

function guardText(text: string): string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? text : guardCell(text);
}
