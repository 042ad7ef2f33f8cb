import { digitsOf, unitOf } from '../normalize/digits.ts';
import type { Rounding } from '../normalize/digits.ts';
import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';
import { lowerBound, upperBound } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';
import { METRIC_READINGS, PLAIN, READINGS } from './readings.ts';
import type { Reading } from './readings.ts';

/** Distinct values of a column that are looked up. */
const SAMPLE = 200;
/** A key that has nothing to do with a column has numbers so many last digits beside its values as often as at them. */
const BESIDE = [3, 4, 5, 7, 10] as const;
/** Share of the values that must be found; another reading must explain more. */
const LEAST_FOUND = 0.4;
const LEAST_READ = 0.7;
/** So many values of the sample are looked up first, and at least this share of them must be found. */
const FEW = 40;
const LEAST_OF_FEW = 0.2;
/** One in a million: more than columns times keys times readings. */
const LEAST_BITS = 20;
/** Of the last digit, with some slack for what binary numbers cannot write. */
const HALF = 0.5000001;

/** How a key's numbers, rounded as a column rounds, are those of the column. */
export interface RoundedFit {
  readonly reading: Reading;
  /** Whether a number, as it is read, may be what the column shows. */
  readonly isSame: (value: number, shown: number) => boolean;
  /** False where both lie so densely that as many would be found beside the values: only sure pairs can tell. */
  readonly isTold: boolean;
}

/**
 * Rounded measures of chance (`0.0000609` for `0.0000608717…`) share no value with what they were rounded from. A key that
 * was rounded has a number at nearly every value that the column shows, and beside them no more than chance puts there.
 *
 * @returns null where the key lacks most of the values, and for columns that round nothing: integers and bare exponents
 */
export function findRoundedFitOrNull(column: Field, key: Field, values: ValueCodes): RoundedFit | null {
  const shown = readColumn(column, values);
  if (shown === null) return null;
  const leastOf = (reading: Reading): number => (reading === PLAIN ? LEAST_FOUND : LEAST_READ);
  const fits = findFits({ ...shown, numbers: sortedNumbers(key, values) }, READINGS, leastOf);
  const [best] = fits;
  if (best === undefined) return null;
  const isTold = best.bits >= LEAST_BITS;
  const { reading, toleranceOf } = (isTold ? null : fits.find((fit) => fit.reading === PLAIN)) ?? best;
  return { reading, isTold, isSame: (value, shown) => Math.abs(shown - value) <= toleranceOf(shown) };
}

/**
 * The reading by which a summary key has most of the values that a column of metrics shows, and hardly any number beside
 * them; null where none is told from chance.
 */
export function findToldReadingOrNull(column: Field, key: Field, values: ValueCodes): Reading | null {
  const shown = readColumn(column, values);
  if (shown === null) return null;
  const [best] = findFits({ ...shown, numbers: sortedNumbers(key, values) }, METRIC_READINGS, () => LEAST_FOUND);
  return best !== undefined && best.bits >= LEAST_BITS ? best.reading : null;
}

interface Fit {
  readonly reading: Reading;
  readonly toleranceOf: ToleranceOf;
  readonly bits: number;
}

/** Readings by which so many of the values are found, with what tells them from chance, best first. */
function findFits(
  { sample, roundings, numbers }: ShownNumbers & { readonly numbers: Float64Array },
  readings: readonly Reading[],
  leastOf: (reading: Reading) => number,
): Fit[] {
  return readings
    .flatMap((reading) => roundings.map((toleranceOf): Lookup => ({ sample, numbers, reading, toleranceOf })))
    .map((lookup) => ({ lookup, found: shareFound(lookup) }))
    .filter(({ lookup, found }) => found >= leastOf(lookup.reading))
    .map(({ lookup, found }) => ({ ...lookup, bits: bitsOf(lookup, found) }))
    .toSorted((a, b) => b.bits - a.bits);
}

type ToleranceOf = (shown: number) => number;

