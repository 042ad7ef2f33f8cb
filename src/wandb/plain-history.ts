import { z } from 'zod';
import type { HistoryQuery, HistoryRow, HistorySource, RunHistoryInfo } from '../model/history.ts';
import { isJsonObject, parseLenientJson } from '../model/json.ts';
import type { ProjectApi } from './api.ts';
import type { GraphqlQuery } from './client.ts';
import { decodeRun, parseAnswer } from './decode.ts';
import { chunk } from './filters.ts';

/** Runs described in one request, and steps read in one. */
const RUNS_PER_REQUEST = 100;
const STEPS_PER_REQUEST = 1000;

const INFOS_QUERY: GraphqlQuery = {
  name: 'HistoryInfos',
  text: `query HistoryInfos($entity: String!, $project: String!, $filters: JSONString!, $first: Int!) {
  project(name: $project, entityName: $entity) {
    runs(filters: $filters, order: "+created_at", first: $first) {
      edges { node {
        id name displayName state createdAt heartbeatAt group jobType sweepName tags notes host commit
        user { username } runInfo { program args git { commit } }
        config summaryMetrics historyKeys historyLineCount
      } }
    }
  }
}`,
};

const WINDOW_QUERY: GraphqlQuery = {
  name: 'HistoryWindow',
  text: `query HistoryWindow($entity: String!, $project: String!, $run: String!, $min: Int64!, $max: Int64!, $samples: Int!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) { history(minStep: $min, maxStep: $max, samples: $samples) }
  }
}`,
};

const infosShape = z.object({ runs: z.object({ edges: z.array(z.object({ node: z.unknown() })) }) });
const nodeShape = z.object({
  historyLineCount: z.number().nullish(),
  historyKeys: z
    .object({
      lastStep: z.number().nullish(),
      keys: z
        .record(z.string(), z.object({ typeCounts: z.array(z.object({ type: z.string(), count: z.number() })) }))
        .nullish(),
    })
    .nullish(),
});
const windowShape = z.object({ run: z.object({ history: z.array(z.string()) }).nullable() });

/** Histories by W&B's `history` field alone, one window of steps after the other. */
export function createPlainHistory(api: ProjectApi, runUrl: (runId: string) => string): HistorySource {
  const fetchHistoryInfos: HistorySource['fetchHistoryInfos'] = async (runIds) => {
    const infosById = new Map<string, RunHistoryInfo>();
    for (const ids of chunk([...new Set(runIds)], RUNS_PER_REQUEST)) {
      const filters = JSON.stringify({ name: { $in: ids } });
      const answer = parseAnswer(
        infosShape,
        await api.fetchProject(INFOS_QUERY, { filters, first: ids.length }),
        'runs',
      );
      for (const { node } of answer.runs.edges) {
        const info = decodeInfo(node, runUrl);
        infosById.set(info.run.runId, info);
      }
    }
    return runIds.map((id) => infosById.get(id) ?? null);
  };
  return {
    fetchHistoryInfos,
    scanHistory: (query) => scanWindows(api, query, fetchHistoryInfos),
    fetchSystemMetrics: async () => [],
  };
}

function decodeInfo(node: unknown, runUrl: (runId: string) => string): RunHistoryInfo {
  const run = decodeRun(node);
  const { historyKeys, historyLineCount } = parseAnswer(nodeShape, node, 'a history');
  const metrics = Object.entries(historyKeys?.keys ?? {}).map(([key, { typeCounts }]) => {
    return [key, { counts: Object.fromEntries(typeCounts.map(({ type, count }) => [type, count])) }] as const;
  });
  return {
    run,
    url: runUrl(run.runId),
    lastStep: historyKeys?.lastStep ?? -1,
    lineCount: historyLineCount ?? null,
    metrics: new Map(metrics),
  };
}

async function* scanWindows(
  api: ProjectApi,
  { runId, keys, minStep = 0, maxStep, info: given }: HistoryQuery,
  fetchInfos: HistorySource['fetchHistoryInfos'],
): AsyncGenerator<readonly HistoryRow[]> {
  const info = given ?? (await fetchInfos([runId]))[0];
  const last = Math.min(maxStep ?? Infinity, info?.lastStep ?? -1);
  const isShort = info?.lineCount !== null && (info?.lineCount ?? 0) <= STEPS_PER_REQUEST;
  const width = isShort ? last + 1 : STEPS_PER_REQUEST;
  for (let min = minStep; min <= last; min += width) {
    const max = Math.min(min + width, last + 1);
    const variables = { run: runId, min, max, samples: STEPS_PER_REQUEST };
    const { run } = parseAnswer(windowShape, await api.fetchProject(WINDOW_QUERY, variables), 'a history');
    const rows = (run?.history ?? []).map(decodeRow).filter((row) => row !== null);
    yield keys === undefined
      ? rows
      : rows.filter((row) => keys.some((key) => key in row)).map((row) => pick(row, keys));
  }
}

function decodeRow(text: string): HistoryRow | null {
  const row = parseLenientJson(text);
  return isJsonObject(row) && typeof row['_step'] === 'number' ? { ...row, _step: row['_step'] } : null;
}

function pick(row: HistoryRow, keys: readonly string[]): HistoryRow {
  return {
    _step: row._step,
    ...Object.fromEntries(keys.flatMap((key) => (key in row ? [[key, row[key] ?? null]] : []))),
  };
}
