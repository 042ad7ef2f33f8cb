import pLimit from 'p-limit';

import type { Run } from '../model/run.ts';
import type { ProjectApi } from './api.ts';
import { askEach } from './ask-each.ts';
import type { Batch, ByRunId } from './ask-each.ts';
import type { RequestOptions } from './client.ts';
import { chunk } from './filters.ts';
import { LEAST_KEYS } from './keys.ts';

/** Ids asked for in one request, and requests under way at once. */
const IDS_PER_REQUEST = 100;
const CONCURRENCY = 4;

/** The runs among these ids that are there, or why W&B fails to give them. Paging is never relied upon. */
export async function fetchRunsById(api: ProjectApi, runIds: readonly string[]): Promise<ByRunId<Run>> {
  const limit = pLimit(CONCURRENCY);
  const ask: Batch<Run>['ask'] = (ids, options) => fetchBatch(api, ids, options);
  const probe = (): Promise<unknown> => ask(['none'], {});
  try {
    const batches = chunk([...new Set(runIds)], IDS_PER_REQUEST);
    const found = await limit.map(batches, (ids) => askEach({ runIds: ids, ask, probe }));
    return new Map(found.flatMap((runs) => [...runs]));
  } finally {
    limit.clearQueue(); // after a failure nothing more is asked
  }
}

/** A server whose page limit is lower than asked for gives some of the runs; the others are asked for again. */
async function fetchBatch(
  api: ProjectApi,
  ids: readonly string[],
  options: RequestOptions,
): Promise<ReadonlyMap<string, Run>> {
  const runsById = new Map<string, Run>();
  for (let wanted = ids; wanted.length > 0;) {
    const request = { filter: { name: { $in: wanted } }, after: null, first: wanted.length, keys: LEAST_KEYS };
    const page = await api.fetchPage({ ...request, detail: 'full' }, options);
    for (const { run } of page.edges) if (run !== null) runsById.set(run.runId, run);
    const rest = wanted.filter((id) => !runsById.has(id));
    if (!page.hasNextPage || rest.length === wanted.length) break;
    wanted = rest;
  }
  return runsById;
}
