import type { Cell } from '../../model/cell.ts';
import { isWrittenDate, readCalendarDates } from './calendar-dates.ts';

/**
 * The cells of a column with what spreadsheets and people make of numbers and dates written plainly: `0,748` and
 * `93.1 %` as numbers, `2/19/2025 7:00 PM` and serial dates as ISO times. A column is one or the other as a whole, for
 * `1,234` and `3/4/2025` mean nothing by themselves; one that is not sure stays as it is.
 */
export function readPlainCells(cells: readonly Cell[]): readonly Cell[] {
  const numbers = readNumbers(cells);
  const dates = readSerialDates(numbers) ?? numbers;
  return readCalendarDates(dates) ?? dates;
}

/** This share of a column must be written as it is read. */
const SHARE = 0.95;
const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const DECIMAL_COMMA = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+(?:e[+-]?\d+)?$/i;
/** A comma that no thousands follow can only stand before decimals. */
const SURE_COMMA = /^[+-]?0,\d|,(?!\d{3}(?!\d))\d/;
/** Lists of two, as of devices (`0,1`), have one digit each; among decimals some have more. */
const LONGER_TAIL = /,\d{2}/;
const POINT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function readNumbers(cells: readonly Cell[]): readonly Cell[] {
  if (!cells.some((cell) => typeof cell === 'string' && (cell.includes(',') || isPercentage(cell)))) return cells;
  const texts = cells.filter((cell): cell is string => typeof cell === 'string' && cell.trim() !== '').map(bareNumber);
  const isComma = texts.some((text) => SURE_COMMA.test(text)) && texts.some((text) => LONGER_TAIL.test(text));
  const pattern = isComma ? DECIMAL_COMMA : GROUPED;
  const fitting = texts.filter((text) => pattern.test(text) || POINT.test(text));
  if (fitting.length < SHARE * texts.length) return cells;
  return cells.map((cell) => {
    const text = typeof cell === 'string' ? bareNumber(cell) : '';
    if (pattern.test(text))
      return Number(isComma ? text.replaceAll('.', '').replace(',', '.') : text.replaceAll(',', ''));
    return POINT.test(text) ? Number(text) : cell;
  });
}

function isPercentage(text: string): boolean {
  return text.trimEnd().endsWith('%');
}

function bareNumber(text: string): string {
  return text.replace(/\s*%\s*$/, '').trim();
}

/** Serial dates count days from here, as spreadsheets do. */
const SERIAL_EPOCH = Date.UTC(1899, 11, 30);
/** 2017 to 2040: narrower than any number of steps or samples would keep to. */
const SERIAL_RANGE = { from: 42_736, to: 51_136 } as const;
const DAY_MS = 86_400_000;

/** Beside so many dates in words, whole numbers in the range of serial dates are days. */
const LEAST_WRITTEN = 4;

/** Null where the column holds no serial dates with a time of day; other writers of it may have written theirs out. */
function readSerialDates(cells: readonly Cell[]): Cell[] | null {
  const filled = cells.filter((cell) => cell !== null && cell !== '');
  let dates = 0;
  let parted = 0;
  let written = 0;
  let others = 0;
  for (const cell of filled) {
    const value = serialOf(cell);
    if (isSerial(value)) {
      dates++;
      if (!Number.isInteger(value)) parted++;
    } else if (isWrittenDate(cell)) written++;
    else if (++others > (1 - SHARE) * filled.length) return null; // as most columns show soon
  }
  if (dates === 0 || (parted < SHARE * dates && written < LEAST_WRITTEN)) return null;
  return cells.map((cell) => {
    const value = serialOf(cell);
    if (!isSerial(value)) return cell;
    return new Date(SERIAL_EPOCH + Math.round((value * DAY_MS) / 1000) * 1000).toISOString().slice(0, 19);
  });
}

function isSerial(value: number): boolean {
  return value >= SERIAL_RANGE.from && value < SERIAL_RANGE.to;
}

function serialOf(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' && /^\d{5}(?:\.\d+)?$/.test(cell.trim()) ? Number(cell) : Number.NaN;
}
