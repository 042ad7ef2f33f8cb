import { buildSortedIndex, lowerBound, upperBound } from '../sorted.ts';

/**
 * Density of each record's value among all values of its side, itself left out: a box kernel mixed with a flat floor
 * over the whole range, so that a value in an empty stretch is never infinitely telling.
 *
 * @param halfWidth of the kernel, in units of the values
 * @param flatShare of the floor, 0 to 1
 */
export function backgroundDensity(
  values: Float64Array,
  kernel: { readonly halfWidth: number; readonly flatShare: number; readonly leastRange: number },
): Float64Array {
  const sorted = buildSortedIndex(values).values;
  const size = sorted.length;
  const range = Math.max((sorted[size - 1] ?? 0) - (sorted[0] ?? 0), kernel.leastRange);
  const flat = kernel.flatShare / range;
  return values.map((value) => {
    if (Number.isNaN(value)) return Number.NaN;
    const near = upperBound(sorted, value + kernel.halfWidth) - lowerBound(sorted, value - kernel.halfWidth) - 1;
    const local = size > 1 ? near / ((size - 1) * 2 * kernel.halfWidth) : 0;
    return (1 - kernel.flatShare) * local + flat;
  });
}

export function rangeOf(values: Float64Array): number {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most >= least ? most - least : 0;
}
