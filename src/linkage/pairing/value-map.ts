import { digitsOf } from '../normalize/digits.ts';
import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';
import { buildSortedIndex, lowerBound } from '../sorted.ts';
import { countAlike, mapCounts } from './counted-texts.ts';
import { findCutIds, holdsIds } from './cut-ids.ts';
import { PLAIN, READINGS } from './readings.ts';
import type { Reading } from './readings.ts';
import { findRoundedFitOrNull } from './rounded-fit.ts';
import type { RoundedFit } from './rounded-fit.ts';
import { findAlikeTexts, findCutTexts } from './text-map.ts';

/** Which values of a row field and of a run field are the same: both sides' codes lead to a common one. */
export interface ValueMap {
  /** Row values that stand for another value, or, as −1, for none; those left out stand for themselves. */
  readonly rows: ReadonlyMap<number, number>;
  /** Run values that some row has. */
  readonly runs: ReadonlyMap<number, number>;
}

/** Above this share of covered rows no other reading is tried. */
const GOOD_COVERAGE = 0.8;
const READ_COVERAGE = 0.7;
/** Relative gap within which two numbers are the same. */
const EXACT = 1e-9;
/** Above what rounding to one decimal, the coarsest that counts, can change. */
const MOST_ROUNDING = 0.051;

export function mapValues(row: Field, run: Field, values: ValueCodes): ValueMap {
  const equal = new Map<number, number>();
  for (const code of run.counts.keys()) if (row.counts.has(code)) equal.set(code, code);
  const plain: ValueMap = { rows: new Map(), runs: equal };
  if (row.isNumeric && run.isNumeric) {
    const map = coverageOf(row, plain) >= GOOD_COVERAGE ? plain : mapNumbers({ row, run, values }, plain);
    return { ...map, rows: new Map([...map.rows, ...findWordsForNothing({ row, run, values })]) };
  }
  if (coverageOf(row, plain) < GOOD_COVERAGE && countAlike(row, run, values)) return mapCounts(row, run, values);
  if (row.isNumeric || run.isNumeric) return plain;
  const hasIds = holdsIds(row, values) && holdsIds(run, values);
  const cut = hasIds ? new Map<number, number>() : findCutTexts(row, run, values);
  const alike = hasIds ? findCutIds(row, run, values) : findAlikeTexts(row, run, values);
  for (const code of cut.values()) alike.delete(code);
  return {
    rows: alike,
    runs: new Map([...equal, ...[...alike.values()].map((code): [number, number] => [code, code]), ...cut]),
  };
}

/** Share of the row field's filled cells whose value occurs on the run side at all. */
export function coverageOf(row: Field, map: ValueMap): number {
  const found = new Set(map.runs.values());
  let covered = 0;
  for (const [code, count] of row.counts) if (found.has(map.rows.get(code) ?? code)) covered += count;
  return row.filled === 0 ? 0 : covered / row.filled;
}

/** `inf` or `default` in a column of numbers, beside a key that never says so: whatever it was, it was not written down. */
function findWordsForNothing({ row, run, values }: Sides): [number, number][] {
  const words = [...row.counts.keys()].filter(
    (code) => !Number.isFinite(values.numberOf(code)) && !run.counts.has(code),
  );
  return words.map((code) => [code, -1]);
}

interface Sides {
  readonly row: Field;
  readonly run: Field;
  readonly values: ValueCodes;
}

function mapNumbers(sides: Sides, plain: ValueMap): ValueMap {
  const shown = sortNumbers(sides.row, sides.values);
  const fit = findRoundedFitOrNull(sides.row, sides.run, sides.values);
  for (const reading of fit === null ? READINGS : [fit.reading, ...READINGS]) {
    const isSame = reading === fit?.reading ? fit.isSame : isRounded;
    const map = mapRounded(sides, shown, { read: reading.read, isSame });
    const least = reading === PLAIN ? Math.max(0.4, coverageOf(sides.row, plain) + 0.1) : READ_COVERAGE;
    const isTold = new Set(map.runs.values()).size >= reading.least;
    if (isTold && coverageOf(sides.row, map) >= least) return map;
  }
  return plain;
}

/** A column's distinct numbers, ascending, with their codes. */
interface SortedNumbers {
  readonly numbers: Float64Array;
  readonly codes: Int32Array;
}

function sortNumbers(field: Field, values: ValueCodes): SortedNumbers {
  const codes = Int32Array.from(field.counts.keys());
  const { values: numbers, records } = buildSortedIndex(Float64Array.from(codes, (code) => values.numberOf(code)));
  return { numbers, codes: records.map((at) => codes[at] ?? 0) };
}

/** Run values that round to a row value at the digits which the row shows. */
function mapRounded(
  { run, values }: Sides,
  { numbers, codes }: SortedNumbers,
  { read, isSame }: Pick<Reading, 'read'> & Pick<RoundedFit, 'isSame'>,
): ValueMap {
  const runs = new Map<number, number>();
  for (const code of run.counts.keys()) {
    const value = read(values.numberOf(code));
    if (!Number.isFinite(value)) continue;
    const at = lowerBound(numbers, value);
    const isBelow = Math.abs((numbers[at - 1] ?? Infinity) - value) < Math.abs((numbers[at] ?? Infinity) - value);
    const nearest = isBelow ? at - 1 : at;
    const found = numbers[nearest];
    const rowCode = codes[nearest];
    if (found !== undefined && rowCode !== undefined && isSame(value, found)) runs.set(code, rowCode);
  }
  return { rows: new Map(), runs };
}

/** Asks for the digits, which is dear, only where any number of digits could explain the gap. */
function isRounded(value: number, shown: number): boolean {
  const gap = Math.abs(shown - value);
  return gap <= Math.max(MOST_ROUNDING, Math.abs(shown) * EXACT) && gap <= toleranceOf(shown);
}

/** Integers and bare exponents are exact. */
function toleranceOf(shown: number): number {
  const [decimals, significant] = digitsOf(shown);
  if (decimals === 0 || significant === 1) return Math.abs(shown) * EXACT;
  return 0.5000001 * 10 ** -decimals;
}
