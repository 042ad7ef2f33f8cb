import type { Cell } from '../../model/cell.ts';
import { quantumOf } from './times.ts';
import type { TimeField } from './times.ts';
import type { RunSpan } from './yearless-days.ts';

/** A kind of id that begins with the time when it was made. */
interface TimedId {
  readonly pattern: RegExp;
  /** Epoch milliseconds of what the pattern caught. */
  msOf(caught: string): number;
  /** Milliseconds over which ids that only look alike are spread. */
  readonly rangeMs: number;
}

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KSUID_EPOCH_S = 1_400_000_000;
/** UUIDs of version 1 count 100 ns from 1582-10-15. */
const GREGORIAN_MS = 12_219_292_800_000;

const TIMED_IDS: readonly TimedId[] = [
  {
    // ULID, and a TypeID behind its prefix
    pattern: /(?<![\da-z])([0-7][\da-hjkmnp-tv-z]{9})[\da-hjkmnp-tv-z]{16}(?![\da-z])/i,
    msOf: (caught) => Number(readDigits(caught.toLowerCase(), CROCKFORD)),
    rangeMs: 2 ** 48,
  },
  {
    // UUIDv7
    pattern: /(?<![\da-z])([\da-f]{8}-?[\da-f]{4})-?7[\da-f]{3}-?[89ab][\da-f]{3}-?[\da-f]{12}(?![\da-z])/i,
    msOf: (caught) => Number.parseInt(caught.replace('-', ''), 16),
    rangeMs: 2 ** 48,
  },
  {
    // UUIDv1: its low digits stand first
    pattern: /(?<![\da-z])([\da-f]{8}-?[\da-f]{4}-?1[\da-f]{3})-?[89ab][\da-f]{3}-?[\da-f]{12}(?![\da-z])/i,
    msOf: (caught) => {
      const digits = caught.replaceAll('-', '');
      const ticks = BigInt(`0x${digits.slice(13)}${digits.slice(8, 12)}${digits.slice(0, 8)}`);
      return Number(ticks / 10_000n) - GREGORIAN_MS;
    },
    rangeMs: 2 ** 60 / 10_000,
  },
  {
    // KSUID
    pattern: /(?<![\da-z])([\da-z]{27})(?![\da-z])/i,
    msOf: (caught) => 1000 * (Number(readDigits(caught, BASE62) >> 128n) + KSUID_EPOCH_S),
    rangeMs: 1000 * 2 ** 32,
  },
  {
    // ObjectId of MongoDB
    pattern: /(?<![\da-z])([\da-f]{8})[\da-f]{16}(?![\da-z])/i,
    msOf: (caught) => 1000 * Number.parseInt(caught, 16),
    rangeMs: 1000 * 2 ** 32,
  },
];

const PROBE = 40;
const SHARE = 0.8;
/** An id that many rows share is that of something else, which was made once. */
const LEAST_DISTINCT = 0.5;
/** That ids without a time are read as times near the runs: less than one column in as many as registries have. */
const MOST_BY_CHANCE = 1e-4;

/**
 * When the ids of a column were made, where they begin with it: ULID, UUIDv7, UUIDv1, KSUID and ObjectId. Null where fewer
 * than four fifths of the cells hold such an id, or where they may be others that only look like it: those lie anywhere
 * in the thousands of years that the digits can tell, not all near the runs.
 */
export function readIdTimesOrNull(name: string, cells: readonly Cell[], span: RunSpan): TimeField | null {
  const there = cells.filter((cell) => cell !== null && cell !== '');
  const probe = there.slice(0, PROBE);
  for (const kind of TIMED_IDS) {
    if (probe.filter((cell) => msOrNaN(cell, kind) > 0).length < Math.max(1, SHARE * probe.length)) continue;
    const times = Float64Array.from(cells, (cell) => msOrNaN(cell, kind));
    const found = times.filter((ms) => !Number.isNaN(ms));
    if (found.length < SHARE * there.length || new Set(found).size < LEAST_DISTINCT * found.length) continue;
    if (chanceOf(found, span, kind) > MOST_BY_CHANCE) continue;
    const seconds = times.map((ms) => ms / 1000);
    return { name, seconds, zoned: true, quantum: quantumOf(seconds), filled: found.length };
  }
  return null;
}

function msOrNaN(cell: Cell, { pattern, msOf }: TimedId): number {
  const [, caught] = typeof cell === 'string' ? (pattern.exec(cell) ?? []) : [];
  return caught === undefined ? Number.NaN : msOf(caught);
}

/** That so many ids with any digits lie in the time that these and the runs share. */
function chanceOf(found: Float64Array, { from, to }: RunSpan, { rangeMs }: TimedId): number {
  let [first, last] = [from, to];
  for (const ms of found) {
    first = Math.min(first, ms);
    last = Math.max(last, ms);
  }
  return ((last - first) / rangeMs) ** found.length;
}

function readDigits(text: string, alphabet: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * BigInt(alphabet.length) + BigInt(alphabet.indexOf(digit));
  return value;
}
