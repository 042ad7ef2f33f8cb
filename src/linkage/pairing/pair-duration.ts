import { numbersOf } from '../normalize/fields.ts';
import type { Field } from '../normalize/fields.ts';
import { keyWords } from '../normalize/names.ts';
import type { Records } from '../normalize/records.ts';
import { quantumOf } from '../normalize/times.ts';
import { buildSortedIndex } from '../sorted.ts';
import { gainOnLengths } from './duration-likeness.ts';
import { gainOnPairs } from './duration-proof.ts';
import type { SurePair } from './refine.ts';
import {
  findSecondsPerUnit,
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
  const measured = startToEnd(records, lengths);
  const isMeasured = filledOf(measured) >= MEASURED_SHARE * measured.length;
  const proof = { lengths, sure, paired };
  const named = namedColumnOrNull(records, proof);
  const plain = named === null ? plainColumnOrNull(records, proof) : null;
  const isNearer = plain !== null && gainOnLengths(plain.seconds, lengths) > gainOnLengths(measured, lengths);
  const column = named ?? (isMeasured && !isNearer ? null : (plain ?? foundColumnOrNull(records, proof)));
  const rowSeconds = measured.map((own, row) => {
    const given = column?.seconds[row] ?? Number.NaN;
    return given > 0 ? given : own;
  });
  return { rowSeconds, quantum: Math.min(3600, stepOf(rowSeconds)), columns: column === null ? [] : [column.name] };
}

/**
 * From the creation of the row, unless the runs are as long as from another time on: a scheduler's table has the moment of
 * submission as well, and that of an optimiser no creation.
 */
function startToEnd({ schema, row, rows }: Records, lengths: Float64Array): Float64Array {
  const end = row.times.find((field) => field.name === schema.finishedAt);
  const spans = row.times
    .filter((field) => field !== end)
    .toSorted((a, b) => Number(b.name === schema.createdAt) - Number(a.name === schema.createdAt))
    .map((start) =>
      start.seconds.map((from, at) => {
        const seconds = (end?.seconds[at] ?? Number.NaN) - from;
        return seconds > 0 ? seconds : Number.NaN;
      }),
    );
  const [first = new Float64Array(rows.length).fill(Number.NaN), ...others] = spans;
  const gainOf = (seconds: Float64Array): number => gainOnLengths(seconds, lengths);
  const nearer = others.filter((other) => gainOf(other) > LEAST_BITS.named + gainOf(first));
  return nearer.toSorted((a, b) => gainOf(b) - gainOf(a))[0] ?? first;
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
  return words.length > 0 && words.every((word) => word.length > 1 && unitOfNameOrNull(word) !== null);
}

/** What a column of durations is called, in part; a time may be that of an epoch as well, and only its values tell. */
const DURATION_WORDS = /^(?:wall|walltime|time|elapsed|took|taken|runtime|run|duration|dur|dauer|laufzeit|zeit)$/;

function foundColumnOrNull(records: Records, proof: Proof): DurationColumn | null {
  return likeColumnOrNull(records, proof) ?? provenColumnOrNull(records, proof);
}

/** One that may be a duration by its name, and is one by its values: runs are as long as it says, far nearer than by chance. */
function likeColumnOrNull({ row, values }: Records, { lengths, paired }: Proof): DurationColumn | null {
  let best: { readonly column: DurationColumn; readonly gain: number } | null = null;
  for (const field of row.fields) {
    if (field.origin !== 'column' || !field.isNumeric || paired.has(field.name)) continue;
    const plain = plainUnitOrNull(field.name);
    if (plain === null && !keyWords(field.name).some((word) => DURATION_WORDS.test(word))) continue;
    for (const unit of plain === null ? UNITS : [plain]) {
      const seconds = timesUnit(numbersOf(field, values), unit);
      const gain = isVaried(seconds) ? gainOnLengths(seconds, lengths) : 0;
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

const STEPS = [1800, 900, 600, 360, 300] as const;

/** Tenths of an hour and the like: the largest step below an hour that all durations are whole multiples of. */
function stepOf(rowSeconds: Float64Array): number {
  const quantum = quantumOf(rowSeconds);
  return quantum === 60 ? (STEPS.find((step) => isMultiple(rowSeconds, step)) ?? 60) : quantum;
}

function isMultiple(seconds: Float64Array, step: number): boolean {
  return seconds.every((value) => Number.isNaN(value) || value % step === 0);
}
