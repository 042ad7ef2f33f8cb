import { mapInOrder } from '../wandb/history/in-order.ts';
import type { HistoryQuery, HistoryRow, HistorySource, RunHistoryInfo } from '../model/history.ts';

/** The history of one run among many. */
export interface OneHistory {
  readonly runId: string;
  /** Null where there is no such run. */
  readonly info: RunHistoryInfo | null;
  /** Empty where the run logged none of the keys. */
  readonly rows: readonly HistoryRow[];
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

async function readOne(source: HistorySource, query: HistoryQuery, info: RunHistoryInfo | null): Promise<OneHistory> {
  const rows: HistoryRow[] = [];
  const { runId } = query;
  const keys = query.keys?.filter((key) => mayHold(info, key));
  if (info === null || keys?.length === 0) return { runId, info, rows };
  const own = keys === undefined ? query : { ...query, keys };
  for await (const chunk of source.scanHistory({ ...own, info })) rows.push(...chunk);
  return { runId, info, rows };
}

/** Where W&B does not say what a run logged, it may be anything. */
function mayHold(info: RunHistoryInfo | null, key: string): boolean {
  return info !== null && (info.metrics.size === 0 || info.metrics.has(key) || key.startsWith('_'));
}
