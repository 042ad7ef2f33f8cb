import { resolve } from 'node:path';
import { EXIT_CODES, RunlinkError } from '../errors.ts';
import type { ExitCode } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityColumn } from '../model/identity.ts';
import type { LinkedRow } from '../model/refresh.ts';
import type { RegistrySchema } from '../model/registry.ts';
import type { Run } from '../model/run.ts';
import type { RunSource } from '../model/snapshot.ts';
import { DEFAULT_LOCK_TIMEOUT_MS, retryWhileBusy } from '../registry/busy.ts';
import { readLinkedRows, readSharedRuns } from '../registry/linked-rows.ts';
import { assertColumnsCanBeAdded } from '../registry/schema-migrations.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation, RegistrySession } from '../registry/session.ts';
import { namedProjectOrNull } from '../wandb/urls.ts';
import { buildRefreshRules, planRefresh } from './refresh-plan.ts';
import type {
  BrokenRow,
  GoneRow,
  LeftRow,
  PlannedRefresh,
  RefreshPlan,
  RefreshedRow,
  RunNews,
} from './refresh-plan.ts';
import { writeRefresh } from './refresh-write.ts';

export interface RefreshDeps {
  readonly context: InvocationContext;
  /** The project that the runs are in. */
  readonly source: RunSource;
}

export interface RefreshOptions extends RegistryLocation {
  /** Only rows whose status says that their run is running. */
  readonly running?: boolean;
  /** Write what is found; without it the registry is opened read-only. */
  readonly apply?: boolean;
}

export interface RefreshReport extends Omit<RefreshPlan, 'planned'> {
  readonly registry: string;
  /** Linked rows whose runs W&B was asked for. */
  readonly asked: number;
  /** Rows that are linked to runs of other projects, and were left out. */
  readonly elsewhere: Readonly<Record<string, number>>;
  /** By key; what would be written, or was. */
  readonly changes: readonly RefreshedRow[];
  /** Identity columns that the table lacks and a write adds. */
  readonly columnsToAdd: readonly IdentityColumn[];
  readonly applied: boolean;
  /** Rows written; 0 in a dry run. */
  readonly written: number;
  readonly exitCode: ExitCode;
}

/**
 * Asks W&B about the runs that rows are linked to, 100 in a request, and brings status, name, start, end and duration up
 * to date with the guards and the ledger of `applyPlan`. A dry run, unless `apply`. Links are never taken away: runs that
 * are gone are listed. Columns that were edited since runlink wrote them stay as they are and are listed. No lock is held
 * while W&B is asked; killed and run again, it does what is left.
 *
 * @returns a report; its exit code is 5 where rows or columns were left alone, 1 where W&B failed to give runs
 * @throws UsageError, LockedError, RunlinkError where W&B cannot be asked; nothing is written then
 * @throws StoppedError between two transactions
 */
export async function refreshLinks({ context, source }: RefreshDeps, options: RefreshOptions): Promise<RefreshReport> {
  const reading = await readRegistry(context, options);
  const { own, elsewhere } = groupByProject(reading.rows, source);
  if (own.length === 0 && Object.keys(elsewhere).length > 0) await assertProjectIsThere(source);
  const news = await fetchNews(context, source, own);
  const rules = buildRefreshRules(reading.schema);
  const plan = planRefresh({ rows: own, sharedRuns: reading.sharedRuns, news, source, rules });
  if (plan.planned.length > 0) assertColumnsCanBeAdded(reading.schema);
  const { planned, ...rest } = plan;
  const report = {
    ...rest,
    registry: resolve(options.registry),
    asked: own.length,
    elsewhere,
    columnsToAdd: IDENTITY_COLUMNS.filter((role) => reading.schema.identity[role] === null),
  };
  if (options.apply !== true || planned.length === 0) {
    const changes = planned.map(describeChange);
    return finish({ ...report, changes, applied: options.apply === true, written: 0 });
  }
  const { written, left, same } = await writeRefresh(context, planned, options);
  return finish({
    ...report,
    unchanged: report.unchanged + same,
    left: mergeLeft(report.left, left),
    changes: written.map(describeChange),
    applied: true,
    written: written.length,
  });
}

