import { defaultCacheFolder } from '../cache/folder.ts';
import { withCachedHistories } from '../commands/cached-histories.ts';
import * as compare from '../commands/compare.ts';
import * as curves from '../commands/curves.ts';
import { buildCurvesNotes, describeCurves } from '../commands/curves.render.ts';
import { type DrawOptions, assertDrawable, writeCurves } from '../commands/draw-curves.ts';
import type { InvocationContext } from '../model/context.ts';
import type { HistorySource } from '../model/history.ts';
import type { RunSource } from '../model/snapshot.ts';
import { buildContext, readSurroundings, withSource } from './open.ts';
import type { CallerOptions, ProjectOptions } from './open.ts';

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
  return await compare.compareRuns(
    {
      context: buildContext(options),
      withHistories: (project, use) =>
        withHistories(project === null ? options : { ...options, project }, ({ source }) => use(source)),
    },
    { ...rest, ...location },
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
  const { env, home } = readSurroundings();
  const { cache = defaultCacheFolder(env, home) } = options;
  return await withSource(options, ({ context, source: runs }) =>
    withCachedHistories({ runs, folder: cache === false ? null : cache, say: context.say }, (source) =>
      use({ context, source, runs }),
    ),
  );
}
