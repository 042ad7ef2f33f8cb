import type { Candidates } from '../blocking/candidates.ts';
import { searchCandidates } from '../blocking/search.ts';
import type { SearchedEvidence } from '../blocking/search.ts';
import { MEASURED, mostBits } from '../comparison/comparison.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { SUREST } from '../../model/linkage.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { AssignmentView } from './margin.ts';
import type { Records } from '../normalize/records.ts';
import type { SurePair } from '../pairing/refine.ts';
import { sumOfWeights } from '../weights/rounds.ts';
import { linkedShare } from './belief.ts';
import { smoothCounts } from './smooth-counts.ts';
import { thinOut } from '../thin-out.ts';

/** Sure pairs whose run is looked away from; fewer tell nothing. */
const LEAST_PAIRS = 30;
const MOST_PAIRS = 1000;
/** Every pair is doubted by so much anyway: stand-ins among fewer of the pairs change nothing. */
const LEAST_SHARE = 1 - SUREST;
/** Looked at first, or more where many rows have no run. */
const FEW_PAIRS = 200;
/** Rivals so many bits below the least that counts, and below a row's best, take next to nothing from it. */
const SLACK = 3;
const DEPTH = 6;
/** Fainter pairs of a row that is not sure of its run teach next to nothing. */
const FAINTEST = 0.02;
/** Where more runs are likely, none of them stands out when one is gone. */
const MOST_LIKELY = 8;
/** Rows so many bits apart fit a run alike. */
const TWICE = 1;
/** Runs that fit a row alike, to so many bits, are mostly one that was logged twice, or its ranks: they go together. */
const COPIED = 0.1;
/** Of a run that other rows have, this share is free at least. */
const LEAST_FREE = 1e-9;
/** More bits than these are certain, and no number for long. */
const MOST_BITS = 300;

/** Share of the pairs with as many bits, and as much short of the most, whose run only stands in for one that is gone. */
export type StandInShare = (edge: number) => number;

/** Pairs of a kind: how many, how good they look, the prior's bits among them, and how much better they could. */
interface Look {
  readonly count: number;
  readonly bits: number;
  readonly short: number;
}

export interface StandInInput {
  readonly records: Records;
  readonly model: LearnedModel;
  readonly view: Pick<AssignmentView, 'edgesByRun'>;
  /** Bits from which a pair could be a match. */
  readonly least: number;
}

/**
 * Learns how good the next best run looks to a row whose own run is gone: deleted, of another project, never logged.
 *
 * The weights say how a run's values differ from those of any other; a try again minutes later, with the same settings
 * and nearly the same result, is no other run like any. So the runs of likely pairs are looked away from, and what fits
 * their rows then is what takes the place of a run that is gone. As many rows as are expected to have no run, times how
 * often they find one that good, are the wrong ones among all pairs that are (Efron 2008, local false discovery rate).
 * Good is what has many bits, and what has nearly as many as its row could get from a run measured alike: a stand-in's
 * measures are near, those of the own run are the same.
 *
 * @param sure pairs that are as good as certain, known links among them
 */
export function learnStandIns({ records, model, view, least }: StandInInput, sure: readonly SurePair[]): StandInShare {
  if (sure.length < LEAST_PAIRS) return () => 0;
  const { posterior, comparisons, candidates } = model;
  const context = { records, model, least, freeFor: freeRuns(records, model), edgesByRun: view.edgesByRun };
  const unsure = findBesideUnsure(context, sure);
  const seen = sure.length + unsure.seen;
  const gone = countGone(context);
  const looks = [...findBesideSure(context, sure, gone / seen), ...unsure.looks];
  const standIns = looks.filter(({ bits }) => bits >= least);
  if (standIns.length === 0) return () => 0;
  // those that stand in count as links so far
  const found = standIns.reduce((sum, { count }) => sum + count, 0) / seen;
  const goneInAll = gone / Math.max(1 - found, 1 / seen);
  const lookOf = (edge: number): Look => ({
    count: 1,
    bits: (candidates.weights[edge] ?? 0) + posterior.priorBits,
    short: shortOf(comparisons, candidates.rows[edge] ?? 0, candidates.runs[edge] ?? 0),
  });
  const wrong = smoothCounts(standIns);
  const all = smoothCounts(
    bestEdges(model)
      .map(lookOf)
      .filter(({ bits }) => bits >= least),
  );
  return (edge) => {
    const look = lookOf(edge);
    const near = all(look);
    return Math.min((goneInAll / seen) * wrong(look), near) / (near + 1);
  };
}

