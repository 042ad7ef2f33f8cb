import { mapInOrder } from '../wandb/history/in-order.ts';
import { RunlinkError, StoppedError } from '../errors.ts';
import type { HistoryQuery, HistoryRow, HistorySource, RunHistoryInfo } from '../model/history.ts';

/** The history of one run among many. */
export interface OneHistory {
  readonly runId: string;
  /** Null where there is no such run, or W&B fails to give it. */
  readonly info: RunHistoryInfo | null;
  /** Empty where the run logged none of the keys. */
  readonly rows: readonly HistoryRow[];
  /** Why this run could not be read, and what to do next; the others go on. */
  readonly error: RunlinkError | null;
}

/** Runs whose rows stand in memory, or are on their way there: enough that the pool never waits for one of them. */
const RUNS_AHEAD = 16;

/**
 * The histories of many runs, in the order of the ids. They share the source's pool, so many small ones keep it as busy as
 * one large one; a run whose rows fit one answer costs one request, and what W&B counts of 25 runs one more.
 */
export async function* scanHistories(
  source: HistorySource,
  runIds: readonly string[],
  query: Omit<HistoryQuery, 'runId' | 'info' | 'onEnd'>,
): AsyncGenerator<OneHistory, void> {
  const infos = await source.fetchHistoryInfos(runIds);
  const items = runIds.map((runId, no) => ({ runId, info: infos[no] ?? null }));
  yield* mapInOrder(items, { ahead: RUNS_AHEAD, signal: query.signal }, ({ runId, info }, signal) =>
    readOne(source, { ...query, runId, signal }, info),
  );
}

async function readOne(
  source: HistorySource,
  query: HistoryQuery,
  info: RunHistoryInfo | RunlinkError | null,
): Promise<OneHistory> {
  const { runId } = query;
  if (info instanceof RunlinkError) return { runId, info: null, rows: [], error: info };
  try {
    return { runId, info, rows: await readRows(source, query, info), error: null };
  } catch (error) {
    if (!(error instanceof RunlinkError) || error instanceof StoppedError) throw error;
    return { runId, info, rows: [], error };
  }
}

async function readRows(
  source: HistorySource,
  query: HistoryQuery,
  info: RunHistoryInfo | null,
): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  const keys = query.keys?.filter((key) => mayHold(info, key));
  if (info === null || keys?.length === 0) return rows;
  const own = keys === undefined ? query : { ...query, keys };
  for await (const chunk of source.scanHistory({ ...own, info })) rows.push(...chunk);
  return rows;
}

/** Where W&B does not say what a run logged, it may be anything. */
function mayHold(info: RunHistoryInfo | null, key: string): boolean {
  return info !== null && (info.metrics.size === 0 || info.metrics.has(key) || key.startsWith('_'));
}
