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
    const before = known.mostOf(slot);
    if (before < least) return -Infinity;
    if (known.isWhole(slot)) return before;
    let rests = restsByRow.get(row);
    if (rests === undefined) restsByRow.set(row, (rests = restsOf(comparisons, row)));
    let bits = 0;
    for (let at = 0; at < comparisons.length; at++) {
      bits += comparisons[at]?.weigh(row, run) ?? 0;
      const most = bits + (rests[at] ?? 0);
      if (most >= least) continue;
      known.setMost(slot, most);
      return -Infinity;
    }
    known.setWhole(slot, bits);
    return bits;
  };
}

/**
 * The pairs that were asked for lately, each in a slot of its own; one that falls into the same slot takes its place. Runs
 * with numbers side by side are asked for one after the other, and stand so.
 */
class KnownPairs {
  /** By slot: the pair's key, 0 where the slot is empty and negative where the pair was weighed in full; its most bits. */
  readonly #slots = new Float64Array(2 * 2 ** SLOT_BITS);

  slotOf(row: number, run: number): number {
    const key = row * MOST_RUNS + run + 1;
    const slot = 2 * ((Math.imul(row, 0x9e3779b1) + run) & (2 ** SLOT_BITS - 1));
    if (Math.abs(this.#slots[slot] ?? 0) !== key) {
      this.#slots[slot] = key;
      this.#slots[slot + 1] = Infinity;
    }
    return slot;
  }

  /** The most that the pair can weigh. */
  mostOf(slot: number): number {
    return this.#slots[slot + 1] ?? Infinity;
  }

  /** Whether it weighs so much. */
  isWhole(slot: number): boolean {
    return (this.#slots[slot] ?? 0) < 0;
  }

  setMost(slot: number, bits: number): void {
    this.#slots[slot + 1] = bits;
  }

  setWhole(slot: number, bits: number): void {
    this.#slots[slot] = -Math.abs(this.#slots[slot] ?? 0);
    this.#slots[slot + 1] = bits;
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
