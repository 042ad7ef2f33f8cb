import type { Database } from 'better-sqlite3';
import { UsageError } from '../errors.ts';
import type { Cell } from '../model/cell.ts';
import type { RegistryColumn, RegistrySchema } from '../model/registry.ts';
import { buildTest } from './query-tests.ts';
import type { SqlTest } from './query-tests.ts';
import { resolveColumn } from './query-where.ts';
import type { Condition } from './query-where.ts';
import { quoteIdentifier } from './sql.ts';

export interface RowQuery {
  /** All must hold. */
  readonly where: readonly Condition[];
  /** `running`, `not_running`, or one of the registry's own words. */
  readonly status?: string;
  /** A column or role; with a leading `-` the greatest first. Ties, and the default, are in the order of the key. */
  readonly order?: string;
  readonly limit?: number;
  /** Columns or roles, in this order; all by default. */
  readonly columns?: readonly string[];
}

/** A row by its column names. Whole numbers are numbers where a double holds them exactly, else bigint. */
export type RowRecord = Readonly<Record<string, null | string | number | bigint | Uint8Array>>;

export interface RowQueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly RowRecord[];
}

/**
 * Asks SQLite for rows; all filtering, ordering and limiting is SQL with bound values, so an index of the registry works.
 *
 * @throws UsageError on an unknown column, with the nearest names, and on values that cannot be compared
 */
export function queryRows(db: Database, schema: RegistrySchema, query: RowQuery): RowQueryResult {
  const columns = listColumns(schema, query.columns ?? []);
  const { sql, values } = buildQuery(schema, query, columns);
  const rows = db
    .prepare<Cell[], Cell[]>(sql)
    .raw(true)
    .all(...values)
    .map((cells): RowRecord => Object.fromEntries(columns.map((name, index) => [name, relax(cells[index] ?? null)])));
  return { columns, rows };
}

function buildQuery(schema: RegistrySchema, query: RowQuery, columns: readonly string[]): SqlTest {
  const tests = [
    ...query.where.map((condition) => buildConditionTest(schema, condition)),
    ...(query.status === undefined ? [] : [buildStatusTest(schema, query.status)]),
  ];
  const where = tests.length === 0 ? '' : ` WHERE ${tests.map(({ sql }) => sql).join(' AND ')}`;
  const limit = query.limit === undefined ? '' : ' LIMIT ?';
  return {
    sql:
      `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM ${quoteIdentifier(schema.table)}${where}` +
      ` ORDER BY ${buildOrder(schema, query.order)}${limit}`,
    values: [...tests.flatMap(({ values }) => values), ...(query.limit === undefined ? [] : [parseLimit(query.limit)])],
  };
}

function buildConditionTest(schema: RegistrySchema, { column, operator, value }: Condition): SqlTest {
  const found = resolveColumn(schema, column);
  const status = operator === '=' ? buildStatusTestOrNull(schema, found, value) : null;
  return status ?? buildTest(found, operator, value);
}

function buildStatusTest(schema: RegistrySchema, status: string): SqlTest {
  const column = resolveColumn(schema, schema.identity.status ?? 'status');
  return buildStatusTestOrNull(schema, column, status) ?? buildTest(column, '=', status);
}

/**
 * `running` and `not_running` in the registry's own words. Not running is whatever the row says other than running, since
 * registries keep several words for it.
 */
function buildStatusTestOrNull(schema: RegistrySchema, column: RegistryColumn, status: string): SqlTest | null {
  if (column.name !== schema.identity.status) return null;
  const name = quoteIdentifier(column.name);
  const values = [schema.statusWords.running];
  if (status === 'running') return { sql: `${name} = ?`, values };
  return status === 'not_running' ? { sql: `(${name} <> ? AND ${name} <> '')`, values } : null;
}

function buildOrder(schema: RegistrySchema, order: string | undefined): string {
  const key = quoteIdentifier(schema.key);
  if (order === undefined) return key;
  const descending = order.startsWith('-');
  const name = quoteIdentifier(resolveColumn(schema, descending ? order.slice(1) : order).name);
  return `${name} ${descending ? 'DESC' : 'ASC'}${name === key ? '' : `, ${key}`}`;
}

function listColumns(schema: RegistrySchema, wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0) return schema.columns.map(({ name }) => name);
  return [...new Set(wanted.map((name) => resolveColumn(schema, name).name))];
}

function parseLimit(limit: number): bigint {
  if (Number.isSafeInteger(limit) && limit > 0) return BigInt(limit);
  throw new UsageError(`the limit must be a whole number above 0, found ${limit}`);
}

function relax(cell: Cell): null | string | number | bigint | Uint8Array {
  return typeof cell === 'bigint' && BigInt(Number(cell)) === cell && Number.isSafeInteger(Number(cell))
    ? Number(cell)
    : cell;
}
