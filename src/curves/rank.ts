import type { Curve, Goal, Points } from './curve.ts';

/** By the curve's last value, or by the best that it ever had. */
export const RANKINGS = ['final', 'best'] as const;
export type Ranking = (typeof RANKINGS)[number];

/** NaN where the curve has no value at all. */
export function finalValue({ y }: Points): number {
  return y.findLast((value) => !Number.isNaN(value)) ?? Number.NaN;
}

function bestValue({ y }: Points, goal: Goal): number {
  const finite = y.filter((value) => !Number.isNaN(value));
  return finite.reduce((best, value) => ((goal === 'min') === value < best ? value : best), finite[0] ?? Number.NaN);
}

/**
 * Which way is better, learned from the curves: training moves a metric where it should go, so the direction that most of
 * them took from their first tenth to their last. Names decide a tie: errors and losses are to be small.
 */
export function learnGoal(curves: readonly Pick<Curve, 'y' | 'metric'>[]): Goal {
  const moves = curves.map(({ y }) => Math.sign(meanOfEnd(y, 'last') - meanOfEnd(y, 'first')));
  const sum = moves.reduce((total, move) => total + (Number.isNaN(move) ? 0 : move), 0);
  if (sum !== 0) return sum > 0 ? 'max' : 'min';
  return curves.some(({ metric }) => /loss|err|regret|perplexity|\b(mse|mae|nll|fid|ppl)\b/i.test(metric))
    ? 'min'
    : 'max';
}

function meanOfEnd(y: Float64Array, end: 'first' | 'last'): number {
  const finite = y.filter((value) => !Number.isNaN(value));
  const count = Math.max(1, Math.floor(finite.length / 10));
  const part = end === 'first' ? finite.subarray(0, count) : finite.subarray(-count);
  return part.reduce((sum, value) => sum + value, 0) / part.length;
}

export interface BestChoice {
  readonly count: number;
  readonly by: Ranking;
  readonly goal: Goal;
}

/** The run ids of the best curves, best first; equal ones by run id. Curves without a value are never among them. */
export function pickBest(curves: readonly Curve[], { count, by, goal }: BestChoice): readonly string[] {
  const sign = goal === 'max' ? -1 : 1;
  return curves
    .map((curve) => ({ id: curve.run.runId, value: by === 'best' ? bestValue(curve, goal) : finalValue(curve) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => sign * (a.value - b.value) || (a.id < b.id ? -1 : 1))
    .slice(0, count)
    .map(({ id }) => id);
}
