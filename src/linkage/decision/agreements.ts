import type { Comparison } from '../comparison/comparison.ts';
import type { SurePair } from '../pairing/refine.ts';

/** What was measured of rows and runs; null for a pair of which it cannot say whether both are the same. */
interface Measured {
  agreesOrNull(row: number, run: number): boolean | null;
}

/** Of the pairs that have a measured value on both sides, whether it agrees. */
export function agreementsOf(measured: Measured | undefined, pairs: readonly SurePair[]): boolean[] {
  return pairs.map(({ row, run }) => measured?.agreesOrNull(row, run) ?? null).filter((agrees) => agrees !== null);
}

/** Of a comparison; 0 where there are no pairs. */
export function meanBits(comparison: Comparison, pairs: readonly SurePair[]): number {
  return pairs.reduce((sum, { row, run }) => sum + comparison.weigh(row, run), 0) / Math.max(1, pairs.length);
}