function finish(report: Omit<RefreshReport, 'exitCode'>): RefreshReport {
  const partly = report.broken.length > 0 ? EXIT_CODES.failure : EXIT_CODES.done;
  return { ...report, exitCode: report.left.length > 0 ? EXIT_CODES.conflict : partly };
}

/** What was seen in the transaction counts; in the order of the keys' texts. */
function mergeLeft(planned: readonly LeftRow[], seen: readonly LeftRow[]): readonly LeftRow[] {
  const byKey = new Map([...planned, ...seen].map((row) => [row.keyText, row]));
  return [...byKey.values()].sort((a, b) => (a.keyText < b.keyText ? -1 : 1));
}

function describeChange({ row, refresh }: PlannedRefresh): RefreshedRow {
  const { changed, events, before, after } = refresh;
  return { keyText: row.keyText, wandbRunId: row.wandbRunId, changed, events, before, after };
}

interface Reading {
  readonly schema: RegistrySchema;
  readonly rows: readonly LinkedRow[];
  readonly sharedRuns: ReadonlyMap<string, readonly string[]>;
}

/** In one moment, and closed again before W&B is asked. */
async function readRegistry(context: InvocationContext, options: RefreshOptions): Promise<Reading> {
  const { signal, say } = context;
  const retry = { timeoutMs: options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS, signal, say };
  const read = ({ db, schema }: RegistrySession): Reading =>
    db.transaction(() => {
      const rows = readLinkedRows(db, schema, options.running === true);
      return { schema, rows, sharedRuns: readSharedRuns(db, schema) };
    })();
  return await withRegistryReadOnly(options, (session) => retryWhileBusy(() => read(session), retry));
}

interface Groups {
  readonly own: readonly LinkedRow[];
  readonly elsewhere: Readonly<Record<string, number>>;
}

/** By the page that the row names; a row without one is taken for the project's own. */
function groupByProject(rows: readonly LinkedRow[], { entity, project }: RunSource): Groups {
  const here = `${entity}/${project}`;
  const projectOf = ({ image }: LinkedRow): string => namedProjectOrNull(image.wandb_url) ?? here;
  const isOwn = (row: LinkedRow): boolean => projectOf(row).toLowerCase() === here.toLowerCase();
  const others = Map.groupBy(
    rows.filter((row) => !isOwn(row)),
    projectOf,
  );
  return {
    own: rows.filter(isOwn),
    elsewhere: Object.fromEntries([...others].map(([path, some]) => [path, some.length]).toSorted()),
  };
}

/** Where all rows name other projects, the one that is asked may be mistyped. */
async function assertProjectIsThere(source: RunSource): Promise<void> {
  if ((await source.fetchRunCount()) !== null) return;
  throw new RunlinkError(`W&B project ${source.entity}/${source.project}: not found or no access`, {
    hint: 'No linked row names this project; check --project, or WANDB_ENTITY and WANDB_PROJECT. Nothing was written.',
  });
}

/** Runs between two signs of progress: whole requests of 100. */
const SLICE = 1000;

/** A run that the listing lacks is asked for by its id before it is called gone. */
async function fetchNews(context: InvocationContext, source: RunSource, rows: readonly LinkedRow[]): Promise<RunNews> {
  const runIds = [...new Set(rows.map(({ wandbRunId }) => wandbRunId))];
  const runsById = new Map<string, Run | RunlinkError>();
  const keep = (runs: RunNews['runsById']): void => runs.forEach((run, runId) => runsById.set(runId, run));
  for (let done = 0; done < runIds.length; done += SLICE) {
    const slice = runIds.slice(done, done + SLICE);
    keep(await source.fetchRunsById(slice));
    context.onProgress({ label: 'asking W&B for linked runs', done: done + slice.length, total: runIds.length });
  }
  const missing = (): readonly string[] => runIds.filter((id) => !runsById.has(id));
  if (missing().length > 0) keep(await source.openRuns(missing()));
  const gone = missing();
  const projectsByRun = gone.length === 0 ? new Map<string, string[]>() : await source.findElsewhere(gone);
  return { runsById, projectsByRun };
}

export type { BrokenRow, GoneRow, LeftRow, RefreshedRow };
