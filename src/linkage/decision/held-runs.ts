import type { Comparison } from '../comparison/comparison.ts';
import type { Records } from '../normalize/records.ts';
import { leastBitsAlone } from '../posterior/competition.ts';
import type { LearnedModel } from '../weights/learn.ts';
import { sumOfWeights } from '../weights/rounds.ts';

/** Bits by which a linked run fits a row better than the best one that is free. */
const BETTER = 3;
/** Lists of more runs than this are no few that fit. */
const MOST_LISTED = 200;

/**
 * Finds the run that a row would be linked to if it were not another row's already, in words; null where none is. Of a
 * link that somebody got wrong, the row that it takes the run from is all that shows it.
 *
 * @param best weight of the best pair of the row with a free run, −Infinity without one
 */
export function createHolderCheck(records: Records, model: LearnedModel): (row: number, best: number) => string | null {
  const holders = new Map(records.labels.map(({ row, run }) => [run, row]));
  const alone = leastBitsAlone(model.posterior.expectedLinks, model.population);
  return (row, best) => {
    if (holders.size === 0) return null;
    const rejected = records.rejectedByRow.get(row);
    const weighed = listNear(model.comparisons, row)
      .filter((run) => holders.has(run) && rejected?.has(run) !== true)
      .map((run) => ({ run, bits: sumOfWeights(model.comparisons, row, run) }))
      .toSorted((a, b) => b.bits - a.bits || a.run - b.run);
    const [found] = weighed;
    if (found === undefined || found.bits < Math.max(alone, best + BETTER)) return null;
    const holder = records.rows[holders.get(found.run) ?? -1]?.keyText ?? '';
    return `the run that fits it best, ${records.runs[found.run]?.runId ?? ''}, is linked to row ${holder} already`;
  };
}

/** The runs that fit the row best in one comparison or another. */
function listNear(comparisons: readonly Comparison[], row: number): number[] {
  const runs = new Set<number>();
  for (const comparison of comparisons) {
    const first = comparison.steps(row, MOST_LISTED)[1];
    if (first !== undefined && first.size <= MOST_LISTED) {
      comparison.collect({ row, step: 1 }, (run) => runs.add(run));
    }
  }
  return [...runs];
}
