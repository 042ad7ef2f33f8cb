import { learnCountShape } from './count-shape.ts';
import { Neighbours } from './neighbours.ts';
import { PairBackoff } from './pair-backoff.ts';
import { alikeBefore, alikeOn, allInOne, buildStep, numberDensely, refineGroups, sizesOf } from './row-groups.ts';
import type { DenseColumn, StepTable } from './row-groups.ts';
import { maskOf } from './setting-index.ts';
import { thinOut } from '../thin-out.ts';

export interface ChainOptions {
  readonly rowCount: number;
  /** By which rows stand beside each other in time; null where they have no times. */
  readonly rowSeconds: Float64Array | null;
  /** Bytes for counts. */
  readonly tableBudget: number;
}

/** Pseudo-rows for and against a column that goes its own way, and for and against neighbours that repeat. */
const PRIOR = { free: 1, bound: 3 } as const;
const EM_ROUNDS = 30;
/** The share has settled when it moves by no more than this. */
const SETTLED = 1e-4;
/** Rows, and patterns of missing cells, that teach how columns depend on each other. */
const MOST_LEARNED = 1000;
const MOST_PATTERNS = 8;

/**
 * P(a row's values | any other row), column after column: each given the columns before it. Where other rows agree on
 * those, their shares tell; how far a column goes its own way instead (a seed, a machine) is learned by leaving each row
 * out, and believed only as far as rows that agree on all before it show it. A column that has no such witness counts as
 * given by the others. Rows that stand beside each other in time tend to repeat each other, which is learned likewise.
 */
export class ColumnChain {
  readonly #codes: readonly Int32Array[];
  readonly #dense: readonly DenseColumn[];
  readonly #options: ChainOptions;
  readonly #rowMasks: Int32Array;
  readonly #backoff: PairBackoff;
  readonly #neighbours: Neighbours | null;
  readonly #tables = new Map<number, ChainTable>();
  /** By set of columns. */
  readonly #links = new Map<number, readonly ChainLink[]>();
  readonly #mostTables: number;
  /** By column: P(it goes its own way), and P(it repeats a neighbour). */
  readonly #free: Float64Array;
  readonly #local: Float64Array;
  /** How far counts of rows alike can be explained by the columns' own shares. */
  #countShape = 0;

  constructor(codes: readonly Int32Array[], options: ChainOptions) {
    this.#codes = codes;
    this.#dense = codes.map(numberDensely);
    this.#options = options;
    this.#mostTables = Math.max(64, Math.floor(options.tableBudget / (12 * Math.max(1, options.rowCount))));
    this.#rowMasks = Int32Array.from({ length: options.rowCount }, (_item, row) => maskOf(codes, row));
    this.#backoff = new PairBackoff(this.#dense);
    this.#neighbours = options.rowSeconds === null ? null : new Neighbours(options.rowSeconds, codes);
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
    let alike = this.#options.rowCount;
    const links = this.#linksOf(columns);
    for (let link = 0; link < links.length; link++) {
      const found = links[link];
      if (found === undefined) continue;
      sum += this.#log2Factor(row, found);
      alike = alikeOn(found.table, row);
    }
    return { log2Product: sum, alike };
  }

  /** Rows alike on the columns, by row, itself included; 0 where it lacks one of them. */
  countAlike(columns: number): Int32Array {
    const whole = this.#tables.get(columns);
    if (whole !== undefined) return sizesOf(whole.groups);
    let groups = allInOne(this.#options.rowCount);
    let prefix = 0;
    for (let at = 0; at < this.#dense.length; at++) {
      const column = this.#dense[at];
      if ((columns & (1 << at)) === 0 || column === undefined) continue;
      prefix |= 1 << at;
      groups = this.#tables.get(prefix)?.groups ?? refineGroups(groups, column);
    }
    return sizesOf(groups);
  }

  /** One row is asked for many sets of columns, most of which begin alike. */
  #log2Factor(row: number, { at, prefix, table }: ChainLink): number {
    if (table.asked !== row) {
      table.asked = row;
      table.log2Factor = Math.log2(this.#factor({ row, at, prefix }, table));
    }
    return table.log2Factor;
  }

  #factor(step: Step, table: StepTable): number {
    const global = this.#globalFactor(step, table);
    const share = this.#local[step.at] ?? 0;
    const local = share > 0 ? (this.#neighbours?.shareAlike(step) ?? Number.NaN) : Number.NaN;
    return Number.isNaN(local) ? global : share * local + (1 - share) * global;
  }

  #globalFactor({ row, at, prefix }: Step, table: StepTable): number {
    if (prefix === 0) return this.#backoff.shareAlone(row, at);
    const free = this.#free[at] ?? 0;
    return free * this.#backoff.share(row, at, prefix) + (1 - free) * boundShare(table, row);
  }

