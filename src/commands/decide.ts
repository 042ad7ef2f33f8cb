import { readFile } from 'node:fs/promises';
import { ConflictError, PlanRefusedError, UsageError } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import { planIdOfDigest } from '../model/plan.ts';
import type { DecisionCounts, EntryDecision, PlanCounts } from '../model/plan.ts';
import { buildBulkAcceptance } from '../plan/bulk.ts';
import type { BulkOutcome } from '../plan/bulk.ts';
import { buildCsvRequests, parseDecisionsCsv } from '../plan/csv-import.ts';
import { buildDecisions } from '../plan/review.ts';
import type { Reviewer, ReviewProblem, ReviewRequest } from '../plan/review.ts';
import { openPlanFile } from '../planfile/plan-file.ts';
import type { PlanFile } from '../planfile/plan-file.ts';

export type DecideRequest =
  | { readonly kind: 'accept' | 'reject' | 'reset'; readonly rows: readonly string[] }
  | { readonly kind: 'choose'; readonly row: string; readonly wandbRunId: string }
  | { readonly kind: 'accept-above'; readonly probability: number }
  /** Path of an edited `show --format csv`. */
  | { readonly kind: 'import'; readonly file: string };

export interface DecideOptions {
  readonly plan: string;
  readonly request: DecideRequest;
}

export interface DecideReport {
  readonly path: string;
  readonly planId: string;
  readonly changed: readonly EntryDecision[];
  /** Requests that ask for what is decided already. */
  readonly unchanged: number;
  /** Entries that `accept-above` passed over, and why. */
  readonly skipped: BulkOutcome['skipped'];
  readonly counts: PlanCounts;
  readonly decisions: DecisionCounts;
  /** Path of the registry that the plan was made for. */
  readonly registry: string;
}

/**
 * Writes decisions into a plan, all or none of them.
 *
 * @throws UsageError naming each request that cannot be followed: an unknown or linked row, an edited value, an unknown run
 * @throws ConflictError where a run is taken by another row
 * @throws PlanRefusedError where imported decisions are about another plan, and as `openPlanFile` says
 */
export async function decide(
  { context }: { readonly context: InvocationContext },
  { plan: path, request }: DecideOptions,
): Promise<DecideReport> {
  const csv = request.kind === 'import' ? await readCsv(request.file) : '';
  const reviewer = { name: context.user, at: new Date(context.now()).toISOString() };
  const plan = openPlanFile(path, { readonly: false });
  try {
    return buildReport(
      plan,
      plan.changeDecisions(() => judge(plan, { request, csv, reviewer })),
    );
  } finally {
    plan.close();
  }
}

interface Outcome {
  readonly decisions: readonly EntryDecision[];
  readonly unchanged: number;
  readonly skipped: BulkOutcome['skipped'];
}

const NOTHING: Outcome = { decisions: [], unchanged: 0, skipped: [] };

interface Demand {
  readonly request: DecideRequest;
  readonly csv: string;
  readonly reviewer: Reviewer;
}

/** @throws RunlinkError where a request cannot be followed, which leaves the plan as it is */
function judge(plan: PlanFile, { request, csv, reviewer }: Demand): Outcome {
  if (request.kind === 'accept-above') {
    assertAboveHalf(request.probability);
    const waiting = plan.iterateEntries({ kinds: ['match', 'ambiguous'], decisions: ['undecided'] });
    return {
      ...NOTHING,
      ...buildBulkAcceptance(waiting, request.probability, { plan, reviewer, thresholds: plan.sealed.header }),
    };
  }
  if (request.kind === 'import') {
    const lines = buildCsvRequests(parseDecisionsCsv(csv), plan, plan.sealed.digest);
    const outcome = buildDecisions(lines.requests, plan, reviewer);
    assertNoProblems([...lines.problems, ...outcome.problems]);
    return { ...NOTHING, ...outcome, unchanged: outcome.unchanged + lines.unchanged };
  }
  const outcome = buildDecisions(buildRequests(request), plan, reviewer);
  assertNoProblems(outcome.problems);
  return { ...NOTHING, ...outcome };
}

function buildRequests(request: Exclude<DecideRequest, { kind: 'accept-above' | 'import' }>): ReviewRequest[] {
  if (request.kind === 'choose') {
    return [{ keyText: request.row, action: { kind: 'choose', wandbRunId: request.wandbRunId }, where: '' }];
  }
  const { kind, rows } = request;
  return rows.map((keyText) => ({ keyText, action: { kind }, where: '' }));
}

function assertAboveHalf(probability: number): void {
  if (probability > 0.5 && probability <= 1) return;
  throw new UsageError(`the least probability to accept is ${probability}: expected more than 0.5, and at most 1`, {
    hint: 'At one half or less two runs of the same row could both be accepted; choose between them one by one.',
  });
}

const SHOWN_PROBLEMS = 100;

function assertNoProblems(problems: readonly ReviewProblem[]): void {
  if (problems.length === 0) return;
  const shown = problems.slice(0, SHOWN_PROBLEMS).map((problem) => problem.text);
  const rest = problems.length > SHOWN_PROBLEMS ? [`and ${problems.length - SHOWN_PROBLEMS} more`] : [];
  const texts = [...shown, ...rest];
  const message =
    texts.length === 1 ? `no decision was written: ${texts[0]}` : ['no decision was written:', ...texts].join('\n  ');
  if (problems.some((problem) => problem.kind === 'other-plan')) {
    throw new PlanRefusedError(message, { hint: 'Export the decisions of this plan: runlink show PLAN --format csv' });
  }
  if (problems.some((problem) => problem.kind === 'taken')) {
    throw new ConflictError(message, { hint: 'Reject the other row first, or choose another run.' });
  }
  throw new UsageError(message, { hint: 'Look at the rows: runlink show PLAN --run RUN_ID' });
}

function buildReport(plan: PlanFile, { decisions, unchanged, skipped }: Outcome): DecideReport {
  return {
    path: plan.path,
    planId: planIdOfDigest(plan.sealed.digest),
    changed: decisions,
    unchanged,
    skipped,
    counts: plan.readCounts(),
    decisions: plan.readDecisionCounts(),
    registry: plan.sealed.header.registry.path,
  };
}

async function readCsv(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `the decisions ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'Export them first: runlink show PLAN --format csv > decisions.csv',
        cause: error,
      },
    );
  }
}
