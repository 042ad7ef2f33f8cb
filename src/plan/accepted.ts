import type { AcceptedMatch } from '../model/ledger.ts';
import type { DecidedEntry } from '../model/plan.ts';

/** What `apply` writes for an entry; null where it is not accepted. */
export function buildAcceptedMatchOrNull({ entry, decision, choice }: DecidedEntry): AcceptedMatch | null {
  if (decision.decision !== 'accepted' || choice === null) return null;
  return {
    key: entry.key,
    keyText: entry.keyText,
    wandbRunId: choice.wandbRunId,
    before: entry.before,
    after: choice.after,
    decidedBy: decision.by,
    by: decision.reviewer ?? decision.by,
  };
}