  /** The columns one after the other, each with what stands before it; where the budget is spent one is left out. */
  #linksOf(columns: number): readonly ChainLink[] {
    let links = this.#links.get(columns);
    if (links !== undefined) return links;
    const found: ChainLink[] = [];
    let prefix = 0;
    for (let at = 0; at < this.#codes.length; at++) {
      if ((columns & (1 << at)) === 0) continue;
      const table = this.#tableFor(prefix, at);
      // it then adds nothing: never too many bits
      if (table === null) continue;
      found.push({ at, prefix, table });
      prefix |= 1 << at;
    }
    this.#links.set(columns, (links = found));
    return links;
  }

  #tableFor(prefix: number, at: number): ChainTable | null {
    const columns = prefix | (1 << at);
    const known = this.#tables.get(columns);
    if (known !== undefined) return known;
    if (this.#tables.size >= this.#mostTables) return null;
    const from = prefix === 0 ? allInOne(this.#options.rowCount) : this.#tables.get(prefix)?.groups;
    const column = this.#dense[at];
    if (from === undefined || column === undefined) return null;
    const table = { ...buildStep(from, column), asked: -1, log2Factor: 0 };
    this.#tables.set(columns, table);
    return table;
  }

  #learn(): void {
    const rows = this.#learningRows();
    for (let at = 0; at < this.#codes.length; at++) {
      const steps = rows.flatMap((row) => this.#stepOf(row, at) ?? []);
      this.#free[at] = this.#learnFree(steps);
      if (this.#neighbours !== null) this.#local[at] = this.#learnLocal(this.#neighbours, steps);
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
    return thinOut(rows, MOST_LEARNED);
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
    const pairs: number[] = [];
    for (const { row, at, prefix, table } of steps) {
      if (prefix === 0 || alikeBefore(table, row) <= 1) continue;
      pairs.push(this.#backoff.share(row, at, prefix), boundShare(table, row));
    }
    return mixtureShare(pairs);
  }

  #learnLocal(neighbours: Neighbours, steps: readonly (Step & { readonly table: StepTable })[]): number {
    const pairs: number[] = [];
    for (const step of steps) {
      const local = neighbours.shareAlike(step);
      if (!Number.isNaN(local)) pairs.push(local, this.#globalFactor(step, step.table));
    }
    return mixtureShare(pairs);
  }
}

/** With the row that was asked for last, and log2 of what its value of the last column is worth given those before. */
interface ChainTable extends StepTable {
  asked: number;
  log2Factor: number;
}

interface ChainLink {
  readonly at: number;
  readonly prefix: number;
  readonly table: ChainTable;
}

interface Step {
  readonly row: number;
  readonly at: number;
  /** Columns before, as bits. */
  readonly prefix: number;
}

/** Share of the rows alike before that are alike here too, itself left out; 1 where it stands alone. */
function boundShare(table: StepTable, row: number): number {
  const others = alikeBefore(table, row) - 1;
  return others <= 0 ? 1 : (alikeOn(table, row) - 1) / others;
}

/** EM for the share of the first of two explanations; what each explains of a sample stands side by side. */
function mixtureShare(pairs: readonly number[]): number {
  let share = PRIOR.free / (PRIOR.free + PRIOR.bound);
  for (let round = 0; round < EM_ROUNDS; round++) {
    const before = share;
    share = (PRIOR.free + massOfFirst(pairs, share)) / (pairs.length / 2 + PRIOR.free + PRIOR.bound);
    if (Math.abs(share - before) < SETTLED) break;
  }
  return share;
}

/** A loop of its own is compiled once, not for each use. */
function massOfFirst(pairs: readonly number[], share: number): number {
  let mass = 0;
  for (let at = 0; at < pairs.length; at += 2) {
    const own = share * (pairs[at] ?? 0);
    if (own > 0) mass += own / (own + (1 - share) * (pairs[at + 1] ?? 0));
  }
  return mass;
}
