import { ColumnChain } from './column-chain.ts';
import type { ShareColumns } from './share-columns.ts';

/** Bytes spent on counts by row and set of columns. */
const TABLE_BUDGET = 100_000_000;

/**
 * How rare a row's combination of settings is among the registry's other rows. Dependent settings (all runs of a sweep
 * share task, method and batch size) are counted together, so that what repeats another setting adds nothing.
 */
export class SettingShares {
  readonly #columns: ShareColumns;
  readonly #chain: ColumnChain;
  /** log2 share of all that a row says: the least that any part of it can have. */
  readonly #least: Float64Array;
  readonly #counts = new Map<number, Int32Array>();
  readonly #mostCounts: number;

  constructor(columns: ShareColumns, rowCount: number, rowSeconds: Float64Array | null) {
    this.#columns = columns;
    this.#mostCounts = Math.max(64, Math.floor(TABLE_BUDGET / (4 * Math.max(1, rowCount))));
    this.#chain = new ColumnChain(columns.codes, { rowCount, rowSeconds, tableBudget: TABLE_BUDGET });
    this.#least = new Float64Array(rowCount).fill(Number.NaN);
  }

  /** log2 of the share of rows that have the row's values on exactly the masked fields. */
  log2Share(row: number, mask: number): number {
    return this.#chain.log2Share(row, this.#columnsOf(mask), this.#leastOf(row));
  }

  /** At least −log2Share for every mask within this one. */
  mostBits(row: number, mask: number): number {
    const columns = this.#columnsOf(mask) & this.#chain.columnsOfRow(row);
    if (columns === 0) return 0;
    const others = (this.#countsOf(columns)?.[row] ?? 1) - 1;
    const least = this.#leastOf(row);
    return -Math.min(0, Math.max(least, Math.log2(this.#chain.shareBySeen(others, 2 ** least))));
  }

  #leastOf(row: number): number {
    let least = this.#least[row] ?? 0;
    if (Number.isNaN(least)) {
      this.#least[row] = least = this.#chain.log2Share(row, this.#chain.columnsOfRow(row));
    }
    return least;
  }

  #columnsOf(mask: number): number {
    const { ofField } = this.#columns;
    let columns = 0;
    for (let at = 0; at < ofField.length; at++) if ((mask & (1 << at)) !== 0) columns |= ofField[at] ?? 0;
    return columns;
  }

  /** Rows alike on the columns, by row; null where the budget is spent. */
  #countsOf(columns: number): Int32Array | null {
    let counts = this.#counts.get(columns);
    if (counts === undefined) {
      if (this.#counts.size >= this.#mostCounts) return null;
      this.#counts.set(columns, (counts = this.#chain.countAlike(columns)));
    }
    return counts;
  }
}
