import { digitsOf, findRounding } from '../normalize/digits.ts';
import type { Rounding } from '../normalize/digits.ts';

/** Cells of a column of measured numbers that are written in one unit. */
export interface MeasuredCells {
  /** By row; NaN where the cell is empty or in another unit. */
  readonly rowValues: Float64Array;
  readonly rounding: Rounding;
  /** Those that are there, ascending. */
  readonly sorted: Float64Array;
  /** How many of their unit are one of the column's first unit. */
  readonly perFirst: number;
}

/** Share of a column's cells that each of two writers must have filled. */
const LEAST_SHARE = 0.1;
const LEAST_CELLS = 5;
const PERCENT = 100;

export function measureCells(rowValues: Float64Array, perFirst: number): MeasuredCells {
  const sorted = rowValues.filter((value) => Number.isFinite(value)).sort();
  return { rowValues, rounding: findRounding(rowValues), sorted, perFirst };
}

/**
 * The fractions and the percents of a column in which one writer put the former and another the latter, each with the
 * digits that its writer kept. None where it holds one kind only. It may as well be a loss between 0 and 3: the runs tell.
 */
export function splitPercents(values: Float64Array): readonly MeasuredCells[] {
  const there = values.filter((value) => Number.isFinite(value));
  if (!there.every((value) => value >= 0 && value <= PERCENT)) return [];
  const percents = measureCells(
    values.map((value) => (value > 1 ? value : Number.NaN)),
    PERCENT,
  );
  const { digits } = percents.rounding;
  const below = values.map((value) => (value <= 1 ? value : Number.NaN));
  const isFiner = findRounding(below).digits > digits;
  // 0.8 beside 0.9439 and 94.4 may be either
  const fractions = measureCells(
    below.map((value) => (isFiner && digitsOf(value)[0] <= digits ? Number.NaN : value)),
    1,
  );
  const least = Math.max(LEAST_CELLS, LEAST_SHARE * there.length);
  return Math.min(percents.sorted.length, fractions.sorted.length) < least ? [] : [fractions, percents];
}
