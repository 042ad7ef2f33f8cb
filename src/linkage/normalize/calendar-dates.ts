import type { Cell } from '../../model/cell.ts';
import { monthOfName } from './month-names.ts';

const ZONE = '(?:\\s*(Z|UTC|GMT|[+-]\\d{2}:?\\d{2}))?(?:\\s*\\([a-z ]+\\))?';
const CLOCK = `(?:(?:,?\\s+|T)(\\d{1,2})[:.h](\\d{2})(?:[:.](\\d{2})(?:[.,]\\d{1,9})?)?(?:\\s*([ap])\\.?m\\.?)?${ZONE})?`;
/** `2/19/2025 7:00 PM`, `19.02.25 19:00`: which of the two is the month shows in the column. */
const NUMERIC = new RegExp(`^(\\d{1,2})([./-])(\\d{1,2})\\2(\\d{4}|\\d{2})${CLOCK}$`, 'i');
/** `19 Feb 2025 19:00`, `Wed 19-Feb-25`, `Wed, 19 Feb 2025 19:00:31 +0100`, `3 févr. 2025`. */
const DAY_MONTH = new RegExp(
  `^(?:\\p{L}{2,9}[.,]*\\s+)?(\\d{1,2})\\.?[\\s-](\\p{L}{3,12})\\.?[\\s,-]+(\\d{4}|\\d{2})${CLOCK}$`,
  'iu',
);
/** `Feb 19, 2025 7:00 PM`, `Wed Feb 19 2025`. */
const MONTH_DAY = new RegExp(`^(?:\\p{L}{2,9},?\\s+)?(\\p{L}{3,12})\\.?\\s+(\\d{1,2}),?\\s+(\\d{4})${CLOCK}$`, 'iu');
/** `Wed Feb 19 19:00:31 2025`, as Python's `ctime` and the shell's `date` write it, the latter with a zone. */
const YEAR_LAST =
  /^(?:[a-z]{3}\s+)?([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}:\d{2}:\d{2})\s+(?:(UTC|GMT|[A-Z]{3,5})\s+)?(\d{4})$/i;
/** `14:05 03/02/26`. */
const CLOCK_FIRST = /^(\d{1,2}[:h]\d{2}(?::\d{2})?)[,\s]+(\S.*)$/;
/** `2026年2月10日 19:06`, `2026年02月10日（火）午後7時6分`, `2026년 2월 10일 19시 6분 30초`. */
const EAST_ASIAN = new RegExp(
  '^(\\d{4})\\s*[年년]\\s*(\\d{1,2})\\s*[月월]\\s*(\\d{1,2})\\s*[日号일]\\s*(?:\\([^)]{1,3}\\))?' +
    '(?:\\s*(?:(午前|上午|오전)|(午後|下午|오후))?\\s*(\\d{1,2})\\s*[:時时点시]\\s*(?:(\\d{1,2})\\s*[:分분]?\\s*(?:(\\d{1,2})\\s*[秒초]?)?)?)?$',
);
/** What a spreadsheet makes of a date that it can read: `2025-02-19 00:00:00`. */
const ISO = /^(\d{4})-(\d{2})-(\d{2})((?:[ T]\d{2}:\d{2}(?::\d{2})?)?)$/;
/** Dates that were read and dates that were left as texts, to show that all were tried the wrong way round. */
const LEAST_TRIED = 4;
/** This share of a column must be dates. */
const SHARE = 0.8;

interface WrittenDate {
  readonly year: number;
  /** The two numbers of the day and the month, in the order in which they stand; a month by name stands second. */
  readonly first: number;
  readonly second: number;
  readonly separator: string;
  /** Seconds since midnight; null where the text names a day only. */
  readonly clock: number | null;
  /** As ISO texts end in it; empty where the text names none. */
  readonly zone: string;
}

/**
 * ISO texts, as exact as they were; null where the column holds no dates but ISO ones, or none whose order is certain. A
 * spreadsheet of another country reads `3/2/2025` as the second of March and leaves `13/2/2025` a text; then the dates
 * that it read are put right.
 */
export function readCalendarDates(cells: readonly Cell[]): Cell[] | null {
  const dates = parseDatesOrNull(cells);
  if (dates === null) return null;
  const found = dates.filter((date) => date !== null);
  const read = cells.flatMap((cell) => dayOfIsoOrNull(cell) ?? []);
  const numeric = found.filter(({ separator }) => separator !== '');
  const isMonthFirst = findOrder(numeric);
  if (isMonthFirst === null) return null;
  const areSwapped = wereSwapped(read, numeric);
  return cells.map((cell, at) => {
    const date = dates[at] ?? null;
    if (date !== null) return renderIso(date, isMonthFirst);
    return areSwapped && typeof cell === 'string' ? cell.trim().replace(ISO, '$1-$3-$2$4') : cell;
  });
}

function dayOfIsoOrNull(cell: Cell): number | null {
  const [, , , day] = (typeof cell === 'string' ? ISO.exec(cell.trim()) : null) ?? [];
  return day === undefined ? null : Number(day);
}

