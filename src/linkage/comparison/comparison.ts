/** Pairs with the probability that they are links, from which shapes and shares are learned. */
export interface SoftLinks {
  readonly rows: Int32Array;
  readonly runs: Int32Array;
  readonly probabilities: Float64Array;
  /** Σ probabilities. */
  readonly total: number;
}

/**
 * One step of an ever wider search: `size` runs are in the list, and no run outside of it gets more than `bound` bits
 * from this comparison. Step 0 is the empty list, whose bound is the most that the row can reach at all.
 */
export interface SearchStep {
  readonly bound: number;
  readonly size: number;
}

/** Receives the runs of a list, possibly several times. */
export type RunSink = (run: number) => void;

/** The outcome of one comparison for a person. */
export interface ComparisonWords {
  readonly level: string;
  readonly words: string;
}

/**
 * One independent piece of evidence: what it adds to the match weight of a pair, how its parameters are learned, and
 * where the runs are that it speaks for. Records are numbers into the sorted rows and runs.
 */
export interface Comparison {
  readonly name: string;
  /** True where the bounds of its steps hold for what it and others give together, and say nothing of it alone. */
  readonly hasJointBounds?: boolean;
  /** Bits, log2 of P(row's value | this run) / P(row's value | any row); 0 where a side lacks the value. */
  weigh(row: number, run: number): number;
  isMissing(row: number, run: number): boolean;
  /** Whether the values differ by no more than the step in which one of them is kept: that contradicts nothing. */
  isWithinStep?(row: number, run: number): boolean;
  learn(links: SoftLinks): void;
  /** @param mostSize from where on lists may be left out at the end, because they would hold more runs */
  steps(row: number, mostSize?: number): readonly SearchStep[];
  /** The bound of step 0, where it can be had for less than all steps. */
  most?(row: number): number;
  /** Gives the runs of the list that belongs to a step above 0. */
  collect(request: { readonly row: number; readonly step: number }, sink: RunSink): void;
  describe(row: number, run: number): ComparisonWords;
  /** A trusted value that differs, in words; null where none does. */
  contradiction?(row: number, run: number): string | null;
  /** Sentences about what was learned, for the report. */
  health(): readonly string[];
}

/** Comparisons of a measured value. */
export const MEASURED: ReadonlySet<string> = new Set(['time', 'duration', 'metrics']);

/** The most bits that any run could have with the row. */
export function mostBits(comparison: Comparison, row: number): number {
  return Math.max(0, comparison.most?.(row) ?? comparison.steps(row)[0]?.bound ?? 0);
}

/** Weights of the links that are surer than this; fainter ones are too many and teach nothing. */
const FAINTEST = 0.02;

export function forEachLink(links: SoftLinks, visit: (row: number, run: number, probability: number) => void): void {
  for (let at = 0; at < links.rows.length; at++) {
    const probability = links.probabilities[at] ?? 0;
    if (probability >= FAINTEST) visit(links.rows[at] ?? 0, links.runs[at] ?? 0, probability);
  }
}

export function log2(value: number): number {
  return Math.log2(Math.max(value, 1e-300));
}
