import type { DecidedEntry, EntryDecision, PlanChoice } from '../model/plan.ts';
import { overwritesLink } from './changes.ts';
import { listTaken } from './review.ts';
import type { PlanReader, Reviewer } from './review.ts';

export interface BulkOutcome {
  readonly decisions: readonly EntryDecision[];
  /** Entries at or above the probability that still wait, and why. */
  readonly skipped: readonly { readonly keyText: string; readonly why: string }[];
}

/**
 * Accepts what waits and whose best run has at least this probability. Above one half no second run of the same row
 * can reach it, so that a tie is never decided here. Overwritten links are left to be named one by one, and so are
 * runs that another row has or would get.
 *
 * @param entries those that wait
 */
export function buildBulkAcceptance(
  entries: Iterable<DecidedEntry>,
  minProbability: number,
  context: { readonly plan: Pick<PlanReader, 'readHolders'>; readonly reviewer: Reviewer },
): BulkOutcome {
  const decisions: EntryDecision[] = [];
  const skipped: { keyText: string; why: string }[] = [];
  for (const { entry, choice } of entries) {
    const best = bestAbove(entry, choice, minProbability);
    if (best === null) continue;
    if (overwritesLink(entry.before, best.after)) {
      skipped.push({ keyText: entry.keyText, why: 'it overwrites a link, a URL or a start time' });
      continue;
    }
    const { name, at } = context.reviewer;
    const run = { wandbRunId: best.wandbRunId, by: 'reviewer', reviewer: name, at } as const;
    decisions.push({ keyText: entry.keyText, decision: 'accepted', ...run });
  }
  const taken = listTaken(decisions, context.plan);
  const takenKeys = new Set(taken.map((item) => item.keyText));
  return {
    decisions: decisions.filter((decision) => !takenKeys.has(decision.keyText)),
    skipped: [...skipped, ...taken.map(({ keyText, text }) => ({ keyText, why: text }))],
  };
}

function bestAbove(entry: DecidedEntry['entry'], choice: PlanChoice | null, minProbability: number): PlanChoice | null {
  if (entry.kind !== 'match' && entry.kind !== 'ambiguous') return null;
  const runId = choice?.wandbRunId ?? entry.candidates[0]?.wandbRunId;
  const candidate = entry.candidates.find((item) => item.wandbRunId === runId);
  return candidate !== undefined && candidate.probability >= minProbability ? candidate : null;
}
