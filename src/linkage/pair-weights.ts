import type { Comparison } from './comparison/comparison.ts';

/**
 * Weighs pairs in full only as far as it matters: −Infinity stands for a pair that cannot come above `least`, which
 * most pairs show after one or two comparisons. What a pair weighs, or can weigh at most, is remembered row by row, for the
 * same pairs are asked for by one time after the other.
 */
export function createPairWeigher(
  comparisons: readonly Comparison[],
): (row: number, run: number, least: number) => number {
  const rows = new Map<number, KnownRow>();
  return (row, run, least) => {
    let known = rows.get(row);
    if (known === undefined)
      rows.set(row, (known = { rests: restsOf(comparisons, row), most: new Map(), whole: new Set() }));
    const before = known.most.get(run) ?? Infinity;
    if (before < least) return -Infinity;
    if (known.whole.has(run)) return before;
    let bits = 0;
    for (let at = 0; at < comparisons.length; at++) {
      bits += comparisons[at]?.weigh(row, run) ?? 0;
      const most = bits + (known.rests[at] ?? 0);
      if (most >= least) continue;
      known.most.set(run, most);
      return -Infinity;
    }
    known.most.set(run, bits);
    known.whole.add(run);
    return bits;
  };
}

interface KnownRow {
  /** The most that the comparisons after each one can still add. */
  readonly rests: Float64Array;
  /** The most that a pair can weigh, by run. */
  readonly most: Map<number, number>;
  /** Runs of the pairs that weigh so much. */
  readonly whole: Set<number>;
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
