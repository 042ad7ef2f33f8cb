import { homedir, userInfo } from 'node:os';
import * as apply from './commands/apply.ts';
import * as histories from './commands/histories.ts';
import * as link from './commands/link.ts';
import * as plan from './commands/plan.ts';
import * as refresh from './commands/refresh.ts';
import * as rollback from './commands/rollback.ts';
import * as runHistory from './commands/run-history.ts';
import * as verify from './commands/verify.ts';
import type { InvocationContext } from './model/context.ts';
import type { Histogram } from './model/histogram.ts';
import type { HistoryCheck, HistoryRow } from './model/history.ts';
import type { JsonObject } from './model/json.ts';
import { DEFAULT_LINKAGE_OPTIONS } from './model/linkage.ts';
import { TOOL_VERSION } from './model/version.ts';
import { openRunSource } from './wandb/run-source.ts';
import type { ProjectSource } from './wandb/run-source.ts';
import { sleep } from './wandb/sleep.ts';
import { parseRunPath } from './wandb/urls.ts';

export { queryRuns, type RunsOptions } from './commands/runs.ts';
export type { OneHistory } from './commands/histories.ts';
export type { RunWithHistory } from './commands/run-history.ts';
export type { Histogram } from './model/histogram.ts';
export type { HistoryCheck, HistoryRow } from './model/history.ts';
export type { RowRecord } from './registry/query.ts';
export type { ApplyReport } from './commands/apply.ts';
export type { LinkReport } from './commands/link.ts';
export type { PlanReport } from './commands/plan.ts';
export type { RefreshReport } from './commands/refresh.ts';
export type { RollbackReport } from './commands/rollback.ts';
export type { VerifyReport } from './commands/verify.ts';
export {
  ConflictError,
  IncompleteListingError,
  LockedError,
  PlanRefusedError,
  RunlinkError,
  StoppedError,
  UndecidedError,
  UsageError,
} from './errors.ts';

/** Who calls, and how it is told; all of it optional. */
export interface CallerOptions {
  /** Stands in the ledger; the operating system's user name without it. */
  readonly user?: string;
  /** Stops at the next safe point. */
  readonly signal?: AbortSignal;
  readonly onProgress?: InvocationContext['onProgress'];
  /** Receives one line of talk at a time; nobody without it. */
  readonly say?: (line: string) => void;
}

/** The W&B project; what is left out is read from where W&B's own client reads it. */
export interface ProjectOptions {
  /** `entity/project`. */
  readonly project?: string;
  readonly baseUrl?: string;
  readonly apiKey?: string;
}

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

export type PlanBackfillOptions = CallerOptions &
  ProjectOptions &
  Optional<plan.PlanOptions, 'concurrency' | 'minMargin' | 'minProbability'>;

/**
 * Lists the project's runs, matches the registry's rows to them and writes a sealed plan to `options.out`. The registry is
 * opened read-only. Called again with the same options after a crash, it goes on where it stood.
 *
 * @throws IncompleteListingError where the listing cannot be proved complete
 * @throws PlanRefusedError where `out` is a finished plan already
 */
export async function planBackfill(options: PlanBackfillOptions): Promise<plan.PlanReport> {
  return await withSource(options, (deps) =>
    plan.planBackfill(deps, { concurrency: 4, ...DEFAULT_LINKAGE_OPTIONS, ...options }),
  );
}

export type ApplyPlanOptions = CallerOptions & Optional<apply.ApplyOptions, 'backup' | 'requireDecisions'>;

/**
 * Writes the accepted matches of a sealed plan, after a verified backup. Nobody is asked. Killed and called again, it goes
 * on; nothing is written twice. Rows that drifted are left alone and listed in the report.
 *
 * @throws PlanRefusedError, UndecidedError before anything is written; LockedError; StoppedError at a batch's end
 */
export async function applyPlan(options: ApplyPlanOptions): Promise<apply.ApplyReport> {
  return await apply.applyPlan(
    { context: buildContext(options) },
    { backup: true, requireDecisions: false, ...options },
  );
}

export type RollbackMatchOptions = CallerOptions & rollback.RollbackOptions;

/**
 * Takes matches back: of rows, of a plan, or all. The pairs are remembered and not proposed again.
 *
 * @throws UsageError where the ledger has nothing of a row or plan; LockedError
 */
export async function rollbackMatch(options: RollbackMatchOptions): Promise<rollback.RollbackReport> {
  return await rollback.rollbackMatch({ context: buildContext(options) }, options);
}

export type VerifyRegistryOptions = CallerOptions & ProjectOptions & verify.VerifyOptions;

/** Compares ledger and rows; with `remote` also asks W&B whether each linked run is there. Writes nothing. */
export async function verifyRegistry(options: VerifyRegistryOptions): Promise<verify.VerifyReport> {
  if (options.remote !== true) return await verify.verifyRegistry({ context: buildContext(options) }, options);
  return await withSource(options, (deps) => verify.verifyRegistry(deps, options));
}

export type LinkRunOptions = CallerOptions & ProjectOptions & link.LinkOptions;

/**
 * Links one row to one run, by hand or when a training script starts. Works without reaching W&B (`offline`); the same link
 * again changes nothing.
 *
 * @throws UsageError where there is no such row; ConflictError where row or run are linked otherwise
 */
