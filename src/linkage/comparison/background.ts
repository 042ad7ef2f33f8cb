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

const EM_ROUNDS = 30;
const MOST_SAMPLES = 3000;

/**
 * The same with kernels of several half-widths at once, whose shares are learned on the leave-one-out densities: values
 * that come in bursts raise the density inside a burst, evenly spread ones do not.
 */
export function burstyDensity(
  values: Float64Array,
  kernels: { readonly halfWidths: readonly number[]; readonly flatShare: number; readonly leastRange: number },
): Float64Array {
  const parts = kernels.halfWidths.map((halfWidth) =>
    backgroundDensity(values, { halfWidth, flatShare: 0, leastRange: kernels.leastRange }),
  );
  const flat = 1 / Math.max(rangeOf(values), kernels.leastRange);
  const records = Array.from(values.keys()).filter((record) => !Number.isNaN(values[record] ?? Number.NaN));
  const stride = Math.ceil(records.length / MOST_SAMPLES);
  const sample = records.filter((_record, at) => at % stride === 0);
  let shares = parts.map(() => (1 - kernels.flatShare) / parts.length);
  const mixtureAt = (record: number): number => {
    let sum = kernels.flatShare * flat;
    for (let at = 0; at < parts.length; at++) sum += (shares[at] ?? 0) * (parts[at]?.[record] ?? 0);
    return sum;
  };
  for (let round = 0; round < EM_ROUNDS; round++) {
    const counts = parts.map(() => 1);
    for (const record of sample) {
      const all = mixtureAt(record);
      for (let at = 0; at < parts.length; at++) {
        counts[at] = (counts[at] ?? 0) + ((shares[at] ?? 0) * (parts[at]?.[record] ?? 0)) / all;
      }
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    shares = counts.map((count) => ((1 - kernels.flatShare) * count) / total);
  }
  return values.map((value, record) => (Number.isNaN(value) ? Number.NaN : mixtureAt(record)));
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
