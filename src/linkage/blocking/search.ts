import type { Comparison, SearchStep } from '../comparison/comparison.ts';
import type { Records } from '../normalize/records.ts';
import { createCandidateBuilder } from './candidates.ts';
import type { Candidates } from './candidates.ts';

/** What the search asks of a comparison. */
export type SearchedEvidence = Pick<Comparison, 'hasJointBounds' | 'weigh' | 'steps' | 'most' | 'collect'>;

export interface SearchOptions {
  readonly comparisons: readonly SearchedEvidence[];
  /** Least weight that a pair needs to matter, in bits without the prior. */
  readonly floor: number;
  /** Rivals further below a row's best pair than this cannot unsettle it. */
  readonly depth: number;
  /** Rows to search for; all open ones where left out. */
  readonly rows?: readonly number[];
  /** Runs looked at for one row; a row that would need more is cut. Shared out among the rows where left out. */
  readonly mostVisits?: number;
}

/** Runs of a list before which the shorter ones are looked at by themselves. */
const LONG_LIST = 200;
/** The floor starts this far below what a row could reach at most and is lowered until it holds. */
const FLOOR_STRIDE = 14;
/** Pairs looked at, which bounds time where thousands of runs fit alike, and what a row gets of them … */
const VISIT_BUDGET = 30_000_000;
const LEAST_VISITS = 400;
const MOST_VISITS = 20_000;
/** … at first, for as long as they last: hardly any row needs more, and no row is then searched twice. */
const FIRST_VISITS = 4000;
/** Weights that are added up in another order differ by less than this. */
const EPSILON = 1e-9;
/**
 * Comparisons that take their time to count their lists are asked for them one after the other, as long as those that
 * are known would need more runs.
 */
const FEW_VISITS = 48;

/**
 * Finds every pair whose weight reaches the floor, and for each row the rivals within `depth` bits of its best pair.
 *
 * The weight is a sum over comparisons, and each of them can list the runs that get more than a bound from it. If the
 * bounds of the lists that are searched add up to less than the floor, a run in none of the lists stays below it: the
 * search is exact and looks at the cheapest lists only. The idea is that of MaxScore (Turtle and Flood, 1995).
 */
export function searchCandidates(records: Records, options: SearchOptions): Candidates {
  const rows = options.rows ?? numbersOfSet(records.openRows);
  const builder = createCandidateBuilder();
  const cutRows = new Uint8Array(records.rows.length);
  const search = new RowSearch(records, options);
  const keep = (row: number, found: RowResult): void => {
    if (found.isCut || found.isCrowded) cutRows[row] = 1;
    for (const { run, weight } of found.pairs) builder.add(row, run, weight);
  };
  // most rows need few visits, so what they leave serves those that need many
  const share = shareOfVisits(rows.length);
  const hard = rows.filter((row) => {
    if (options.mostVisits !== undefined) return true;
    const found = search.find(row, search.visits < VISIT_BUDGET ? Math.max(FIRST_VISITS, share) : share);
    if (!found.isCut) keep(row, found);
    return found.isCut;
  });
  const mostVisits = options.mostVisits ?? shareOfVisits(hard.length);
  for (const row of hard) keep(row, search.find(row, mostVisits));
  return builder.build(records.rows.length, cutRows);
}

function shareOfVisits(rowCount: number): number {
  return Math.min(MOST_VISITS, Math.max(LEAST_VISITS, VISIT_BUDGET / Math.max(1, rowCount)));
}

interface RowResult {
  readonly pairs: readonly { readonly run: number; readonly weight: number }[];
  /** More runs may fit than were looked at. */
  readonly isCut: boolean;
  /** More runs fit than are kept. */
  readonly isCrowded: boolean;
}

/** The search of one row after the other, with the buffers that they share. */
class RowSearch {
  readonly #records: Records;
  readonly #options: SearchOptions;
  /** Number of the search that saw a run last. */
  readonly #stamps: Int32Array;
  #stamp = 0;
  /** Runs that were weighed, all rows together. */
  visits = 0;
  /** The most that each comparison gives a run not met yet: one outside of all its lists that were collected. */
  readonly #caps: Float64Array;
  /** The most that the comparisons after each one can still add to it. */
  readonly #restBounds: Float64Array;
  #row = 0;
  /** Runs that a person refused for the row. */
  #rejected: ReadonlySet<number> | undefined;
  #best = -Infinity;
  #runs: number[] = [];
  #weights: number[] = [];
  readonly #sink = (run: number): void => this.#look(run);

