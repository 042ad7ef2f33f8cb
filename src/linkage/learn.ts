import { searchCandidates } from './blocking/search.ts';
import type { Candidates } from './blocking/candidates.ts';
import { chooseClockChannels, meetsExactly } from './clock/channels.ts';
import type { ClockChannel } from './clock/channels.ts';
import type { ClockGrouping } from './clock/group-offsets.ts';
import { listHashes } from './clock/told-days.ts';
import type { Comparison, SoftLinks } from './comparison/comparison.ts';
import { buildComparisons, buildTimeEvidence, joinTime } from './comparison/comparisons.ts';
import type { BuiltBefore, Comparisons } from './comparison/comparisons.ts';
import { numbersOfSet } from './blocking/search.ts';
import type { Records } from './normalize/records.ts';
import { createPairWeigher } from './pair-weights.ts';
import type { SurePair } from './pairing/refine.ts';
import { leastBitsAlone, priorBitsOf, solveAssuming, solveCompetition } from './posterior/competition.ts';
import type { Population, Posterior } from './posterior/competition.ts';
import { thinOut } from './thin-out.ts';

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
/** Runs looked at for one row in the first search. */
const FIRST_VISITS = 600;
/** Links that are assumed at first: half of what is possible. */
const FIRST_SHARE = 0.5;
/** Fewer links than this share of what is possible are none, as long as they were not looked for as if they were there. */
const COLLAPSED = 0.02;
const ASSUMED_ROUNDS = 3;
/** Open rows that teach: so many and a share of the others; more change the shapes by less than they move of themselves. */
const TEACHERS = { some: 500, share: 1 / 5, most: 4000 } as const;

/**
 * Expectation and maximisation: candidates and their posterior under the current weights, then the weights from the
 * posterior; searched once more at the end, when the shapes are known.
 */
export function learnModel(records: Records): LearnedModel {
  const open = numbersOfSet(records.openRows);
  const everyone = { rows: open.length, runs: countOf(records.freeRuns) };
  // what the shapes were learned with is let go before all rows are searched
  const { comparisons, channels, paired, links, teachers } = learnShapes(records, open, everyone);
  const expected = (links * everyone.rows) / Math.max(1, teachers);
  const state = searchAndSolve(records, { comparisons, population: everyone, expected });
  return { comparisons, ...state, channels, paired, population: everyone, labelCount: records.labels.length };
}

interface LearnedShapes extends Pick<LearnedModel, 'comparisons' | 'channels' | 'paired'> {
  /** Links that are expected of the rows that taught, and how many these are. */
  readonly links: number;
  readonly teachers: number;
}

function learnShapes(records: Records, open: readonly number[], everyone: Population): LearnedShapes {
  const teachers = chooseTeachers(open);
  const population = { ...everyone, rows: teachers.length };
  const before: BuiltBefore = { ranked: new Map(), measured: new Map(), tokens: null, paired: new Set(), last: null };
  const first = buildComparisons(records, records.labels, before);
  const channels = chooseClockChannels(records, {
    rows: [...open, ...records.labels.map((label) => label.row)],
    labels: new Map(records.labels.map(({ row, run }) => [row, run])),
    weigh: createPairWeigher(first.comparisons),
    weighUnmeasured: createPairWeigher(first.comparisons.filter((comparison) => comparison !== first.metrics)),
    groupings: listGroupings(records, first.fields),
    hashes: listHashes(first.fields, records.values),
  });
  const time = buildTimeEvidence(channels);
  let comparisons = joinTime(records, first, time);
  learnLabels(comparisons, records);
  const few = { population, rows: teachers, mostVisits: FIRST_VISITS };
  const guess = FIRST_SHARE * Math.min(population.rows, population.runs);
  let state = searchAndSolve(records, { ...few, comparisons, expected: guess });
  state = iterate(records, { comparisons, population }, state);
  const isCollapsed = state.posterior.expectedLinks < COLLAPSED * Math.min(population.rows, population.runs);
  if (isCollapsed && channels.some(meetsExactly)) {
    const assumed = learnAssuming(records, { ...few, comparisons, expected: guess });
    state = iterate(records, { comparisons, population }, assumed);
  }
  // now that some pairs are sure, they tell which key each column means
  const second = buildComparisons(records, surePairs(records, state), before);
  if (second.comparisons.some((comparison, at) => comparison !== first.comparisons[at])) {
    comparisons = joinTime(records, second, time);
    if (!haveSameKeys(first, second)) {
      const links = withLabels(records, state, comparisons);
      for (const comparison of comparisons) comparison.learn(links);
      state = searchAndSolve(records, { ...few, comparisons, expected: state.posterior.expectedLinks });
    }
    state = iterate(records, { comparisons, population }, state);
  }
  const paired = { fields: second.fields, measured: second.measured };
  return { comparisons, channels, paired, links: state.posterior.expectedLinks, teachers: population.rows };
}

/**
 * The weights to begin with may tell too little to find any link, so that none teaches better ones. Then the shapes are
 * learned as if half of what is possible were links; whether these bear any link is found out afterwards. Only times that
 * meet to the minute allow that: among settings alone, another project's runs would confirm each other.
 */
function learnAssuming(records: Records, model: Evidence & { readonly expected: number }): State {
  const solve = (): State => {
    const candidates = searchFor(records, model);
    return { candidates, posterior: solveAssuming(candidates, model.population, model.expected) };
  };
  let state = solve();
  for (let round = 0; round < ASSUMED_ROUNDS; round++) {
    const links = withLabels(records, state, model.comparisons);
    for (const comparison of model.comparisons) comparison.learn(links);
    state = solve();
  }
  return state;
}

/** All columns: one that no run names, as a site, may tell the clock as well. */
function listGroupings(records: Records, paired: Comparisons['fields']): ClockGrouping[] {
  const known = new Set(paired.map(({ column }) => column));
  const others = records.row.fields.filter((field) => field.origin === 'column' && !known.has(field));
  return [
    ...paired.map((field) => ({ name: field.column.name, codes: field.rowCodes })),
    ...others.map(({ name, codes }) => ({ name, codes })),
  ];
}

/** Where only the names of some values were learned, the pairs that were found are as good for learning as new ones. */
function haveSameKeys(first: Comparisons, second: Comparisons): boolean {
  const keysOf = ({ fields }: Comparisons): string =>
    JSON.stringify(fields.map(({ column, key }) => [column.name, key.origin, key.name]).toSorted());
  return first.metrics === second.metrics && first.text === second.text && keysOf(first) === keysOf(second);
}

function chooseTeachers(open: readonly number[]): number[] {
  return thinOut(open, Math.min(TEACHERS.most, TEACHERS.some + TEACHERS.share * open.length));
}

/** Pairs that are looked at, and what is believed of them. */
interface State {
  readonly candidates: Candidates;
  readonly posterior: Posterior;
}

interface Evidence {
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

function searchFor(records: Records, model: Evidence & { readonly expected: number }): Candidates {
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
function withLabels(records: Records, { candidates, posterior }: State, comparisons: readonly Comparison[]): SoftLinks {
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

function countOf(flags: Uint8Array): number {
  let count = 0;
  for (const flag of flags) count += flag;
  return count;
}
