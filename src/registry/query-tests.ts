import { UsageError } from '../errors.ts';
import type { Cell } from '../model/cell.ts';
import type { RegistryColumn } from '../model/registry.ts';
import { encodeTime, parsePeriodOrNull, parseTimeOrNull } from '../model/time.ts';
import { buildPeriodTest, buildTimeOrder } from './query-times.ts';
import type { Order, SqlTest } from './query-class.ts';
import type { Operator } from './query-where.ts';
import { quoteIdentifier } from './sql.ts';
import { withinClass } from './query-class.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * - `=` finds a number however it is stored (96, 96.0, '96'), and a whole day, month or year where a time column is given one.
 * - `!=` is the contrary of `=`, so it finds rows without a value too.
 * - `>` `>=` `<` `<=` compare numbers with numbers, times with times and text with text; other values never match.
 * - The empty text stands for NULL or ''.
 *
 * @throws UsageError where the value cannot be ordered with the column's values
 */
export function buildTest(column: RegistryColumn, operator: Operator, value: string): SqlTest {
  const name = quoteIdentifier(column.name);
  if (operator === '=' || operator === '!=') {
    const equal = buildEqual(column, value);
    if (operator === '=') return equal;
    return value === ''
      ? { sql: `${name} <> ''`, values: [] }
      : { sql: `(${name} IS NULL OR NOT (${equal.sql}))`, values: equal.values };
  }
  if (value === '')
    throw new UsageError(`nothing to compare "${column.name}" with: the value after ${operator} is empty`);
  if (column.kind === 'time') return buildTimeOrder(column, operator, value) ?? buildTextOrder(name, operator, value);
  return column.kind === 'number' ? buildNumberOrder(column, operator, value) : buildTextOrder(name, operator, value);
}

function buildEqual(column: RegistryColumn, value: string): SqlTest {
  const name = quoteIdentifier(column.name);
  if (value === '') return { sql: `(${name} IS NULL OR ${name} = '')`, values: [] };
  const period = column.timeFormat === null ? null : parsePeriodOrNull(value);
  if (period !== null) return buildPeriodTest(column, period);
  const time = column.timeFormat === null ? null : parseTimeOrNull(value);
  const spellings: readonly Cell[] = [value, ...spellNumber(value), ...spellBoolean(value)];
  const times = time === null || column.timeFormat === null ? [] : [encodeTime(time.ms, column.timeFormat, 0)];
  const values = [...new Set([...spellings, ...times])];
  return { sql: `${name} IN (${values.map(() => '?').join(', ')})`, values };
}

/** The number itself, and how Python, C and JavaScript write it into a text column. */
function spellNumber(value: string): readonly Cell[] {
  const number = parseNumberOrNull(value);
  if (number === null) return [];
  const float = Number(number);
  const [mantissa = '', exponent = '0'] = float.toExponential().split('e');
  const power = Number(exponent);
  const padded = `e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  const plain = String(number);
  return [
    number,
    plain,
    `${mantissa}${padded}`,
    `${mantissa}e${power}`,
    ...(/^-?\d+$/.test(plain) ? [`${plain}.0`] : []),
  ];
}

/** Whole numbers as bigint, which finds INTEGER and REAL alike; others as number. */
function parseNumberOrNull(value: string): bigint | number | null {
  if (/^[+-]?\d{1,18}$/.test(value)) return BigInt(value.replace('+', ''));
  if (!NUMBER.test(value)) return null;
  const number = Number(value);
  if (!Number.isFinite(number)) return null;
  return Number.isSafeInteger(number) ? BigInt(number) : number;
}

function spellBoolean(value: string): readonly Cell[] {
  if (/^true$/i.test(value)) return ['true', 'True', 'TRUE', 1n];
  return /^false$/i.test(value) ? ['false', 'False', 'FALSE', 0n] : [];
}

function buildNumberOrder(column: RegistryColumn, operator: Order, value: string): SqlTest {
  const name = quoteIdentifier(column.name);
  const number = parseNumberOrNull(value);
  if (number === null) {
    throw new UsageError(`"${column.name}" holds numbers, expected one after ${operator}, found "${value}"`, {
      hint: `For example --where '${column.name}${operator}0.1'.`,
    });
  }
  if (!hasTextAffinity(column.declaredType)) return withinClass(name, operator, number);
  // Numbers that are stored as text have no order of their own: here no index helps.
  return { sql: `(${name} GLOB '*[0-9]*' AND CAST(${name} AS REAL) ${operator} ?)`, values: [number] };
}

function buildTextOrder(name: string, operator: Order, value: string): SqlTest {
  return withinClass(name, operator, value);
}

/** https://sqlite.org/datatype3.html#determination_of_column_affinity */
export function hasTextAffinity(declaredType: string): boolean {
  return /char|clob|text/i.test(declaredType) && !/int/i.test(declaredType);
}
