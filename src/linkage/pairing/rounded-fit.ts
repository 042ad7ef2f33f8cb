import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';
import { lowerBound, upperBound } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';
import { isExact, toleranceOf } from './rounding.ts';
import { PLAIN, READINGS } from './readings.ts';
import type { Reading } from './readings.ts';

/** Distinct values of a column that are looked up. */
const SAMPLE = 60;
/** Where a key has nothing to do with a column its numbers lie so many last digits beside as often as at the value. */
const BESIDE = [-7, -5, -3, 3, 5, 7] as const;
/** Share of the values that must be found; another reading must explain more. */
const LEAST_FOUND = 0.4;
const LEAST_READ = 0.7;
/** One in a million: more than columns times keys times readings. */
const LEAST_BITS = 20;

/** Whether a key's numbers, rounded as a column rounds, are those of the column. */
export interface RoundedFit {
  readonly reading: Reading;
  /** False where both lie so densely that as many would be found beside the values: only sure pairs can tell. */
  readonly isTold: boolean;
}

const known = new WeakMap<Field, Float64Array>();

/**
 * Rounded measures of chance (`0.0000609` for `0.0000608717…`) share no value with what they were rounded from. A key that
 * was rounded has a number at nearly every value that the column shows, and beside them no more than chance puts there.
 *
 * @returns null where the key lacks most of the values
 */
export function findRoundedFitOrNull(column: Field, key: Field, values: ValueCodes): RoundedFit | null {
  const shown = thinOut([...column.counts.keys()], SAMPLE)
    .map((code) => values.numberOf(code))
    .filter((value) => Number.isFinite(value));
  const rounded = shown.filter((value) => !isExact(value));
  if (rounded.length < shown.length / 2 || rounded.length === 0) return null;
  const numbers = sortedNumbers(key, values);
  let best: Reading | null = null;
  let most = LEAST_BITS;
  let isOpen = false;
  for (const reading of READINGS) {
    const { found, chance } = lookUp(rounded, numbers, reading);
    if (found < (reading === PLAIN ? LEAST_FOUND : LEAST_READ)) continue;
    if (reading === PLAIN) isOpen = true;
    const bits = rounded.length * divergence(found, chance);
    if (found <= chance || bits <= most) continue;
    [best, most] = [reading, bits];
  }
  if (best !== null) return { reading: best, isTold: true };
  return isOpen ? { reading: PLAIN, isTold: false } : null;
}

/** Share of the values that the key has, and of the numbers beside them. */
function lookUp(
  rounded: readonly number[],
  numbers: Float64Array,
  { write }: Reading,
): { readonly found: number; readonly chance: number } {
  const isThere = (value: number, half: number): boolean => {
    const [a, b] = [write(value - half), write(value + half)];
    return upperBound(numbers, Math.max(a, b)) > lowerBound(numbers, Math.min(a, b));
  };
  const [least, most] = [Math.min(...rounded), Math.max(...rounded)];
  let [found, beside, looked] = [0, 0, 0];
  for (const value of rounded) {
    const half = toleranceOf(value);
    if (isThere(value, half)) found++;
    for (const step of BESIDE) {
      const other = value + 2 * half * step;
      if (other < least || other > most) continue;
      looked++;
      if (isThere(other, half)) beside++;
    }
  }
  return { found: found / rounded.length, chance: (beside + 1) / (looked + 2) };
}

/** Bits that one look tells against chance. */
function divergence(share: number, chance: number): number {
  const term = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log2(p / q));
  return term(share, chance) + term(1 - share, 1 - chance);
}

function sortedNumbers(key: Field, values: ValueCodes): Float64Array {
  let numbers = known.get(key);
  if (numbers === undefined) {
    numbers = Float64Array.from(key.counts.keys(), (code) => values.numberOf(code))
      .filter((value) => !Number.isNaN(value))
      .sort();
    known.set(key, numbers);
  }
  return numbers;
}
