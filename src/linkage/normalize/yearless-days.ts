import type { Cell } from '../../model/cell.ts';
import type { TimeField } from './times.ts';

/** Epoch milliseconds between which the runs began and ended. */
export interface RunSpan {
  readonly from: number;
  readonly to: number;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const MONTH = `(${MONTHS.join('|')})(?:[a-z]{0,6}(?<=uary|rch|ril|une|uly|ust|ember|ober|sept))?\\.?`;
/** `apr01b`, `Aug 21`, `aug-21_run3`; and `21 Aug`. */
const MONTH_DAY = new RegExp(`(?<![a-z])${MONTH}[\\s_-]*(\\d{1,2})(?!\\d)`, 'i');
const DAY_MONTH = new RegExp(`(?<!\\d)(\\d{1,2})\\.?[\\s_-]*${MONTH}(?![a-z])`, 'i');
/** `store117_1105`: four digits in a text, of which each is a day, of several months as well: numbers that count are not. */
const DIGITS = /(?<![\d.])(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\d.])/;
const LEAST_BY_DIGITS = { days: 8, months: 2 } as const;
/** `1/7` and `7.1.`, whole cells: of which country they are shows in the column. */
const NUMBERS = /^\s*(\d{1,2})(?:\/(\d{1,2})|\.(\d{1,2})\.)\s*$/;
const DAY_MS = 86_400_000;
/** A row is written down within so many days of its run. */
const SLACK = 7 * DAY_MS;
const SHARE = 0.8;
/** Fewer days than this may be something else, as the layers of a decoder are: `dec6`, `dec12`. */
const LEAST_DAYS = 4;

/**
 * Days of a column that names no year: it is the year in which the runs are. Null where fewer than four fifths of the
 * cells are such days, or where runs of several years leave the year open.
 */
export function readYearlessDaysOrNull(name: string, cells: readonly Cell[], span: RunSpan): TimeField | null {
  const there = cells.filter((cell) => cell !== null && cell !== '');
  const probe = there.slice(0, 40);
  if (!areMostly(probe, (cell) => dayOrNull(cell) !== null)) {
    return areMostly(probe, isByNumbers) ? readNumbersOrNull(name, cells, span) : null;
  }
  const seconds = Float64Array.from(cells, (cell) => (dateIn(dayOrNull(cell), span) ?? Number.NaN) / 1000);
  const found = seconds.filter((value) => !Number.isNaN(value));
  if (found.length === 0 || found.length < SHARE * there.length || new Set(found).size < LEAST_DAYS) return null;
  if (there.some(isByDigits) && !areDays(found)) return null;
  return { name, seconds, zoned: false, quantum: DAY_MS / 1000, filled: found.length };
}

function areMostly(cells: readonly Cell[], test: (cell: Cell) => boolean): boolean {
  return cells.filter(test).length >= SHARE * cells.length;
}

function isByNumbers(cell: Cell): boolean {
  return typeof cell === 'string' && NUMBERS.test(cell);
}

/**
 * Days of `1/7` or `7/1`: in the one order each is a day near the runs, in the other it is not. Folds and fractions are
 * days in neither: `2/5` of five folds stays in one month or on one day of each.
 */
function readNumbersOrNull(name: string, cells: readonly Cell[], span: RunSpan): TimeField | null {
  const numbers = cells.map((cell) => (typeof cell === 'string' ? (NUMBERS.exec(cell) ?? null) : null));
  const there = cells.filter((cell) => cell !== null && cell !== '').length;
  const orders = [true, false].map((isMonthFirst) => {
    const seconds = Float64Array.from(numbers, (match) => {
      const [first, second] = [Number(match?.[1]), Number(match?.[2] ?? match?.[3])];
      const [month, day] = isMonthFirst ? [first, second] : [second, first];
      return ((match === null ? null : dateIn({ month: month - 1, day }, span)) ?? Number.NaN) / 1000;
    });
    return { seconds, filled: seconds.filter((value) => !Number.isNaN(value)).length };
  });
  const [best, other] = orders.toSorted((a, b) => b.filled - a.filled);
  if (best === undefined || best.filled === other?.filled || best.filled < SHARE * there) return null;
  const found = best.seconds.filter((value) => !Number.isNaN(value));
  const daysOfMonth = new Set(found.map((value) => new Date(1000 * value).getUTCDate()));
  if (!areDays(found) || daysOfMonth.size < LEAST_DAYS) return null;
  return { name, seconds: best.seconds, zoned: false, quantum: DAY_MS / 1000, filled: best.filled };
}

/** Whether days that are written as numbers are what they look like. */
function areDays(seconds: Float64Array): boolean {
  const months = new Set(seconds.map((value) => new Date(1000 * value).getUTCMonth()));
  return new Set(seconds).size >= LEAST_BY_DIGITS.days && months.size >= LEAST_BY_DIGITS.months;
}

function isByDigits(cell: Cell): boolean {
  return typeof cell === 'string' && !MONTH_DAY.test(cell) && !DAY_MONTH.test(cell) && DIGITS.test(cell);
}

function dayOrNull(cell: Cell): { readonly month: number; readonly day: number } | null {
  if (typeof cell !== 'string') return null;
  const [, byDigits, dayByDigits] = isByDigits(cell) ? (DIGITS.exec(cell) ?? []) : [];
  if (byDigits !== undefined) return { month: Number(byDigits) - 1, day: Number(dayByDigits) };
  const [, month = '', day] = MONTH_DAY.exec(cell) ?? [];
  const [, otherDay, otherMonth = ''] = day === undefined ? (DAY_MONTH.exec(cell) ?? []) : [];
  const number = MONTHS.findIndex((own) => own === (month || otherMonth).toLowerCase());
  return number < 0 ? null : { month: number, day: Number(day ?? otherDay) };
}

/** The only such day near the runs; null where there is none, or one in each of several years. */
function dateIn(found: { readonly month: number; readonly day: number } | null, { from, to }: RunSpan): number | null {
  if (found === null || !Number.isFinite(to - from)) return null;
  const [first, last] = [from, to].map((ms) => new Date(ms).getUTCFullYear());
  const dates: number[] = [];
  for (let year = first ?? 0; year <= (last ?? 0); year++) {
    const ms = Date.UTC(year, found.month, found.day);
    const isReal = new Date(ms).getUTCMonth() === found.month;
    if (isReal && ms >= from - SLACK && ms <= to + SLACK) dates.push(ms);
  }
  return dates.length === 1 ? (dates[0] ?? null) : null;
}
