import { assignRuns } from '../../../src/linkage/decision/assign.ts';
import type { Comparison } from '../../../src/linkage/comparison/comparison.ts';
import { createDecider } from '../../../src/linkage/decision/decide.ts';
import { iterate, searchAndSolve } from '../../../src/linkage/weights/rounds.ts';
import type { LearnedModel } from '../../../src/linkage/weights/learn.ts';
import { buildAssignmentView, marginOf } from '../../../src/linkage/decision/margin.ts';
import { buildRecords } from '../../../src/linkage/normalize/records.ts';
import { leastBitsAlone } from '../../../src/linkage/posterior/competition.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../../src/model/linkage.ts';
import type { LinkOutcome } from '../../../src/model/linkage.ts';
import { inputOf, rowOf, runOf } from '../worlds/small.ts';

/** As in the linkage of runs: half of what is possible at first, and two searches to learn on. */
const FIRST_SHARE = 0.5;
const SEARCHES = 2;

export interface TwoLists {
  /** How many records each list has; the comparisons speak of them by number. */
  readonly rowCount: number;
  readonly runCount: number;
  readonly comparisons: readonly Comparison[];
}

export interface Link {
  readonly row: number;
  readonly run: number;
  readonly probability: number;
}

export interface LinkedLists {
  readonly model: LearnedModel;
  /** Assigned, sure and ahead given the competition, and recognised even without it. */
  readonly links: readonly Link[];
  /** What a plan would say of each row; it asks for more than `links`. Keys are `keyOf` the numbers. */
  readonly outcomes: readonly LinkOutcome[];
}

/** Fixed width, so that the order of keys is the order of numbers. */
export function keyOf(number: number): string {
  return String(number).padStart(7, '0');
}

/**
 * Links two lists of anything: the product's candidate search, learning, posterior and assignment, with the given
 * comparisons in place of those for training runs. No label is used.
 */
export function linkLists({ rowCount, runCount, comparisons }: TwoLists): LinkedLists {
  const rows = Array.from({ length: rowCount }, (_item, row) => rowOf(keyOf(row), {}));
  // a minute apart, so that none passes for a rank of another
  const runs = Array.from({ length: runCount }, (_item, run) => {
    return runOf(keyOf(run), new Date(60_000 * run).toISOString());
  });
  const records = buildRecords(inputOf(rows, runs));
  const population = { rows: rowCount, runs: runCount };
  const evidence = { comparisons, population };
  let state = searchAndSolve(records, { ...evidence, expected: FIRST_SHARE * Math.min(rowCount, runCount) });
  for (let search = 0; search < SEARCHES; search++) {
    state = iterate(records, evidence, state);
    state = searchAndSolve(records, { ...evidence, expected: state.posterior.expectedLinks });
  }
  const model = { ...evidence, ...state, channels: [], paired: { fields: [], measured: [] }, labelCount: 0 };
  const decider = createDecider(records, model, DEFAULT_LINKAGE_OPTIONS);
  return { model, links: findLinks(model), outcomes: rows.map((_row, row) => decider.decide(row)) };
}

/**
 * The rule without what `decide` knows of training runs: the optimal assignment, posterior and margin at the defaults of
 * a plan, and likely by itself, for competition may confirm a link but never create it.
 */
function findLinks({ candidates, posterior, population }: LearnedModel): Link[] {
  const { minProbability, minMargin } = DEFAULT_LINKAGE_OPTIONS;
  const bitsOf = (edge: number): number => (candidates.weights[edge] ?? 0) + posterior.priorBits;
  const runByRow = assignRuns(candidates, posterior.components, bitsOf);
  const view = buildAssignmentView(candidates, posterior.components, { runByRow, bitsOf });
  const leastBits = leastBitsAlone(posterior.expectedLinks, population);
  const links: Link[] = [];
  for (const [edge, probability] of posterior.probabilities.entries()) {
    const [row, run] = [candidates.rows[edge] ?? 0, candidates.runs[edge] ?? 0];
    if (probability < minProbability || runByRow[row] !== run || candidates.cutRows[row] === 1) continue;
    if ((candidates.weights[edge] ?? 0) < leastBits || (marginOf(view, edge) ?? Infinity) < minMargin) continue;
    links.push({ row, run, probability });
  }
  return links;
}
