import { RunlinkError } from '../errors.ts';
import { linkRecords } from '../linkage/link-records.ts';
import type { InvocationContext } from '../model/context.ts';
import type { KnownLink, LinkageInput, LinkageOptions } from '../model/linkage.ts';
import type { EvaluationCounts, PlanEntry } from '../model/plan.ts';
import type { RunSource } from '../model/snapshot.ts';
import { buildEntries } from '../plan/entries.ts';
import { countVerdicts, LEAST_LINKS } from '../plan/evaluation.ts';
import { buildSpotCheck, selectTestable } from '../plan/hidden-links.ts';
import { buildImageRules } from '../plan/images.ts';
import { buildPolicyDecision } from '../plan/policy.ts';
import { buildPlanReport, type PlanDigestReport } from '../plan/report.ts';
import { createPlanFile, type DraftPlan } from '../planfile/draft.ts';
import {
  buildHeader,
  buildLinkageInput,
  fetchUsefulKeys,
  listProject,
  readRegistry,
  type RegistryReading,
} from './linkage-input.ts';
import { show } from './show.ts';

export interface PlanOptions extends LinkageOptions {
  /** Path of the registry. */
  readonly registry: string;
  readonly config?: string;
  /** Path of the plan file to make, or to go on with, as it is to be shown. */
  readonly out: string;
  /** Windows of the listing that are walked at once. */
  readonly concurrency: number;
  /** Refuses a plan that would change more rows than this by policy. */
  readonly maxChanges?: number;
}

export interface PlanDeps {
  readonly context: InvocationContext;
  readonly source: RunSource;
}

export interface PlanReport extends PlanDigestReport {
  /** Requests to W&B that this invocation made for the listing. */
  readonly requests: number;
  /** Whether pages of an interrupted invocation were used. */
  readonly resumed: boolean;
  /** Rows that `apply` would write as the plan stands. */
  readonly changes: number;
}

/**
 * Lists the project's runs, matches the registry's rows to them and seals the proposal as a plan file. The registry is
 * opened read-only. An interrupted invocation goes on where it stood when the same call is made again.
 *
 * @throws IncompleteListingError where the listing cannot be proved complete
 * @throws PlanRefusedError where `out` is a finished plan, or the listing of something else
 * @throws StoppedError at the next page after `context.signal` is aborted
 */
export async function planBackfill(deps: PlanDeps, options: PlanOptions): Promise<PlanReport> {
  const reading = await readRegistry(options);
  // Before the file is made: a wrong key or project leaves nothing behind that the right one would stumble over.
  const keys = await fetchUsefulKeys(deps.source, reading);
  const draft = createPlanFile(options.out, buildHeader(reading, deps.source, options));
  try {
    const listing = await listProject(deps, draft.store, { keys, concurrency: options.concurrency });
    sealProposal(draft, { reading, source: deps.source, options });
    const digest = await readReport(deps.context, options.out);
    const { match } = digest.decisions;
    return { ...digest, requests: listing.requests, resumed: draft.resumed, changes: match.accepted };
  } catch (error) {
    draft.close();
    throw error;
  }
}

interface ProposalInput {
  readonly reading: RegistryReading;
  readonly source: RunSource;
  readonly options: PlanOptions;
}

function sealProposal(draft: DraftPlan, { reading, source, options }: ProposalInput): void {
  const input = buildLinkageInput(reading, { runs: draft.readRuns(), quarantined: draft.readQuarantined() }, options);
  const result = linkRecords(input);
  const rules = buildImageRules(input.schema, result.clock);
  const entries = buildEntries({ ...input, result, rules, runUrl: source.runUrl });
  assertMaxChanges(entries, options);
  const evaluation = checkOnLinkedRowsOrNull(input, reading.policyLinks);
  draft.seal({
    entries,
    summary: {
      clock: result.clock.words,
      health: result.health,
      imageRules: rules,
      ...(evaluation === null ? {} : { evaluation }),
    },
    runUrl: source.runUrl,
  });
}

/** How the matching fares where the answer is known; null where too few rows are linked to tell. */
function checkOnLinkedRowsOrNull(input: LinkageInput, policyLinks: readonly KnownLink[]): EvaluationCounts | null {
  const { testable } = selectTestable(input, policyLinks);
  if (testable.length < LEAST_LINKS) return null;
  const check = buildSpotCheck(input, testable);
  return countVerdicts(testable.length, { hidden: check.hidden, outcomes: linkRecords(check.input).outcomes });
}

/** What a reader of the sealed file sees, rather than what was meant to be written. */
async function readReport(context: InvocationContext, plan: string): Promise<PlanDigestReport> {
  const view = await show({ context }, { plan });
  try {
    return buildPlanReport(view);
  } finally {
    view.close();
  }
}

/** A matcher that runs away is stopped before there is a plan that could be applied. */
function assertMaxChanges(entries: readonly PlanEntry[], { maxChanges, minProbability }: PlanOptions): void {
  if (maxChanges === undefined) return;
  const isAccepted = (entry: PlanEntry) => buildPolicyDecision(entry, minProbability).decision === 'accepted';
  const changes = entries.filter(isAccepted).length;
  if (changes <= maxChanges) return;
  throw new RunlinkError(`the plan would change ${changes} rows, and --max-changes allows ${maxChanges}`, {
    hint: 'Nothing was sealed. Run the same command with a larger --max-changes, or a higher --min-probability (the listing is kept)',
  });
}
