import type { Comparison } from './comparison/comparison.ts';
import { MetricsComparison } from './comparison/metrics.ts';
import { SettingsComparison } from './comparison/settings.ts';
import { keepBest } from './kept-best.ts';
import type { LearnedModel } from './learn.ts';
import type { SurePair } from './pairing/refine.ts';

/** Links on which a measured value is on both sides before it is judged, and the share of the sure ones that they are. */
const LEAST_LINKS = 10;
const LEAST_SHARE = 0.3;
/** Share of these links on which metrics have to agree as far as the rows kept them. */
const MOSTLY = 0.6;
/** Bits on average from which a comparison tells one run of a setting from another. */
const TELLS = 1.5;
/** Comparisons of what only one run has, whatever its settings. */
export const OF_ONE_RUN: ReadonlySet<string> = new Set(['time', 'duration', 'text']);
/** Bits on average below which durations contradict the links. */
const CONTRADICTS = -2;

/**
 * What was measured and speaks against the links as a whole, as a sentence; null where nothing does.
 *
 * Two people who train the same grid of settings have rows and runs with the same settings throughout, and similar
 * scores; what never repeats is a figure to its last digit, a start or a duration. And the evaluation of a model has its
 * name, its settings and its scores, but takes minutes where the training took a day.
 *
 * @param sure pairs that are as good as certain
 */
export function findDissentOrNull({ comparisons }: LearnedModel, sure: readonly SurePair[]): string | null {
  const duration = comparisons.find(({ name }) => name === 'duration');
  const isFar = duration !== undefined && meanBits(duration, measuredBy(duration, sure)) < CONTRADICTS;
  if (isFar) return 'runs and rows are of two kinds of jobs: their durations differ by far on most of the links';
  const metrics = comparisons.find((comparison) => comparison instanceof MetricsComparison);
  if (metrics === undefined) return null;
  const agreements = sure.map(({ row, run }) => metrics.agreesOrNull(row, run)).filter((agrees) => agrees !== null);
  if (!areEnough(agreements, sure)) return null;
  const share = agreements.filter(Boolean).length / agreements.length;
  const isTold = comparisons.some((one) => OF_ONE_RUN.has(one.name) && meanBits(one, sure) >= TELLS);
  if (share >= MOSTLY || isTold) return null;
  const settings = comparisons.find((comparison) => comparison instanceof SettingsComparison);
  if (settings !== undefined && keepBest({ metrics, settings }, sure)) return null;
  const percent = `${(100 * share).toFixed(0)} %`;
  return `settings alone speak for the links: final metrics agree on ${percent} of them, and nothing else measured does`;
}

/** The pairs that a comparison can speak for; none where these are too few. */
function measuredBy(comparison: Comparison, sure: readonly SurePair[]): readonly SurePair[] {
  const pairs = sure.filter(({ row, run }) => !comparison.isMissing(row, run));
  return areEnough(pairs, sure) ? pairs : [];
}

function areEnough(some: readonly unknown[], sure: readonly SurePair[]): boolean {
  return some.length >= Math.max(LEAST_LINKS, LEAST_SHARE * sure.length);
}

/** 0 where there are no pairs. */
function meanBits(comparison: Comparison, pairs: readonly SurePair[]): number {
  return pairs.reduce((sum, { row, run }) => sum + comparison.weigh(row, run), 0) / Math.max(1, pairs.length);
}
