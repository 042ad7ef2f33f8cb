import type { LearnedModel } from '../weights/learn.ts';

/**
 * So many links leave a pair twice the doubt that many more would, down to four times of it. Over real projects with 15, 40
 * and 100 rows at least three times as many of the weak links were wrong as their weights said, with 400 hardly more.
 */
const DOUBTS = { links: 150, most: 4 } as const;

/** What is needed of a model and its posterior. */
interface Believed extends Pick<LearnedModel, 'candidates' | 'labelCount'> {
  readonly posterior: Pick<LearnedModel['posterior'], 'probabilities' | 'expectedLinks'>;
}

/** The probability of a pair. */
export type Belief = (edge: number) => number;

/**
 * The probability of pairs, as far as what was learned can be trusted: shapes that were learned from few links may be off,
 * and what speaks against a pair then counts for more. A run that fits as well as the pair's own is no likelier for that.
 */
export function createBelief({ candidates, posterior, labelCount }: Believed): Belief {
  const doubts = Math.min(DOUBTS.most, 1 + DOUBTS.links / (posterior.expectedLinks + labelCount));
  return (edge) => {
    const row = candidates.rows[edge] ?? 0;
    const own = posterior.probabilities[edge] ?? 0;
    let others = -own;
    for (let at = candidates.starts[row] ?? 0; at < (candidates.starts[row + 1] ?? 0); at++) {
      others += posterior.probabilities[at] ?? 0;
    }
    others = Math.max(0, others);
    const none = Math.max(0, 1 - own - others);
    return own / (own + doubts * none + Math.max(others, Math.min(doubts * others, own)));
  };
}
