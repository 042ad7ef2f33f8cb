import type { Comparison } from './comparison/comparison.ts';

/**
 * Weighs pairs in full only as far as it matters: −Infinity stands for a pair that cannot come above `least`, which
 * most pairs show after one or two comparisons. Pairs that were weighed in full are remembered, row by row.
 */
export function createPairWeigher(
  comparisons: readonly Comparison[],
): (row: number, run: number, least: number) => number {
  const rows = new Map<number, KnownRow>();
  return (row, run, least) => {
    let known = rows.get(row);
    if (known === undefined) rows.set(row, (known = { rests: restsOf(comparisons, row), bits: new Map() }));
    const before = known.bits.get(run);
    if (before !== undefined) return before;
    let bits = 0;
    for (let at = 0; at < comparisons.length; at++) {
      bits += comparisons[at]?.weigh(row, run) ?? 0;
      if (bits + (known.rests[at] ?? 0) < least) return -Infinity;
    }
    known.bits.set(run, bits);
    return bits;
  };
}

interface KnownRow {
  /** The most that the comparisons after each one can still add. */
  readonly rests: Float64Array;
  /** By run. */
  readonly bits: Map<number, number>;
}

function restsOf(comparisons: readonly Comparison[], row: number): Float64Array {
  const rests = new Float64Array(comparisons.length);
  for (let at = comparisons.length - 1; at > 0; at--) {
    const comparison = comparisons[at];
    const most = comparison === undefined ? 0 : mostBits(comparison, row);
    rests[at - 1] = (rests[at] ?? 0) + most;
  }
  return rests;
}

/** The most bits that a comparison gives any run beside the row. */
function mostBits(comparison: Comparison, row: number): number {
  return Math.max(0, comparison.most?.(row) ?? comparison.steps(row)[0]?.bound ?? 0);
}
