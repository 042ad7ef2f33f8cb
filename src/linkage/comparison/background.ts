import { sortedIndexOf } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';

/**
 * Density of each record's value among all values of its side, itself left out: a box kernel mixed with a flat floor
 * over the whole range, so that a value in an empty stretch is never infinitely telling.
 *
 * @param halfWidth of the kernel, in units of the values
 * @param flatShare of the floor, 0 to 1
 */
export function backgroundDensity(values: Float64Array, kernel: BoxKernel): Float64Array {
  return densityAmong(sortedIndexOf(values), values.length, kernel);
}

interface BoxKernel {
  readonly halfWidth: number;
  readonly flatShare: number;
  readonly leastRange: number;
}

/** One sweep over the sorted values: the ends of the kernel's box only ever move up. */
function densityAmong({ values, records }: SortedIndex, recordCount: number, kernel: BoxKernel): Float64Array {
  const densities = new Float64Array(recordCount).fill(Number.NaN);
  const size = values.length;
  const range = Math.max((values[size - 1] ?? 0) - (values[0] ?? 0), kernel.leastRange);
  const flat = kernel.flatShare / range;
  let first = 0;
  let end = 0;
  for (let at = 0; at < size; at++) {
    const value = values[at] ?? 0;
    while ((values[first] ?? 0) < value - kernel.halfWidth) first++;
    while (end < size && (values[end] ?? 0) <= value + kernel.halfWidth) end++;
    const near = end - first - 1;
    const local = size > 1 ? near / ((size - 1) * 2 * kernel.halfWidth) : 0;
    densities[records[at] ?? 0] = (1 - kernel.flatShare) * local + flat;
  }
  return densities;
}

const EM_ROUNDS = 30;
/** The shares have settled when none moves by more than this. */
const SETTLED = 1e-4;
const MOST_SAMPLES = 1000;

/**
 * The same with kernels of several half-widths at once, whose shares are learned on the leave-one-out densities: values
 * that come in bursts raise the density inside a burst, evenly spread ones do not.
 */
export function burstyDensity(
  values: Float64Array,
  kernels: { readonly halfWidths: readonly number[]; readonly flatShare: number; readonly leastRange: number },
): Float64Array {
  const sorted = sortedIndexOf(values);
  const parts = kernels.halfWidths.map((halfWidth) =>
    densityAmong(sorted, values.length, { halfWidth, flatShare: 0, leastRange: kernels.leastRange }),
  );
  const flat = kernels.flatShare / Math.max(rangeOf(values), kernels.leastRange);
  const shares = new Float64Array(parts.length).fill((1 - kernels.flatShare) / parts.length);
  const sample = sampleOf(values);
  for (let round = 0; round < EM_ROUNDS; round++) {
    const counts = countParts({ parts, shares, flat }, sample);
    const total = counts.reduce((sum, count) => sum + count, 0);
    let moved = 0;
    for (let at = 0; at < parts.length; at++) {
      const share = ((1 - kernels.flatShare) * (counts[at] ?? 0)) / total;
      moved = Math.max(moved, Math.abs(share - (shares[at] ?? 0)));
      shares[at] = share;
    }
    if (moved < SETTLED) break;
  }
  return values.map((value, record) => (Number.isNaN(value) ? Number.NaN : densityAt({ parts, shares, flat }, record)));
}

interface Mixture {
  /** Density of each record's value under each kernel. */
  readonly parts: readonly Float64Array[];
  readonly shares: Float64Array;
  readonly flat: number;
}

function densityAt({ parts, shares, flat }: Mixture, record: number): number {
  let sum = flat;
  for (let at = 0; at < parts.length; at++) sum += (shares[at] ?? 0) * (parts[at]?.[record] ?? 0);
  return sum;
}

/** How much of the sample each kernel explains, and one record more. */
function countParts(mixture: Mixture, sample: Int32Array): Float64Array {
  const { parts, shares } = mixture;
  const counts = new Float64Array(parts.length).fill(1);
  for (let at = 0; at < sample.length; at++) {
    const record = sample[at] ?? 0;
    const all = densityAt(mixture, record);
    for (let part = 0; part < parts.length; part++) {
      counts[part] = (counts[part] ?? 0) + ((shares[part] ?? 0) * (parts[part]?.[record] ?? 0)) / all;
    }
  }
  return counts;
}

/** Records with a value, evenly picked where they are many. */
function sampleOf(values: Float64Array): Int32Array {
  const records: number[] = [];
  for (let record = 0; record < values.length; record++) {
    if (!Number.isNaN(values[record] ?? Number.NaN)) records.push(record);
  }
  return Int32Array.from(thinOut(records, MOST_SAMPLES));
}

export function rangeOf(values: Float64Array): number {
  let least = Infinity;
  let most = -Infinity;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most >= least ? most - least : 0;
}