  constructor(records: Records, options: SearchOptions) {
    this.#records = records;
    this.#options = options;
    this.#stamps = new Int32Array(records.runs.length).fill(-1);
    this.#caps = new Float64Array(options.comparisons.length);
    this.#restBounds = new Float64Array(options.comparisons.length);
  }

  find(row: number, mostVisits: number): RowResult {
    const { comparisons, floor, depth } = this.#options;
    const steps = comparisons.map((comparison) => firstSteps(comparison, row));
    /** Of the comparisons before this one all lists are known. */
    let unasked = nextUnasked(comparisons, 0);
    this.#start(row, steps);
    let taken = steps.map(() => 0);
    let goal = Math.max(floor, sumOfBounds(steps, taken) - FLOOR_STRIDE);
    let isCut = false;
    for (;;) {
      const isWhole = unasked === comparisons.length;
      const chosen = chooseSteps(steps, taken, { goal, mostVisits: isWhole ? mostVisits : FEW_VISITS });
      this.#collect(steps, taken, chosen);
      taken = chosen;
      isCut = sumOfBounds(steps, taken) >= Math.max(goal, this.#best - depth);
      if (isCut && !isWhole) {
        steps[unasked] = comparisons[unasked]?.steps(row, mostVisits) ?? [];
        unasked = nextUnasked(comparisons, unasked + 1);
        continue;
      }
      if (isCut || !(goal > floor) || this.#best - depth >= goal) break;
      goal = Math.max(floor, Math.min(goal - FLOOR_STRIDE, this.#best - depth));
    }
    if (isCut && this.#records.runs.length <= mostVisits) {
      for (let run = 0; run < this.#records.runs.length; run++) this.#look(run);
      isCut = false;
    }
    const pairs = keepRivals(this.#runs, this.#weights, Math.max(floor, this.#best - depth) - EPSILON);
    return {
      pairs: pairs.slice(0, MOST_RIVALS).sort((a, b) => a.run - b.run),
      isCut,
      isCrowded: pairs.length > MOST_RIVALS,
    };
  }

  #start(row: number, steps: readonly (readonly SearchStep[])[]): void {
    this.#stamp++;
    this.#row = row;
    this.#rejected = this.#records.rejectedByRow.get(row);
    this.#best = -Infinity;
    this.#runs = [];
    this.#weights = [];
    for (let at = 0; at < steps.length; at++) this.#caps[at] = steps[at]?.[0]?.bound ?? 0;
    this.#sumCaps();
  }

  #sumCaps(): void {
    let rest = 0;
    for (let at = this.#caps.length - 1; at >= 0; at--) {
      this.#restBounds[at] = rest;
      rest += this.#caps[at] ?? 0;
    }
  }

  /** Those first that then leave the least to the runs of the others' lists. */
  #collect(steps: readonly (readonly SearchStep[])[], taken: readonly number[], chosen: readonly number[]): void {
    const dropOf = (at: number): number =>
      (steps[at]?.[taken[at] ?? 0]?.bound ?? 0) - (steps[at]?.[chosen[at] ?? 0]?.bound ?? 0);
    const wider = steps.flatMap((_own, at) => ((chosen[at] ?? 0) > (taken[at] ?? 0) ? [at] : []));
    for (const at of wider.sort((a, b) => dropOf(b) - dropOf(a) || a - b)) {
      this.#collectLists(at, steps[at] ?? [], { from: taken[at] ?? 0, to: chosen[at] ?? 0 });
    }
  }

  /** A long list after the shorter ones before it: most of its runs are in none of them, and get less than those that are. */
  #collectLists(at: number, steps: readonly SearchStep[], { from, to }: { from: number; to: number }): void {
    const size = steps[to]?.size ?? 0;
    const comparison = this.#options.comparisons[at];
    for (let step = from + 1; step <= to; step++) {
      const list = steps[step];
      if (list === undefined || (step < to && list.size > 0 && !isWorthwhile(list.size, size))) continue;
      if (list.size > 0) comparison?.collect({ row: this.#row, step }, this.#sink);
      if (comparison?.hasJointBounds === true) continue;
      this.#caps[at] = Math.min(this.#caps[at] ?? 0, list.bound);
      this.#sumCaps();
    }
  }

  /** Weighs a run once, and gives it up as soon as the rest cannot save it. */
  #look(run: number): void {
    if (this.#stamps[run] === this.#stamp) return;
    this.#stamps[run] = this.#stamp;
    this.visits++;
    if (this.#records.freeRuns[run] !== 1 || this.#rejected?.has(run) === true) return;
    const { comparisons, floor, depth } = this.#options;
    const least = Math.max(floor, this.#best - depth) - EPSILON;
    let weight = 0;
    for (let at = 0; at < comparisons.length; at++) {
      weight += comparisons[at]?.weigh(this.#row, run) ?? 0;
      if (weight + (this.#restBounds[at] ?? 0) < least) return;
    }
    if (weight > this.#best) this.#best = weight;
    this.#runs.push(run);
    this.#weights.push(weight);
  }
}

function isWorthwhile(size: number, ofLonger: number): boolean {
  return ofLonger >= LONG_LIST && size <= ofLonger / 2;
}

/** All lists, or the bound alone where it costs less. */
function firstSteps(comparison: SearchedEvidence, row: number): readonly SearchStep[] {
  return comparison.most === undefined ? comparison.steps(row) : [{ bound: comparison.most(row), size: 0 }];
}

/** Number of the next comparison that has only given its bound as yet. */
function nextUnasked(comparisons: readonly SearchedEvidence[], from: number): number {
  let at = from;
  while (at < comparisons.length && comparisons[at]?.most === undefined) at++;
  return at;
}

function sumOfBounds(steps: readonly (readonly SearchStep[])[], chosen: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < steps.length; at++) sum += steps[at]?.[chosen[at] ?? 0]?.bound ?? 0;
  return sum;
}

/** Widens the list that lowers the bound at the least cost, until no run outside of the lists can reach the goal. */
function chooseSteps(
  steps: readonly (readonly SearchStep[])[],
  from: readonly number[],
  limits: { readonly goal: number; readonly mostVisits: number },
): number[] {
  const chosen = [...from];
  let sum = sumOfBounds(steps, chosen);
  while (sum >= limits.goal) {
    let bestAt = -1;
    let bestStep = 0;
    let leastCost = Infinity;
    for (let at = 0; at < steps.length; at++) {
      const own = steps[at] ?? [];
      const now = own[chosen[at] ?? 0];
      if (now === undefined) continue;
      for (let step = (chosen[at] ?? 0) + 1; step < own.length; step++) {
        const next = own[step];
        if (next === undefined || next.size > limits.mostVisits || next.bound >= now.bound) continue;
        const needed = Math.min(now.bound - next.bound, sum - limits.goal + 1e-9);
        const cost = (next.size - now.size + 1) / needed;
        if (cost >= leastCost) continue;
        leastCost = cost;
        bestAt = at;
        bestStep = step;
      }
    }
    if (bestAt < 0) break;
    chosen[bestAt] = bestStep;
    sum = sumOfBounds(steps, chosen);
  }
  return chosen;
}

/** More rivals than these say no more than that the row is open. */
const MOST_RIVALS = 200;

/** The pairs that reach the floor, the heaviest first where they are too many to keep. */
function keepRivals(runs: readonly number[], weights: readonly number[], floor: number): RowResult['pairs'] {
  const pairs = runs.map((run, at) => ({ run, weight: weights[at] ?? 0 })).filter((pair) => pair.weight >= floor);
  return pairs.length > MOST_RIVALS ? pairs.sort((a, b) => b.weight - a.weight || a.run - b.run) : pairs;
}

export function numbersOfSet(flags: Uint8Array): number[] {
  const numbers: number[] = [];
  for (const [at, flag] of flags.entries()) if (flag === 1) numbers.push(at);
  return numbers;
}
