import { UsageError } from '../errors.ts';
import type { RegistryColumn, RegistrySchema } from '../model/registry.ts';
import type { SqlTest } from './query-class.ts';
import { nearestNames } from './nearest.ts';
import { buildTest } from './query-tests.ts';
import { buildTimeRange } from './query-times.ts';
import { resolveColumn } from './query-where.ts';
import type { Condition } from './query-where.ts';
import { quoteIdentifier } from './sql.ts';

/** Which rows. All of it must hold. */
export interface RowSelection {
  readonly where: readonly Condition[];
  /** `running`, `not_running`, or one of the registry's own words. */
  readonly status?: string;
  /** The row's time, `started_at` or else `created_at`, is not before this: a time, or `2024-02` for that month's start. */
  readonly since?: string;
  /** The row's time is before this. */
  readonly until?: string;
}

export interface RowQuery extends RowSelection {
  /** A column or role; with a leading `-` the greatest first. Ties are in the order of the key. */
  readonly order?: string;
  /** Without an order, the first so many by key. */
  readonly limit?: number;
  /** Columns or roles, in this order; all by default. */
  readonly columns?: readonly string[];
  /** Columns or roles: a row for each combination of their values, with the number of rows as `count`. */
  readonly groupBy?: readonly string[];
}

/** A column of the result, and the registry's column behind it; null for the count of a group. */
export interface ResultColumn {
  readonly name: string;
  readonly source: RegistryColumn | null;
}

export interface BuiltQuery extends SqlTest {
  readonly columns: readonly ResultColumn[];
}

const COUNT = 'count';

/**
 * The query as one SELECT with bound values, so that an index of the registry works. Without order and limit SQLite gives
 * the rows as it finds them; sorting a million rows would double the time.
 *
 * @throws UsageError on unknown columns, with the nearest names, and on values that cannot be compared
 */
export function buildQuery(schema: RegistrySchema, query: RowQuery): BuiltQuery {
  return query.groupBy === undefined ? buildRows(schema, query) : buildGroups(schema, query, query.groupBy);
}

function buildRows(schema: RegistrySchema, query: RowQuery): BuiltQuery {
  const columns = listColumns(schema, query.columns ?? []);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const where = buildWhere(schema, query);
  const order = buildOrder(schema, query);
  const limit = buildLimit(query.limit);
  return {
    columns: columns.map((source) => ({ name: source.name, source })),
    sql: `SELECT ${names} FROM ${quoteIdentifier(schema.table)}${where.sql}${order}${limit.sql}`,
    values: [...where.values, ...limit.values],
  };
}

function buildGroups(schema: RegistrySchema, query: RowQuery, groupBy: readonly string[]): BuiltQuery {
  if (query.columns !== undefined) {
    throw new UsageError('columns cannot be chosen where rows are counted by group', {
      hint: 'The groups are the columns: name them all with --group-by, or leave out --columns.',
    });
  }
  if (groupBy.length === 0) throw new UsageError('no column to group by was named');
  const columns = listColumns(schema, groupBy);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const count = columns.some(({ name }) => name.toLowerCase() === COUNT) ? 'row_count' : COUNT;
  const where = buildWhere(schema, query);
  const limit = buildLimit(query.limit);
  const order = buildGroupOrder({ schema, columns, count }, query.order);
  return {
    columns: [...columns.map((source) => ({ name: source.name, source })), { name: count, source: null }],
    sql:
      `SELECT ${names.join(', ')}, count(*) AS ${count} FROM ${quoteIdentifier(schema.table)}${where.sql}` +
      ` GROUP BY ${names.join(', ')} ORDER BY ${order}${limit.sql}`,
    values: [...where.values, ...limit.values],
  };
}

interface Groups {
  readonly schema: RegistrySchema;
  readonly columns: readonly RegistryColumn[];
  readonly count: string;
}

/** The largest groups first where nothing is said; ties by the groups' own values. */
function buildGroupOrder({ schema, columns, count }: Groups, order = `-${COUNT}`): string {
  const { name: wanted, word } = splitOrder(order);
  const isCount = wanted.toLowerCase() === COUNT || wanted === count;
  const name = isCount ? count : resolveColumn(schema, wanted).name;
  const names = columns.map((column) => column.name);
  if (!isCount && !names.includes(name)) {
    const near = nearestNames(wanted, [...names, count]);
    throw new UsageError(`groups cannot be ordered by "${wanted}", which is no column of theirs`, {
      hint: `Order by one of ${(near.length > 0 ? near : [...names, count]).join(', ')}.`,
    });
  }
  return [`${quoteIdentifier(name)} ${word}`, ...names.filter((own) => own !== name).map(quoteIdentifier)].join(', ');
}

function buildWhere(schema: RegistrySchema, { where, status, ...range }: RowSelection): SqlTest {
  const tests = [
    ...where.map((condition) => buildConditionTest(schema, condition)),
    ...(status === undefined ? [] : [buildStatusTest(schema, status)]),
    ...buildTimeRange(schema, range),
  ];
  return {
    sql: tests.length === 0 ? '' : ` WHERE ${tests.map(({ sql }) => sql).join(' AND ')}`,
    values: tests.flatMap(({ values }) => values),
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

function buildOrder(schema: RegistrySchema, { order, limit }: RowQuery): string {
  const key = quoteIdentifier(schema.key);
  if (order === undefined) return limit === undefined ? '' : ` ORDER BY ${key}`;
  const { name: wanted, word } = splitOrder(order);
  const name = quoteIdentifier(resolveColumn(schema, wanted).name);
  return ` ORDER BY ${name} ${word}${name === key ? '' : `, ${key}`}`;
}

function splitOrder(order: string): { readonly name: string; readonly word: 'ASC' | 'DESC' } {
  return order.startsWith('-') ? { name: order.slice(1), word: 'DESC' } : { name: order, word: 'ASC' };
}

function buildLimit(limit: number | undefined): SqlTest {
  if (limit === undefined) return { sql: '', values: [] };
  if (Number.isSafeInteger(limit) && limit > 0) return { sql: ' LIMIT ?', values: [BigInt(limit)] };
  throw new UsageError(`the limit must be a whole number above 0, found ${limit}`);
}

function listColumns(schema: RegistrySchema, wanted: readonly string[]): readonly RegistryColumn[] {
  return wanted.length === 0 ? schema.columns : [...new Set(wanted.map((name) => resolveColumn(schema, name)))];
}
