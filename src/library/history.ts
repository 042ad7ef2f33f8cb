import * as histories from '../commands/histories.ts';
import * as runHistory from '../commands/run-history.ts';
import type { Histogram } from '../model/histogram.ts';
import type { HistoryCheck, HistoryRow } from '../model/history.ts';
import type { JsonObject } from '../model/json.ts';
import { parseRunPath } from '../wandb/urls.ts';
import { openSource, withSource } from './open.ts';
import type { CallerOptions, ProjectOptions, SourceDeps } from './open.ts';

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
