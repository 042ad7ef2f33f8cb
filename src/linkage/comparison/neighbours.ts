import { sortedIndexOf } from '../sorted.ts';

/** Neighbours on each side. */
const REACH = 4;
/** Places that each row has for its neighbours. */
const PLACES = 2 * REACH;
/** Stands for what nobody has asked for yet. */
const UNKNOWN = -1;

/**
 * The rows that started just before and after each row. They tend to have the same settings: batches, relaunch loops,
 * sweeps in order. A row without a run then agrees with the runs of its neighbours in settings and time at once.
 */
export class Neighbours {
  readonly #codes: readonly Int32Array[];
  /** Row by row; −1 where a row has fewer. */
  readonly #rows: Int32Array;
  /** By row and neighbour, the columns that both have and that say the same, as bits. */
  readonly #alike: Int32Array;

  /** @param codes columns of codes by row, −1 being missing */
  constructor(rowSeconds: Float64Array, codes: readonly Int32Array[]) {
    this.#codes = codes;
    this.#rows = findNeighbours(rowSeconds);
    this.#alike = new Int32Array(this.#rows.length).fill(UNKNOWN);
  }

  /**
   * Share of the row's neighbours that agree with it on the columns before which agree on this one too; NaN where there
   * are none. Those that lack this column do not count.
   */
  shareAlike({ row, at, prefix }: { readonly row: number; readonly at: number; readonly prefix: number }): number {
    let before = 0;
    let both = 0;
    for (let place = PLACES * row; place < PLACES * (row + 1); place++) {
      const other = this.#rows[place] ?? -1;
      if (other < 0 || (this.#codes[at]?.[other] ?? -1) === -1) continue;
      const alike = this.#alikeAt(row, place);
      if ((alike & prefix) !== prefix) continue;
      before++;
      if ((alike & (1 << at)) !== 0) both++;
    }
    return before === 0 ? Number.NaN : both / before;
  }

  #alikeAt(row: number, place: number): number {
    let alike = this.#alike[place] ?? UNKNOWN;
    if (alike === UNKNOWN) this.#alike[place] = alike = this.#compare(row, this.#rows[place] ?? 0);
    return alike;
  }

  #compare(row: number, other: number): number {
    let alike = 0;
    for (let at = 0; at < this.#codes.length; at++) {
      const own = this.#codes[at]?.[row] ?? -1;
      if (own !== -1 && own === this.#codes[at]?.[other]) alike |= 1 << at;
    }
    return alike;
  }
}

function findNeighbours(rowSeconds: Float64Array): Int32Array {
  const { records } = sortedIndexOf(rowSeconds);
  const neighbours = new Int32Array(PLACES * rowSeconds.length).fill(-1);
  for (let at = 0; at < records.length; at++) {
    let place = PLACES * (records[at] ?? 0);
    for (let other = Math.max(0, at - REACH); other <= Math.min(records.length - 1, at + REACH); other++) {
      if (other !== at) neighbours[place++] = records[other] ?? 0;
    }
  }
  return neighbours;
}
