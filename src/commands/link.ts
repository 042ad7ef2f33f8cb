import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError, RunlinkError, StoppedError, UsageError } from '../errors.ts';
import { isEmptyCell, renderCell } from '../model/cell.ts';
import { UTC_ALWAYS } from '../model/clock.ts';
import type { InvocationContext } from '../model/context.ts';
import type { IdentityImage } from '../model/identity.ts';
import { LINK, LINK_OFFLINE } from '../model/ledger.ts';
import type { StartSource } from '../model/plan.ts';
import type { RegistryRow, RegistrySchema } from '../model/registry.ts';
import type { Run } from '../model/run.ts';
import type { RunSource } from '../model/snapshot.ts';
import { NO_ZONE, buildTimeWriter } from '../plan/end-rules.ts';
import { buildChoice, buildImageRules } from '../plan/images.ts';
import { startOfRun } from '../plan/start.ts';
import { DEFAULT_LOCK_TIMEOUT_MS, retryWhileBusy, runImmediate } from '../registry/busy.ts';
import { createMatchWriter } from '../registry/match-writer.ts';
import { findKeysByName } from '../registry/named-rows.ts';
import { readRow } from '../registry/rows.ts';
import { applySchemaMigrations, assertColumnsCanBeAdded, isSchemaReady } from '../registry/schema-migrations.ts';
import { withRegistryForWriting, withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation, RegistrySession } from '../registry/session.ts';
import { parseRunPath } from '../wandb/urls.ts';
import { assertSameProject } from './run-target.ts';

export interface LinkDeps {
  readonly context: InvocationContext;
  /** The project that the run is in. */
  readonly source: RunSource;
}

export interface LinkOptions extends RegistryLocation {
  /** Key of the registry row, or the name that no other row has. */
  readonly runId: string;
  /** Run id, `entity/project/run`, or the address of the run's page. */
  readonly wandbRun: string;
  /** Give a row that is linked already another run. */
  readonly replace?: boolean;
  /** Don't ask W&B about the run. */
  readonly offline?: boolean;
}

export interface LinkReport {
  readonly keyText: string;
  readonly wandbRunId: string;
  /** `kept`: the row had this link before. */
  readonly outcome: 'linked' | 'kept';
  readonly before: IdentityImage;
  readonly after: IdentityImage;
  /** Where the start time comes from; null where none was written. */
  readonly startSource: StartSource | null;
  /** Whether W&B was reached. */
  readonly reached: boolean;
}

/** A training job that starts must not wait for a W&B that is away. */
const ASK_TIMEOUT_MS = 15_000;

/**
 * Links one row to one run, by hand or when a training script starts. The same guards and the same ledger as `applyPlan`,
 * one short transaction, no lock beside it: many jobs can link at once, and while a plan is being applied. Linking the
 * same pair again changes nothing. Where W&B is not reached, the link is written without name and start time, which the
 * next refresh completes.
 *
 * @throws UsageError where there is no such row, where several have the name, or the run's address is of another project
 * @throws ConflictError where the row has another link (without `replace`), another row has the run, or W&B lacks it
 * @throws LockedError
 */
export async function linkRun({ context, source }: LinkDeps, options: LinkOptions): Promise<LinkReport> {
  const { runId: wandbRunId, project: named } = parseRunPath(options.wandbRun);
  if (named !== null) assertSameProject(options.wandbRun, named, `${source.entity}/${source.project}`);
  const timeoutMs = options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS;
  const retry = { timeoutMs, signal: context.signal, say: context.say };
  const { kept, isReady } = await withRegistryReadOnly(options, (session) =>
    retryWhileBusy(() => ({ kept: checkRow(session, options, wandbRunId), isReady: isSchemaReady(session.db) }), retry),
  );
  if (kept !== null) return kept;
  const run = options.offline === true ? null : await fetchRunOrNull(context, source, wandbRunId);
  const at = new Date(context.now()).toISOString();
  if (!isReady) {
    await withRegistryForWriting(options, async ({ db, schema }) => {
      assertColumnsCanBeAdded(schema);
      await retryWhileBusy(() => applySchemaMigrations(db, schema, at), retry);
    });
  }
  // The schema is read again: columns may have been added just now, by us or by another job that links itself.
  return await withRegistryForWriting(options, async (session) => {
    const write = (): LinkReport =>
      checkRow(session, options, wandbRunId) ?? writeLink(session, { context, source, options, wandbRunId, run, at });
    return (await retryWhileBusy(() => runImmediate(session.db, write), retry)).result;
  });
}

/** @returns a report where the row has this link already */
function checkRow({ db, schema }: RegistrySession, options: LinkOptions, wandbRunId: string): LinkReport | null {
  const row = findRow({ db, schema }, options.runId);
  const current = row.identity.wandb_run_id;
  if (isEmptyCell(current)) return null;
  const { keyText, identity } = row;
  if (renderCell(current) === wandbRunId) {
    const link = { outcome: 'kept', before: identity, after: identity, startSource: null, reached: false } as const;
    return { keyText, wandbRunId, ...link };
  }
  if (options.replace === true) return null;
  throw new ConflictError(`row "${keyText}" is linked to run ${renderCell(current)} already, not to ${wandbRunId}`, {
    hint: `Take that link back with: runlink rollback ${keyText}, or write over it with --replace.`,
  });
}

