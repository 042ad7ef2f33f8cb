import type { LearnedModel } from '../weights/learn.ts';
import type { Objection } from './weakness.ts';

/** Whether a pair hangs on a time that tells one of two runs, and nothing says which. */
export type TornCheck = (edge: number) => Objection | null;

/**
 * Finds pairs that only a time carries which lies near two moments of two runs, the start of one and the end of the one
 * before it. One that the other evidence singles out is as good as ever.
 *
 * @param least bits that a match needs, the prior's among them
 */
export function createTornCheck(
  { channels, comparisons, candidates, posterior }: LearnedModel,
  least: number,
): TornCheck {
  const torn = channels.filter(({ isTorn }) => isTorn);
  const time = comparisons.find(({ name }) => name === 'time');
  if (torn.length === 0 || time === undefined) return () => null;
  return (edge) => {
    const row = candidates.rows[edge] ?? 0;
    const channel = torn.find((one) => !Number.isNaN(one.row.seconds[row] ?? Number.NaN));
    if (channel === undefined) return null;
    const others = (candidates.weights[edge] ?? 0) - time.weigh(row, candidates.runs[edge] ?? 0);
    if (others + posterior.priorBits >= least) return null;
    return {
      reason:
        `${channel.row.name} lies as near to the starts of runs as to the ends of those before them: ` +
        'a metric, a setting or a duration would tell which is meant',
    };
  };
}
