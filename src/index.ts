import { homedir, userInfo } from 'node:os';
import { defaultCacheFolder } from './cache/folder.ts';
import * as apply from './commands/apply.ts';
import { withCachedHistories } from './commands/cached-histories.ts';
import * as compare from './commands/compare.ts';
import * as curves from './commands/curves.ts';
import { buildCurvesNotes, describeCurves } from './commands/curves.render.ts';
import { type DrawOptions, assertDrawable, writeCurves } from './commands/draw-curves.ts';
import * as link from './commands/link.ts';
import * as plan from './commands/plan.ts';
import * as rollback from './commands/rollback.ts';
import * as verify from './commands/verify.ts';
import type { InvocationContext } from './model/context.ts';
import type { HistorySource } from './model/history.ts';
import { DEFAULT_LINKAGE_OPTIONS } from './model/linkage.ts';
import type { RunSource } from './model/snapshot.ts';
import { TOOL_VERSION } from './model/version.ts';
import { type ProjectSource, openRunSource } from './wandb/run-source.ts';
import { sleep } from './wandb/sleep.ts';

export { queryRuns, type RunsOptions } from './commands/runs.ts';
export type { CompareReport } from './commands/compare.ts';
export type { CurvesReport } from './commands/curves.ts';
export type { ApplyReport } from './commands/apply.ts';
export type { LinkReport } from './commands/link.ts';
export type { PlanReport } from './commands/plan.ts';
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

/** Where histories are kept between calls. */
export interface CacheCallerOptions {
  /** The folder; false keeps nothing. `$XDG_CACHE_HOME/runlink` or `~/.cache/runlink` without it. */
  readonly cache?: string | false;
}

export type ReadCurvesOptions = CallerOptions & ProjectOptions & CacheCallerOptions & curves.CurvesOptions;

/**
 * The curves of the runs that a query of the registry selects: points as typed arrays, by run and, with `groupBy` or `band`,
 * averaged by group. The registry is only read. Runs that fail or have nothing to draw are in the report.
 *
 * @throws UsageError where nothing is selected and on unknown columns and metrics; RunlinkError where no row is linked
 */
export async function readCurves(options: ReadCurvesOptions): Promise<curves.CurvesReport> {
  return await withHistories(options, (deps) => curves.readCurves(deps, options));
}

export type DrawCurvesOptions = ReadCurvesOptions & DrawOptions;

/**
 * The same, drawn: `out` names an SVG, PNG or HTML file, `data` a CSV or Parquet file for the numbers behind it.
 *
 * @returns the report, and the paths of the files written
 * @throws as `readCurves`; RunlinkError where a file cannot be written
 */
export async function drawCurves(
  options: DrawCurvesOptions,
): Promise<curves.CurvesReport & { readonly written: readonly string[] }> {
  assertDrawable(options);
  return await withHistories(options, async (deps) => {
    const report = await curves.readCurves(deps, options);
    const notes = buildCurvesNotes(report, (runId) => deps.runs.runUrl(runId));
    return { ...report, written: await writeCurves(describeCurves(report), options, notes) };
  });
}

export type CompareRunsOptions = CallerOptions &
  ProjectOptions &
  CacheCallerOptions &
  Omit<compare.CompareOptions, 'registry'> & {
    /** Path of the registry where runs are named by its keys. */
    readonly registry?: string;
  };

/**
 * Settings in which runs differ, what they ended with, and their curves. A run is a key of the registry, a W&B run id, or
 * the address of a run's page.
 *
 * @throws UsageError on fewer than two runs, rows without a link and unknown metrics; RunlinkError where W&B lacks a run
 */
export async function compareRuns(options: CompareRunsOptions): Promise<compare.CompareReport> {
  const { registry, ...rest } = options;
  const location = registry === undefined ? {} : { registry: { registry } };
  return await withHistories(options, ({ context, source, runs }) =>
    compare.compareRuns({ context, source, scope: runs }, { ...rest, ...location }),
  );
}

interface HistoryDeps {
  readonly context: InvocationContext;
  /** Through the cache. */
  readonly source: HistorySource;
  readonly runs: RunSource;
}

async function withHistories<T>(
  options: CallerOptions & ProjectOptions & CacheCallerOptions,
  use: (deps: HistoryDeps) => Promise<T>,
): Promise<T> {
  const { cache = defaultCacheFolder(process.env, homedir()) } = options;
  return await withSource(options, ({ context, source: runs }) =>
    withCachedHistories({ runs, folder: cache === false ? null : cache, say: context.say }, (source) =>
      use({ context, source, runs }),
    ),
  );
}

interface SourceDeps {
  readonly context: InvocationContext;
  readonly source: ProjectSource;
}

async function withSource<T>(
  options: CallerOptions & ProjectOptions,
  use: (deps: SourceDeps) => Promise<T>,
): Promise<T> {
  const { project, baseUrl, apiKey } = options;
  const context = buildContext(options);
  const source = openRunSource({
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
  try {
    return await use({ context, source });
  } finally {
    await source.close();
  }
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
