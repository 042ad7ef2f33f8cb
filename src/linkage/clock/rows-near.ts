import { sortedIndexOf, lowerBound } from '../sorted.ts';

/** How many rows stand beside each row, which is asked for again with each window of a width. */
export class RowsNear {
  /** Rows in all, 1 at least. */
  readonly most: number;
  readonly #rowCount: number;
  readonly #sorted: Float64Array;
  /** By distance and row; NaN where it was not asked for yet. */
  readonly #known = new Map<number, Float64Array>();

  constructor(rowSeconds: Float64Array) {
    this.#rowCount = rowSeconds.length;
    this.#sorted = sortedIndexOf(rowSeconds).values;
    this.most = Math.max(1, this.#sorted.length);
  }

  /** Rows within a distance of each row, with NaN for those that `count` has not been asked for. */
  within(distance: number): Float64Array {
    let counts = this.#known.get(distance);
    if (counts === undefined) this.#known.set(distance, (counts = new Float64Array(this.#rowCount).fill(Number.NaN)));
    return counts;
  }

  /** Rows within a distance of one of them; where it is alone there, the share of a row that its gap to the next leaves. */
  count(own: number, distance: number): number {
    const first = lowerBound(this.#sorted, own - distance);
    const end = lowerBound(this.#sorted, own + distance);
    if (end - first > 1) return end - first;
    const before = first === 0 ? -Infinity : (this.#sorted[first - 1] ?? -Infinity);
    return Math.min(1, distance / Math.min(own - before, (this.#sorted[end] ?? Infinity) - own));
  }
}
