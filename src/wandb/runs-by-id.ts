import pLimit from 'p-limit';

import type { Run } from '../model/run.ts';
import type { ProjectApi } from './api.ts';
import { chunk } from './filters.ts';
import { LEAST_KEYS } from './keys.ts';

/** Ids asked for in one request, and requests under way at once. */
const IDS_PER_REQUEST = 100;
const CONCURRENCY = 4;

/** The runs among these ids that are there, in the order of the ids. Paging is never relied upon. */
export async function fetchRunsById(api: ProjectApi, runIds: readonly string[]): Promise<readonly Run[]> {
  const runsById = new Map<string, Run>();
  const wanted = [...new Set(runIds)];
  const limit = pLimit(CONCURRENCY);
  try {
    await limit.map(chunk(wanted, IDS_PER_REQUEST), (ids) => fetchBatch(api, ids, runsById));
  } finally {
    limit.clearQueue(); // after a failure nothing more is asked
  }
  return wanted.flatMap((id) => runsById.get(id) ?? []);
}

/** A server whose page limit is lower than asked for gives some of the runs; the others are asked for again. */
async function fetchBatch(api: ProjectApi, ids: readonly string[], runsById: Map<string, Run>): Promise<void> {
  for (let wanted = ids; wanted.length > 0;) {
    const filter = { name: { $in: wanted } };
    const page = await api.fetchPage({ filter, after: null, first: wanted.length, detail: 'full', keys: LEAST_KEYS });
    for (const { run } of page.edges) if (run !== null) runsById.set(run.runId, run);
    const rest = wanted.filter((id) => !runsById.has(id));
    if (!page.hasNextPage || rest.length === wanted.length) return;
    wanted = rest;
  }
}
