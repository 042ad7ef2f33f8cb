import type { PairedField } from '../pairing/pairing.ts';
import { buildNeighbourShares } from './neighbour-shares.ts';
import type { NeighbourShares } from './neighbour-shares.ts';
import { maskOf } from './setting-index.ts';

interface ShareTable {
  readonly mask: number;
  /** Rows with the same values, by row; 0 where the row lacks one of the fields. */
  readonly counts: Int32Array;
  readonly log2Total: number;
  readonly log2Once: number;
}

/** Bits by which a share that is mixed with its neighbours' may stand above one that is not. */
const MIX_SLACK = 0.002;
/** Bytes spent on counts by row and mask. */
const TABLE_BUDGET = 100_000_000;

/**
 * How rare a row's combination of settings is among the registry's rows. Dependent settings (all runs of a sweep share
 * task, method and batch size) are counted together, so that what repeats another setting adds nothing.
 */
export class SettingShares {
  readonly #rowCodes: readonly Int32Array[];
  readonly #rowCount: number;
  readonly #rowMasks: Int32Array;
  readonly #neighbours: NeighbourShares;
  readonly #tables = new Map<number, ShareTable>();
  readonly #mostTables: number;
  readonly #onceOfAll: number;

  constructor(fields: readonly PairedField[], rowCount: number, rowSeconds: Float64Array | null) {
    this.#rowCodes = fields.map((field) => field.rowCodes);
    this.#rowCount = rowCount;
    this.#mostTables = Math.max(64, Math.floor(TABLE_BUDGET / (4 * Math.max(1, rowCount))));
    this.#rowMasks = Int32Array.from({ length: rowCount }, (_item, row) => maskOf(this.#rowCodes, row));
    this.#onceOfAll = buildTable(this.#rowCodes, this.#rowMasks, 2 ** fields.length - 1).log2Once;
    this.#neighbours = buildNeighbourShares(fields, this.#rowMasks, rowSeconds);
  }

  /** log2 of the share of rows that have the row's values on exactly the masked fields. */
  log2Share(row: number, mask: number): number {
    const table = this.#tableFor(mask & (this.#rowMasks[row] ?? 0));
    if (table === null) return 0;
    const count = table.counts[row] ?? 1;
    return this.#neighbours.mix((count <= 1 ? table.log2Once : Math.log2(count)) - table.log2Total, row, mask);
  }

  /** At least −log2Share for every mask within this one. */
  mostBits(row: number, mask: number): number {
    const own = mask & (this.#rowMasks[row] ?? 0);
    if (own === 0) return 0;
    // a table of fewer fields in its place counts more rows than another mask within this one may have
    const found = this.#tableFor(own);
    const count = found?.mask === own ? (found.counts[row] ?? 0) : 0;
    const least = (count <= 1 ? this.#onceOfAll : Math.log2(count)) - Math.log2(Math.max(1, this.#rowCount));
    return MIX_SLACK - this.#neighbours.mix(least, row, own);
  }

  /** Where the budget is spent, the least telling fields (the last ones) are left out: never too many bits. */
  #tableFor(mask: number): ShareTable | null {
    for (let within = mask; within !== 0; within &= ~(1 << (31 - Math.clz32(within)))) {
      const known = this.#tables.get(within);
      if (known !== undefined) return known;
      if (this.#tables.size >= this.#mostTables) continue;
      const table = buildTable(this.#rowCodes, this.#rowMasks, within);
      const floored = { ...table, log2Once: Math.max(table.log2Once, this.#onceOfAll) };
      this.#tables.set(within, floored);
      return floored;
    }
    return null;
  }
}

function buildTable(rowCodes: readonly Int32Array[], rowMasks: Int32Array, mask: number): ShareTable {
  const rowCount = rowMasks.length;
  const groups = new Int32Array(rowCount).fill(-1);
  const groupsByHash = new Map<number, number>();
  const sizes: number[] = [];
  let total = 0;
  for (let row = 0; row < rowCount; row++) {
    if (((rowMasks[row] ?? 0) & mask) !== mask) continue;
    const hash = hashOf(rowCodes, row, mask);
    let group = groupsByHash.get(hash);
    if (group === undefined) groupsByHash.set(hash, (group = sizes.push(0) - 1));
    groups[row] = group;
    sizes[group] = (sizes[group] ?? 0) + 1;
    total++;
  }
  const counts = groups.map((group) => sizes[group] ?? 0);
  return { mask, counts, log2Total: Math.log2(Math.max(1, total)), log2Once: Math.log2(onceCount(sizes)) };
}

/** Good–Turing: what a combination that was seen once really counts, from how many were seen once and twice. */
function onceCount(sizes: readonly number[]): number {
  const once = sizes.filter((size) => size === 1).length;
  const twice = sizes.filter((size) => size === 2).length;
  return Math.min(1, (2 * (twice + 1)) / (once + 1));
}

/** A hash of a record's codes of the masked fields, exact to 53 bits. A collision only raises a count. */
function hashOf(codes: readonly Int32Array[], record: number, mask: number): number {
  let low = 0x811c9dc5;
  let high = 0x1234567;
  for (let index = 0; index < codes.length; index++) {
    if ((mask & (1 << index)) === 0) continue;
    const code = (codes[index]?.[record] ?? -1) + 7;
    low = Math.imul(low ^ code, 0x01000193) ^ (code >>> 7);
    high = Math.imul(high ^ (code + index), 0x85ebca6b) ^ (high >>> 13);
  }
  return (low >>> 0) * 2 ** 21 + ((high >>> 0) & 0x1fffff);
}