function findRow({ db, schema }: RegistrySession, keyText: string): RegistryRow {
  const row = readRow(db, schema, keyText);
  if (row !== null) return row;
  const keys = findKeysByName(db, schema, keyText);
  const [only = ''] = keys;
  const named = keys.length === 1 ? readRow(db, schema, only) : null;
  if (named !== null) return named;
  if (keys.length > 1) throw sameNameError(schema, keyText, keys);
  throw new UsageError(`table "${schema.table}" has no row whose "${schema.key}" or name is "${keyText}"`, {
    hint: 'A training script links its row after it has inserted it. `runlink runs` lists the rows.',
  });
}

const MOST_NAMED = 10;

function sameNameError({ table, key }: RegistrySchema, name: string, keys: readonly string[]): UsageError {
  const rest = keys.length > MOST_NAMED ? `, and ${keys.length - MOST_NAMED} more` : '';
  return new UsageError(
    `${keys.length} rows of table "${table}" are named "${name}": ${keys.slice(0, MOST_NAMED).join(', ')}${rest}`,
    { hint: `Name the row by its "${key}" instead.` },
  );
}

interface LinkInput extends LinkDeps {
  readonly options: LinkOptions;
  readonly wandbRunId: string;
  readonly run: Run | null;
  /** ISO time, UTC. */
  readonly at: string;
}

function writeLink(session: RegistrySession, { context, source, options, wandbRunId, run, at }: LinkInput): LinkReport {
  const { key, keyText, identity: before } = findRow(session, options.runId);
  const url = source.runUrl(wandbRunId);
  const { after, startSource } = buildAfter(session.schema, { before, run, url, wandbRunId });
  const match = { key, keyText, wandbRunId, before, after, decidedBy: 'reviewer', by: context.user } as const;
  const outcome = createMatchWriter(session.db, session.schema).write(match, {
    planId: LINK,
    batch: run === null ? LINK_OFFLINE : LINK,
    at,
  });
  if (outcome.kind === 'skipped') {
    throw new ConflictError(`row "${keyText}" cannot be linked to run ${wandbRunId}: ${outcome.words}`, {
      hint: 'Nothing was written. `runlink log` says who linked what.',
    });
  }
  return { keyText, wandbRunId, outcome: 'linked', before, after, startSource, reached: run !== null };
}

interface AfterInput {
  readonly before: IdentityImage;
  readonly run: Run | null;
  readonly url: string;
  readonly wandbRunId: string;
}

/** Without the run, only what is certain: link and page; and a row without a status has just begun. */
function buildAfter(
  schema: RegistrySchema,
  { before, run, url, wandbRunId }: AfterInput,
): { readonly after: IdentityImage; readonly startSource: StartSource | null } {
  if (run === null) {
    const status = isEmptyCell(before.status) ? schema.statusWords.running : before.status;
    return { after: { ...before, wandb_run_id: wandbRunId, wandb_url: url, status }, startSource: null };
  }
  const rules = buildImageRules(schema, { periods: UTC_ALWAYS, words: 'not learned' });
  const { after, startSource } = buildChoice({ before, run, url, rules });
  const format = rules.startedAtFormat;
  const isNaive = format.kind === 'date' || (format.kind === 'iso' && format.zone === 'none');
  if (!isNaive || startSource === 'kept') return { after, startSource };
  // One pair does not tell which zone a naive column means; a wrong hour would be worse than none.
  const cell = buildTimeWriter(format, schema.timeZone)(startOfRun(run).ms);
  if (cell !== NO_ZONE) return { after: { ...after, started_at: cell }, startSource };
  return { after: { ...after, started_at: before.started_at }, startSource: null };
}

/** Null where W&B is not reached. @throws ConflictError where it is reached and has no such run */
async function fetchRunOrNull(context: InvocationContext, source: RunSource, wandbRunId: string): Promise<Run | null> {
  const where = `${source.entity}/${source.project}`;
  const runs = await fetchRunsOrNull(context, source, wandbRunId);
  if (runs === null) return null;
  const run = runs.get(wandbRunId);
  if (run !== undefined) return run;
  throw new ConflictError(`W&B has no run ${wandbRunId} in ${where}`, {
    hint: 'Check the id and --project. A run that is synced later can be linked with --offline.',
  });
}

async function fetchRunsOrNull(
  context: InvocationContext,
  source: RunSource,
  runId: string,
): Promise<ReadonlyMap<string, Run> | null> {
  const done = new AbortController();
  const timeout = sleep(ASK_TIMEOUT_MS, null, { signal: done.signal, ref: false }).catch(() => null);
  try {
    // By its id and not from the listing, which may lag behind a run that has just begun.
    const runs = await Promise.race([source.openRuns([runId]), timeout]);
    if (runs === null)
      context.say(`W&B has not answered for ${ASK_TIMEOUT_MS / 1000} s; linking without name and start`);
    return runs === null ? null : withoutBroken(runs);
  } catch (error) {
    if (!(error instanceof RunlinkError) || error instanceof StoppedError) throw error;
    context.say(`W&B was not reached (${error.message}); linking without name and start`);
    return null;
  } finally {
    done.abort();
  }
}

/** @throws RunlinkError where W&B fails to give one of them */
function withoutBroken(runs: ReadonlyMap<string, Run | RunlinkError>): ReadonlyMap<string, Run> {
  return new Map(
    [...runs].map(([runId, run]) => {
      if (run instanceof RunlinkError) throw run;
      return [runId, run];
    }),
  );
}
