import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoppedError } from '../errors.ts';
import { linkRecords } from '../linkage/link-records.ts';
import type { InvocationContext } from '../model/context.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../model/linkage.ts';
import type { KnownLink, LinkageInput, LinkageOptions, LinkOutcome } from '../model/linkage.ts';
import type { RunSource } from '../model/snapshot.ts';
import { buildEvaluation } from '../plan/evaluation.ts';
import type { Evaluation } from '../plan/evaluation.ts';
import { buildFolds, hideLinks, selectTestable } from '../plan/hidden-links.ts';
import type { TestableLinks } from '../plan/hidden-links.ts';
import { createPlanFile } from '../planfile/draft.ts';
import { openPlanFile } from '../planfile/plan-file.ts';
import type { RegistryLocation } from '../registry/session.ts';
import { assertPlanFits } from './accepted-plan.ts';
import { buildHeader, buildLinkageInput, fetchUsefulKeys, listProject, readRegistry } from './linkage-input.ts';
import type { RegistryReading, Snapshot } from './linkage-input.ts';

/** Where the runs come from: a sealed plan's snapshot, or W&B. */
export type RunsFrom =
  | { readonly kind: 'plan'; readonly path: string }
  | { readonly kind: 'wandb'; readonly source: RunSource; readonly concurrency: number };

export interface EvaluateOptions extends RegistryLocation, Partial<LinkageOptions> {
  readonly from: RunsFrom;
  /** In how many parts the links are hidden, one after the other; the rest of them stays and serves as labels. */
  readonly folds: number;
}

export interface EvaluateReport extends Evaluation, LinkageOptions {
  readonly registry: string;
  /** `entity/project` */
  readonly project: string;
  readonly rows: number;
  readonly runs: number;
  readonly folds: number;
  readonly leftOut: TestableLinks['leftOut'];
}

/**
 * Hides the links of rows that are linked already, fold by fold, matches these rows again and says how often the
 * matching was right. Writes nothing but a temporary file for a listing.
 *
 * @throws PlanRefusedError where the plan is no sealed plan or not for this registry
 * @throws IncompleteListingError where the listing cannot be proved complete
 * @throws StoppedError at the next page or fold after `context.signal` is aborted
 */
export async function evaluate(
  { context }: { readonly context: InvocationContext },
  options: EvaluateOptions,
): Promise<EvaluateReport> {
  const { registry, from } = options;
  const reading = await readRegistry(options);
  const { snapshot, project, thresholds } =
    from.kind === 'plan'
      ? readPlan(from.path, reading, options)
      : await listIntoTemporaryFile(from, { context, reading, options });
  const input = buildLinkageInput(reading, snapshot, thresholds);
  const { testable, leftOut } = selectTestable(input, reading.policyLinks);
  const folds = buildFolds(testable, options.folds);
  const outcomes = await matchFolds(context, input, folds);
  return {
    registry,
    project,
    ...thresholds,
    rows: input.rows.length,
    runs: input.runs.length,
    folds: folds.length,
    leftOut,
    ...buildEvaluation(testable.length, { hidden: folds.flat(), outcomes }, input.runs),
  };
}

interface FoundRuns {
  readonly snapshot: Snapshot;
  readonly project: string;
  readonly thresholds: LinkageOptions;
}

function readPlan(path: string, reading: RegistryReading, options: EvaluateOptions): FoundRuns {
  const plan = openPlanFile(path, { readonly: true });
  try {
    assertPlanFits(plan, reading.schema, options.registry);
    const { header, quarantined } = plan.sealed;
    return {
      snapshot: { runs: plan.readRuns(), quarantined },
      project: `${header.entity}/${header.project}`,
      thresholds: chooseThresholds(options, header),
    };
  } finally {
    plan.close();
  }
}

interface ListingInput {
  readonly context: InvocationContext;
  readonly reading: RegistryReading;
  readonly options: EvaluateOptions;
}

async function listIntoTemporaryFile(
  { source, concurrency }: RunsFrom & { readonly kind: 'wandb' },
  { context, reading, options }: ListingInput,
): Promise<FoundRuns> {
  const thresholds = chooseThresholds(options, DEFAULT_LINKAGE_OPTIONS);
  const keys = await fetchUsefulKeys(source, reading);
  const folder = await mkdtemp(join(tmpdir(), 'runlink-evaluate-'));
  try {
    const header = buildHeader(reading, source, { registry: options.registry, ...thresholds });
    const draft = createPlanFile(join(folder, 'listing.plan'), header);
    try {
      await listProject({ context, source }, draft.store, { keys, concurrency });
      const snapshot = { runs: draft.readRuns(), quarantined: draft.readQuarantined() };
      return { snapshot, project: `${source.entity}/${source.project}`, thresholds };
    } finally {
      draft.close();
    }
  } catch (cause) {
    throw cause instanceof StoppedError ? explainStop(cause) : cause;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A temporary listing is not gone on with, as that of a plan would be. */
function explainStop(cause: unknown): StoppedError {
  return new StoppedError('stopped while reading from W&B; nothing was written, and the listing is not kept', {
    hint: 'Run the same command again, or make a plan first, which keeps its listing: runlink evaluate --plan PLAN',
    cause,
  });
}

function chooseThresholds({ minProbability, minMargin }: EvaluateOptions, others: LinkageOptions): LinkageOptions {
  return { minProbability: minProbability ?? others.minProbability, minMargin: minMargin ?? others.minMargin };
}

async function matchFolds(
  { onProgress, signal }: InvocationContext,
  input: LinkageInput,
  folds: readonly (readonly KnownLink[])[],
): Promise<readonly LinkOutcome[]> {
  const outcomes: LinkOutcome[] = [];
  for (const [done, hidden] of folds.entries()) {
    onProgress({ label: 'matching with hidden links', done, total: folds.length });
    // A matching keeps the thread; here Ctrl-C gets its turn.
    await new Promise(setImmediate);
    if (signal.aborted) throw new StoppedError('stopped while matching; nothing was written');
    const keyTexts = new Set(hidden.map((link) => link.keyText));
    const found = linkRecords(hideLinks(input, hidden)).outcomes;
    outcomes.push(...found.filter((outcome) => keyTexts.has(outcome.keyText)));
  }
  if (folds.length > 0) {
    onProgress({ label: 'matching with hidden links', done: folds.length, total: folds.length });
  }
  return outcomes;
}
