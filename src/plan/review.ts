import { assertNever } from '../errors.ts';
import type { DecidedEntry, Decision, EntryDecision, PlanChoice, PlanEntry } from '../model/plan.ts';

/** `reset` takes a decision back: the entry waits again, with the run that was proposed. */
export type ReviewAction =
  | { readonly kind: 'accept' | 'reject' | 'reset' }
  | { readonly kind: 'choose'; readonly wandbRunId: string };

export interface ReviewRequest {
  readonly keyText: string;
  readonly action: ReviewAction;
  /** Where it was asked for, put before a problem: `line 12: `, or nothing. */
  readonly where: string;
}

/** What the rules ask of a plan. */
export interface PlanReader {
  readEntryOrNull(keyText: string): DecidedEntry | null;
  readHolders(wandbRunId: string): readonly string[];
  readChoiceOrNull(entry: PlanEntry, wandbRunId: string): PlanChoice | null;
}

export interface Reviewer {
  readonly name: string;
  /** ISO time, UTC. */
  readonly at: string;
}

/** Why a request is refused, by what the caller can do about it. */
export interface ReviewProblem {
  readonly kind: 'usage' | 'taken' | 'other-plan';
  readonly text: string;
}

export interface ReviewOutcome {
  /** Only those that differ from what the plan holds. */
  readonly decisions: readonly EntryDecision[];
  readonly unchanged: number;
  /** Where there is one, none of the decisions may be written. */
  readonly problems: readonly ReviewProblem[];
}

/** Judges all requests together: one run may pass from a row that lets it go to a row that takes it. */
export function buildDecisions(
  requests: readonly ReviewRequest[],
  plan: PlanReader,
  reviewer: Reviewer,
): ReviewOutcome {
  const decisions: EntryDecision[] = [];
  const problems: ReviewProblem[] = listRepeats(requests);
  const whereByKey = new Map(requests.map((request) => [request.keyText, request.where]));
  let unchanged = 0;
  for (const request of requests) {
    const verdict = judge(request, plan);
    if (typeof verdict === 'string') problems.push({ kind: 'usage', text: `${request.where}${verdict}` });
    else if (verdict === null) unchanged += 1;
    else
      decisions.push({
        keyText: request.keyText,
        ...verdict,
        by: 'reviewer',
        reviewer: reviewer.name,
        at: reviewer.at,
      });
  }
  const taken = listTaken(decisions, plan).map(({ keyText, text }) => `${whereByKey.get(keyText) ?? ''}${text}`);
  return { decisions, unchanged, problems: [...problems, ...taken.map((text) => ({ kind: 'taken' as const, text }))] };
}

type Verdict = Pick<EntryDecision, 'decision' | 'wandbRunId'>;

/** @returns the problem as a sentence, or null where nothing changes */
function judge({ keyText, action }: ReviewRequest, plan: PlanReader): Verdict | string | null {
  const name = JSON.stringify(keyText);
  const decided = plan.readEntryOrNull(keyText);
  if (decided === null) return `row ${name} is not in this plan`;
  const { entry, decision } = decided;
  if (entry.kind === 'linked')
    return `row ${name} is linked to ${entry.wandbRunId} already; there is nothing to decide`;
  const verdict = verdictOf(action, decided);
  if (verdict.decision === 'accepted') {
    if (verdict.wandbRunId === null) return `row ${name} has no proposed run: ${sayCandidates(entry)}`;
    if (plan.readChoiceOrNull(entry, verdict.wandbRunId) === null) {
      return `run ${JSON.stringify(verdict.wandbRunId)} chosen for row ${name} is not among the listed runs; \`runlink link\` can link it by hand`;
    }
  }
  const isSame = verdict.decision === decision.decision && verdict.wandbRunId === decision.wandbRunId;
  return isSame ? null : verdict;
}

function verdictOf(action: ReviewAction, { entry, decision }: DecidedEntry): Verdict {
  const current = decision.wandbRunId ?? entry.wandbRunId;
  switch (action.kind) {
    case 'accept':
      return { decision: 'accepted', wandbRunId: current };
    case 'reject':
      return { decision: 'rejected', wandbRunId: current };
    case 'reset':
      return { decision: 'undecided', wandbRunId: entry.wandbRunId };
    case 'choose':
      return { decision: 'accepted', wandbRunId: action.wandbRunId };
    default:
      return assertNever(action);
  }
}

function sayCandidates(entry: PlanEntry): string {
  const ids = entry.candidates.slice(0, 3).map((candidate) => candidate.wandbRunId);
  return ids.length === 0 ? 'name one with --choose' : `choose one, for example ${ids.join(' or ')}`;
}

function listRepeats(requests: readonly ReviewRequest[]): ReviewProblem[] {
  const seen = new Set<string>();
  return requests.flatMap(({ keyText, where }) => {
    if (!seen.has(keyText)) {
      seen.add(keyText);
      return [];
    }
    return [{ kind: 'usage', text: `${where}row ${JSON.stringify(keyText)} is named twice` }];
  });
}

/** Acceptances whose run another row has once all of them are written. */
export function listTaken(
  decisions: readonly EntryDecision[],
  plan: Pick<PlanReader, 'readHolders'>,
): readonly { readonly keyText: string; readonly text: string }[] {
  const decidedKeys = new Set(decisions.map((decision) => decision.keyText));
  const accepted = decisions.filter(isAcceptance);
  const takersByRun = Map.groupBy(accepted, (decision) => decision.wandbRunId);
  return accepted.flatMap(({ keyText, wandbRunId }) => {
    const earlier = plan.readHolders(wandbRunId).filter((holder) => !decidedKeys.has(holder));
    const takers = (takersByRun.get(wandbRunId) ?? []).map((decision) => decision.keyText);
    const others = [...earlier, ...takers.filter((taker) => taker !== keyText)];
    if (others.length === 0) return [];
    const rows = others.map((other) => JSON.stringify(other)).join(' and ');
    return [{ keyText, text: `run ${wandbRunId} for row ${JSON.stringify(keyText)} is taken by row ${rows}` }];
  });
}

function isAcceptance(decision: EntryDecision): decision is EntryDecision & { readonly wandbRunId: string } {
  const accepted: Decision = 'accepted';
  return decision.decision === accepted && decision.wandbRunId !== null;
}
