import type { RunHistoryInfo } from '../../model/history.ts';
import { decodeRun } from '../decode.ts';
import { ServerFailureError } from '../failures.ts';
import { chunk } from '../filters.ts';
import { decodeCounts } from './counts.ts';
import { askProject } from './deps.ts';
import type { HistoryDeps } from './deps.ts';
import { mapInOrder } from './in-order.ts';
import { buildInfosQuery } from './queries.ts';

/** Whole configs and summaries travel along, which may be large. */
const RUNS_PER_REQUEST = 25;
/** A batch that is too heavy is halved soon. */
const TRIES = 3;

/** What W&B says of runs, in the order of the ids; null where there is no such run. */
export async function fetchHistoryInfos(
  deps: HistoryDeps,
  runIds: readonly string[],
  runUrl: (runId: string) => string,
): Promise<readonly (RunHistoryInfo | null)[]> {
  const batches = chunk(runIds, RUNS_PER_REQUEST);
  const ahead = { ahead: deps.lanes, signal: deps.signal };
  const infos: (RunHistoryInfo | null)[] = [];
  for await (const nodes of mapInOrder(batches, ahead, (ids, signal) => fetchBatch(deps, ids, signal))) {
    infos.push(...nodes.map((node) => decodeInfoOrNull(node, runUrl)));
  }
  return infos;
}

async function fetchBatch(deps: HistoryDeps, ids: readonly string[], signal: AbortSignal): Promise<readonly unknown[]> {
  const query = buildInfosQuery(ids.length);
  const variables = Object.fromEntries(ids.map((id, no) => [`n${no}`, id]));
  const options = ids.length === 1 ? { signal } : { signal, tries: TRIES };
  try {
    const project = await askProject(deps, { query, variables }, options);
    return ids.map((_id, no) => project[`r${no}`] ?? null);
  } catch (error) {
    if (!(error instanceof ServerFailureError) || ids.length === 1) throw error;
    const half = Math.ceil(ids.length / 2);
    const first = await fetchBatch(deps, ids.slice(0, half), signal);
    return [...first, ...(await fetchBatch(deps, ids.slice(half), signal))];
  }
}

function decodeInfoOrNull(node: unknown, runUrl: (runId: string) => string): RunHistoryInfo | null {
  if (node === null) return null;
  const run = decodeRun(node);
  const { lastStep, lineCount, metrics } = decodeCounts(node);
  return { run, url: runUrl(run.runId), lastStep, lineCount, metrics };
}
