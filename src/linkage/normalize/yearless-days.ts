import type { Cell } from '../../model/cell.ts';
import type { TimeField } from './times.ts';
import { bestBeforeClock, readClocksOrNull } from './yearless-clocks.ts';
import type { Clocks } from './yearless-clocks.ts';

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
/** `1/7` and `7.1.`, whole cells or before a time of day: of which country they are shows in the column. */
const NUMBERS = /^\s*(\d{1,2})(?:\/(\d{1,2})|\.(\d{1,2})\.)(?=\s*$|\s+\d{1,2}:\d{2}|_\d{2}-\d{2})/;
/** `run_05-13_12-59-30`: days in numbers before a time of day with seconds, anywhere in a text. */
const STAMP = /(?<![\d.])(\d{2})[-_](\d{2})(?=[_T\s]\d{2}([-:_])\d{2}\3\d{2}(?!\d))/;
const DAY_MS = 86_400_000;
/** A row is written down within so many days of its run. */
const SLACK = 7 * DAY_MS;
const SHARE = 0.8;
/** Fewer days than this may be something else, as the layers of a decoder are: `dec6`, `dec12`. */
const LEAST_DAYS = 4;

/** A day as a cell names it, and what stands behind it. */
interface NamedDay {
  readonly month: number;
  readonly day: number;
  readonly rest: string;
}

/**
 * Days of a column that names no year, with their times of day where these stand behind them (`May13_12-59-30`): it is the
 * year in which the runs are. Null where fewer than four fifths of the cells are such days, or where runs of several years
 * leave the year open.
 */
export function readYearlessDaysOrNull(name: string, cells: readonly Cell[], span: RunSpan): TimeField | null {
  const there = cells.filter((cell) => cell !== null && cell !== '');
  const probe = there.slice(0, 40);
  const column = { name, there: there.length, span };
  if (!areMostly(probe, (cell) => dayOrNull(cell) !== null)) {
    return areMostly(probe, (cell) => numbersOrNull(cell) !== null) ? readNumbersOrNull(column, cells) : null;
  }
  const { seconds, found, clocks } = readDays(cells.map(dayOrNull), span);
  if (found.length === 0 || found.length < SHARE * there.length) return null;
  const isSure = clocks?.areSure === true;
  const areTold = isSure || clocks?.arePlain === true || new Set(found.map(toDay)).size >= LEAST_DAYS;
  if (!areTold || (!isSure && there.some(isByDigits) && !areDays(found))) return null;
  return buildField(column, seconds, clocks);
}

interface DayColumn {
  readonly name: string;
  /** Cells that are filled. */
  readonly there: number;
  readonly span: RunSpan;
}

interface ReadDays {
  /** Since the epoch; NaN where a cell has no day, or no time of day beside others that have one. */
  readonly seconds: Float64Array;
  /** Those that are there. */
  readonly found: Float64Array;
  /** Null where the column tells days only. */
  readonly clocks: Clocks | null;
}

function readDays(days: readonly (NamedDay | null)[], span: RunSpan): ReadDays {
  const clocks = readClocksOrNull(days.map((day) => day?.rest ?? null));
  const seconds = Float64Array.from(days, (day, at) => {
    const clock = clocks === null ? 0 : (clocks.seconds[at] ?? Number.NaN);
    return (dateIn(day, span) ?? Number.NaN) / 1000 + clock;
  });
  return { seconds, found: seconds.filter((value) => !Number.isNaN(value)), clocks };
}

function buildField({ name }: DayColumn, seconds: Float64Array, clocks: Clocks | null): TimeField {
  const filled = seconds.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  return { name, seconds, zoned: false, quantum: clocks?.quantum ?? DAY_MS / 1000, filled };
}

function toDay(seconds: number): number {
  return Math.floor((1000 * seconds) / DAY_MS);
}

function areMostly(cells: readonly Cell[], test: (cell: Cell) => boolean): boolean {
  return cells.filter(test).length >= SHARE * cells.length;
}

/** The two numbers of a day and a month, and what stands behind them. */
function numbersOrNull(cell: Cell): { readonly numbers: readonly [number, number]; readonly rest: string } | null {
  if (typeof cell !== 'string') return null;
  const match = NUMBERS.exec(cell) ?? STAMP.exec(cell);
  if (match === null) return null;
  const [whole, first, second, third] = match;
  const rest = cell.slice(match.index + whole.length);
  return { numbers: [Number(first), Number(second ?? third)], rest };
}

/**
 * Days of `1/7` or `7/1`: in the one order each is a day near the runs, in the other it is not. Folds and fractions are
 * days in neither: `2/5` of five folds stays in one month or on one day of each.
 */
function readNumbersOrNull(column: DayColumn, cells: readonly Cell[]): TimeField | null {
  const found = cells.map(numbersOrNull);
  const orders = [true, false].map((isMonthFirst) => {
    const days = found.map((own): NamedDay | null => {
      if (own === null) return null;
      const [month, day] = isMonthFirst ? own.numbers : own.numbers.toReversed();
      return { month: (month ?? 0) - 1, day: day ?? 0, rest: own.rest };
    });
    return readDays(days, column.span);
  });
  const [best, other] = orders.toSorted((a, b) => b.found.length - a.found.length);
  if (best === undefined || best.found.length === other?.found.length) return null;
  if (best.found.length < SHARE * column.there) return null;
  const daysOfMonth = new Set(best.found.map((value) => new Date(1000 * value).getUTCDate()));
  const areTold = best.clocks?.areSure === true || (areDays(best.found) && daysOfMonth.size >= LEAST_DAYS);
  return areTold ? buildField(column, best.seconds, best.clocks) : null;
}

/** Whether days that are written as numbers are what they look like. */
function areDays(seconds: Float64Array): boolean {
  const months = new Set(seconds.map((value) => new Date(1000 * value).getUTCMonth()));
  return new Set(seconds.map(toDay)).size >= LEAST_BY_DIGITS.days && months.size >= LEAST_BY_DIGITS.months;
}

function isByDigits(cell: Cell): boolean {
  return typeof cell === 'string' && !MONTH_DAY.test(cell) && !DAY_MONTH.test(cell) && DIGITS.test(cell);
}

function dayOrNull(cell: Cell): NamedDay | null {
  if (typeof cell !== 'string') return null;
  const named = [MONTH_DAY, DAY_MONTH].flatMap((pattern) => dayBy(pattern, cell));
  // the number behind a month may be an hour: `13May_12-59`
  return bestBeforeClock(named.length > 0 ? named : dayBy(DIGITS, cell));
}

function dayBy(pattern: RegExp, cell: string): NamedDay[] {
  const match = pattern.exec(cell);
  if (match === null) return [];
  const [whole, first = '', second = ''] = match;
  const rest = cell.slice(match.index + whole.length);
  if (pattern === DIGITS) return [{ month: Number(first) - 1, day: Number(second), rest }];
  const [month, day] = pattern === MONTH_DAY ? [first, second] : [second, first];
  return [{ month: MONTHS.findIndex((own) => own === month.toLowerCase()), day: Number(day), rest }];
}

/** The only such day near the runs; null where there is none, or one in each of several years. */
function dateIn(found: NamedDay | null, { from, to }: RunSpan): number | null {
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
