import type { Database } from 'better-sqlite3';
import { isEmptyCell, renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { isJsonObject, parseLenientJson } from '../model/json.ts';
import type { ColumnKind, RegistryColumn } from '../model/registry.ts';
import { parseTimeOrNull } from '../model/time.ts';
import type { TimeFormat, TimeReading } from '../model/time.ts';
import { splitName } from './roles-names.ts';
import type { DeclaredColumn, DeclaredTable } from './schema-tables.ts';
import { quoteIdentifier } from './sql.ts';

/** A column together with the filled cells that were looked at. */
export interface ColumnSample {
  readonly column: RegistryColumn;
  readonly filled: readonly Cell[];
}

/** The oldest and the newest rows: habits change over a registry's life, and its two ends show both. */
const ROWS_PER_END = 1000;
/** Share of the filled values that must read as numbers or times; people leave the odd `n/a` and `-`. */
const NUMBER_SHARE = 0.9;
const TIME_SHARE = 0.8;

/** Looks at up to 2,000 rows, sorted by key or as they were inserted, and tells what each column's values are. */
export function sampleColumns(db: Database, table: DeclaredTable, key: string): readonly ColumnSample[] {
  const rows = readBothEnds(db, table, key);
  return table.columns.map((declared, index) =>
    buildSample(
      declared,
      rows.map((cells) => cells[index] ?? null),
    ),
  );
}

function readBothEnds(db: Database, table: DeclaredTable, key: string): readonly (readonly Cell[])[] {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const name = quoteIdentifier(table.name);
  const read = (order: string, limit: number): Cell[][] =>
    db.prepare<[], Cell[]>(`SELECT ${columns} FROM ${name} ORDER BY ${order} LIMIT ${limit}`).raw(true).all();
  const some = `SELECT count(*) FROM (SELECT 1 FROM ${name} LIMIT ${2 * ROWS_PER_END})`;
  const isSmall = Number(db.prepare<[], bigint>(some).pluck().get()) < 2 * ROWS_PER_END;
  if (isSmall) return read(quoteIdentifier(key), 2 * ROWS_PER_END);
  // In the order of the file both ends are read page by page; by a key, each row may stand on a page of its own.
  const order = isRowidHidden(table) ? quoteIdentifier(key) : 'rowid';
  return [...read(order, ROWS_PER_END), ...read(`${order} DESC`, ROWS_PER_END).reverse()];
}

function isRowidHidden({ withoutRowid, columns }: DeclaredTable): boolean {
  return withoutRowid || columns.some(({ name }) => name.toLowerCase() === 'rowid');
}

function buildSample(declared: DeclaredColumn, cells: readonly Cell[]): ColumnSample {
  const filled = cells.filter((cell) => !isEmptyCell(cell));
  const { kind, timeFormat } = classify(declared.name, filled);
  return {
    filled,
    column: {
      name: declared.name,
      declaredType: declared.declaredType,
      kind,
      timeFormat,
      generated: declared.generated,
      notNull: declared.notNull,
      filled: filled.length,
      sampled: cells.length,
      distinct: new Set(filled.map((cell) => (cell instanceof Uint8Array ? renderCell(cell) : cell))).size,
      example: filled.at(-1) ?? null,
    },
  };
}

function classify(name: string, filled: readonly Cell[]): { kind: ColumnKind; timeFormat: TimeFormat | null } {
  if (filled.length === 0) return { kind: 'empty', timeFormat: null };
  const timeFormat = findTimeFormat(name, filled);
  if (timeFormat !== null) return { kind: 'time', timeFormat };
  if (isMostly(filled, isNumeric)) return { kind: 'number', timeFormat: null };
  return { kind: isMostly(filled, isJson) ? 'json' : 'text', timeFormat: null };
}

/** Stops at the miss that decides: most columns are told from the first values by what they are not. */
function isMostly(filled: readonly Cell[], test: (cell: Cell) => boolean): boolean {
  const needed = NUMBER_SHARE * filled.length;
  let misses = 0;
  for (const cell of filled) {
    if (test(cell)) continue;
    misses += 1;
    if (filled.length - misses < needed) return false;
  }
  return true;
}

function isNumeric(cell: Cell): boolean {
  if (typeof cell === 'number' || typeof cell === 'bigint') return true;
  return (
    typeof cell === 'string' &&
    (Number.isFinite(Number(cell)) || /^\s*(true|false|[+-]?(nan|inf(inity)?))\s*$/i.test(cell))
  );
}

function isJson(cell: Cell): boolean {
  if (typeof cell !== 'string' || !/^\s*[[{]/.test(cell)) return false;
  try {
    const value = parseLenientJson(cell);
    return isJsonObject(value) || Array.isArray(value);
  } catch {
    return false;
  }
}

/** Words that make a bare number near 1.7e9 a time, and words that make it none. */
const TIME_WORDS =
  /^(at|time|timestamp|ts|date|datetime|created|creation|start|started|end|ended|finished|updated|epoch|when)$/;
const NO_TIME_WORDS =
  /^(seed|params?|parameters|tokens?|steps?|bytes|size|flops|samples|n|num|count|duration|elapsed)$/;
/** 2008 to 2036 in seconds: what an unnamed number must lie in to pass as a time. */
const LIKELY_EPOCH_MS = { from: 1.2e12, to: 2.1e12 } as const;

function readMostlyTimesOrNull(filled: readonly Cell[]): readonly TimeReading[] | null {
  const needed = TIME_SHARE * filled.length;
  const readings: TimeReading[] = [];
  let misses = 0;
  for (const cell of filled) {
    const reading = parseTimeOrNull(cell);
    if (reading !== null) readings.push(reading);
    else if (filled.length - (misses += 1) < needed) return null;
  }
  return readings;
}

/** The most frequent way in which the column writes times; null where it holds something else. */
function findTimeFormat(name: string, filled: readonly Cell[]): TimeFormat | null {
  const readings = readMostlyTimesOrNull(filled);
  if (readings === null) return null;
  const words = splitName(name);
  const isEpoch = readings[0]?.format.kind === 'epoch';
  if (isEpoch && !words.some((word) => TIME_WORDS.test(word))) {
    const likely = readings.every(({ ms }) => ms >= LIKELY_EPOCH_MS.from && ms < LIKELY_EPOCH_MS.to);
    const named = words.some((word) => NO_TIME_WORDS.test(word));
    if (named || !likely || readings.length < 3 || readings.length < filled.length) return null;
  }
  const countsByFormat = new Map<string, { format: TimeFormat; count: number }>();
  for (const { format } of readings) {
    const id = JSON.stringify(format);
    countsByFormat.set(id, { format, count: (countsByFormat.get(id)?.count ?? 0) + 1 });
  }
  const [most] = [...countsByFormat.entries()].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  return most?.[1].format ?? null;
}
