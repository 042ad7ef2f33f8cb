import type { RunlinkError } from '../../errors.ts';
import type { RunHistoryInfo } from '../../model/history.ts';
import { askEach } from '../ask-each.ts';
import type { Batch } from '../ask-each.ts';
import { decodeRun, decodeServed } from '../decode.ts';
import { chunk } from '../filters.ts';
import { decodeCounts } from './counts.ts';
import { askProject } from './deps.ts';
import type { HistoryDeps } from './deps.ts';
import { mapInOrder } from './in-order.ts';
import { buildInfosQuery } from './queries.ts';

/** Whole configs and summaries travel along, which may be large. */
const RUNS_PER_REQUEST = 25;

/**
 * What W&B says of runs, in the order of the ids; null where there is no such run, and the error where W&B fails to give
 * this one.
 */
export async function fetchHistoryInfos(
  deps: HistoryDeps,
  runIds: readonly string[],
  runUrl: (runId: string) => string,
): Promise<readonly (RunHistoryInfo | RunlinkError | null)[]> {
  const ahead = { ahead: deps.lanes, signal: deps.signal };
  const infos: (RunHistoryInfo | RunlinkError | null)[] = [];
  const fetchEach = async (ids: readonly string[], signal: AbortSignal): Promise<typeof infos> => {
    const ask: Batch<RunHistoryInfo>['ask'] = (some, { tries }) =>
      fetchBatch(deps, { ids: some, signal, tries, runUrl });
    const found = await askEach({ runIds: ids, ask, probe: () => ask(['none'], {}) });
    return ids.map((id) => found.get(id) ?? null);
  };
  for await (const some of mapInOrder(chunk(runIds, RUNS_PER_REQUEST), ahead, fetchEach)) infos.push(...some);
  return infos;
}

type Infos = ReadonlyMap<string, RunHistoryInfo>;

interface InfosQuestion {
  readonly ids: readonly string[];
  readonly signal: AbortSignal;
  readonly tries: number | undefined;
  readonly runUrl: (runId: string) => string;
}

async function fetchBatch(deps: HistoryDeps, { ids, signal, tries, runUrl }: InfosQuestion): Promise<Infos> {
  const query = buildInfosQuery(ids.length);
  const variables = Object.fromEntries(ids.map((id, no) => [`n${no}`, id]));
  const options = tries === undefined ? { signal } : { signal, tries };
  const project = await askProject(deps, { query, variables }, options);
  const nodes = ids.flatMap((id, no) => {
    const node = project[`r${no}`] ?? null;
    return node === null ? [] : [[id, node] as const];
  });
  return new Map(nodes.map(([id, node]) => [id, decodeServed(() => decodeInfo(node, runUrl))]));
}

function decodeInfo(node: unknown, runUrl: (runId: string) => string): RunHistoryInfo {
  const run = decodeRun(node);
  const { lastStep, lineCount, metrics } = decodeCounts(node);
  return { run, url: runUrl(run.runId), lastStep, lineCount, metrics };
}
