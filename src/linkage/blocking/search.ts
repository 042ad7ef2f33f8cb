import type { Comparison, SearchStep } from '../comparison/comparison.ts';
import type { Records } from '../normalize/records.ts';
import { createCandidateBuilder } from './candidates.ts';
import type { Candidates } from './candidates.ts';

export interface SearchOptions {
  readonly comparisons: readonly Comparison[];
  /** Least weight that a pair needs to matter, in bits without the prior. */
  readonly floor: number;
  /** Rivals further below a row's best pair than this cannot unsettle it. */
  readonly depth: number;
  /** Rows to search for; all open ones where left out. */
  readonly rows?: readonly number[];
}

/** The floor starts this far below what a row could reach at most and is lowered until it holds. */
const FLOOR_STRIDE = 14;
/** Pairs looked at in all, which bounds time where thousands of runs fit alike. */
const VISIT_BUDGET = 30_000_000;

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
  const search = createRowSearch(records, options, rows.length);
  for (const row of rows) {
    const found = search(row);
    if (found.isCut) cutRows[row] = 1;
    for (const { run, weight } of found.pairs) builder.add(row, run, weight);
  }
  return builder.build(records.rows.length, cutRows);
}

interface RowResult {
  readonly pairs: readonly { readonly run: number; readonly weight: number }[];
  readonly isCut: boolean;
}

function createRowSearch(records: Records, options: SearchOptions, rowCount: number): (row: number) => RowResult {
  const { comparisons, floor, depth } = options;
  const stamps = new Int32Array(records.runs.length).fill(-1);
  const mostVisits = Math.min(20_000, Math.max(400, VISIT_BUDGET / Math.max(1, rowCount)));
  /** The most that the comparisons after each one can still add. */
  const restBounds = new Float64Array(comparisons.length);
  let stamp = 0;

  return (row) => {
    stamp++;
    const rejected = records.rejectedByRow.get(row);
    const runs: number[] = [];
    const weights: number[] = [];
    let best = -Infinity;
    const sink = (run: number): void => {
      if (stamps[run] === stamp || records.freeRuns[run] !== 1 || rejected?.has(run) === true) return;
      stamps[run] = stamp;
      const least = Math.max(floor, best - depth);
      let weight = 0;
      for (let at = 0; at < comparisons.length; at++) {
        weight += comparisons[at]?.weigh(row, run) ?? 0;
        if (weight + (restBounds[at] ?? 0) < least) return;
      }
      if (weight > best) best = weight;
      runs.push(run);
      weights.push(weight);
    };
    const steps = comparisons.map((comparison) => comparison.steps(row));
    for (let at = comparisons.length - 1, rest = 0; at >= 0; at--) {
      restBounds[at] = rest;
      rest += steps[at]?.[0]?.bound ?? 0;
    }
    let goal = Math.max(floor, sumOfBounds(steps, []) - FLOOR_STRIDE);
    let isCut = false;
    let taken: number[] = steps.map(() => 0);
    for (;;) {
      const chosen = chooseSteps(steps, taken, { goal, mostVisits });
      for (const [at, comparison] of comparisons.entries()) {
        const step = chosen[at] ?? 0;
        if (step > (taken[at] ?? 0)) comparison.collect({ row, step }, sink);
      }
      taken = chosen;
      isCut = sumOfBounds(steps, taken) >= Math.max(goal, best - depth);
      if (isCut && records.runs.length <= mostVisits) {
        for (let run = 0; run < records.runs.length; run++) sink(run);
        isCut = false;
        break;
      }
      if (isCut || goal <= floor || best - depth >= goal) break;
      goal = Math.max(floor, Math.min(goal - FLOOR_STRIDE, best - depth));
    }
    return { pairs: keepRivals(runs, weights, Math.max(floor, best - depth)), isCut };
  };
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
    let best = { at: -1, step: 0, cost: Infinity };
    for (const [at, own] of steps.entries()) {
      const now = own[chosen[at] ?? 0];
      if (now === undefined) continue;
      for (let step = (chosen[at] ?? 0) + 1; step < own.length; step++) {
        const next = own[step];
        if (next === undefined || next.size > limits.mostVisits || next.bound >= now.bound) continue;
        const needed = Math.min(now.bound - next.bound, sum - limits.goal + 1e-9);
        const cost = (next.size - now.size + 1) / needed;
        if (cost < best.cost) best = { at, step, cost };
      }
    }
    if (best.at < 0) break;
    chosen[best.at] = best.step;
    sum = sumOfBounds(steps, chosen);
  }
  return chosen;
}

/** More rivals than these say no more than that the row is open. */
const MOST_RIVALS = 200;

function keepRivals(runs: readonly number[], weights: readonly number[], floor: number): RowResult['pairs'] {
  const pairs = runs.map((run, at) => ({ run, weight: weights[at] ?? 0 })).filter((pair) => pair.weight >= floor);
  if (pairs.length > MOST_RIVALS) {
    pairs.sort((a, b) => b.weight - a.weight || a.run - b.run);
    pairs.length = MOST_RIVALS;
  }
  return pairs.sort((a, b) => a.run - b.run);
}

export function numbersOfSet(flags: Uint8Array): number[] {
  const numbers: number[] = [];
  for (const [at, flag] of flags.entries()) if (flag === 1) numbers.push(at);
  return numbers;
}
