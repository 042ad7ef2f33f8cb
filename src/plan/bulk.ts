import type { DecidedEntry, EntryDecision, PlanCandidate, PlanEntry, PlanHeader } from '../model/plan.ts';
import { overwritesLink } from './changes.ts';
import { listTaken } from './review.ts';
import type { PlanReader, Reviewer } from './review.ts';

export interface BulkOutcome {
  readonly decisions: readonly EntryDecision[];
  /** Entries at or above the probability that still wait, and why. */
  readonly skipped: readonly { readonly keyText: string; readonly why: string }[];
}

export interface BulkContext {
  readonly plan: Pick<PlanReader, 'readHolders'>;
  readonly reviewer: Reviewer;
  /** Of the plan: what the matching itself asked for. */
  readonly thresholds: Pick<PlanHeader, 'minProbability' | 'minMargin'>;
}

/**
 * Accepts what waits and whose best run has at least this probability. Above one half no second run of the same row
 * can reach it, so that a tie is never decided here. Left to be named one by one: what overwrites a link, what the
 * matching held back for another reason than its probability, and runs that another row has or would get.
 *
 * @param entries those that wait
 */
export function buildBulkAcceptance(
  entries: Iterable<DecidedEntry>,
  minProbability: number,
  context: BulkContext,
): BulkOutcome {
  const decisions: EntryDecision[] = [];
  const skipped: { keyText: string; why: string }[] = [];
  const { name, at } = context.reviewer;
  for (const decided of entries) {
    const { keyText } = decided.entry;
    const best = bestAboveOrNull(decided, minProbability);
    if (best === null) continue;
    const why = reasonToWaitOrNull(decided.entry, best, context.thresholds);
    const run = { wandbRunId: best.wandbRunId, by: 'reviewer', reviewer: name, at } as const;
    if (why === null) decisions.push({ keyText, decision: 'accepted', ...run });
    else skipped.push({ keyText, why });
  }
  const taken = listTaken(decisions, context.plan);
  const takenKeys = new Set(taken.map((item) => item.keyText));
  return {
    decisions: decisions.filter((decision) => !takenKeys.has(decision.keyText)),
    skipped: [...skipped, ...taken.map(({ keyText, text }) => ({ keyText, why: text }))],
  };
}

function bestAboveOrNull({ entry, choice }: DecidedEntry, minProbability: number): PlanCandidate | null {
  if (entry.kind !== 'match' && entry.kind !== 'ambiguous') return null;
  const runId = choice?.wandbRunId ?? entry.candidates[0]?.wandbRunId;
  const candidate = entry.candidates.find((item) => item.wandbRunId === runId);
  return candidate !== undefined && candidate.probability >= minProbability ? candidate : null;
}

/** Why a match or ambiguous entry waits even above the probability asked for; null where nothing else is missing. */
export function reasonToWaitOrNull(
  entry: PlanEntry,
  best: PlanCandidate,
  { minProbability, minMargin }: BulkContext['thresholds'],
): string | null {
  if (overwritesLink(entry.before, best.after)) return 'it overwrites a link, a URL or a start time';
  if (entry.kind === 'match') return null;
  if (entry.margin !== null && entry.margin < minMargin)
    return `another pair is only ${entry.margin.toFixed(1)} bits behind`;
  return best.probability >= minProbability ? entry.reason : null;
}
