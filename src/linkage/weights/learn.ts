import type { Candidates } from '../blocking/candidates.ts';
import { numbersOfSet } from '../blocking/search.ts';
import type { ClockChannel } from '../clock/channels.ts';
import type { Comparison } from '../comparison/comparison.ts';
import type { Comparisons } from '../comparison/comparisons.ts';
import { learnDoubting } from './doubt.ts';
import type { Records } from '../normalize/records.ts';
import type { Population, Posterior } from '../posterior/competition.ts';
import { searchAndSolve } from './rounds.ts';

/** The model after learning, with the pairs that it was learned on. */
export interface LearnedModel {
  readonly comparisons: readonly Comparison[];
  readonly candidates: Candidates;
  readonly posterior: Posterior;
  /** The times that are compared, the one that most rows are compared by first; none where no clock was found. */
  readonly channels: readonly ClockChannel[];
  readonly population: Population;
  /** What columns were found to say. */
  readonly paired: Pick<Comparisons, 'fields' | 'measured'>;
  /** Rows that were linked already and taught. */
  readonly labelCount: number;
}

/**
 * Expectation and maximisation: candidates and their posterior under the current weights, then the weights from the
 * posterior; searched once more at the end, when the shapes are known.
 */
export function learnModel(records: Records): LearnedModel {
  const open = numbersOfSet(records.openRows);
  const everyone = { rows: open.length, runs: countOf(records.freeRuns) };
  // what the shapes were learned with is let go before all rows are searched
  const { comparisons, channels, paired, links, teachers } = learnDoubting(records, { open, everyone });
  const expected = (links * everyone.rows) / Math.max(1, teachers.rows);
  const state = searchAndSolve(records, { comparisons, population: everyone, expected });
  return { comparisons, ...state, channels, paired, population: everyone, labelCount: records.labels.length };
}

function countOf(flags: Uint8Array): number {
  let count = 0;
  for (const flag of flags) count += flag;
  return count;
}
