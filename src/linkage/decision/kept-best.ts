import type { MetricsComparison } from '../comparison/metrics.ts';
import type { SettingsComparison } from '../comparison/settings.ts';
import type { SurePair } from '../pairing/refine.ts';
import { areNearerThanSiblings } from './siblings.ts';

/** Deviations beyond the rounding from which on they show a side. */
const LEAST_DEVIATIONS = 30;
/** Share of them that may be on the other side: some pairs are wrong. */
const OTHER_SIDE = 1 / 40;
/**
 * Share of the deviations below half of their median. It is a quarter where all are as likely up to twice the median, and
 * more where small ones are the commonest. A bell so far from zero that all but so few are on one side has 0.16.
 */
const PILED = 0.21;

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
    (metric) =>
      isOneSided(gapsOf(metrics, metric, sure)) &&
      areNearerThanSiblings(settings, sure, (row, run) => Math.abs(metrics.gapOf(metric, row, run))),
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
