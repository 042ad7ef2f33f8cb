import { numbersOf } from '../normalize/fields.ts';
import type { Field } from '../normalize/fields.ts';
import { keyWords } from '../normalize/names.ts';
import type { Records } from '../normalize/records.ts';
import { quantumOf } from '../normalize/times.ts';
import { buildSortedIndex } from '../sorted.ts';
import { createLengthGain } from './duration-likeness.ts';
import type { LengthGain } from './duration-likeness.ts';
import { gainOnPairs } from './duration-proof.ts';
import type { SurePair } from './refine.ts';
import { measureSpans } from './row-spans.ts';
import {
  findSecondsPerUnit,
  isNamedAfterTime,
  isUnitOfName,
  medianOf,
  plainUnitOrNull,
  UNITS,
  UNITS_PER_CARD,
  unitOfNameOrNull,
} from './units.ts';

/** How long each row says that its run took. */
export interface RowDurations {
  readonly rowSeconds: Float64Array;
  /** Smallest step of the durations in seconds, an hour at most; 0 for fractions of a second. */
  readonly quantum: number;
  /** The columns that say it. */
  readonly columns: readonly string[];
}

interface Proof {
  readonly lengths: Float64Array;
  readonly gainOf: LengthGain;
  readonly sure: readonly SurePair[];
  readonly paired: ReadonlySet<string>;
}

interface DurationColumn {
  readonly name: string;
  readonly seconds: Float64Array;
}

/** A column with fewer distinct values is a grid: limits, sizes, counts. Of few rows half must differ. */
const LEAST_MEASURED = 12;
const LEAST_DISTINCT = 0.5;
/** Bits by which sure pairs must prove a column: many columns and units are tried, but few are named after their unit. */
const LEAST_BITS = { any: 20, named: 8 } as const;
/** Where a start and an end tell most rows' lengths, no column is looked for. */
const MEASURED_SHARE = 0.5;
/** Durations in finer steps are 0 only where none was taken, in seconds. */
const LEAST_COARSE = 30;
/** Zeros are blanks where they are more than this share, and more than so many times the share of runs so short. */
const MOST_ZEROS = 0.5;
const MOST_ZEROS_OF_SHORT = 3;

/**
 * The column of durations: the one that the schema names; else one that writes lengths of time out, or is named after a
 * unit, and lies among the runs' lengths; else one whose values are the lengths of the runs on pairs that are sure.
 * Where it is empty, the time from start to end.
 *
 * @param sure may be empty
 * @param paired columns that were found to say something else
 */
export function pairDuration(records: Records, sure: readonly SurePair[], paired: ReadonlySet<string>): RowDurations {
  const lengths = lengthsOfRuns(records);
  const gainOf = createLengthGain(lengths);
  const measured = measureSpans(records, gainOf);
  const isMeasured = filledOf(measured) >= MEASURED_SHARE * measured.length;
  const proof = { lengths, gainOf, sure, paired };
  const named = namedColumnOrNull(records, proof);
  const plain = named === null ? plainColumnOrNull(records, proof) : null;
  const isNearer = plain !== null && gainOf(plain.seconds) > gainOf(measured);
  const column = named ?? (isMeasured && !isNearer ? null : (plain ?? foundColumnOrNull(records, proof)));
  const given = column === null ? measured : fillIn(column.seconds, measured);
  const quantum = Math.min(3600, stepOf(given));
  const rowSeconds = column === null ? given : withRoundedDown(given, { column, lengths });
  return { rowSeconds, quantum, columns: column === null ? [] : [column.name] };
}

function fillIn(given: Float64Array, measured: Float64Array): Float64Array {
  return given.map((seconds, row) => (seconds > 0 ? seconds : (measured[row] ?? Number.NaN)));
}

/**
 * A duration of 0 in a column of whole minutes is one of less than half a minute, and taken for half of that: a quarter of
 * the step. Where most rows have it and few runs are so short, it stands for none.
 */
