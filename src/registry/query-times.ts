import { UsageError } from '../errors.ts';
import type { Cell } from '../model/cell.ts';
import type { RegistryColumn, RegistrySchema } from '../model/registry.ts';
import { encodeTime, parsePeriodOrNull, parseTimeOrNull } from '../model/time.ts';
import type { Period, TimeFormat } from '../model/time.ts';
import { withinClass } from './query-class.ts';
import type { Order, SqlTest } from './query-class.ts';
import { quoteIdentifier } from './sql.ts';

/** No zone is farther from UTC than 14 hours, so that a text of another zone is off by a day at most. */
const DAY_MS = 86_400_000;
const TIME_HINT = 'Write 2024, 2024-02, 2024-02-29, 2024-02-29T12:00:00Z or epoch seconds.';

/** The column's value lies in the period. */
export function buildPeriodTest(column: RegistryColumn, { from, to }: Period): SqlTest {
  return joinTests('AND', [buildBound(column, '>=', from), buildBound(column, '<', to)]);
}

/**
 * Compares times however the column writes them. A period counts as a whole: after it means from the next one on.
 * Null where neither side is known as a time, and text has to be compared as text.
 *
 * @throws UsageError where the column holds epochs and the value is no time
 */
export function buildTimeOrder(column: RegistryColumn, operator: Order, value: string): SqlTest | null {
  const period = parsePeriodOrNull(value);
  const time = parseTimeOrNull(value);
  if (column.timeFormat === null || (period === null && time === null)) {
    if (column.timeFormat?.kind !== 'epoch') return null;
    throw new UsageError(`"${value}" is no time to compare "${column.name}" with`, { hint: TIME_HINT });
  }
  if (period !== null) {
    const ends = operator === '>' || operator === '<=';
    return buildBound(column, operator === '>=' || operator === '>' ? '>=' : '<', ends ? period.to : period.from);
  }
  return buildBound(column, operator, time?.ms ?? 0);
}

/**
 * The row's time, which is `started_at` or, where a row has none, `created_at`, is at `since` or later and before `until`.
 *
 * @throws UsageError where the registry has no such column, or the text is no time
 */
export function buildTimeRange(
  schema: RegistrySchema,
  range: { readonly since?: string; readonly until?: string },
): readonly SqlTest[] {
  const tests: SqlTest[] = [];
  if (range.since !== undefined) tests.push(buildRowTime(schema, '>=', { option: 'since', value: range.since }));
  if (range.until !== undefined) tests.push(buildRowTime(schema, '<', { option: 'until', value: range.until }));
  return tests;
}

interface Moment {
  readonly option: string;
  readonly value: string;
}

function buildRowTime(schema: RegistrySchema, operator: '>=' | '<', { option, value }: Moment): SqlTest {
  const ms = parsePeriodOrNull(value)?.from ?? parseTimeOrNull(value)?.ms;
  if (ms === undefined)
    throw new UsageError(`${option} is no time: found ${JSON.stringify(value)}`, { hint: TIME_HINT });
  const [first, second] = listTimeColumns(schema);
  const test = buildBound(first, operator, ms);
  if (second === undefined) return test;
  const name = quoteIdentifier(first.name);
  const otherwise = joinTests('AND', [
    { sql: `(${name} IS NULL OR ${name} = '')`, values: [] },
    buildBound(second, operator, ms),
  ]);
  return joinTests('OR', [test, otherwise]);
}

function listTimeColumns(schema: RegistrySchema): readonly [RegistryColumn, RegistryColumn?] {
  const names = [schema.identity.started_at, schema.createdAt];
  const columns = names.flatMap((name) => schema.columns.find((column) => column.name === name) ?? []);
  const [first, second] = columns.filter(({ kind }) => kind === 'time');
  if (first !== undefined) return second === undefined || second.name === first.name ? [first] : [first, second];
  throw new UsageError(`no column of table "${schema.table}" says when a run started or was created`, {
    hint: 'Name the column as "started_at" or "created_at" under "columns" in runlink.json, or leave out since and until.',
  });
}

function joinTests(word: 'AND' | 'OR', tests: readonly SqlTest[]): SqlTest {
  return {
    sql: `(${tests.map(({ sql }) => sql).join(` ${word} `)})`,
    values: tests.flatMap(({ values }) => values),
  };
}

/** @param ms epoch milliseconds; a naive column's times are compared as if they were UTC */
function buildBound(column: RegistryColumn, operator: Order, ms: number): SqlTest {
  const name = quoteIdentifier(column.name);
  const format = column.timeFormat;
  if (format?.kind !== 'iso') return withinClass(name, operator, encodeTime(ms, format ?? { kind: 'date' }, 0));
  if (format.zone === '+00:00' && format.dateSeparator === undefined) return buildZonedBound(name, operator, ms);
  return withinClass(name, operator, encodeBound(ms, format, operator));
}

/**
 * Without zone and without a fraction of zeros the text is a prefix of every way to write that moment, and stands before
 * all of them.
 */
function encodeBound(ms: number, format: Extract<TimeFormat, { kind: 'iso' }>, operator: Order): Cell {
  if (operator === '>' || operator === '<=') return encodeTime(ms, format, 0);
  const { fractionDigits } = format;
  if (ms % DAY_MS === 0) {
    const { dateSeparator } = format;
    return encodeTime(ms, { kind: 'date', ...(dateSeparator === undefined ? {} : { dateSeparator }) }, 0);
  }
  return encodeTime(ms, { ...format, zone: 'none', fractionDigits: ms % 1000 === 0 ? 0 : fractionDigits }, 0);
}

/** Offsets differ from row to row, so SQLite computes; the text's date, a day wider, still finds the rows by an index. */
function buildZonedBound(name: string, operator: Order, ms: number): SqlTest {
  const upward = operator === '>' || operator === '>=';
  const day = encodeTime(ms + (upward ? -DAY_MS : 2 * DAY_MS), { kind: 'date' }, 0);
  const near = withinClass(name, upward ? '>=' : '<', day);
  return { sql: `(${near.sql} AND unixepoch(${name}, 'subsec') ${operator} ?)`, values: [...near.values, ms / 1000] };
}
