import { unitOf } from '../normalize/digits.ts';
import type { Rounding } from '../normalize/digits.ts';
import { lowerBound, upperBound } from '../sorted.ts';

const SAMPLE = 300;
/** Run values are held against the rows at these factors too: far enough to be others, near enough to lie as thick. */
const BESIDE = [0.91, 0.93, 0.95, 0.97, 1.03, 1.05, 1.07, 1.09] as const;
/** A unit must find so many times what they find; pairs by chance find up to 1.2 times as much, true ones from 1.9 on. */
const LEAST_BEYOND = 1.4;

/** Values of a column and of a key as the column writes them, each ascending. */
export interface MeasuredSides {
  /** Some of the rows' values. */
  readonly sample: Float64Array;
  readonly rows: Float64Array;
  readonly runs: Float64Array;
  readonly rounding: Rounding;
}

/** Values of a side, evenly picked where they are many. */
export function sampleOf(sorted: Float64Array): Float64Array {
  const stride = Math.max(1, Math.floor(sorted.length / SAMPLE));
  return sorted.filter((_value, index) => index % stride === 0);
}

/**
 * Mean bits of finding a row's value, at the digits shown, among the runs: rare agreement counts, common does not. A run
 * explains one row: a setting of many rows that one run happens to have measured is no metric of theirs.
 */
export function agreementBits(sides: MeasuredSides): number {
  return bitsAmong(windowsOf(sides), sides.runs);
}

/** Where a value of the sample is found again, and how many rows are there. */
interface ValueWindow {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

function windowsOf({ sample, rows, rounding }: MeasuredSides): ValueWindow[] {
  return Array.from(sample, (value) => {
    const half = 0.5000001 * unitOf(value, rounding);
    const from = value - half;
    const to = value + half;
    return { from, to, rows: upperBound(rows, to) - lowerBound(rows, from) };
  });
}

function bitsAmong(windows: readonly ValueWindow[], runs: Float64Array): number {
  if (windows.length === 0 || runs.length === 0) return 0;
  let bits = 0;
  for (const { from, to, rows } of windows) {
    const near = upperBound(runs, to) - lowerBound(runs, from);
    if (near > 0) bits += Math.min(1, near / rows) * Math.log2((runs.length + 1) / near);
  }
  return bits / windows.length;
}

/** 1 where both sides spread over the same range, down to 0 where they lie apart. */
export function distributionsOverlap(sample: Float64Array, runs: Float64Array): number {
  if (sample.length < 4 || runs.length < 4) return 1;
  const at = (values: Float64Array, share: number): number => values[Math.floor(share * (values.length - 1))] ?? 0;
  let inside = 0;
  for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    const value = at(sample, share);
    const slack = 0.05 * Math.abs(value);
    if (value >= at(runs, 0.01) - slack && value <= at(runs, 0.99) + slack) inside++;
  }
  return inside / 5;
}

/** Whether run values that were brought to another unit meet the rows' values more often than numbers beside them do. */
export function isFactorTold(sides: MeasuredSides): boolean {
  const windows = windowsOf(sides);
  const beside = BESIDE.map((by) =>
    bitsAmong(
      windows,
      sides.runs.map((value) => value * by),
    ),
  );
  const chance = beside.reduce((sum, bits) => sum + bits, 0) / beside.length;
  return bitsAmong(windows, sides.runs) >= LEAST_BEYOND * chance;
}
