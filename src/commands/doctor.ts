import { RunlinkError, StoppedError } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { RunSource } from '../model/snapshot.ts';
import { readRegistryConfig } from '../registry/config.ts';
import { inspectRegistry } from '../registry/inspect.ts';
import type { RowStates } from '../registry/inspect-rows.ts';
import type { RegistryInspection } from '../registry/inspect.ts';
import type { ConnectionInfo } from '../wandb/run-source.ts';

export interface DoctorDeps {
  readonly context: InvocationContext;
  /** W&B, or why it could not be opened; absent where no project was named. */
  readonly source?: (RunSource & { readonly connection?: ConnectionInfo }) | RunlinkError;
}

export interface DoctorOptions {
  readonly registry: string;
  readonly config?: string;
}

export type WandbFindings =
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'failed'; readonly target: string | null; readonly error: string; readonly hint: string | null }
  | {
      readonly kind: 'reached';
      readonly baseUrl: string;
      readonly entity: string;
      readonly project: string;
      /** Null where W&B knows us only as anonymous. */
      readonly username: string | null;
      /** Where the API key was found, never the key itself; null where there is none. */
      readonly keySource: string | null;
      /** Null where the project is not there or not ours to see. */
      readonly runs: number | null;
      /** How many linked run ids were looked up, and those that W&B does not know. */
      readonly checked: number;
      readonly unknown: readonly string[];
    };

export interface DoctorReport {
  readonly registry: RegistryInspection;
  readonly wandb: WandbFindings;
  /** What stands in the way of a backfill or needs a look, worst first. */
  readonly problems: readonly string[];
}

/** Linked ids that are looked up at W&B; more would make a look-round as slow as a listing. */
const MAX_CHECKED = 1000;

/**
 * Reads the registry and asks W&B, and says what a backfill would find. Writes nothing. What fails at W&B is part of the
 * report.
 *
 * @throws StoppedError when the source was told to stop
 * @throws RunlinkError where the registry cannot be read or no table of it fits
 */
export async function doctor(deps: DoctorDeps, options: DoctorOptions): Promise<DoctorReport> {
  const config = await readRegistryConfig(options.registry, options.config ?? null);
  const registry = inspectRegistry(options.registry, config);
  const wandb = await askWandb(deps.source, registry.states.linkedRunIds);
  return { registry, wandb, problems: listProblems(registry, wandb) };
}

async function askWandb(source: DoctorDeps['source'], linkedRunIds: readonly string[]): Promise<WandbFindings> {
  if (source === undefined) return { kind: 'not-asked' };
  if (source instanceof RunlinkError) return buildFailure(source, null);
  const { baseUrl, entity, project } = source;
  try {
    const viewer = await source.fetchViewer();
    const runs = await source.fetchRunCount();
    const checked = runs === null ? [] : linkedRunIds.slice(0, MAX_CHECKED);
    const known = await source.fetchRunsById(checked);
    const unknown = checked.filter((runId) => !known.has(runId));
    return {
      kind: 'reached',
      baseUrl,
      entity,
      project,
      username: viewer?.username ?? null,
      keySource: source.connection?.keySource ?? null,
      runs,
      checked: checked.length,
      unknown,
    };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    return buildFailure(error, `${entity}/${project} at ${baseUrl}`);
  }
}

function buildFailure(error: unknown, target: string | null): WandbFindings {
  if (!(error instanceof RunlinkError)) throw error;
  return { kind: 'failed', target, error: error.message, hint: error.hint ?? null };
}

function listProblems(registry: RegistryInspection, wandb: WandbFindings): readonly string[] {
  const { schema, states } = registry;
  const missing = IDENTITY_COLUMNS.filter((column) => schema.identity[column] === null);
  return [
    ...(states.rows === 0 ? ['the table has no rows: there is nothing to link'] : []),
    ...(registry.networkFileSystem === null
      ? []
      : [
          `the registry is on ${registry.networkFileSystem}, where SQLite's locks cannot be relied on: stop other writers before apply`,
        ]),
    ...(missing.length === 0
      ? []
      : [
          `apply will add ${missing.join(', ')}: an INSERT that lists no columns fails after that, and SELECT * returns more`,
        ]),
    ...listSharedLinks(states),
    ...listWandbProblems(wandb),
    ...schema.oddities,
  ];
}

function listWandbProblems(wandb: WandbFindings): readonly string[] {
  if (wandb.kind === 'not-asked') return [];
  if (wandb.kind === 'failed') return [`W&B could not be asked: ${wandb.error}`];
  if (wandb.runs === null) {
    const who = wandb.username === null ? 'without an API key' : `as ${wandb.username}`;
    return [`W&B shows no project ${wandb.entity}/${wandb.project} ${who}`];
  }
  const { unknown } = wandb;
  if (unknown.length === 0) return [];
  return [
    `${unknown.length} of ${wandb.checked} linked run ids ${unknown.length === 1 ? 'is' : 'are'} not in the project: ${listSome(unknown)}`,
  ];
}

function listSharedLinks({ sharedRunIds }: RowStates): readonly string[] {
  if (sharedRunIds.length === 0) return [];
  const runs = sharedRunIds.length === 1 ? 'W&B run stands' : 'W&B runs stand';
  return [`${sharedRunIds.length} ${runs} in more than one row: ${listSome(sharedRunIds)}`];
}

function listSome(runIds: readonly string[]): string {
  return `${runIds.slice(0, 3).join(', ')}${runIds.length > 3 ? ', …' : ''}`;
}
