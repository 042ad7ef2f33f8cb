import { RunlinkError } from '../errors.ts';
import { decodeHistogramOrNull } from '../model/histogram.ts';
import type { Histogram } from '../model/histogram.ts';
import type { HistoryCheck, HistoryQuery, HistoryRow, MetricKind, RunHistoryInfo } from '../model/history.ts';
import type { JsonObject } from '../model/json.ts';
import type { Run } from '../model/run.ts';
import type { ProjectSource } from '../wandb/run-source.ts';
import { assertKeysAreLogged } from './history-keys.ts';

export type StepQuery = Pick<HistoryQuery, 'keys' | 'minStep' | 'maxStep'>;

/** A run with all that it logged. */
export interface RunWithHistory extends Omit<Run, 'runId' | 'displayName' | 'createdAt' | 'heartbeatAt'> {
  /** The run id, as in the run's address. */
  readonly id: string;
  /** The display name. */
  readonly name: string | null;
  readonly url: string;
  /** ISO, UTC. */
  readonly createdAt: string;
  readonly heartbeatAt: string | null;
  /** As the user gave it, without what W&B's client adds. */
  readonly config: JsonObject;
  readonly summary: JsonObject;
  /** How often each metric was logged, by type. */
  readonly metrics: Readonly<Record<string, MetricKind['counts']>>;
  /** Logged steps, ascending. A metric that was not logged at a step has no key there; NaN is a number. */
  readonly history: readonly HistoryRow[];
  /** Whether every logged step is in `history`. */
  readonly check: HistoryCheck;
}

/** What of a caller's options asks for steps. */
export function pickSteps({
  keys,
  minStep,
  maxStep,
  onEnd,
}: Pick<HistoryQuery, 'keys' | 'minStep' | 'maxStep' | 'onEnd'>): Omit<HistoryQuery, 'runId'> {
  return {
    ...(keys === undefined ? {} : { keys }),
    ...(minStep === undefined ? {} : { minStep }),
    ...(maxStep === undefined ? {} : { maxStep }),
    ...(onEnd === undefined ? {} : { onEnd }),
  };
}

/** @throws UsageError on a metric that the run never logged; RunlinkError where there is no such run */
export async function fetchRunWithHistory(
  source: ProjectSource,
  runId: string,
  query: StepQuery,
): Promise<RunWithHistory> {
  const info = await fetchInfo(source, runId);
  assertKeysAreLogged(info, { kind: 'metrics', keys: query.keys ?? null });
  let check: HistoryCheck = { steps: 0, logged: null, missing: [], verdict: 'unknown' };
  const history: HistoryRow[] = [];
  const onEnd = (end: HistoryCheck): void => void (check = end);
  for await (const rows of source.history.scanHistory({ ...pickSteps(query), runId, info, onEnd }))
    history.push(...rows);
  const { _wandb, ...config } = info.run.config;
  const { runId: id, displayName: name, createdAt, heartbeatAt, ...run } = info.run;
  return {
    ...run,
    id,
    name,
    url: info.url,
    createdAt: new Date(createdAt).toISOString(),
    heartbeatAt: heartbeatAt === null ? null : new Date(heartbeatAt).toISOString(),
    config,
    metrics: Object.fromEntries([...info.metrics].map(([key, { counts }]) => [key, counts])),
    history,
    check,
  };
}

/** @throws UsageError where the key never held a histogram */
export async function fetchHistograms(
  source: ProjectSource,
  runId: string,
  key: string,
): Promise<readonly Histogram[]> {
  const info = await fetchInfo(source, runId);
  assertKeysAreLogged(info, { kind: 'histograms', key });
  const histograms: Histogram[] = [];
  for await (const rows of source.history.scanHistory({ runId, info, keys: [key] })) {
    histograms.push(...rows.flatMap((row) => decodeHistogramOrNull(row, key) ?? []));
  }
  return histograms;
}

async function fetchInfo({ history, entity, project }: ProjectSource, runId: string): Promise<RunHistoryInfo> {
  const [info] = await history.fetchHistoryInfos([runId]);
  if (info instanceof RunlinkError) throw info;
  if (info !== undefined && info !== null) return info;
  throw new RunlinkError(`W&B has no run ${runId} in ${entity}/${project}`, {
    hint: 'Check the id and the project; it may have been deleted or moved, or your key may not see it.',
  });
}