function withRoundedDown(
  rowSeconds: Float64Array,
  { column: { seconds }, lengths }: { readonly column: DurationColumn; readonly lengths: Float64Array },
): Float64Array {
  const step = stepOf(seconds);
  const isZero = (value: number): boolean => value === 0;
  const zeros = seconds.filter(isZero).length / filledOf(seconds);
  const short = lengths.filter((length) => length < step).length / filledOf(lengths);
  if (step < LEAST_COARSE || zeros === 1 || zeros > Math.max(MOST_ZEROS, MOST_ZEROS_OF_SHORT * short))
    return rowSeconds;
  return rowSeconds.map((own, row) => (Number.isNaN(own) && isZero(seconds[row] ?? Number.NaN) ? step / 4 : own));
}

function lengthsOfRuns({ run }: Records): Float64Array {
  const { lifetime, runtime } = run.lengths;
  return runtime.map((length, at) => (Number.isNaN(length) ? (lifetime[at] ?? Number.NaN) : length));
}

function namedColumnOrNull(records: Records, proof: Proof): DurationColumn | null {
  const name = records.schema.durationSeconds;
  const spoken = records.row.durations.find((column) => column.name === name);
  if (spoken !== undefined) return spoken;
  const column = records.row.fields.find((field) => field.name === name && field.isNumeric);
  return column === undefined ? null : inSeconds(column, records, proof);
}

/**
 * Registries keep durations in seconds, minutes or hours. A named unit stands where some runs last so long; one that is
 * named plainly stands unless sure pairs prove another.
 */
function inSeconds(column: Field, { values }: Records, { lengths, sure }: Proof): DurationColumn {
  const numbers = numbersOf(column, values);
  const inUnit = (unit: number): DurationColumn => ({ name: column.name, seconds: timesUnit(numbers, unit) });
  const named = inUnit(unitOfNameOrNull(column.name) ?? Number.NaN);
  if (lieAmong(named.seconds, lengths)) return named;
  const own = inUnit(findSecondsPerUnit(column.name, { rows: medianOf(numbers), runs: medianOf(lengths) }));
  const gainOf = ({ seconds }: DurationColumn): number =>
    gainOnPairs({ seconds, lengths, step: stepOf(seconds) }, sure);
  const others = UNITS.map(inUnit).filter((other) => gainOf(other) > LEAST_BITS.any + gainOf(own));
  return others.toSorted((a, b) => gainOf(b) - gainOf(a))[0] ?? own;
}

function timesUnit(numbers: Float64Array, unit: number): Float64Array {
  return unit === 1 ? numbers : numbers.map((value) => Math.round(value * unit * 1000) / 1000);
}

/** A column that says by its words or its name that it is one, if the runs last as long. */
function plainColumnOrNull(records: Records, proof: Proof): DurationColumn | null {
  const { durations, fields } = records.row;
  const spoken = durations.filter(({ seconds, isPlain }) => isPlain || isManifold(seconds));
  const named = fields.filter((field) => field.origin === 'column' && field.isNumeric && isNamedAfterUnit(field.name));
  const columns = [...spoken, ...named.map((field) => inSeconds(field, records, proof))];
  const fitting = columns.filter(({ seconds }) => isVaried(seconds) && lieAmong(seconds, proof.lengths));
  return fitting.toSorted((a, b) => filledOf(b.seconds) - filledOf(a.seconds) || (a.name < b.name ? -1 : 1))[0] ?? null;
}

function isNamedAfterUnit(name: string): boolean {
  const words = keyWords(name);
  const isUnit = words.length > 0 && words.every((word) => word.length > 1 && unitOfNameOrNull(word) !== null);
  return isUnit || isNamedAfterTime(name);
}

/** What a column of durations is called, in part; a time may be that of an epoch as well, and only its values tell. */
const DURATION_WORDS = /^(?:wall|walltime|time|elapsed|took|taken|runtime|run|duration|dur|dauer|laufzeit|zeit)$/;

function foundColumnOrNull(records: Records, proof: Proof): DurationColumn | null {
  return likeColumnOrNull(records, proof) ?? provenColumnOrNull(records, proof);
}

