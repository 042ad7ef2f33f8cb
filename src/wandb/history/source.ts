import type { HistorySource } from '../../model/history.ts';
import type { ProjectApi } from '../api.ts';
import type { GraphqlClient } from '../client.ts';
import type { Pace } from '../pace.ts';
import type { HistoryDeps } from './deps.ts';
import { fetchSystemMetrics } from './events.ts';
import { fetchHistoryInfos } from './infos.ts';
import { scanHistory } from './scan.ts';

/** Requests for histories that go on at once, over all runs that are read; the pace may allow fewer. */
const MOST_AT_ONCE = 8;

interface HistorySourceOptions {
  readonly api: ProjectApi;
  readonly client: GraphqlClient;
  readonly pace: Pace;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly runUrl: (runId: string) => string;
}

/** Histories of one project. All readings share one pool, so that many runs can be read at once without asking more. */
export function createHistorySource({ api, client, pace, say, signal, runUrl }: HistorySourceOptions): HistorySource {
  let isPaced = false;
  const open = (): HistoryDeps => {
    if (!isPaced) pace.setCeiling(MOST_AT_ONCE);
    isPaced = true; // once: what the pace learns of the server stays
    return { api, limit: pace.limit, lanes: MOST_AT_ONCE, say, download: client.download, signal };
  };
  return {
    fetchHistoryInfos: (runIds) => fetchHistoryInfos(open(), runIds, runUrl),
    scanHistory: (query) => scanHistory(open(), query),
    fetchSystemMetrics: (runId) => fetchSystemMetrics(open(), runId),
  };
}