export async function linkRun(options: LinkRunOptions): Promise<link.LinkReport> {
  return await withSource(options, (deps) => link.linkRun(deps, options));
}

export type RefreshLinksOptions = CallerOptions & ProjectOptions & refresh.RefreshOptions;

/**
 * Brings status, names and ends of linked rows up to what W&B says; a dry run without `apply`. Runs that are gone and
 * columns that somebody edited are listed in the report, and stay as they are.
 *
 * @throws RunlinkError where W&B cannot be asked; nothing is written then
 */
export async function refreshLinks(options: RefreshLinksOptions): Promise<refresh.RefreshReport> {
  return await withSource(options, (deps) => refresh.refreshLinks(deps, options));
}

export type HistoryReadOptions = CallerOptions & ProjectOptions & runHistory.StepQuery;

/**
 * One run with config, summary and ALL its logged steps, sorted by step, in memory. `options.keys` takes only these metrics,
 * outer-joined on the step; `check` says whether every logged step arrived.
 *
 * @param wandbRunId run id, `entity/project/run`, or the address of the run's page
 * @throws UsageError on a metric that the run never logged, with the nearest names
 */
export async function getRunById(
  wandbRunId: string,
  options: HistoryReadOptions = {},
): Promise<runHistory.RunWithHistory> {
  return await withRun(options, wandbRunId, ({ source, runId }) =>
    runHistory.fetchRunWithHistory(source, runId, options),
  );
}

/**
 * The logged steps of one run by step, each once, in bounded memory: chunks are fetched in parallel a little ahead of the
 * reader. Leaving the loop early leaves nothing under way.
 *
 * @throws RunlinkError where the run is not there, or goes while it is read; StoppedError
 */
export async function* scanHistory(
  wandbRunId: string,
  options: HistoryReadOptions & { readonly onEnd?: (check: HistoryCheck) => void } = {},
): AsyncGenerator<HistoryRow, void> {
  const { runId, ...rest } = parseRunOptions(options, wandbRunId);
  const source = openSource(rest);
  try {
    for await (const rows of source.history.scanHistory({ ...runHistory.pickSteps(options), runId })) yield* rows;
  } finally {
    await source.close();
  }
}

/**
 * The histories of many runs of one project, in the order of the ids, over one pool of requests: the way to fetch one
 * metric of hundreds of runs.
 */
export async function* scanHistories(
  wandbRunIds: readonly string[],
  options: HistoryReadOptions = {},
): AsyncGenerator<histories.OneHistory, void> {
  const source = openSource(options);
  try {
    yield* histories.scanHistories(source.history, wandbRunIds, runHistory.pickSteps(options));
  } finally {
    await source.close();
  }
}

/** System metrics by time: `_timestamp`, `_runtime` and `system.*`. W&B samples them beyond 10,000 rows. */
export async function systemMetrics(
  wandbRunId: string,
  options: CallerOptions & ProjectOptions = {},
): Promise<readonly JsonObject[]> {
  return await withRun(options, wandbRunId, ({ source, runId }) => source.history.fetchSystemMetrics(runId));
}

/**
 * The histograms of one metric, by step, as edges and counts, however W&B packed them.
 *
 * @throws UsageError where the metric never held one
 */
export async function histograms(
  wandbRunId: string,
  key: string,
  options: CallerOptions & ProjectOptions = {},
): Promise<readonly Histogram[]> {
  return await withRun(options, wandbRunId, ({ source, runId }) => runHistory.fetchHistograms(source, runId, key));
}

interface SourceDeps {
  readonly context: InvocationContext;
  readonly source: ProjectSource;
}

async function withSource<T>(
  options: CallerOptions & ProjectOptions,
  use: (deps: SourceDeps) => Promise<T>,
): Promise<T> {
  const source = openSource(options);
  try {
    return await use({ context: buildContext(options), source });
  } finally {
    await source.close();
  }
}

async function withRun<T>(
  options: CallerOptions & ProjectOptions,
  run: string,
  use: (deps: SourceDeps & { readonly runId: string }) => Promise<T>,
): Promise<T> {
  const { runId, ...rest } = parseRunOptions(options, run);
  return await withSource(rest, (deps) => use({ ...deps, runId }));
}

/** A run's path or address names its project, too. */
function parseRunOptions(options: CallerOptions & ProjectOptions, run: string): typeof options & { runId: string } {
  const { runId, project } = parseRunPath(run);
  return { ...options, ...(project === null ? {} : { project }), runId };
}

function openSource(options: CallerOptions & ProjectOptions): ProjectSource {
  const { project, baseUrl, apiKey } = options;
  const context = buildContext(options);
  return openRunSource({
    surroundings: { env: process.env, home: homedir(), cwd: process.cwd() },
    explicit: {
      ...(project === undefined ? {} : { project }),
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(apiKey === undefined ? {} : { apiKey }),
    },
    userAgent: `runlink/${TOOL_VERSION}`,
    say: context.say,
    now: context.now,
    random: () => Math.random(),
    signal: context.signal,
    sleep,
  });
}

function buildContext({ user, signal, onProgress, say }: CallerOptions): InvocationContext {
  return {
    now: () => Date.now(),
    user: user ?? userInfo().username,
    signal: signal ?? new AbortController().signal,
    onProgress: onProgress ?? (() => {}),
    say: say ?? (() => {}),
  };
}