/** Bits that a run with the row's own measures would have more. */
function shortOf(comparisons: readonly Comparison[], row: number, run: number): number {
  let short = 0;
  for (const comparison of comparisons) {
    if (!MEASURED.has(comparison.name) || comparison.isMissing(row, run)) continue;
    short += Math.max(0, mostBits(comparison, row) - comparison.weigh(row, run));
  }
  return short;
}

/** Rows expected to have no run. One whose run another row fits alike has one: it was registered twice. */
function countGone({ model, least, edgesByRun }: Context): number {
  const { candidates, population, posterior } = model;
  const enough = least - posterior.priorBits;
  let gone = population.rows - posterior.expectedLinks;
  for (const edge of bestEdges(model)) {
    const weight = candidates.weights[edge] ?? 0;
    const rivals = edgesByRun.get(candidates.runs[edge] ?? 0) ?? [];
    const isTwice = rivals.some(
      (other) => other !== edge && Math.abs((candidates.weights[other] ?? 0) - weight) < TWICE,
    );
    if (weight >= enough && isTwice) gone -= 1 - linkedShare(model, candidates.rows[edge] ?? 0);
  }
  return Math.max(0, gone);
}

interface Context {
  readonly records: Records;
  readonly model: LearnedModel;
  readonly least: number;
  /** P(no other row than this one has the run). */
  readonly freeFor: (row: number, run: number) => number;
  readonly edgesByRun: AssignmentView['edgesByRun'];
}

/** For each likely run of a row that is not sure of one, the best of the others. */
function findBesideUnsure(context: Context, sure: readonly SurePair[]): { looks: Look[]; seen: number } {
  const { freeFor, least } = context;
  const { candidates, posterior, comparisons } = context.model;
  const sureRows = new Set(sure.map(({ row }) => row));
  const looks: Look[] = [];
  let seen = 0;
  for (let row = 0; row < candidates.starts.length - 1; row++) {
    if (sureRows.has(row)) continue;
    const edges = edgesOf(candidates, row);
    const likely = edges.filter((edge) => (posterior.probabilities[edge] ?? 0) >= FAINTEST);
    seen += likely.reduce((sum, edge) => sum + (posterior.probabilities[edge] ?? 0), 0);
    if (likely.length > MOST_LIKELY) continue;
    const rivals = listRivals(context, candidates, row);
    for (const edge of likely) {
      const best = bestBesideOrNull(rivals.toSpliced(edges.indexOf(edge), 1));
      if (best === null || best.bits < least) continue;
      if (Math.abs(best.weight - (candidates.weights[edge] ?? 0)) <= COPIED) continue;
      const run = candidates.runs[edge] ?? 0;
      const bits = best.bits + Math.log2(freeWithout(context, best.run, { row, run }) / freeFor(row, best.run));
      looks.push({ count: posterior.probabilities[edge] ?? 0, bits, short: shortOf(comparisons, row, best.run) });
    }
  }
  return { looks, seen };
}

/** P(no other row than this one has the run) if the pair's run were not there: who could have that one needs another. */
function freeWithout({ model, edgesByRun }: Context, run: number, gone: SurePair): number {
  const { candidates, posterior } = model;
  let taken = 0;
  for (const edge of edgesByRun.get(run) ?? []) {
    const row = candidates.rows[edge] ?? 0;
    if (row === gone.row) continue;
    const without = 1 - probabilityOf(model, row, gone.run);
    taken += (posterior.probabilities[edge] ?? 0) / Math.max(without, LEAST_FREE);
  }
  return Math.max(LEAST_FREE, 1 - taken);
}

function probabilityOf({ candidates, posterior }: LearnedModel, row: number, run: number): number {
  for (let edge = candidates.starts[row] ?? 0; edge < (candidates.starts[row + 1] ?? 0); edge++) {
    if (candidates.runs[edge] === run) return posterior.probabilities[edge] ?? 0;
  }
  return 0;
}

/**
 * What stands in for the runs of sure pairs. Some are looked at first: so many that none of them having a stand-in says that
 * no pair is to be doubted for it, however many rows have no run. Only where one has, the others follow.
 *
 * @param gonePerPair rows without a run, by pair
 */
function findBesideSure(context: Context, sure: readonly SurePair[], gonePerPair: number): Look[] {
  const pairs = thinOut(sure, MOST_PAIRS);
  const few = new Set(thinOut(pairs, Math.max(FEW_PAIRS, gonePerPair / LEAST_SHARE)));
  const count = sure.length / pairs.length;
  const looks = lookBeside(context, [...few], count);
  const others = looks.length === 0 ? [] : pairs.filter((pair) => !few.has(pair));
  return [...looks, ...lookBeside(context, others, count)];
}

