import { MetricsComparison } from '../comparison/metrics.ts';
import type { LearnedModel } from '../weights/learn.ts';
import { OF_ONE_RUN } from './measured-dissent.ts';
import type { SurePair } from '../pairing/refine.ts';
import type { Objection } from './weakness.ts';

/** Bits from which a comparison agrees. */
const AGREES = 1;
/** Metrics are exact where this share of the pairs agree to the last digit that are sure by another such comparison. */
const NEARLY_ALL = 0.8;
const LEAST_PAIRS = 10;

/**
 * Finds pairs whose metrics differ in a registry whose rows keep them exactly, and which settings alone carry. A run of
 * the same settings has similar scores: where a row's own run was deleted, the next try would take its place.
 *
 * @param sure pairs that are as good as certain
 * @returns what speaks against a pair; null where nothing does
 */
export function createMetricsCheck(
  { comparisons, candidates }: LearnedModel,
  sure: readonly SurePair[],
): (edge: number) => Objection | null {
  const metrics = comparisons.find((comparison) => comparison instanceof MetricsComparison);
  const others = comparisons.filter(({ name }) => OF_ONE_RUN.has(name));
  const isSingledOut = (row: number, run: number): boolean => others.some((one) => one.weigh(row, run) > AGREES);
  const agreements = sure
    .filter(({ row, run }) => isSingledOut(row, run))
    .map(({ row, run }) => metrics?.agreesOrNull(row, run) ?? null)
    .filter((agrees) => agrees !== null);
  const agreeing = agreements.filter(Boolean).length;
  if (metrics === undefined || agreements.length < LEAST_PAIRS || agreeing < NEARLY_ALL * agreements.length) {
    return () => null;
  }
  return (edge) => {
    const row = candidates.rows[edge] ?? 0;
    const run = candidates.runs[edge] ?? 0;
    if (metrics.agreesOrNull(row, run) !== false || isSingledOut(row, run)) return null;
    return { reason: `its metrics differ where those of nearly all links agree: ${metrics.describe(row, run).words}` };
  };
}
