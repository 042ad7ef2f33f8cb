import { resolve } from 'node:path';
import type { InvocationContext } from '../model/context.ts';
import type { KnownLink, LinkageInput, LinkageOptions } from '../model/linkage.ts';
import { PLAN_FORMAT_VERSION, type PlanHeader } from '../model/plan.ts';
import type { RegistryRow, RegistrySchema } from '../model/registry.ts';
import type { Run } from '../model/run.ts';
import type { EvidenceKeys, ListingReport, QuarantinedRun, RunSource, SnapshotStore } from '../model/snapshot.ts';
import { TOOL_VERSION } from '../model/version.ts';
import { buildKnownLinks } from '../plan/entries.ts';
import { selectEvidenceKeys } from '../plan/evidence-keys.ts';
import { readPolicyLinks, readRejections } from '../registry/links.ts';
import { readRows } from '../registry/rows.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';

/** The registry's side of a matching. */
export interface RegistryReading {
  readonly schema: RegistrySchema;
  readonly rows: readonly RegistryRow[];
  /** Pairs that a person took back. */
  readonly rejected: readonly KnownLink[];
  /** Links that runlink's policy wrote. */
  readonly policyLinks: readonly KnownLink[];
}

/** Reads rows and what runlink knows of them as of one moment, read-only, while training jobs write. */
export async function readRegistry(location: RegistryLocation): Promise<RegistryReading> {
  return await withRegistryReadOnly(location, ({ db, schema }) =>
    db.transaction(() => {
      const rows = readRows(db, schema);
      return { schema, rows, rejected: readRejections(db), policyLinks: readPolicyLinks(db) };
    })(),
  );
}

export function buildHeader(
  { schema, rows }: RegistryReading,
  source: Pick<RunSource, 'baseUrl' | 'entity' | 'project'>,
  { registry, minProbability, minMargin }: LinkageOptions & Pick<RegistryLocation, 'registry'>,
): PlanHeader {
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    toolVersion: TOOL_VERSION,
    registry: {
      path: resolve(registry),
      table: schema.table,
      keyColumn: schema.key,
      schemaHash: schema.schemaHash,
      rowCount: rows.length,
    },
    baseUrl: source.baseUrl,
    entity: source.entity,
    project: source.project,
    filters: '{}',
    minProbability,
    minMargin,
  };
}

/** The project's keys that this registry can use. */
export async function fetchUsefulKeys(source: RunSource, { schema, rows }: RegistryReading): Promise<EvidenceKeys> {
  return selectEvidenceKeys(await source.fetchKeys(), schema, rows);
}

export interface ListProjectOptions {
  readonly keys: EvidenceKeys;
  /** Windows of the listing that are walked at once. */
  readonly concurrency: number;
}

/**
 * Lists the project's runs into the store.
 *
 * @throws IncompleteListingError where the listing cannot be proved complete
 * @throws StoppedError at the next page after `context.signal` is aborted
 */
export async function listProject(
  { context, source }: { readonly context: InvocationContext; readonly source: RunSource },
  store: SnapshotStore,
  { keys, concurrency }: ListProjectOptions,
): Promise<ListingReport> {
  return await source.listRuns({
    keys,
    concurrency,
    store,
    onProgress: ({ done, total }) => context.onProgress({ label: 'listing W&B runs', done, total }),
    signal: context.signal,
  });
}

/** The runs of a listing that is complete. */
export interface Snapshot {
  readonly runs: readonly Run[];
  readonly quarantined: readonly QuarantinedRun[];
}

export function buildLinkageInput(
  { schema, rows, rejected }: RegistryReading,
  { runs, quarantined }: Snapshot,
  { minProbability, minMargin }: LinkageOptions,
): LinkageInput {
  // A run that W&B lists but fails to serve is there all the same: its row keeps its link.
  const listedIds = new Set([...runs, ...quarantined].map((run) => run.runId));
  const linked = buildKnownLinks(rows, listedIds);
  return { schema, rows, runs, linked, rejected, options: { minProbability, minMargin } };
}
