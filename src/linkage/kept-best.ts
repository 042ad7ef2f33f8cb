import type { MetricsComparison } from './comparison/metrics.ts';
import type { SettingsComparison } from './comparison/settings.ts';
import type { SurePair } from './pairing/refine.ts';

/** Deviations beyond the rounding from which on they show a side. */
const LEAST_DEVIATIONS = 30;
/** Share of them that may be on the other side: some pairs are wrong. */
const OTHER_SIDE = 1 / 40;
/**
 * Share of the deviations below half of their median. It is a quarter where all are as likely up to twice the median, and
 * more where small ones are the commonest. A bell so far from zero that all but so few are on one side has 0.16.
 */
const PILED = 0.21;
/** Where a run of nearly the same settings is as near as a row's own, a half. */
const NEARER = 0.8;
const LEAST_SIBLINGS = 10;
/** Pairs that are looked at, and others of them for each. */
const MOST_PAIRS = 300;
const MOST_OTHERS = 4000;

export interface KeptMetrics {
  readonly metrics: MetricsComparison;
  readonly settings: SettingsComparison;
}

/**
 * Whether the rows keep the best value of their metrics where the runs end with the last one. Such values differ to one
 * side only, most of them by little, and each is nearer to its own run's than to that of a run of nearly the same
 * settings. What somebody else measured with the same settings lies on both sides, or off zero where their recipe is
 * better, and as near as the next seed.
 *
 * @param sure pairs that are as good as certain
 */
export function keepBest({ metrics, settings }: KeptMetrics, sure: readonly SurePair[]): boolean {
  const numbers = Array.from({ length: metrics.metricCount }, (_item, metric) => metric);
  const told = numbers.filter((metric) => gapsOf(metrics, metric, sure).length >= LEAST_DEVIATIONS);
  const kept = told.filter(
    (metric) => isOneSided(gapsOf(metrics, metric, sure)) && areNearerThanSiblings({ metrics, settings }, metric, sure),
  );
  return kept.length > told.length / 2;
}

function gapsOf(metrics: MetricsComparison, metric: number, sure: readonly SurePair[]): number[] {
  return sure.map(({ row, run }) => metrics.gapOf(metric, row, run)).filter((gap) => !Number.isNaN(gap));
}

/** To one side of zero, and piled up at it. */
function isOneSided(gaps: readonly number[]): boolean {
  const above = gaps.filter((gap) => gap > 1).length;
  const below = gaps.filter((gap) => gap < -1).length;
  const sizes = gaps.map(Math.abs).toSorted((a, b) => a - b);
  const half = (sizes[sizes.length >> 1] ?? 0) / 2;
  const near = sizes.filter((size) => size <= half).length;
  return (
    above + below >= LEAST_DEVIATIONS &&
    Math.min(above, below) <= OTHER_SIDE * (above + below) &&
    near >= PILED * sizes.length
  );
}

/** Whatever it is in which the siblings differ: where that is a seed, theirs are other draws of the same thing. */
function areNearerThanSiblings({ metrics, settings }: KeptMetrics, metric: number, sure: readonly SurePair[]): boolean {
  const counts = new Map<number, { nearer: number; compared: number }>();
  const others = thinOut(sure, MOST_OTHERS);
  for (const { row, run } of thinOut(sure, MOST_PAIRS)) {
    const own = Math.abs(metrics.gapOf(metric, row, run));
    for (const { other, differing } of siblingsOf(settings, { row, run }, others)) {
      const gap = Math.abs(metrics.gapOf(metric, row, other));
      if (Number.isNaN(own) || Number.isNaN(gap)) continue;
      const count = counts.get(differing) ?? { nearer: 0, compared: 0 };
      counts.set(differing, count);
      count.compared++;
      if (own < gap) count.nearer++;
    }
  }
  const many = [...counts.values()].filter(({ compared }) => compared >= LEAST_SIBLINGS);
  return many.length > 0 && many.every(({ nearer, compared }) => nearer >= NEARER * compared);
}

/** The runs of other pairs that differ from the row in the fewest settings, and in which. */
function siblingsOf(
  settings: SettingsComparison,
  { row, run }: SurePair,
  others: readonly SurePair[],
): { readonly other: number; readonly differing: number }[] {
  const siblings = others
    .filter((other) => other.run !== run)
    .map((other) => ({ other: other.run, differing: settings.compare(row, other.run).differing }));
  const fewest = Math.min(...siblings.map(({ differing }) => countBits(differing)));
  return siblings.filter(({ differing }) => countBits(differing) === fewest);
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function thinOut<T>(all: readonly T[], most: number): T[] {
  const stride = Math.ceil(all.length / most);
  return all.filter((_item, at) => at % stride === 0);
}
