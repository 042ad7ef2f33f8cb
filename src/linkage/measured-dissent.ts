import type { Comparison } from './comparison/comparison.ts';
import { MetricsComparison } from './comparison/metrics.ts';
import type { LearnedModel } from './learn.ts';
import type { SurePair } from './pairing/refine.ts';

/** Links whose metrics can be held against each other before they are judged. */
const LEAST_LINKS = 10;
/** Share of the sure links that have to have such metrics. */
const LEAST_SHARE = 0.5;
/** Share of these links on which metrics have to agree as far as the rows kept them. */
const MOSTLY = 0.6;
/** Bits on average from which a comparison tells one run of a setting from another. */
const TELLS = 1.5;
/** Comparisons of what only one run has, whatever its settings. */
const OF_ONE_RUN: ReadonlySet<string> = new Set(['time', 'duration', 'text']);

/**
 * Whether the links are carried by settings and names alone while the metrics, which would agree on the run that a row
 * came from, differ on most of them. Two people who train the same grid of settings have rows and runs with the same
 * settings throughout, and similar scores; what never repeats is a figure to its last digit, a start or a duration.
 *
 * @param sure pairs that are as good as certain
 * @returns the share of the links whose metrics agree, or null where nothing is wrong
 */
export function findDissentOrNull({ comparisons }: LearnedModel, sure: readonly SurePair[]): number | null {
  const metrics = comparisons.find((comparison) => comparison instanceof MetricsComparison);
  if (metrics === undefined) return null;
  const agreements = sure.map(({ row, run }) => metrics.agreesOrNull(row, run)).filter((agrees) => agrees !== null);
  if (agreements.length < Math.max(LEAST_LINKS, LEAST_SHARE * sure.length)) return null;
  const share = agreements.filter(Boolean).length / agreements.length;
  if (share >= MOSTLY) return null;
  return comparisons.some((one) => OF_ONE_RUN.has(one.name) && meanBits(one, sure) >= TELLS) ? null : share;
}

function meanBits(comparison: Comparison, pairs: readonly SurePair[]): number {
  return pairs.reduce((sum, { row, run }) => sum + comparison.weigh(row, run), 0) / pairs.length;
}