/** @param days of the dates that were read; those that could not be have a number beyond 12 without exception */
function wereSwapped(days: readonly number[], texts: readonly WrittenDate[]): boolean {
  if (days.length < LEAST_TRIED || texts.length < LEAST_TRIED) return false;
  return days.every((day) => day <= 12) && texts.every(({ first, second }) => Math.max(first, second) > 12);
}

/** Null where too few cells are dates, or all dates are ISO ones: most columns show that soon. */
function parseDatesOrNull(cells: readonly Cell[]): (WrittenDate | null)[] | null {
  const there = cells.reduce<number>((count, cell) => (cell === null || cell === '' ? count : count + 1), 0);
  const dates: (WrittenDate | null)[] = [];
  let others = 0;
  for (const cell of cells) {
    const date = typeof cell === 'string' ? parseDateOrNull(cell.trim()) : null;
    if (date === null && cell !== null && cell !== '' && dayOfIsoOrNull(cell) === null) others++;
    if (there - others < SHARE * there) return null;
    dates.push(date);
  }
  return dates.every((date) => date === null) ? null : dates;
}

/** Whether a cell is a date as people or spreadsheets write it. */
export function isWrittenDate(cell: Cell): boolean {
  return typeof cell === 'string' && (ISO.test(cell.trim()) || parseDateOrNull(cell.trim()) !== null);
}

/** Its parts in the usual order: the day, then the clock. */
function putInOrder(text: string): string {
  const [, name, day, clock, zone = '', year] = YEAR_LAST.exec(text) ?? [];
  if (name !== undefined) return `${name} ${day}, ${year} ${clock} ${/^(?:utc|gmt)$/i.test(zone) ? zone : ''}`.trim();
  const [, first = '', rest = text] = CLOCK_FIRST.exec(text) ?? [];
  const bare = rest.includes(' de ') ? rest.replaceAll(' de ', ' ') : rest;
  return `${bare} ${first}`.trimEnd();
}

function parseDateOrNull(written: string): WrittenDate | null {
  const text = putInOrder(written);
  const numeric = NUMERIC.exec(text);
  if (numeric !== null) {
    const [, first, separator = '', second, year, ...clock] = numeric;
    return buildDate({ year, first: Number(first), second: Number(second), separator }, clock);
  }
  if (/^\d{4}\s*[年년]|^[０-９]{4}/.test(text)) return parseEastAsianOrNull(text.normalize('NFKC'));
  const dayMonth = DAY_MONTH.exec(text);
  const [, day, name, year, ...clock] = dayMonth ?? swapFirst(MONTH_DAY.exec(text)) ?? [];
  const month = monthOfName(name ?? '');
  return month === 0 ? null : buildDate({ year, first: Number(day), second: month, separator: '' }, clock);
}

function parseEastAsianOrNull(text: string): WrittenDate | null {
  const match = EAST_ASIAN.exec(text);
  if (match === null) return null;
  const [, year, month, day, morning, evening, hour, minute = '0', second] = match;
  const half = morning === undefined ? evening && 'p' : 'a';
  return buildDate({ year, first: Number(day), second: Number(month), separator: '' }, [hour, minute, second, half]);
}

function swapFirst(match: RegExpExecArray | null): readonly (string | undefined)[] | null {
  if (match === null) return null;
  const [whole, first, second, ...rest] = match;
  return [whole, second, first, ...rest];
}

function buildDate(
  date: Pick<WrittenDate, 'first' | 'second' | 'separator'> & { readonly year: string | undefined },
  [hour, minute, second, half, named]: readonly (string | undefined)[],
): WrittenDate {
  const year = Number(date.year) + (date.year?.length === 2 ? 2000 : 0);
  if (hour === undefined) return { ...date, year, clock: null, zone: '' };
  const zone = (named ?? '').replace(/^(?:utc|gmt|z)$/i, 'Z');
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return { ...date, year, clock: (hours * 60 + Number(minute)) * 60 + Number(second ?? 0), zone };
}

/**
 * True where the month stands first, null where the column says both. Where no day is beyond 12, the months that lie
 * nearer together are right: the first days of one month, read the other way, are spread over a year.
 */
function findOrder(dates: readonly WrittenDate[]): boolean | null {
  const isDayFirst = dates.some(({ first }) => first > 12);
  const isMonthFirst = dates.some(({ second }) => second > 12);
  if (isDayFirst && isMonthFirst) return null;
  if (isDayFirst || isMonthFirst) return isMonthFirst;
  const [days, months] = [spanOf(dates, false), spanOf(dates, true)];
  return days === months ? dates[0]?.separator === '/' : months < days;
}

function spanOf(dates: readonly WrittenDate[], isMonthFirst: boolean): number {
  const times = dates
    .map((date) => Date.parse(renderIso({ ...date, clock: null }, isMonthFirst)))
    .toSorted((a, b) => a - b);
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}

function renderIso({ year, first, second, separator, clock, zone }: WrittenDate, isMonthFirst: boolean): string {
  const [month, day] = isMonthFirst && separator !== '' ? [first, second] : [second, first];
  const date = `${year}-${pad(month)}-${pad(day)}`;
  if (clock === null) return date;
  return `${date}T${pad(Math.floor(clock / 3600))}:${pad(Math.floor(clock / 60) % 60)}:${pad(clock % 60)}${zone}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
