import { learnCountShape } from './count-shape.ts';
import { findNeighbours } from './neighbours.ts';
import { PairBackoff } from './pair-backoff.ts';
import { maskOf } from './setting-index.ts';

export interface ChainOptions {
  readonly rowCount: number;
  /** By which rows stand beside each other in time; null where they have no times. */
  readonly rowSeconds: Float64Array | null;
  /** Bytes for counts. */
  readonly tableBudget: number;
}

/** Rows alike on a set of columns, and on all of them but the last: by row, among the rows that have all of them. */
interface StepTable {
  readonly groups: Int32Array;
  readonly alike: Int32Array;
  readonly before: Int32Array;
}

/** Pseudo-rows for and against a column that goes its own way, and for and against neighbours that repeat. */
const PRIOR = { free: 1, bound: 3 } as const;
const EM_ROUNDS = 30;
/** Rows, and patterns of missing cells, that teach how columns depend on each other. */
const MOST_LEARNED = 3000;
const MOST_PATTERNS = 8;
const CODES = 2 ** 22;

/**
 * P(a row's values | any other row), column after column: each given the columns before it. Where other rows agree on
 * those, their shares tell; how far a column goes its own way instead (a seed, a machine) is learned by leaving each row
 * out, and believed only as far as rows that agree on all before it show it. A column that has no such witness counts as
 * given by the others. Rows that stand beside each other in time tend to repeat each other, which is learned likewise.
 */
export class ColumnChain {
  readonly #codes: readonly Int32Array[];
  readonly #options: ChainOptions;
  readonly #rowMasks: Int32Array;
  readonly #backoff: PairBackoff;
  readonly #neighbours: readonly (readonly number[])[] | null;
  readonly #tables = new Map<number, StepTable>();
  readonly #mostTables: number;
  /** By column: P(it goes its own way), and P(it repeats a neighbour). */
  readonly #free: Float64Array;
  readonly #local: Float64Array;
  /** How far counts of rows alike can be explained by the columns' own shares. */
  #countShape = 0;

  constructor(codes: readonly Int32Array[], options: ChainOptions) {
    this.#codes = codes;
    this.#options = options;
    this.#mostTables = Math.max(64, Math.floor(options.tableBudget / (12 * Math.max(1, options.rowCount))));
    this.#rowMasks = Int32Array.from({ length: options.rowCount }, (_item, row) => maskOf(codes, row));
    this.#backoff = new PairBackoff(codes);
    this.#neighbours = options.rowSeconds === null ? null : findNeighbours(options.rowSeconds);
    this.#free = new Float64Array(codes.length).fill(PRIOR.free / (PRIOR.free + PRIOR.bound));
    this.#local = new Float64Array(codes.length);
    this.#learn();
  }

  columnsOfRow(row: number): number {
    return this.#rowMasks[row] ?? 0;
  }

  /**
   * What the columns say of each other, and at least what counting the rows that are alike says: one other row alike is
   * one observation of a share that the columns expect to be small.
   *
   * @param least log2 of a share below which none is believed
   */
  log2Share(row: number, columns: number, least = -Infinity): number {
    const { log2Product, alike } = this.#product(row, columns);
    const expected = Math.max(least, log2Product);
    return Math.min(0, Math.max(expected, Math.log2(this.shareBySeen(alike - 1, 2 ** expected))));
  }

