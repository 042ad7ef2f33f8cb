import { searchCandidates } from './blocking/search.ts';
import type { Candidates } from './blocking/candidates.ts';
import { chooseClockChannel } from './clock/channels.ts';
import type { ClockChannel } from './clock/channels.ts';
import type { Comparison, SoftLinks } from './comparison/comparison.ts';
import { buildComparisons, buildTimeEvidence } from './comparison/comparisons.ts';
import { numbersOfSet } from './blocking/search.ts';
import type { Records } from './normalize/records.ts';
import { leastBitsAlone, priorBitsOf, solveCompetition } from './posterior/competition.ts';
import type { Population, Posterior } from './posterior/competition.ts';

/** The model after learning, with the pairs that it was learned on. */
export interface LearnedModel {
  readonly comparisons: readonly Comparison[];
  readonly candidates: Candidates;
  readonly posterior: Posterior;
  readonly channel: ClockChannel | null;
  readonly population: Population;
}

/** Rivals this far below a row's best pair are kept, in bits. */
const DEPTH = 12;
/** A pair whose odds with the prior stay below 1 : 2^this can neither be a link nor unsettle one. */
const SLACK = 5;
/** Nor can a pair that lacks more than these bits to be likely by itself. */
const SLACK_ALONE = 8;
const ROUNDS = 4;
/** Links that are assumed at first: half of what is possible. */
const FIRST_SHARE = 0.5;

/**
 * Expectation and maximisation: candidates and their posterior under the current weights, then the weights from the
 * posterior; searched once more at the end, when the shapes are known.
 */
export function learnModel(records: Records): LearnedModel {
  const population = { rows: countOf(records.openRows), runs: countOf(records.freeRuns) };
  const others = buildComparisons(records);
  const rows = [...numbersOfSet(records.openRows), ...records.labels.map((label) => label.row)];
  const channel = chooseClockChannel(records, rows, (row, run) => sumOfWeights(others, row, run));
  // cheap and telling comparisons first: the search gives a pair up as soon as the rest cannot save it
  const comparisons = channel === null ? others : [buildTimeEvidence(channel, offsetsOf(records, channel)), ...others];

  let expected = FIRST_SHARE * Math.min(population.rows, population.runs);
  learnLabels(comparisons, records);
  let candidates = searchFor(records, { comparisons, population, expected });
  let posterior = solveCompetition(candidates, population, expected);
  for (let search = 0; search < 2; search++) {
    for (let round = 0; round < ROUNDS; round++) {
      const links = withLabels(records, candidates, posterior);
      for (const comparison of comparisons) comparison.learn(links);
      candidates = reweigh(candidates, comparisons);
      posterior = solveCompetition(candidates, population, posterior.expectedLinks);
    }
    expected = posterior.expectedLinks;
    candidates = searchFor(records, { comparisons, population, expected });
    posterior = solveCompetition(candidates, population, expected);
  }
  return { comparisons, candidates, posterior, channel, population };
}

function searchFor(
  records: Records,
  model: { readonly comparisons: readonly Comparison[]; readonly population: Population; readonly expected: number },
): Candidates {
  const floor = Math.max(
    -priorBitsOf(model.expected, model.population) - SLACK,
    leastBitsAlone(model.expected, model.population) - SLACK_ALONE,
  );
  return searchCandidates(records, { comparisons: model.comparisons, floor, depth: DEPTH });
}

function reweigh(candidates: Candidates, comparisons: readonly Comparison[]): Candidates {
  const weights = candidates.weights.map((_weight, edge) =>
    sumOfWeights(comparisons, candidates.rows[edge] ?? 0, candidates.runs[edge] ?? 0),
  );
  return { ...candidates, weights };
}

export function sumOfWeights(comparisons: readonly Comparison[], row: number, run: number): number {
  let sum = 0;
  for (const comparison of comparisons) sum += comparison.weigh(row, run);
  return sum;
}

/** Rows that are linked already teach as sure links, as long as the model does not find them absurd. */
function withLabels(records: Records, candidates: Candidates, posterior: Posterior): SoftLinks {
  const { labels } = records;
  const size = candidates.rows.length;
  const rows = new Int32Array(size + labels.length);
  const runs = new Int32Array(size + labels.length);
  const probabilities = new Float64Array(size + labels.length);
  rows.set(candidates.rows);
  runs.set(candidates.runs);
  probabilities.set(posterior.probabilities);
  for (const [at, label] of labels.entries()) {
    rows[size + at] = label.row;
    runs[size + at] = label.run;
    probabilities[size + at] = 1;
  }
  return { rows, runs, probabilities, total: posterior.expectedLinks + labels.length };
}

function learnLabels(comparisons: readonly Comparison[], records: Records): void {
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

function offsetsOf(records: Records, channel: ClockChannel): Float64Array {
  return new Float64Array(records.rows.length).fill(channel.peak?.offset ?? 0);
}

function countOf(flags: Uint8Array): number {
  let count = 0;
  for (const flag of flags) count += flag;
  return count;
}
