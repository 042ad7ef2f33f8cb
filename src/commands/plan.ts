import { RunlinkError } from '../errors.ts';
import { linkRecords } from '../linkage/link-records.ts';
import type { InvocationContext } from '../model/context.ts';
import type { KnownLink, LinkageOptions } from '../model/linkage.ts';
import { PLAN_FORMAT_VERSION, type PlanEntry, type PlanHeader } from '../model/plan.ts';
import type { RegistryRow, RegistrySchema } from '../model/registry.ts';
import type { RunSource } from '../model/snapshot.ts';
import { TOOL_VERSION } from '../model/version.ts';
import { buildEntries, buildKnownLinks } from '../plan/entries.ts';
import { selectEvidenceKeys } from '../plan/evidence-keys.ts';
import { buildImageRules } from '../plan/images.ts';
import { buildPolicyDecision } from '../plan/policy.ts';
import { buildPlanReport, type PlanDigestReport } from '../plan/report.ts';
import { createPlanFile, type DraftPlan } from '../planfile/draft.ts';
import { readRegistryConfig } from '../registry/config.ts';
import { readRejections } from '../registry/links.ts';
import { openRegistryReadOnly } from '../registry/open.ts';
import { readRows } from '../registry/rows.ts';
import { readSchema } from '../registry/schema.ts';
import { show } from './show.ts';

export interface PlanOptions extends LinkageOptions {
  /** Absolute path of the registry. */
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

interface RegistryReading {
  readonly schema: RegistrySchema;
  readonly rows: readonly RegistryRow[];
  readonly rejected: readonly KnownLink[];
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
  const reading = readRegistry(options);
  const draft = createPlanFile(options.out, buildHeader(reading, deps.source, options));
  try {
    const keys = selectEvidenceKeys(await deps.source.fetchKeys(), reading.schema, reading.rows);
    const { context, source } = deps;
    const listing = await source.listRuns({
      keys,
      concurrency: options.concurrency,
      store: draft.store,
      onProgress: ({ done, total }) => context.onProgress({ label: 'listing W&B runs', done, total }),
      signal: context.signal,
    });
    sealProposal(draft, { reading, source, options });
    const digest = await readReport(context, options.out);
    const { match } = digest.decisions;
    return { ...digest, requests: listing.requests, resumed: draft.resumed, changes: match.accepted };
  } catch (error) {
    draft.close();
    throw error;
  }
}

function readRegistry({ registry, config }: PlanOptions): RegistryReading {
  const db = openRegistryReadOnly(registry);
  try {
    // One read transaction, so that rows and rejections are of one moment while training jobs write.
    return db.transaction(() => {
      const schema = readSchema(db, readRegistryConfig(registry, config ?? null));
      return { schema, rows: readRows(db, schema), rejected: readRejections(db) };
    })();
  } finally {
    db.close();
  }
}

function buildHeader({ schema, rows }: RegistryReading, source: RunSource, options: PlanOptions): PlanHeader {
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    toolVersion: TOOL_VERSION,
    registry: {
      path: options.registry,
      table: schema.table,
      keyColumn: schema.key,
      schemaHash: schema.schemaHash,
      rowCount: rows.length,
    },
    baseUrl: source.baseUrl,
    entity: source.entity,
    project: source.project,
    filters: '{}',
    minProbability: options.minProbability,
    minMargin: options.minMargin,
  };
}

interface ProposalInput {
  readonly reading: RegistryReading;
  readonly source: RunSource;
  readonly options: PlanOptions;
}

function sealProposal(draft: DraftPlan, { reading, source, options }: ProposalInput): void {
  const { schema, rows, rejected } = reading;
  const runs = draft.readRuns();
  // A run that W&B lists but fails to serve is there all the same: its row keeps its link.
  const listedIds = [...runs, ...draft.readQuarantined()].map((run) => run.runId);
  const linked = buildKnownLinks(rows, new Set(listedIds));
  const result = linkRecords({ schema, rows, runs, linked, rejected, options });
  const rules = buildImageRules(schema, result.clock);
  const entries = buildEntries({ rows, runs, linked, rejected, result, rules, runUrl: source.runUrl });
  assertMaxChanges(entries, options);
  draft.seal({
    entries,
    summary: { clock: result.clock.words, health: result.health, imageRules: rules },
    runUrl: source.runUrl,
  });
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
    hint: 'nothing was sealed; run the same command with a larger --max-changes, or a higher --min-probability (the listing is kept)',
  });
}