/**
 * For each pair the best run beside its own, given that others have runs too. One that beats the own run is no stand-in:
 * somebody linked the row to a wrong one.
 */
function lookBeside(context: Context, pairs: readonly SurePair[], count: number): Look[] {
  const { records, model, least } = context;
  const rejectedByRow = new Map(records.rejectedByRow);
  for (const { row, run } of pairs) rejectedByRow.set(row, new Set([...(rejectedByRow.get(row) ?? []), run]));
  const { posterior } = model;
  // most runs are taken: that comes first, so that the search gives them up by it alone
  const comparisons = [takenRuns(context), ...model.comparisons];
  const floor = least - SLACK - posterior.priorBits;
  const rows = pairs.map(({ row }) => row);
  const found = searchCandidates({ ...records, rejectedByRow }, { comparisons, floor, depth: DEPTH, rows });
  return pairs.flatMap(({ row, run }) => {
    const rivals = edgesOf(found, row).map((edge) => ({
      run: found.runs[edge] ?? 0,
      bits: (found.weights[edge] ?? 0) + posterior.priorBits,
    }));
    const best = bestBesideOrNull(rivals);
    const own = sumOfWeights(model.comparisons, row, run) + posterior.priorBits;
    if (best === null || best.ownBits > own) return [];
    return [{ count, bits: best.bits, short: shortOf(model.comparisons, row, best.run) }];
  });
}

/** What the other rows leave of a run, as evidence that the search can ask. */
function takenRuns({ freeFor }: Context): SearchedEvidence {
  return {
    weigh: (row, run) => Math.log2(freeFor(row, run)),
    steps: () => [{ bound: 0, size: 0 }],
    collect() {
      // that a run is free is no reason to look at it
    },
  };
}

function listRivals({ model, freeFor }: Context, { runs, weights, starts }: Candidates, row: number): WeighedRival[] {
  return edgesOf({ starts }, row).map((edge) => {
    const run = runs[edge] ?? 0;
    const weight = weights[edge] ?? 0;
    return { run, weight, bits: weight + model.posterior.priorBits + Math.log2(freeFor(row, run)) };
  });
}

function edgesOf({ starts }: { readonly starts: Int32Array }, row: number): number[] {
  const from = starts[row] ?? 0;
  return Array.from({ length: (starts[row + 1] ?? 0) - from }, (_item, at) => from + at);
}

interface Rival {
  readonly run: number;
  /** Weight with the prior, and with what the run's other rows leave. */
  readonly bits: number;
}

interface WeighedRival extends Rival {
  readonly weight: number;
}

/** The best, with its bits against no link and against all others. */
function bestBesideOrNull<T extends Rival>(rivals: readonly T[]): (T & { readonly ownBits: number }) | null {
  const [first] = rivals;
  if (first === undefined) return null;
  const best = rivals.reduce((one, other) => (other.bits > one.bits ? other : one), first);
  let odds = 1;
  for (const rival of rivals) if (rival !== best) odds += 2 ** Math.min(MOST_BITS, rival.bits);
  return { ...best, bits: best.bits - Math.log2(odds), ownBits: best.bits };
}

/** P(no other row than this one has the run). */
function freeRuns(records: Records, model: LearnedModel): (row: number, run: number) => number {
  const { candidates, posterior } = model;
  const taken = new Float64Array(records.runs.length);
  for (let edge = 0; edge < candidates.rows.length; edge++) {
    const run = candidates.runs[edge] ?? 0;
    taken[run] = (taken[run] ?? 0) + (posterior.probabilities[edge] ?? 0);
  }
  return (row, run) => Math.max(LEAST_FREE, 1 - (taken[run] ?? 0) + probabilityOf(model, row, run));
}

/** Each row's best pair. */
function bestEdges({ candidates, posterior }: LearnedModel): number[] {
  const edges: number[] = [];
  for (let row = 0; row < candidates.starts.length - 1; row++) {
    let best = -1;
    for (let edge = candidates.starts[row] ?? 0; edge < (candidates.starts[row + 1] ?? 0); edge++) {
      if ((posterior.probabilities[edge] ?? 0) > (posterior.probabilities[best] ?? 0)) best = edge;
    }
    if (best >= 0) edges.push(best);
  }
  return edges;
}
