import { searchCandidates } from '../blocking/search.ts';
import type { Candidates } from '../blocking/candidates.ts';
import type { Comparison, SoftLinks } from '../comparison/comparison.ts';
import type { Records } from '../normalize/records.ts';
import type { SurePair } from '../pairing/refine.ts';
import { leastBitsAlone, priorBitsOf, solveCompetition } from '../posterior/competition.ts';
import type { Population, Posterior } from '../posterior/competition.ts';

/** Rivals this far below a row's best pair are kept, in bits. */
const DEPTH = 12;
/** A pair whose odds with the prior stay below 1 : 2^this can neither be a link nor unsettle one. */
const SLACK = 5;
/** Nor can a pair that lacks more than these bits to be likely by itself. */
const SLACK_ALONE = 8;
const ROUNDS = 4;
/** Learning has settled when no probability moves by more than this in a round. */
const SETTLED = 1e-3;
/** From this probability on a pair teaches which key a column means. */
const SURE = 0.9;
/** What it counts for a pair that somebody has linked it: some links in a hundred are wrong. */
const LABEL_BITS = 12;

/** Pairs that are looked at, and what is believed of them. */
export interface State {
  readonly candidates: Candidates;
  readonly posterior: Posterior;
}

export interface Evidence {
  readonly comparisons: readonly Comparison[];
  readonly population: Population;
  /** Rows to search for; all open ones where left out. */
  readonly rows?: readonly number[];
  /** Runs looked at for one row while learning, where a pair more or less does not matter. */
  readonly mostVisits?: number;
}

/** Rounds of learning on the same pairs, until what is believed of them stands still. */
export function iterate(records: Records, { comparisons, population }: Evidence, from: State): State {
  let state = from;
  for (let round = 0; round < ROUNDS; round++) {
    const links = withLabels(records, state, comparisons);
    for (const comparison of comparisons) comparison.learn(links);
    const candidates = reweigh(state.candidates, comparisons);
    const posterior = solveCompetition(candidates, population, state.posterior.expectedLinks);
    const moved = farthestMove(state.posterior.probabilities, posterior.probabilities);
    state = { candidates, posterior };
    if (moved <= SETTLED) break;
  }
  return state;
}

function farthestMove(before: Float64Array, after: Float64Array): number {
  let most = 0;
  for (let edge = 0; edge < after.length; edge++) {
    most = Math.max(most, Math.abs((after[edge] ?? 0) - (before[edge] ?? 0)));
  }
  return most;
}

export function searchAndSolve(records: Records, model: Evidence & { readonly expected: number }): State {
  const candidates = searchFor(records, model);
  return { candidates, posterior: solveCompetition(candidates, model.population, model.expected) };
}

export function surePairs(
  records: Records,
  { candidates, posterior }: Pick<State, 'candidates' | 'posterior'>,
): SurePair[] {
  const sure: SurePair[] = [...records.labels];
  for (let edge = 0; edge < candidates.rows.length; edge++) {
    if ((posterior.probabilities[edge] ?? 0) < SURE) continue;
    sure.push({ row: candidates.rows[edge] ?? 0, run: candidates.runs[edge] ?? 0 });
  }
  return sure;
}

export function searchFor(records: Records, model: Evidence & { readonly expected: number }): Candidates {
  const { comparisons, mostVisits, rows } = model;
  const fewer = { ...(mostVisits && { mostVisits }), ...(rows && { rows }) };
  return searchCandidates(records, { comparisons, ...limitsOf(model), ...fewer });
}

/** How light a pair may be, by itself and beside its row's best pair, and still matter. */
export function limitsOf(model: Pick<Evidence, 'population'> & { readonly expected: number }): {
  readonly floor: number;
  readonly depth: number;
} {
  const floor = Math.max(
    -priorBitsOf(model.expected, model.population) - SLACK,
    leastBitsAlone(model.expected, model.population) - SLACK_ALONE,
  );
  return { floor, depth: DEPTH };
}

function reweigh(candidates: Candidates, comparisons: readonly Comparison[]): Candidates {
  const weights = new Float64Array(candidates.weights.length);
  for (let edge = 0; edge < weights.length; edge++) {
    weights[edge] = sumOfWeights(comparisons, candidates.rows[edge] ?? 0, candidates.runs[edge] ?? 0);
  }
  return { ...candidates, weights };
}

export function sumOfWeights(comparisons: readonly Comparison[], row: number, run: number): number {
  let sum = 0;
  for (const comparison of comparisons) sum += comparison.weigh(row, run);
  return sum;
}

/**
 * Rows that are linked already teach as links that are all but sure, so that one whose run fits in nothing, a link that
 * somebody got wrong, teaches next to nothing.
 */
export function withLabels(
  records: Records,
  { candidates, posterior }: State,
  comparisons: readonly Comparison[],
): SoftLinks {
  const { labels } = records;
  const size = candidates.rows.length;
  const rows = new Int32Array(size + labels.length);
  const runs = new Int32Array(size + labels.length);
  const probabilities = new Float64Array(size + labels.length);
  rows.set(candidates.rows);
  runs.set(candidates.runs);
  probabilities.set(posterior.probabilities);
  let total = posterior.expectedLinks;
  for (const [at, { row, run }] of labels.entries()) {
    rows[size + at] = row;
    runs[size + at] = run;
    const bits = LABEL_BITS + posterior.priorBits + sumOfWeights(comparisons, row, run);
    total += probabilities[size + at] = 1 / (1 + 2 ** -bits);
  }
  return { rows, runs, probabilities, total };
}

export function learnLabels(comparisons: readonly Comparison[], records: Records): void {
  const { labels } = records;
  if (labels.length === 0) return;
  const links = {
    rows: Int32Array.from(labels, (label) => label.row),
    runs: Int32Array.from(labels, (label) => label.run),
    probabilities: new Float64Array(labels.length).fill(1),
    total: labels.length,
  };
  for (const comparison of comparisons) comparison.learn(links);
}
