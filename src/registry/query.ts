import type { Database, Statement } from 'better-sqlite3';
import type { Cell } from '../model/cell.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { buildQuery } from './query-sql.ts';
import type { ResultColumn, RowQuery } from './query-sql.ts';
import { hasTextAffinity } from './query-tests.ts';

export type { RowQuery, RowSelection } from './query-sql.ts';

/**
 * A row by its column names, each value as the schema says: whole numbers are numbers where a double holds them exactly,
 * else bigint; 0 and 1 of a column that is declared boolean are false and true; times stay as they are written.
 */
export type RowRecord = Readonly<Record<string, null | string | number | bigint | boolean | Uint8Array>>;

export interface RowQueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly RowRecord[];
}

/** A query that SQLite has compiled and not begun; each call of `all` or `blocks` runs it. */
export interface OpenedQuery {
  readonly columns: readonly ResultColumn[];
  readonly all: () => readonly RowRecord[];
  /**
   * A few hundred rows after the other, for results that should not stand in memory; the connection is busy until the
   * last. Handing on a million rows one by one would take half as long again as reading them.
   */
  readonly blocks: () => IterableIterator<readonly RowRecord[]>;
  /** Which of SQLite's storage classes each column of the result holds. Reads the whole result. */
  readonly readClasses: () => readonly ColumnClasses[];
}

export interface ColumnClasses {
  /** Or blobs. */
  readonly text: boolean;
  readonly real: boolean;
  readonly integer: boolean;
  /** An integer beyond 2^53, which a double does not hold exactly. */
  readonly large: boolean;
  /** An integer other than 0 and 1, which is no boolean. */
  readonly beyondOne: boolean;
}

const BLOCK_ROWS = 256;

/**
 * @throws UsageError on an unknown column, with the nearest names, and on values that cannot be compared
 */
export function openQuery(db: Database, schema: RegistrySchema, query: RowQuery): OpenedQuery {
  const { columns, sql, values } = buildQuery(schema, query);
  const statement: Statement<Cell[], WritableRow> = db.prepare<Cell[], WritableRow>(sql);
  const { wholes, convert } = buildConverter(columns);
  return {
    columns,
    all: () => {
      const rows = readAll(statement, values, wholes);
      for (const row of rows) convert(row);
      return rows;
    },
    blocks: function* blocks() {
      // one state of the file, should the rows have to be read again
      db.exec('BEGIN');
      try {
        for (const block of readBlocks(statement, values, wholes)) {
          for (const row of block) convert(row);
          yield block;
        }
      } finally {
        db.exec('COMMIT');
      }
    },
    readClasses: () => readClasses(db, { columns, sql, values }),
  };
}

/** Asks SQLite for rows; all filtering, ordering, grouping and limiting is SQL. */
export function queryRows(db: Database, schema: RegistrySchema, query: RowQuery): RowQueryResult {
  const { columns, all } = openQuery(db, schema, query);
  return { columns: columns.map(({ name }) => name), rows: all() };
}

type WritableRow = Record<string, RowRecord[string]>;

/** Integers as doubles, which is faster than as bigint; again as bigint where one of them may not be exact. */
function readAll(
  statement: Statement<Cell[], WritableRow>,
  values: readonly Cell[],
  wholes: readonly string[],
): readonly WritableRow[] {
  const rows = statement.safeIntegers(false).all(...values);
  return rows.every((row) => isExact(row, wholes)) ? rows : statement.safeIntegers(true).all(...values);
}

/** The same in blocks: from the first row that may not be exact on, all come with bigints. */
function* readBlocks(
  statement: Statement<Cell[], WritableRow>,
  values: readonly Cell[],
  wholes: readonly string[],
): Generator<readonly WritableRow[]> {
  let given = 0;
  for (const isSafe of [false, true]) {
    let block: WritableRow[] = [];
    let passed = 0;
    let isWhole = true;
    for (const row of statement.safeIntegers(isSafe).iterate(...values)) {
      passed += 1;
      if (passed <= given) continue;
      isWhole = isSafe || isExact(row, wholes);
      if (!isWhole) break;
      block.push(row);
      if (block.length < BLOCK_ROWS) continue;
      yield block;
      given += block.length;
      block = [];
    }
    if (!isWhole) continue;
    if (block.length > 0) yield block;
    return;
  }
}

