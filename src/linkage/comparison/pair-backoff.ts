import { alikeBefore, alikeOn, allInOne, buildStep, refineGroups } from './row-groups.ts';
import type { DenseColumn, Groups, StepTable } from './row-groups.ts';

/** A column that tells of another, and rows by both. */
interface Parent {
  readonly at: number;
  readonly both: StepTable;
}

/** Pseudo-rows for what the column says by itself. */
const PSEUDO_ROWS = 4;
/** Nats that a parent must tell about a column over all rows, and nats a row. */
const LEAST_GAIN = { all: 10, row: 0.02 } as const;
const MOST_PARENTS = 3;

/**
 * What a column's value is worth where no other row agrees on all columns before: given the one column before that tells
 * most of it (Chow and Liu 1968), or by itself.
 */
export class PairBackoff {
  readonly #alone: readonly Float64Array[];
  /** By column, the most telling first. */
  readonly #parents: readonly (readonly Parent[])[];

  constructor(columns: readonly DenseColumn[]) {
    this.#alone = columns.map(sharesAlone);
    const groups = columns.map((column) => refineGroups(allInOne(column.codes.length), column));
    this.#parents = columns.map((own, at) =>
      findParents(groups.slice(0, at), own, this.#alone[at] ?? new Float64Array(0)),
    );
  }

  /** Share of the other rows with the row's value of a column. */
  shareAlone(row: number, at: number): number {
    return this.#alone[at]?.[row] ?? 1;
  }

  /** The same given the most telling of the columns before, which are bits. */
  share(row: number, at: number, before: number): number {
    const alone = this.shareAlone(row, at);
    const parent = this.#parents[at]?.find((candidate) => (before & (1 << candidate.at)) !== 0);
    return parent === undefined ? alone : shareGiven(parent, row, alone);
  }
}

function shareGiven({ both }: Parent, row: number, alone: number): number {
  const alike = alikeOn(both, row) - 1;
  const ofParent = alikeBefore(both, row) - 1;
  return (Math.max(0, alike) + PSEUDO_ROWS * alone) / (Math.max(0, ofParent) + PSEUDO_ROWS);
}

/** Good–Turing for values that only one row has: from how many are seen once and twice. */
function sharesAlone({ codes, size }: DenseColumn): Float64Array {
  const counts = new Int32Array(size);
  let filled = 0;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] ?? -1;
    if (code < 0) continue;
    filled++;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  let [once, twice] = [0, 0];
  for (const count of counts) {
    if (count === 1) once++;
    else if (count === 2) twice++;
  }
  const unseen = Math.min(1, (2 * (twice + 1)) / (once + 1));
  const shares = new Float64Array(codes.length).fill(Number.NaN);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] ?? -1;
    if (code >= 0) shares[row] = Math.max(unseen, (counts[code] ?? 1) - 1) / Math.max(1, filled - 1);
  }
  return shares;
}

/** @param before rows by their values of each column before */
function findParents(before: readonly Groups[], own: DenseColumn, alone: Float64Array): Parent[] {
  const found = before.map((groups, at) => {
    const parent = { at, both: buildStep(groups, own) };
    return { parent, gain: gainOf(parent, alone) };
  });
  return found
    .filter(({ gain }) => gain >= Math.max(LEAST_GAIN.all, LEAST_GAIN.row * alone.length))
    .toSorted((a, b) => b.gain - a.gain || a.parent.at - b.parent.at)
    .slice(0, MOST_PARENTS)
    .map(({ parent }) => parent);
}

/** Nats that the pair tells beyond the column alone, each row left out. */
function gainOf(parent: Parent, alone: Float64Array): number {
  let gain = 0;
  for (let row = 0; row < alone.length; row++) {
    if (alikeBefore(parent.both, row) === 0) continue;
    gain += Math.log(shareGiven(parent, row, alone[row] ?? 1) / (alone[row] ?? 1));
  }
  return gain;
}
