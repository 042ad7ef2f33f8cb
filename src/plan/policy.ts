import type { EntryDecision, PlanEntry } from '../model/plan.ts';
import { overwritesLink } from './changes.ts';

/**
 * What happens to an entry while nobody has looked at it: a match at or above the threshold is accepted unless it
 * overwrites a link, a URL or a start time; everything else waits. Linked rows have nothing to decide.
 */
export function buildPolicyDecision(entry: PlanEntry, minProbability: number): EntryDecision {
  const isSafe =
    entry.kind === 'match' &&
    entry.probability !== null &&
    entry.probability >= minProbability &&
    !overwritesLink(entry.before, entry.after);
  return {
    keyText: entry.keyText,
    decision: isSafe ? 'accepted' : 'undecided',
    wandbRunId: entry.kind === 'match' ? entry.wandbRunId : null,
    by: 'policy',
    reviewer: null,
    at: null,
  };
}