function isExact(row: WritableRow, wholes: readonly string[]): boolean {
  for (const name of wholes) {
    const cell = row[name];
    if (typeof cell === 'number' && Math.abs(cell) > Number.MAX_SAFE_INTEGER) return false;
  }
  return true;
}

/** Rows are converted in place: a new object for each of a million rows takes as long as reading them. */
function buildConverter(columns: readonly ResultColumn[]): {
  readonly wholes: readonly string[];
  readonly convert: (row: WritableRow) => void;
} {
  const wholes = columns.filter(({ source }) => mayHoldInteger(source?.declaredType ?? '')).map(({ name }) => name);
  const booleans = columns.filter(({ source }) => isBoolean(source?.declaredType)).map(({ name }) => name);
  const convert = (row: WritableRow): void => {
    for (const name of wholes) {
      const cell = row[name];
      if (typeof cell === 'bigint') row[name] = relax(cell);
    }
    for (const name of booleans) {
      const cell = row[name];
      if (cell === 0 || cell === 1) row[name] = cell === 1;
    }
  };
  return { wholes, convert };
}

export function isBoolean(declaredType = ''): boolean {
  return /^\s*bool/i.test(declaredType);
}

/** Columns of text and real affinity turn every integer into their own class (https://sqlite.org/datatype3.html, 3.1). */
function mayHoldInteger(declaredType: string): boolean {
  return !hasTextAffinity(declaredType) && (/int/i.test(declaredType) || !/real|floa|doub/i.test(declaredType));
}

function relax(cell: bigint): number | bigint {
  const number = Number(cell);
  return Number.isSafeInteger(number) ? number : cell;
}

/** SQLite allows 2,000 columns in a result. */
const MOST_TESTED = 300;

function readClasses(db: Database, { columns, sql, values }: ReturnType<typeof buildQuery>): readonly ColumnClasses[] {
  const names = columns.map((_column, index) => `c${index}`);
  const classes: ColumnClasses[] = [];
  for (let from = 0; from < names.length; from += MOST_TESTED) {
    const some = columns.slice(from, from + MOST_TESTED);
    const tests = some.flatMap(({ source }, index) => buildClassTests(names[from + index] ?? '', source?.declaredType));
    const found = db
      .prepare<Cell[], Cell[]>(`WITH result(${names.join(', ')}) AS (${sql}) SELECT ${tests.join(', ')} FROM result`)
      .raw(true)
      .get(...values);
    classes.push(...some.map((_name, index) => decodeClasses((found ?? []).slice(TESTS.length * index))));
  }
  return classes;
}

const TESTS = [
  "typeof(?) IN ('text', 'blob')",
  "typeof(?) = 'real'",
  "typeof(?) = 'integer'",
  "typeof(?) = 'integer' AND ? NOT BETWEEN -9007199254740991 AND 9007199254740991",
  "typeof(?) = 'integer' AND ? NOT BETWEEN 0 AND 1",
];

/** What the column's affinity rules out is not looked at, row by row. */
function buildClassTests(name: string, declaredType = ''): readonly string[] {
  if (hasTextAffinity(declaredType)) return ['1', '0', '0', '0', '0'];
  const isWhole = mayHoldInteger(declaredType);
  return TESTS.map((test, index) => (index >= 2 && !isWhole ? '0' : `max(${test.replaceAll('?', name)})`));
}

function decodeClasses(cells: readonly Cell[]): ColumnClasses {
  const holds = (index: number): boolean => cells[index] === 1n;
  return { text: holds(0), real: holds(1), integer: holds(2), large: holds(3), beyondOne: holds(4) };
}
