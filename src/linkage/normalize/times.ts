import type { Cell } from '../../model/cell.ts';
import { parseTimeOrNull } from '../../model/time.ts';

/** Times of one field of one side, in seconds since the epoch; NaN is missing. A naive time is read as if it were UTC. */
export interface TimeField {
  readonly name: string;
  readonly seconds: Float64Array;
  /** True where nearly all values carried a zone or were epochs. */
  readonly zoned: boolean;
  /** 86400, 3600, 60, 1 or 0: the largest of these that divides all values; 0 where there are fractions. */
  readonly quantum: number;
  readonly filled: number;
}

const INSIDE =
  /(?<!\d)(20\d{2})[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])[-_T /.:]{0,2}([01]\d|2[0-3])[-:_.h]?([0-5]\d)(?:[-:_.m]?([0-5]\d))?(?!\d)(?:\.\d+)?\s?(Z|[+-]\d{2}:?\d{2})?/;

/** Day first, as it is written with dots: `02.05.2024 23:31:20`. */
const DAY_FIRST =
  /(?<!\d)(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.(20\d{2})(?:[ T,]+([01]?\d|2[0-3])[:.h]([0-5]\d)(?:[:.]([0-5]\d))?)?(?!\d)/;

/** A day and an hour, `2025-07-28T08`. */
const HOUR = /^\s*(20\d{2})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3])h?\s*$/;

/** The time that a text is, or else holds anywhere inside: `train_20240512-081530.log`. Null where there is none. */
export function findTimeOrNull(cell: Cell | undefined): { readonly seconds: number; readonly zoned: boolean } | null {
  if (cell === undefined || cell === null) return null;
  const whole = parseTimeOrNull(cell);
  if (whole !== null) return { seconds: whole.ms / 1000, zoned: whole.zoned };
  if (typeof cell !== 'string') return null;
  const iso = isoInsideOrNull(cell);
  const inside = iso === null ? null : parseTimeOrNull(iso);
  return inside === null ? null : { seconds: inside.ms / 1000, zoned: inside.zoned };
}

function isoInsideOrNull(text: string): string | null {
  const match = INSIDE.exec(text);
  if (match !== null) {
    const [, year, month, day, hour, minute, second, zone] = match;
    return `${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}${zone ?? ''}`;
  }
  const hourly = HOUR.exec(text);
  if (hourly !== null) return `${hourly[1]}-${hourly[2]}-${hourly[3]}T${hourly[4]}:00:00`;
  const dayFirst = DAY_FIRST.exec(text);
  if (dayFirst === null) return null;
  const [, day = '', month = '', year, hour, minute, second] = dayFirst;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return hour === undefined ? date : `${date}T${hour.padStart(2, '0')}:${minute}:${second ?? '00'}`;
}

const QUANTA = [86_400, 3600, 60, 1] as const;
const TIME_SHARE = 0.8;
const ZONED_SHARE = 0.9;

/** Null where fewer than four fifths of the values hold a time. */
export function buildTimeFieldOrNull(name: string, cells: readonly (Cell | undefined)[]): TimeField | null {
  const seconds = new Float64Array(cells.length).fill(Number.NaN);
  let there = 0;
  let filled = 0;
  let zoned = 0;
  for (const [index, cell] of cells.entries()) {
    if (cell === undefined || cell === null || cell === '') continue;
    there++;
    if (there === 60 && filled < 6) return null;
    const found = findTimeOrNull(cell);
    if (found === null) continue;
    seconds[index] = found.seconds;
    filled++;
    if (found.zoned) zoned++;
  }
  if (filled === 0 || filled < TIME_SHARE * there) return null;
  return { name, seconds, zoned: zoned >= ZONED_SHARE * filled, quantum: quantumOf(seconds), filled };
}

export function quantumOf(seconds: Float64Array): number {
  let best = 0;
  for (const quantum of QUANTA) {
    if (seconds.every((value) => Number.isNaN(value) || value % quantum === 0)) {
      best = quantum;
      break;
    }
  }
  return best;
}
