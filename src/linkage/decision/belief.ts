import type { Comparison } from '../comparison/comparison.ts';
import type { LearnedModel } from '../weights/learn.ts';

/**
 * So many links leave a pair twice the doubt that many more would, down to four times of it. Over real projects with 15, 40
 * and 100 rows at least three times as many of the weak links were wrong as their weights said, with 400 hardly more.
 */
const DOUBTS = { links: 150, most: 4 } as const;
/** Comparisons that count how many rows and runs have a value: that needs no links. */
const COUNTED: ReadonlySet<string> = new Set(['settings', 'text']);
/** Four times the doubt that is left of these shows nowhere. */
const CERTAIN = 1 - 1e-6;

/** Candidates with their probabilities. */
interface Placed extends Pick<LearnedModel, 'candidates'> {
  readonly posterior: Pick<LearnedModel['posterior'], 'probabilities'>;
}

interface Believed extends Placed, Pick<LearnedModel, 'comparisons' | 'labelCount'> {
  readonly posterior: Pick<LearnedModel['posterior'], 'probabilities' | 'expectedLinks'>;
}

/** The probability of a pair. */
export type Belief = (edge: number) => number;

/**
 * The probability of pairs, as far as what was learned can be trusted. How times, durations and metrics of links differ is
 * learned from the links; where these are few, it may be off, and what speaks against a pair counts for more, as far as the
 * pair rests on that. A run that fits as well as the pair's own is no likelier for it.
 */
export function createBelief(model: Believed): Belief {
  const { candidates, posterior, comparisons, labelCount } = model;
  const most = Math.min(DOUBTS.most, 1 + DOUBTS.links / (posterior.expectedLinks + labelCount));
  const learned = comparisons.filter(({ name }) => !COUNTED.has(name));
  return (edge) => {
    const row = candidates.rows[edge] ?? 0;
    const run = candidates.runs[edge] ?? 0;
    const own = posterior.probabilities[edge] ?? 0;
    if (own > CERTAIN) return own;
    const others = Math.max(0, linkedShare(model, row) - own);
    const none = Math.max(0, 1 - own - others);
    const bits = bitsFor(comparisons, row, run);
    const doubts = bits === 0 ? most : 1 + ((most - 1) * bitsFor(learned, row, run)) / bits;
    return own / (own + doubts * none + Math.max(others, Math.min(doubts * others, own)));
  };
}

/** P(the row has a run). */
export function linkedShare({ candidates, posterior }: Placed, row: number): number {
  let sum = 0;
  for (let edge = candidates.starts[row] ?? 0; edge < (candidates.starts[row + 1] ?? 0); edge++) {
    sum += posterior.probabilities[edge] ?? 0;
  }
  return sum;
}

/** What speaks for a pair. */
function bitsFor(comparisons: readonly Comparison[], row: number, run: number): number {
  return comparisons.reduce((sum, comparison) => sum + Math.max(0, comparison.weigh(row, run)), 0);
}
