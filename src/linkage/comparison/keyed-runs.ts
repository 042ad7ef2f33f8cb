/** Bits that a key may have so that key and position fit into a double together, for up to two million runs. */
const KEY_BITS = 32;
const DOUBLE_BITS = 53;

/**
 * Runs by a key of 32 bits, in eight bytes a run: each key and the run's position in one double, sorted. A map with a
 * list for each key takes more than ten times as much.
 */
export class KeyedRuns {
  readonly #runs: Int32Array;
  readonly #entries: Float64Array;
  readonly #span: number;
  /** Lowest bits of a key that are given up where runs are too many. Keys that are then alike only widen a list. */
  readonly #lost: number;

  /** @param keyOf an unsigned integer of 32 bits for a run */
  constructor(runs: Int32Array, keyOf: (run: number) => number) {
    const bits = Math.ceil(Math.log2(Math.max(2, runs.length)));
    this.#runs = runs;
    this.#span = 2 ** bits;
    this.#lost = Math.max(0, bits + KEY_BITS - DOUBLE_BITS);
    this.#entries = new Float64Array(runs.length);
    for (let at = 0; at < runs.length; at++) {
      this.#entries[at] = (keyOf(runs[at] ?? 0) >>> this.#lost) * this.#span + at;
    }
    this.#entries.sort();
  }

  /** Position of a key's first run; that of its last one is before `startOf` the next key. */
  startOf(key: number): number {
    return this.#position((key >>> this.#lost) * this.#span);
  }

  endOf(key: number): number {
    return this.#position(((key >>> this.#lost) + 1) * this.#span);
  }

  runAt(position: number): number {
    return this.#runs[(this.#entries[position] ?? 0) % this.#span] ?? 0;
  }

  #position(entry: number): number {
    const entries = this.#entries;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle] ?? 0) < entry) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