  /**
   * Share of the rows after so many others alike were seen where the columns let expect another share: the mean of a
   * gamma distribution round that. It grows with both.
   */
  shareBySeen(others: number, expected: number): number {
    const shape = this.#countShape;
    return (Math.max(0, others) + shape) / (Math.max(1, this.#options.rowCount - 1) + shape / expected);
  }

  #product(row: number, columns: number): { readonly log2Product: number; readonly alike: number } {
    let sum = 0;
    let prefix = 0;
    let alike = this.#options.rowCount;
    for (let at = 0; at < this.#codes.length; at++) {
      if ((columns & (1 << at)) === 0) continue;
      const table = this.#tableFor(prefix, at);
      // where the budget is spent a column adds nothing: never too many bits
      if (table === null) continue;
      sum += Math.log2(this.#factor({ row, at, prefix }, table));
      alike = table.alike[row] ?? 1;
      prefix |= 1 << at;
    }
    return { log2Product: sum, alike };
  }

  /** Rows alike on the columns, by row, itself included; 0 where it lacks one of them. */
  countAlike(columns: number): Int32Array {
    let groups: Int32Array = new Int32Array(this.#options.rowCount);
    for (let at = 0; at < this.#codes.length; at++) {
      if ((columns & (1 << at)) !== 0) groups = refineGroups(groups, this.#codes[at] ?? groups);
    }
    return sizesOf(groups);
  }

  #factor(step: Step, table: StepTable): number {
    const global = this.#globalFactor(step, table);
    const share = this.#local[step.at] ?? 0;
    const local = share > 0 ? this.#localShare(step) : Number.NaN;
    return Number.isNaN(local) ? global : share * local + (1 - share) * global;
  }

  #globalFactor({ row, at, prefix }: Step, table: StepTable): number {
    if (prefix === 0) return this.#backoff.shareAlone(row, at);
    const free = this.#free[at] ?? 0;
    return free * this.#backoff.share(row, at, prefix) + (1 - free) * boundShare(table, row);
  }

  /** Share of the neighbours that agree on the columns before which agree on this one too; NaN where there are none. */
  #localShare({ row, at, prefix }: Step): number {
    let before = 0;
    let both = 0;
    const needed = prefix | (1 << at);
    for (const other of this.#neighbours?.[row] ?? []) {
      if (((this.#rowMasks[other] ?? 0) & needed) !== needed || !this.#agrees(row, other, prefix)) continue;
      before++;
      if (this.#codes[at]?.[row] === this.#codes[at]?.[other]) both++;
    }
    return before === 0 ? Number.NaN : both / before;
  }

  #agrees(row: number, other: number, columns: number): boolean {
    for (let at = 0; at < this.#codes.length; at++) {
      if ((columns & (1 << at)) !== 0 && this.#codes[at]?.[row] !== this.#codes[at]?.[other]) return false;
    }
    return true;
  }

  #tableFor(prefix: number, at: number): StepTable | null {
    const columns = prefix | (1 << at);
    const known = this.#tables.get(columns);
    if (known !== undefined) return known;
    if (this.#tables.size >= this.#mostTables) return null;
    const from = prefix === 0 ? new Int32Array(this.#options.rowCount) : this.#tables.get(prefix)?.groups;
    if (from === undefined) return null;
    const table = buildStep(from, this.#codes[at] ?? from);
    this.#tables.set(columns, table);
    return table;
  }

  #learn(): void {
    const rows = this.#learningRows();
    for (let at = 0; at < this.#codes.length; at++) {
      const steps = rows.flatMap((row) => this.#stepOf(row, at) ?? []);
      this.#free[at] = this.#learnFree(steps);
      if (this.#neighbours !== null) this.#local[at] = this.#learnLocal(steps);
    }
    const others = Math.max(1, this.#options.rowCount - 1);
    this.#countShape = learnCountShape(
      rows.map((row) => {
        const { log2Product, alike } = this.#product(row, this.#rowMasks[row] ?? 0);
        return { count: Math.max(0, alike - 1), mean: others * 2 ** log2Product };
      }),
    );
  }

  /** Rows of the commonest patterns of missing cells, so that few tables are needed. */
  #learningRows(): number[] {
    const counts = new Map<number, number>();
    for (const mask of this.#rowMasks) counts.set(mask, (counts.get(mask) ?? 0) + 1);
    const common = [...counts].toSorted(([a, x], [b, y]) => y - x || a - b).slice(0, MOST_PATTERNS);
    const patterns = new Set(common.map(([mask]) => mask));
    const rows = Array.from(this.#rowMasks.keys()).filter((row) => patterns.has(this.#rowMasks[row] ?? 0));
    const stride = Math.ceil(rows.length / MOST_LEARNED);
    return rows.filter((_row, index) => index % stride === 0);
  }

  #stepOf(row: number, at: number): (Step & { readonly table: StepTable }) | null {
    const own = this.#rowMasks[row] ?? 0;
    if ((own & (1 << at)) === 0) return null;
    let prefix = 0;
    for (let before = 0; before < at; before++) {
      if ((own & (1 << before)) !== 0 && this.#tableFor(prefix, before) !== null) prefix |= 1 << before;
    }
    const table = this.#tableFor(prefix, at);
    return table === null ? null : { row, at, prefix, table };
  }

  /** EM on what the other rows that agree on all columns before say of this one. */
  #learnFree(steps: readonly (Step & { readonly table: StepTable })[]): number {
    const seen = steps.filter(({ row, prefix, table }) => prefix !== 0 && (table.before[row] ?? 0) > 1);
    const pairs = seen.map(({ row, at, prefix, table }): [number, number] => [
      this.#backoff.share(row, at, prefix),
      boundShare(table, row),
    ]);
    return mixtureShare(pairs);
  }

  #learnLocal(steps: readonly (Step & { readonly table: StepTable })[]): number {
    const pairs = steps.flatMap((step): [number, number][] => {
      const local = this.#localShare(step);
      return Number.isNaN(local) ? [] : [[local, this.#globalFactor(step, step.table)]];
    });
    return mixtureShare(pairs);
  }
}

interface Step {
  readonly row: number;
  readonly at: number;
  /** Columns before, as bits. */
  readonly prefix: number;
}

/** Share of the rows alike before that are alike here too, itself left out; 1 where it stands alone. */
function boundShare({ alike, before }: StepTable, row: number): number {
  const others = (before[row] ?? 1) - 1;
  return others <= 0 ? 1 : ((alike[row] ?? 1) - 1) / others;
}

/** EM for the share of the first of two explanations. */
function mixtureShare(pairs: readonly (readonly [first: number, second: number])[]): number {
  let share = PRIOR.free / (PRIOR.free + PRIOR.bound);
  for (let round = 0; round < EM_ROUNDS; round++) {
    let mass: number = PRIOR.free;
    for (const [first, second] of pairs) {
      const own = share * first;
      if (own > 0) mass += own / (own + (1 - share) * second);
    }
    share = mass / (pairs.length + PRIOR.free + PRIOR.bound);
  }
  return share;
}

function buildStep(from: Int32Array, codes: Int32Array): StepTable {
  const inBoth = from.map((group, row) => ((codes[row] ?? -1) < 0 ? -1 : group));
  const groups = refineGroups(from, codes);
  return { groups, alike: sizesOf(groups), before: sizesOf(inBoth) };
}

/** Splits groups by a column's values; rows without one leave. */
function refineGroups(from: Int32Array, codes: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return from.map((group, row) => {
    const code = codes[row] ?? -1;
    if (group < 0 || code < 0) return -1;
    const key = group * CODES + code;
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = numbers.size));
    return number;
  });
}

/** Size of each row's group; 0 for rows in none. */
function sizesOf(groups: Int32Array): Int32Array {
  const sizes = new Int32Array(groups.length);
  for (const group of groups) if (group >= 0) sizes[group] = (sizes[group] ?? 0) + 1;
  return groups.map((group) => (group < 0 ? 0 : (sizes[group] ?? 0)));
}