interface ShownNumbers {
  readonly sample: readonly number[];
  /** How far a number may lie from what is shown, by each way in which the column may have rounded. */
  readonly roundings: readonly ToleranceOf[];
}

const shownBefore = new WeakMap<Field, ShownNumbers | null>();

function readColumn(column: Field, values: ValueCodes): ShownNumbers | null {
  let shown = shownBefore.get(column);
  if (shown === undefined) shownBefore.set(column, (shown = readShown(column, values)));
  return shown;
}

/**
 * A column's zeros at the end are not written: `0.02` among values of two digits is `0.020`. Which of decimals and digits a
 * column keeps need not show in itself (`0.75` and `1.3`); where it keeps neither throughout, each value has its own.
 */
function readShown(column: Field, values: ValueCodes): ShownNumbers | null {
  const sample = thinOut([...numbersIn(column, values)], SAMPLE);
  const digits = sample.map(digitsOf);
  const rounded = digits.filter(([decimals, significant]) => decimals > 0 && significant > 1);
  if (rounded.length < sample.length / 2 || rounded.length === 0) return null;
  const halfOf = (rounding: Rounding) => (value: number) => HALF * unitOf(value, rounding);
  const roundings = [
    halfOf({ kind: 'significant', digits: Math.max(...digits.map(([, significant]) => significant)) }),
    halfOf({ kind: 'decimals', digits: Math.max(...digits.map(([decimals]) => decimals)) }),
    (value: number) => HALF * 10 ** -digitsOf(value)[0],
  ];
  return { sample, roundings };
}

interface Lookup {
  readonly sample: readonly number[];
  readonly toleranceOf: ToleranceOf;
  readonly numbers: Float64Array;
  readonly reading: Reading;
}

function shareFound({ sample, toleranceOf, numbers, reading }: Lookup): number {
  const share = (some: readonly number[]): number =>
    some.filter((value) => isThere(numbers, reading, { value, half: toleranceOf(value) })).length / some.length;
  // most keys have next to nothing, which a few values show
  return sample.length > FEW && share(thinOut(sample, FEW)) < LEAST_OF_FEW ? 0 : share(sample);
}

/**
 * Bits that the values found tell against chance, which is what is found beside them within the column's range: at the
 * distance where it is most, since accuracies of 500 samples lie on a grid.
 */
function bitsOf({ sample, toleranceOf, numbers, reading }: Lookup, share: number): number {
  const [least, most] = [sample[0] ?? 0, sample.at(-1) ?? 0];
  const shareAt = (step: number): number => {
    let [found, looked] = [0, 0];
    for (const shown of sample) {
      const half = toleranceOf(shown);
      for (const value of [shown - 2 * half * step, shown + 2 * half * step]) {
        if (value < least || value > most) continue;
        looked++;
        if (isThere(numbers, reading, { value, half })) found++;
      }
    }
    return (found + 1) / (looked + 2);
  };
  const chance = Math.max(...BESIDE.map(shareAt));
  return share > chance ? sample.length * divergence(share, chance) : 0;
}

function isThere(
  numbers: Float64Array,
  { write }: Reading,
  { value, half }: { readonly value: number; readonly half: number },
): boolean {
  const a = write(value - half);
  const b = write(value + half);
  return upperBound(numbers, Math.max(a, b)) > lowerBound(numbers, Math.min(a, b));
}

/** Bits that one look tells against chance. */
function divergence(share: number, chance: number): number {
  const term = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log2(p / q));
  return term(share, chance) + term(1 - share, 1 - chance);
}

const numbersBefore = new WeakMap<Field, Float64Array>();

function sortedNumbers(key: Field, values: ValueCodes): Float64Array {
  let numbers = numbersBefore.get(key);
  if (numbers === undefined) numbersBefore.set(key, (numbers = numbersIn(key, values)));
  return numbers;
}

/** A field's distinct numbers, ascending. */
function numbersIn(field: Field, values: ValueCodes): Float64Array {
  const numbers = Float64Array.from(field.counts.keys(), (code) => values.numberOf(code));
  return numbers.filter((value) => Number.isFinite(value)).sort();
}
