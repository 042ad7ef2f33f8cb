import type { Records } from '../normalize/records.ts';
import type { TimeField } from '../normalize/times.ts';
import { compareText } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';
import type { LengthGain } from './duration-likeness.ts';

/** Bits by which runs must prove two times, beside those of how many are tried; fewer where the schema names the end. */
const LEAST_BITS = { any: 20, named: 8 } as const;
/** Where no end is named, only the fullest fields are looked at. */
const MOST_FIELDS = 5;
/** Share of the rows whose end must follow their start. */
const IN_TURN = 0.9;
/** Share of the rows of which a field must know the time to be the start by its name alone. */
const MOSTLY = 0.5;
/** Rows that are looked at. */
const MOST_ROWS = 1000;
const QUARTER = 900;
const HOUR = 3600;
/** How far apart two clocks may be, in seconds: the zones of the world, one beside the other. */
const FARTHEST = 14 * HOUR;

interface Pair {
  readonly start: TimeField;
  readonly end: TimeField;
}

interface Try {
  readonly pair: Pair;
  readonly shift: number;
  /** Bits by which runs are as long. */
  readonly gain: number;
  /** Bits beyond those that it takes to believe it. */
  readonly surplus: number;
}

/** They depend on the records alone, and many pairs may have to be tried. */
const known = new WeakMap<Records, Float64Array>();

/**
 * The time from start to end. Where the schema names both, they are believed; any other two times must show that runs are
 * as long. A scheduler's table has the moment of submission as well, that of an optimiser no creation, and a log file no
 * end but the time of its last change. Where one of them knows its zone and the other does not, what lies between their
 * clocks is found as well, and even named ones must fit.
 *
 * @returns seconds by row; NaN where no two times tell them
 */
export function measureSpans(records: Records, gainOf: LengthGain): Float64Array {
  let found = known.get(records);
  if (found === undefined) known.set(records, (found = findSpans(records, gainOf)));
  return found;
}

function findSpans(records: Records, gainOf: LengthGain): Float64Array {
  const named = namedPairOrNull(records);
  const asNamed = named === null ? null : tryShifts(named, { shifts: [0], least: LEAST_BITS.named, gainOf });
  const others = tryPairs(records, gainOf).filter(({ surplus }) => surplus > (asNamed?.gain ?? 0));
  const best = others.toSorted((a, b) => b.surplus - a.surplus)[0] ?? asNamed;
  if (best === null || (best.surplus <= 0 && isOneZoned(best.pair)))
    return new Float64Array(records.rows.length).fill(Number.NaN);
  return secondsBetween(best.pair, best.shift);
}

/** A start that only some rows know, as those do that wrote it themselves, is none of the others. */
function namedPairOrNull({ row, schema }: Records): Pair | null {
  const fieldOf = (name: string | null): TimeField | undefined => row.times.find((field) => field.name === name);
  const [created, started, end] = [schema.createdAt, schema.identity.started_at, schema.finishedAt].map(fieldOf);
  const isFull = started !== undefined && started.filled >= MOSTLY * (created ?? started).filled;
  const start = isFull ? started : (created ?? started);
  return start === undefined || end === undefined ? null : { start, end };
}

function tryPairs(records: Records, gainOf: LengthGain): Try[] {
  const pairs = listPairs(records);
  const isEndNamed = pairs.some(({ end }) => end.name === records.schema.finishedAt);
  const least = isEndNamed ? LEAST_BITS.named : LEAST_BITS.any;
  return pairs.map((pair) => {
    const tried = (shifts: readonly number[]): Try => {
      const bits = (shifts.length === 1 ? least : LEAST_BITS.any) + Math.log2(pairs.length * shifts.length);
      return tryShifts(pair, { shifts, least: bits, gainOf });
    };
    const found = tried([0]);
    if (found.surplus > 0 || !isOneZoned(pair)) return found;
    const byHours = tried(shiftsBy(HOUR));
    return byHours.surplus > 0 ? byHours : tried(shiftsBy(QUARTER));
  });
}

/** Ordered; a moment that the schema takes for a beginning is no end. */
function listPairs({ row, schema }: Records): Pair[] {
  const fields = row.times.toSorted((a, b) => b.filled - a.filled || compareText(a.name, b.name));
  const named = fields.filter(({ name }) => name === schema.finishedAt);
  const beginnings = [schema.createdAt, schema.identity.started_at];
  const some = fields.slice(0, MOST_FIELDS);
  const ends = named.length > 0 ? named : some.filter(({ name }) => !beginnings.includes(name));
  const starts = named.length > 0 ? fields : some;
  return ends.flatMap((end) => starts.filter((start) => start !== end).map((start) => ({ start, end })));
}

function isOneZoned({ start, end }: Pair): boolean {
  return start.zoned !== end.zoned;
}

function shiftsBy(step: number): number[] {
  const most = FARTHEST / step;
  return Array.from({ length: 2 * most + 1 }, (_item, at) => (at - most) * step);
}

interface Tries {
  readonly shifts: readonly number[];
  /** Bits that the proof needs. */
  readonly least: number;
  readonly gainOf: LengthGain;
}

/** The shift of the clocks at which runs are as long most of all. */
function tryShifts({ start, end }: Pair, { shifts, least, gainOf }: Tries): Try {
  const between = start.seconds.map((from, row) => (end.seconds[row] ?? Number.NaN) - from);
  const there = Float64Array.from(thinOut([...between.filter((seconds) => !Number.isNaN(seconds))], MOST_ROWS));
  let best: Try = { pair: { start, end }, shift: 0, gain: 0, surplus: -Infinity };
  for (const shift of shifts) {
    const seconds = there.map((own) => own - shift);
    const following = seconds.filter((value) => value > 0).length;
    if (following < IN_TURN * seconds.length) continue;
    const gain = gainOf(seconds);
    if (gain - least > best.surplus) best = { pair: { start, end }, shift, gain, surplus: gain - least };
  }
  return best;
}

function secondsBetween({ start, end }: Pair, shift: number): Float64Array {
  return start.seconds.map((from, row) => {
    const seconds = (end.seconds[row] ?? Number.NaN) - from - shift;
    return seconds > 0 ? seconds : Number.NaN;
  });
}
