/** Cells of one unit to either side of 0, and how many each doubling of the distance has beyond them. */
const FINE_CELLS = 256;

/**
 * Cells of whole units on both sides of 0, which grow with their distance from it: within 512 units each has its own,
 * further out a cell is 1/256 to 1/512 of its distance wide. A delay of an hour is known to some seconds, one of
 * seconds to a second, and a table of days has some thousand cells in place of a hundred thousand.
 */
export class GrowingCells {
  readonly size: number;
  /** First unit of each cell, ascending; one more for the end. */
  readonly starts: Int32Array;
  readonly #middle: number;
  readonly #reach: number;

  /** @param reach units to either side; what lies beyond falls into the last cell */
  constructor(reach: number) {
    this.#reach = reach;
    this.#middle = rankOf(reach);
    this.size = 2 * this.#middle + 1;
    this.starts = new Int32Array(this.size + 1);
    for (let cell = 0; cell <= this.size; cell++) {
      const rank = cell - this.#middle;
      this.starts[cell] = rank > 0 ? firstOf(rank) : 1 - firstOf(1 - rank);
    }
  }

  /** NaN for NaN. */
  cellOf(unit: number): number {
    const distance = unit < 0 ? -unit : unit;
    // nearly all units that are asked for
    if (distance < 2 * FINE_CELLS && distance <= this.#reach) return this.#middle + unit;
    const rank = rankOf(Math.min(distance, this.#reach));
    return unit < 0 ? this.#middle - rank : this.#middle + rank;
  }

  /** A unit in the middle of the cell. */
  middleOf(cell: number): number {
    return ((this.starts[cell] ?? 0) + (this.starts[cell + 1] ?? 0) - 1) >> 1;
  }
}

function rankOf(distance: number): number {
  if (!(distance >= 2 * FINE_CELLS)) return distance;
  const doublings = 31 - Math.clz32(distance / FINE_CELLS);
  return (distance >>> doublings) + doublings * FINE_CELLS;
}

function firstOf(rank: number): number {
  const doublings = Math.max(0, Math.floor(rank / FINE_CELLS) - 1);
  return (rank - doublings * FINE_CELLS) * 2 ** doublings;
}
