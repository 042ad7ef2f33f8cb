import { RunlinkError } from '../errors.ts';
import type { HistoryCheck, HistoryQuery, HistoryRow, HistorySource, RunHistoryInfo } from '../model/history.ts';
import { createEntryStore } from './entry-store.ts';
import type { EntryStore } from './entry-store.ts';
import { cutSeries, joinSeries, judgeSeries, extendSeriesOrNull } from './series.ts';
import type { StoredSeries } from './series.ts';

export interface CacheOptions {
  /** Made where it is not there. Never the registry's. */
  readonly folder: string;
  /** Bytes; the entries that were used longest ago go first. 1 GB without it. */
  readonly maxBytes?: number;
  /** Told once where the folder cannot be used; reading goes on without it. */
  readonly say: (line: string) => void;
}

/** Whose histories these are; part of each entry's name. */
export interface CacheScope {
  readonly baseUrl: string;
  readonly entity: string;
  readonly project: string;
}

export interface CachedSource extends HistorySource {
  /** Brings the folder down to its size. Call it at the end. */
  readonly prune: () => Promise<void>;
}

const DEFAULT_MAX_BYTES = 1_000_000_000;
const ROWS_PER_CHUNK = 1000;

/**
 * Keeps what was read of histories in a folder, a file for each metric of each run. What W&B says of the runs is asked each
 * time, in batches; of their steps only those that the folder lacks. A file is used where last step and number of logged
 * steps are those of when it was made, gone on with where the run has grown, and replaced where it has shrunk or changed:
 * rewound, resumed, or another run under the same id. Queries for all metrics are not kept.
 */
export function cacheHistories(source: HistorySource, scope: CacheScope, options: CacheOptions): CachedSource {
  const store = createEntryStore({ maxBytes: DEFAULT_MAX_BYTES, ...options });
  const infos = new Map<string, RunHistoryInfo | null>();
  const fetchHistoryInfos: HistorySource['fetchHistoryInfos'] = async (runIds) => {
    const found = await source.fetchHistoryInfos(runIds);
    for (const [index, id] of runIds.entries()) {
      const info = found[index] ?? null;
      infos.set(id, info instanceof RunlinkError ? null : info);
    }
    return found;
  };
  const readInfo = async (runId: string): Promise<RunHistoryInfo | null> => {
    if (!infos.has(runId)) await fetchHistoryInfos([runId]);
    return infos.get(runId) ?? null;
  };
  return {
    fetchHistoryInfos,
    fetchSystemMetrics: source.fetchSystemMetrics,
    scanHistory: ({ keys, ...query }) =>
      keys === undefined
        ? source.scanHistory(query)
        : scanCached({ source, store, scope, readInfo }, { ...query, keys: [...new Set(keys)].sort() }),
    prune: store.prune,
  };
}

interface CacheParts {
  readonly source: HistorySource;
  readonly store: EntryStore;
  readonly scope: CacheScope;
  readonly readInfo: (runId: string) => Promise<RunHistoryInfo | null>;
}

interface KeyedQuery extends HistoryQuery {
  readonly keys: readonly string[];
}

async function* scanCached(parts: CacheParts, query: KeyedQuery): AsyncGenerator<readonly HistoryRow[]> {
  const { source, store, scope } = parts;
  const info = await parts.readInfo(query.runId);
  if (info === null) return yield* source.scanHistory(query);
  const found = await Promise.all(query.keys.map((key) => store.readOrNull(nameOf(scope, query, key))));
  const inState = (state: 'current' | 'grown'): readonly StoredSeries[] =>
    found.filter((series) => series !== null).filter((series) => judgeSeries(series, info) === state);
  const known = inState('current');
  const missing = query.keys.filter((own) => !known.some(({ key }) => key === own));
  const grown = inState('grown');
  const rest =
    missing.length > 0 && grown.length === missing.length ? await readRestOrNull(source, query, { grown, info }) : null;
  let fresh = rest ?? [];
  if (rest === null && missing.length > 0) {
    const rows: HistoryRow[] = [];
    let isWhole = true;
    const onEnd = (check: HistoryCheck): void => {
      isWhole = check.verdict !== 'incomplete';
      query.onEnd?.(check);
    };
    for await (const chunk of source.scanHistory({ ...query, keys: missing, info, onEnd })) {
      for (const row of chunk) rows.push(row);
      if (known.length === 0) yield chunk;
    }
    fresh = cutSeries(rows, missing, info);
    if (isWhole) await writeAll(parts, query, fresh);
    if (known.length === 0) return;
  } else if (rest !== null) {
    fresh = rest.map((series) => ({ ...series, lastStep: info.lastStep, lineCount: info.lineCount }));
    await writeAll(parts, query, fresh);
  }
  const rows = joinSeries([...known, ...fresh]);
  for (let from = 0; from < rows.length; from += ROWS_PER_CHUNK) yield rows.slice(from, from + ROWS_PER_CHUNK);
}

async function writeAll(
  { store, scope }: CacheParts,
  query: KeyedQuery,
  fresh: readonly StoredSeries[],
): Promise<void> {
  await Promise.all(fresh.map((series) => store.write(nameOf(scope, query, series.key), series)));
}

function nameOf({ baseUrl, entity, project }: CacheScope, query: HistoryQuery, key: string): readonly unknown[] {
  return [baseUrl, entity, project, query.runId, key, query.minStep ?? null, query.maxStep ?? null];
}

/**
 * The series with what the run has logged since. Their last values are read again with it: where one is not the same any
 * more, the run was rewound and has grown since.
 *
 * @returns null where they cannot be gone on with
 */
async function readRestOrNull(
  source: HistorySource,
  query: KeyedQuery,
  { grown, info }: { readonly grown: readonly StoredSeries[]; readonly info: RunHistoryInfo },
): Promise<readonly StoredSeries[] | null> {
  const starts = grown.map(({ steps, lastStep }) => steps.at(-1) ?? lastStep + 1);
  const minStep = Math.max(query.minStep ?? 0, Math.min(...starts));
  const rows: HistoryRow[] = [];
  const keys = grown.map(({ key }) => key);
  for await (const chunk of source.scanHistory({ ...query, keys, minStep, info }))
    for (const row of chunk) rows.push(row);
  const extended = grown.map((series) => extendSeriesOrNull(series, rows));
  const whole = extended.filter((series): series is StoredSeries => series !== null);
  return whole.length === extended.length ? whole : null;
}
