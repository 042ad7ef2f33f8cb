import pLimit from 'p-limit';
import { createCurveBuilder } from '../curves/build-curve.ts';
import type { BuiltCurve } from '../curves/build-curve.ts';
import type { Curve, CurveRun, XKey } from '../curves/curve.ts';
import { RunlinkError, StoppedError } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import type { HistoryCheck, HistoryQuery, HistorySource } from '../model/history.ts';
import { chooseMetrics, noCurveError, sortMetrics } from './curve-metrics.ts';
import type { KnownRun, SkippedCurve } from './curve-metrics.ts';

export interface CurvesDeps {
  readonly context: InvocationContext;
  readonly source: HistorySource;
}

/** A run that could not be read; the others were. */
export interface FailedRun {
  readonly runId: string;
  readonly label: string;
  readonly message: string;
}

export interface ReadRequest {
  readonly runs: readonly CurveRun[];
  /** Names, or patterns such as `objective_*`. */
  readonly metrics: readonly string[];
  readonly x: XKey;
  /** Runs read at once. */
  readonly concurrency: number;
}

export interface ReadResult {
  readonly metrics: readonly string[];
  /** In the order of the runs, then of the metrics. */
  readonly curves: readonly Curve[];
  readonly skipped: readonly SkippedCurve[];
  readonly failed: readonly FailedRun[];
}

/**
 * Reads these metrics of these runs, and nothing else, a run at a time.
 *
 * @throws UsageError on a metric that no run has; RunlinkError where nothing can be drawn; StoppedError
 */
export async function fetchCurves(deps: CurvesDeps, request: ReadRequest): Promise<ReadResult> {
  const infos = await deps.source.fetchHistoryInfos(request.runs.map(({ runId }) => runId));
  const known = request.runs.flatMap((run, index): readonly KnownRun[] => {
    const info = infos[index] ?? null;
    return info === null ? [] : [{ run, info }];
  });
  const knownIds = new Set(known.map(({ run }) => run.runId));
  const lost = request.runs.filter(({ runId }) => !knownIds.has(runId));
  if (known.length === 0) throw noRunsError(lost);
  const chosen = chooseMetrics(request.metrics, known);
  const parts = await readRuns(deps, known, { ...request, metrics: chosen.metrics, chosen });
  const gone = lost.map(({ runId, label }) => ({ runId, label, metric: null, why: 'is not at W&B' }));
  const skipped = [...gone, ...parts.flatMap((part) => part.skipped)];
  const failed = parts.flatMap((part) => part.failed);
  const curves = parts.flatMap((part) => part.curves);
  if (curves.length === 0)
    throw parts.find(({ error }) => error !== null)?.error ?? noCurveError(chosen.metrics, skipped);
  return { metrics: chosen.metrics, curves, skipped, failed };
}

interface RunPart {
  readonly curves: readonly Curve[];
  readonly skipped: readonly SkippedCurve[];
  readonly failed: readonly FailedRun[];
  readonly error: RunlinkError | null;
}

interface ReadPlan extends ReadRequest {
  readonly chosen: ReturnType<typeof chooseMetrics>;
}

async function readRuns(
  { context, source }: CurvesDeps,
  known: readonly KnownRun[],
  plan: ReadPlan,
): Promise<readonly RunPart[]> {
  const limit = pLimit(plan.concurrency);
  let done = 0;
  const report = (): void => context.onProgress({ label: 'reading histories', done, total: known.length });
  report();
  return await Promise.all(
    known.map((own) =>
      limit(async () => {
        if (context.signal.aborted) throw new StoppedError('stopped while reading histories');
        const part = await readRunOrFailure(source, own, plan);
        done += 1;
        report();
        return part;
      }),
    ),
  );
}

/** What goes wrong with one run is a line of the report. */
async function readRunOrFailure(source: HistorySource, known: KnownRun, plan: ReadPlan): Promise<RunPart> {
  const { wanted, skipped } = sortMetrics(known, plan.chosen);
  try {
    const incomplete: SkippedCurve[] = [];
    const { runId, label } = known.run;
    const onEnd = ({ verdict, missing }: HistoryCheck): void => {
      if (verdict !== 'incomplete') return;
      for (const { key, logged, arrived } of missing) {
        incomplete.push({ runId, label, metric: key, why: `is incomplete: ${arrived} of ${logged} values arrived` });
      }
    };
    const curves = wanted.length === 0 ? [] : await readRun(source, known, { ...plan, metrics: wanted, onEnd });
    const parts = curves.map((curve) => judgeCurve(known, curve));
    return {
      curves: parts.flatMap((part) => part.curve ?? []),
      skipped: [...skipped, ...parts.flatMap((part) => part.skipped ?? []), ...incomplete],
      failed: [],
      error: null,
    };
  } catch (error) {
    if (!(error instanceof RunlinkError) || error instanceof StoppedError) throw error;
    const { runId, label } = known.run;
    return { curves: [], skipped, failed: [{ runId, label, message: error.message }], error };
  }
}

async function readRun(
  source: HistorySource,
  { run, info }: KnownRun,
  { metrics, x, onEnd }: Pick<ReadRequest, 'metrics' | 'x'> & Pick<Required<HistoryQuery>, 'onEnd'>,
): Promise<readonly BuiltCurve[]> {
  const builder = createCurveBuilder(metrics, x);
  // Every row has its step; other clocks have to be asked for.
  const keys = x === '_step' ? metrics : [...metrics, x];
  for await (const rows of source.scanHistory({ runId: run.runId, keys, info, onEnd })) builder.add(rows);
  return builder.finish();
}

function judgeCurve(
  { run }: KnownRun,
  { metric, x, y, others, unplaced }: BuiltCurve,
): { readonly curve?: Curve; readonly skipped?: SkippedCurve } {
  const { runId, label } = run;
  const other = Object.entries(others).map(([type, count]) => `${count} ${type}`);
  const hasValue = y.some((value) => !Number.isNaN(value));
  const why = [
    ...(hasValue ? [] : ['has no finite number']),
    ...(other.length > 0 ? [`holds values that are no numbers: ${other.join(', ')}`] : []),
    ...(unplaced > 0 ? [`has ${unplaced} values without a place on the x axis`] : []),
  ];
  return {
    ...(hasValue ? { curve: { run, metric, x, y, raw: null } } : {}),
    ...(why.length > 0 ? { skipped: { runId, label, metric, why: why.join('; ') } } : {}),
  };
}

function noRunsError(lost: readonly CurveRun[]): RunlinkError {
  const names = lost.slice(0, 3).map(({ runId }) => runId);
  const rest = lost.length > names.length ? `, and ${lost.length - names.length} more` : '';
  return new RunlinkError(`W&B has none of the runs that the rows are linked to: ${names.join(', ')}${rest}`, {
    hint: 'Check --project: the links lead to the runs of one project. `runlink verify --remote` asks for each of them.',
  });
}
