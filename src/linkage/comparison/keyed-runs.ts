/** Bits that a key may have so that key and position fit into a double together, for up to two million runs. */
const KEY_BITS = 32;
const DOUBLE_BITS = 53;

/**
 * Runs by a key of 32 bits, in eight bytes a run: two columns, sorted by key. A map with a list for each key takes more
 * than ten times as much.
 */
export class KeyedRuns {
  readonly #keys: Uint32Array;
  readonly #runs: Int32Array;
  /** Lowest bits of a key that are given up where runs are too many. Keys that are then alike only widen a list. */
  readonly #lost: number;

  /** @param keyOf an unsigned integer of 32 bits for a run */
  constructor(runs: Int32Array, keyOf: (run: number) => number) {
    const bits = Math.ceil(Math.log2(Math.max(2, runs.length)));
    const span = 2 ** bits;
    this.#lost = Math.max(0, bits + KEY_BITS - DOUBLE_BITS);
    // each key and the run's position in one double: numbers are sorted many times faster than records by their numbers
    const entries = new Float64Array(runs.length);
    for (let at = 0; at < runs.length; at++) entries[at] = (keyOf(runs[at] ?? 0) >>> this.#lost) * span + at;
    entries.sort();
    this.#keys = new Uint32Array(runs.length);
    this.#runs = new Int32Array(runs.length);
    for (let at = 0; at < runs.length; at++) {
      const entry = entries[at] ?? 0;
      const key = Math.floor(entry / span);
      this.#keys[at] = key;
      this.#runs[at] = runs[entry - key * span] ?? 0;
    }
  }

  /** Position of a key's first run; that of its last one is before `startOf` the next key. */
  startOf(key: number): number {
    return this.#position(key >>> this.#lost);
  }

  endOf(key: number): number {
    return this.#position((key >>> this.#lost) + 1);
  }

  runAt(position: number): number {
    return this.#runs[position] ?? 0;
  }

  /** Of the first run whose key is not below one. */
  #position(key: number): number {
    const keys = this.#keys;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
