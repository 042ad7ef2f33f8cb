import { buildSortedIndex, lowerBound } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';

/** Values that are looked at. */
const MOST_VALUES = 300;
/** A value is held against itself at these factors: far enough to be another one, near enough to lie as thick among runs. */
const BESIDE = [0.9, 0.92, 0.94, 0.96, 1.04, 1.06, 1.08, 1.1] as const;

/** Bits by which durations lie nearer to the lengths of runs than numbers of the same size do. */
export type LengthGain = (seconds: Float64Array) => number;

/**
 * How much nearer than chance a column's values lie to the runs' lengths. No pairs are needed: 447.3 s finds a run of
 * 447.4 s, and 429 s or 465 s finds none so near.
 */
export function createLengthGain(lengths: Float64Array): LengthGain {
  const runs = sortedAboveZero(lengths);
  return (seconds) => {
    const asked = thinOut([...new Set(sortedAboveZero(seconds))], MOST_VALUES);
    if (asked.length === 0 || runs.length === 0) return 0;
    const nearer = asked.filter((value) => {
      const gap = gapTo(runs, value);
      return BESIDE.every((factor) => gap < gapTo(runs, value * factor));
    });
    const chance = 1 / (BESIDE.length + 1);
    const share = (nearer.length + chance) / (asked.length + 1);
    if (share <= chance) return 0;
    const bits = share * Math.log2(share / chance) + (1 - share) * Math.log2((1 - share) / (1 - chance));
    return bits * asked.length;
  };
}

function sortedAboveZero(values: Float64Array): Float64Array {
  return buildSortedIndex(values.map((value) => (value > 0 ? value : Number.NaN))).values;
}

/** To the nearest of the runs, relative to the value. */
function gapTo(sorted: Float64Array, value: number): number {
  const at = lowerBound(sorted, value);
  const gapOf = (other: number | undefined): number => (other === undefined ? Infinity : Math.abs(other - value));
  return Math.min(gapOf(sorted[at]), gapOf(sorted[at - 1])) / value;
}
