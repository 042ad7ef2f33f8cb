import pLimit from 'p-limit';
import { createCurveBuilder } from '../curves/build-curve.ts';
import type { BuiltCurve } from '../curves/build-curve.ts';
import type { Curve, CurveRun, XKey } from '../curves/curve.ts';
import { EXIT_CODES, RunlinkError, StoppedError } from '../errors.ts';
import type { ExitCode } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import type { HistoryCheck, HistoryQuery, HistorySource } from '../model/history.ts';
import { chooseMetrics, noCurveError, sortMetrics } from './curve-metrics.ts';
import type { KnownRun, SkippedCurve } from './curve-metrics.ts';

export interface CurvesDeps {
  readonly context: InvocationContext;
  readonly source: HistorySource;
}

class NotThereError extends RunlinkError {}

/** A run that could not be read; the others were. */
export interface FailedRun {
  readonly runId: string;
  readonly label: string;
  readonly message: string;
  /** What to do next. */
  readonly hint: string | null;
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
  /** Curves that are drawn although they hold more than numbers. */
  readonly partly: readonly SkippedCurve[];
  /** Curves that are drawn although fewer values arrived than W&B counts. */
  readonly incomplete: readonly SkippedCurve[];
  /** Runs that W&B lacks, or failed to give. */
  readonly failed: readonly FailedRun[];
  /** 1 where a run could not be read, 7 where values of a curve did not arrive. */
  readonly exitCode: ExitCode;
}

/**
 * Reads these metrics of these runs, and nothing else, a run at a time.
 *
 * @throws UsageError on a metric that no run has; RunlinkError where nothing can be drawn; StoppedError
 */
export async function fetchCurves(deps: CurvesDeps, request: ReadRequest): Promise<ReadResult> {
  const infos = await deps.source.fetchHistoryInfos(request.runs.map(({ runId }) => runId));
  const { known, broken } = sortRuns(request.runs, infos);
  if (known.length === 0) throw noRunsError(broken);
  const chosen = chooseMetrics(request.metrics, known);
  const read = await readRuns(deps, known, { ...request, metrics: chosen.metrics, chosen });
  const parts = [...broken, ...read];
  const { curves, ...told } = joinParts(parts);
  if (curves.length === 0)
    throw read.find(({ error }) => error !== null)?.error ?? noCurveError(chosen.metrics, told.skipped);
  return { metrics: chosen.metrics, curves, ...told };
}

interface SortedRuns {
  readonly known: readonly KnownRun[];
  /** W&B lacks them, or fails to give them. */
  readonly broken: readonly RunPart[];
}

function sortRuns(
  runs: readonly CurveRun[],
  infos: Awaited<ReturnType<HistorySource['fetchHistoryInfos']>>,
): SortedRuns {
  const known: KnownRun[] = [];
  const broken: RunPart[] = [];
  for (const [index, run] of runs.entries()) {
    const info = infos[index] ?? null;
    if (info === null) broken.push(failedPart(run, notThereError(run)));
    else if (info instanceof RunlinkError) broken.push(failedPart(run, info));
    else known.push({ run, info });
  }
  return { known, broken };
}

function notThereError({ runId }: CurveRun): NotThereError {
  return new NotThereError(`W&B has no run ${runId} in this project`, {
    hint: `It was deleted or moved, or your key may not see it. Leave it out with --where 'wandb_run_id!=${runId}'.`,
  });
}

function failedPart({ runId, label }: CurveRun, error: RunlinkError, skipped: readonly SkippedCurve[] = []): RunPart {
  const failed = [{ runId, label, message: error.message, hint: error.hint ?? null }];
  return { ...NOTHING, skipped, failed, error };
}

const NOTHING = { curves: [], skipped: [], partly: [], incomplete: [], failed: [], error: null };

function joinParts(parts: readonly RunPart[]): Omit<ReadResult, 'metrics'> {
  const incomplete = parts.flatMap((part) => part.incomplete);
  const failed = parts.flatMap((part) => part.failed);
  const partly = incomplete.length > 0 ? EXIT_CODES.incomplete : EXIT_CODES.done;
  return {
    curves: parts.flatMap((part) => part.curves),
    skipped: parts.flatMap((part) => part.skipped),
    partly: parts.flatMap((part) => part.partly),
    incomplete,
    failed,
    exitCode: failed.length > 0 ? EXIT_CODES.failure : partly,
  };
}

interface RunPart extends Omit<ReadResult, 'metrics' | 'exitCode'> {
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
      ...NOTHING,
      curves: parts.flatMap((part) => part.curve ?? []),
      skipped: [...skipped, ...parts.flatMap((part) => part.skipped ?? [])],
      partly: parts.flatMap((part) => part.partly ?? []),
      incomplete,
    };
  } catch (error) {
    if (!(error instanceof RunlinkError) || error instanceof StoppedError) throw error;
    return failedPart(known.run, error, skipped);
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
): { readonly curve?: Curve; readonly skipped?: SkippedCurve; readonly partly?: SkippedCurve } {
  const { runId, label } = run;
  const other = Object.entries(others).map(([type, count]) => `${count} ${type}`);
  const hasValue = y.some((value) => !Number.isNaN(value));
  const why = [
    ...(hasValue ? [] : ['has no finite number']),
    ...(other.length > 0 ? [`holds values that are no numbers: ${other.join(', ')}`] : []),
    ...(unplaced > 0 ? [`has ${unplaced} values without a place on the x axis`] : []),
  ];
  const told = { runId, label, metric, why: why.join('; ') };
  if (!hasValue) return { skipped: told };
  return { curve: { run, metric, x, y, raw: null }, ...(why.length > 0 ? { partly: told } : {}) };
}

/** W&B's own failure says more than that nothing came. */
function noRunsError(broken: readonly RunPart[]): RunlinkError {
  const failure = broken.find(({ error }) => !(error instanceof NotThereError))?.error;
  if (failure !== undefined && failure !== null) return failure;
  const lost = broken.flatMap(({ failed }) => failed);
  const names = lost.slice(0, 3).map(({ runId }) => runId);
  const rest = lost.length > names.length ? `, and ${lost.length - names.length} more` : '';
  return new RunlinkError(`W&B has none of the runs that the rows are linked to: ${names.join(', ')}${rest}`, {
    hint: 'Check --project: the links lead to the runs of one project. `runlink verify --remote` asks for each of them.',
  });
}
