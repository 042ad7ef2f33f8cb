import type { Cell } from './cell.ts';

/** How a column writes times, so that a new value looks like its neighbours. */
export type TimeFormat =
  | {
      readonly kind: 'epoch';
      readonly unitsPerSecond: 1 | 1000 | 1_000_000 | 1_000_000_000;
      readonly storage: 'integer' | 'real' | 'text';
    }
  | {
      readonly kind: 'iso';
      readonly separator: 'T' | ' ';
      /** `none` is a naive time: the writer's own clock, zone unknown. */
      readonly zone: 'Z' | '+00:00' | 'none';
      readonly fractionDigits: number;
      /** Present where the date is written as 2024/01/31. */
      readonly dateSeparator?: '/';
    }
  | { readonly kind: 'date'; readonly dateSeparator?: '/' };

/** A point in time read from a cell. */
export interface TimeReading {
  /** Epoch milliseconds; a naive time is read as if it were UTC. */
  readonly ms: number;
  /** True where the text carried a zone or the value is an epoch. */
  readonly zoned: boolean;
  readonly format: TimeFormat;
}

const DAY_MS = 86_400_000;
const ISO =
  /^(\d{4})([-/])(\d{2})\2(\d{2})(?:([T ])(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2}|UTC)?)?$/i;
/** A date, or the seconds of an epoch. */
const SHORTEST = 10;
/** 2001-09-09 to 2065: wide enough for any training run, narrow enough not to take ids or sizes for times. */
const EPOCH_RANGE = { from: 1_000_000_000, to: 3_000_000_000 } as const;

/** Reads ISO dates and times and epochs from seconds to nanoseconds; null where the cell holds no time. */
export function parseTimeOrNull(cell: Cell): TimeReading | null {
  if (typeof cell === 'bigint') return parseEpochOrNull(Number(cell), 'integer');
  if (typeof cell === 'number') return parseEpochOrNull(cell, 'real');
  if (typeof cell !== 'string') return null;
  const text = cell.trim();
  if (text.length < SHORTEST || !/^\d{4}/.test(text)) return null;
  if (/^\d{10,19}(\.\d+)?$/.test(text)) return parseEpochOrNull(Number(text), 'text');
  const match = ISO.exec(text);
  return match === null ? null : parseIsoOrNull(match);
}

function parseEpochOrNull(value: number, storage: 'integer' | 'real' | 'text'): TimeReading | null {
  for (const unitsPerSecond of [1, 1000, 1_000_000, 1_000_000_000] as const) {
    const seconds = value / unitsPerSecond;
    if (seconds >= EPOCH_RANGE.from && seconds < EPOCH_RANGE.to) {
      // Multiplied or divided by whole numbers only, so that milliseconds stay exact.
      const ms = unitsPerSecond === 1 ? value * 1000 : value / (unitsPerSecond / 1000);
      return { ms, zoned: true, format: { kind: 'epoch', unitsPerSecond, storage } };
    }
  }
  return null;
}

function parseIsoOrNull(match: RegExpExecArray): TimeReading | null {
  const [, year, slash, month, day, separator, hour, minute, second, fraction, zone] = match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  if (date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) return null;
  const written = slash === '/' ? ({ dateSeparator: '/' } as const) : {};
  if (separator === undefined) return { ms: midnight, zoned: false, format: { kind: 'date', ...written } };
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second ?? 0) > 60) return null;
  const local =
    midnight + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(`${second ?? 0}.${fraction ?? 0}`) * 1000;
  const isUtcLetter = zone !== undefined && /^(z|utc)$/i.test(zone);
  const offsetMinutes = zone === undefined || isUtcLetter ? 0 : parseOffsetMinutes(zone);
  return {
    ms: local - offsetMinutes * 60_000,
    zoned: zone !== undefined,
    format: {
      kind: 'iso',
      separator: separator === ' ' ? ' ' : 'T',
      zone: zone === undefined ? 'none' : isUtcLetter ? 'Z' : '+00:00',
      fractionDigits: fraction?.length ?? 0,
      ...written,
    },
  };
}

function parseOffsetMinutes(zone: string): number {
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.replaceAll(/\D/g, '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4)));
}

/** A year, a month or a day as a calendar has them, from its first moment to the next one's. Epoch milliseconds, UTC. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Reads `2024`, `2024-02`, `2024-02-29` and the same with slashes; null where the text is no whole period. */
export function parsePeriodOrNull(text: string): Period | null {
  const match = /^(\d{4})(?:[-/](\d{2}))?$/.exec(text.trim());
  if (match !== null) {
    const year = Number(match[1]);
    if (match[2] === undefined) return { from: Date.UTC(year, 0), to: Date.UTC(year + 1, 0) };
    const month = Number(match[2]);
    return month < 1 || month > 12 ? null : { from: Date.UTC(year, month - 1), to: Date.UTC(year, month) };
  }
  const day = parseTimeOrNull(text);
  return day?.format.kind === 'date' ? { from: day.ms, to: day.ms + DAY_MS } : null;
}

/**
 * Writes a time the way a column writes its own.
 *
 * @param ms epoch milliseconds, UTC
 * @param zoneMinutes what a naive column's clock is ahead of UTC; ignored where the format carries a zone
 */
export function encodeTime(ms: number, format: TimeFormat, zoneMinutes: number): Cell {
  if (format.kind === 'epoch') return encodeEpoch(ms, format);
  const naive = format.kind === 'date' || format.zone === 'none';
  // Microseconds, the finest that a double holds at today's dates; shorter fractions are cut as W&B and SQLite cut them.
  const micros = Math.round((ms + (naive ? zoneMinutes * 60_000 : 0)) * 1000);
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  const date = format.dateSeparator === undefined ? text.slice(0, 10) : text.slice(0, 10).replaceAll('-', '/');
  if (format.kind === 'date') return date;
  const digits = `${text.slice(20, 23)}${String(micros - Math.floor(micros / 1000) * 1000).padStart(3, '0')}000`;
  const fraction = format.fractionDigits === 0 ? '' : `.${digits.slice(0, format.fractionDigits)}`;
  return `${date}${format.separator}${text.slice(11, 19)}${fraction}${format.zone === 'none' ? '' : format.zone}`;
}

function encodeEpoch(ms: number, format: Extract<TimeFormat, { kind: 'epoch' }>): Cell {
  const value = format.unitsPerSecond === 1 ? ms / 1000 : ms * (format.unitsPerSecond / 1000);
  if (format.storage === 'real') return value;
  return format.storage === 'integer' ? BigInt(Math.round(value)) : String(Math.round(value));
}
