import { mostBits } from '../comparison/comparison.ts';
import type { Comparison } from '../comparison/comparison.ts';

/** So many pairs are remembered, and no more runs are told apart. */
const SLOT_BITS = 18;
const MOST_RUNS = 2 ** 26;

/**
 * Weighs pairs in full only as far as it matters: −Infinity stands for a pair that cannot come above `least`, which
 * most pairs show after one or two comparisons. What a pair weighs, or can weigh at most, is remembered, for the same
 * pairs are asked for by one time after the other.
 */
export function createPairWeigher(
  comparisons: readonly Comparison[],
): (row: number, run: number, least: number) => number {
  const restsByRow = new Map<number, Float64Array>();
  const known = new KnownPairs();
  return (row, run, least) => {
    const slot = known.slotOf(row, run);
    const before = known.most[slot] ?? Infinity;
    if (before < least) return -Infinity;
    if (known.isWhole[slot] === 1) return before;
    let rests = restsByRow.get(row);
    if (rests === undefined) restsByRow.set(row, (rests = restsOf(comparisons, row)));
    let bits = 0;
    for (let at = 0; at < comparisons.length; at++) {
      bits += comparisons[at]?.weigh(row, run) ?? 0;
      const most = bits + (rests[at] ?? 0);
      if (most >= least) continue;
      known.most[slot] = most;
      return -Infinity;
    }
    known.most[slot] = bits;
    known.isWhole[slot] = 1;
    return bits;
  };
}

/** The pairs that were asked for lately, each in a slot of its own; one that falls into the same slot takes its place. */
class KnownPairs {
  /** 0 where a slot is empty. */
  readonly #keys = new Float64Array(2 ** SLOT_BITS);
  /** The most that a pair can weigh. */
  readonly most = new Float64Array(2 ** SLOT_BITS);
  /** 1 where it weighs so much. */
  readonly isWhole = new Uint8Array(2 ** SLOT_BITS);

  slotOf(row: number, run: number): number {
    const key = row * MOST_RUNS + run + 1;
    const slot = (Math.imul(row, 0x9e3779b1) ^ Math.imul(run, 0x85ebca6b)) >>> (32 - SLOT_BITS);
    if (this.#keys[slot] !== key) {
      this.#keys[slot] = key;
      this.most[slot] = Infinity;
      this.isWhole[slot] = 0;
    }
    return slot;
  }
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