/** One that may be a duration by its name, and is one by its values: runs are as long as it says, far nearer than by chance. */
function likeColumnOrNull({ row, values }: Records, { gainOf, paired }: Proof): DurationColumn | null {
  let best: { readonly column: DurationColumn; readonly gain: number } | null = null;
  for (const field of row.fields) {
    if (field.origin !== 'column' || !field.isNumeric || paired.has(field.name)) continue;
    const plain = plainUnitOrNull(field.name);
    if (plain === null && !keyWords(field.name).some((word) => DURATION_WORDS.test(word))) continue;
    for (const unit of plain === null ? UNITS : [plain]) {
      const seconds = timesUnit(numbersOf(field, values), unit);
      const gain = isVaried(seconds) ? gainOf(seconds) : 0;
      if (gain > Math.max(LEAST_BITS.any, best?.gain ?? 0)) best = { column: { name: field.name, seconds }, gain };
    }
  }
  return best?.column ?? null;
}

/** Whatever it is called and whatever its unit: on sure pairs its values are the runs' lengths, and on others not. */
function provenColumnOrNull(records: Records, { lengths, sure, paired }: Proof): DurationColumn | null {
  if (sure.length === 0) return null;
  let best: { readonly column: DurationColumn; readonly gain: number } | null = null;
  for (const { column, unit, least } of listReadings(records)) {
    if (paired.has(column.name)) continue;
    const seconds = timesUnit(column.seconds, unit);
    const gain = gainOnPairs({ seconds, lengths, step: stepOf(seconds) }, sure);
    if (gain > Math.max(least, best?.gain ?? 0)) best = { column: { name: column.name, seconds }, gain };
  }
  return best?.column ?? null;
}

interface Reading {
  readonly column: DurationColumn;
  readonly unit: number;
  /** Bits that its proof needs. */
  readonly least: number;
}

/** Numbers in any unit, and `1:23`, which may be minutes or hours. */
function listReadings({ row, values }: Records): Reading[] {
  const spoken = row.durations.flatMap((column) => [1, 60].map((unit) => ({ column, unit, least: LEAST_BITS.any })));
  const fields = row.fields.filter((field) => field.origin === 'column' && field.isNumeric);
  const numbers = fields.flatMap((field) => {
    const column = { name: field.name, seconds: numbersOf(field, values) };
    return UNITS_PER_CARD.map((unit) => {
      const least = isUnitOfName(unit, field.name) ? LEAST_BITS.named : LEAST_BITS.any;
      return { column, unit, least };
    });
  });
  return [...spoken, ...numbers];
}

function filledOf(seconds: Float64Array): number {
  return seconds.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
}

function distinctOf(seconds: Float64Array): number {
  return new Set(seconds.filter((value) => !Number.isNaN(value))).size;
}

function isManifold(seconds: Float64Array): boolean {
  return distinctOf(seconds) > LEAST_MEASURED;
}

function isVaried(seconds: Float64Array): boolean {
  return distinctOf(seconds) > Math.min(LEAST_MEASURED, LEAST_DISTINCT * filledOf(seconds));
}

/** Whether most of the rows' durations are as long as runs are. */
function lieAmong(seconds: Float64Array, lengths: Float64Array): boolean {
  const [own, runs] = [buildSortedIndex(seconds).values, buildSortedIndex(lengths).values];
  const at = (values: Float64Array, share: number): number =>
    values[Math.floor(share * (values.length - 1))] ?? Number.NaN;
  return at(own, 0.1) >= 0.8 * at(runs, 0.02) && at(own, 0.9) <= 1.25 * at(runs, 0.98);
}

const STEPS = { ofMinutes: [1800, 900, 600, 360, 300], ofSeconds: [36, 30, 6] } as const;

/** Tenths of an hour or a minute and the like: the largest step that all durations are whole multiples of. */
function stepOf(rowSeconds: Float64Array): number {
  const quantum = quantumOf(rowSeconds);
  const finer = quantum === 60 ? STEPS.ofMinutes : quantum === 1 ? STEPS.ofSeconds : [];
  return finer.find((step) => isMultiple(rowSeconds, step)) ?? quantum;
}

function isMultiple(seconds: Float64Array, step: number): boolean {
  return seconds.every((value) => Number.isNaN(value) || value % step === 0);
}
