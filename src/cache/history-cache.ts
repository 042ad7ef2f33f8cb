import type { HistoryQuery, HistoryRow, HistorySource, RunHistoryInfo } from '../model/history.ts';
import { createEntryStore } from './entry-store.ts';
import type { EntryStore, StoredHistory } from './entry-store.ts';

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
 * Keeps what was read of histories in a folder, a file for each run and choice of metrics. What W&B says of a run is asked
 * each time, in batches; of the steps only those that the folder lacks. An entry is used where last step and number of logged
 * steps are those of when it was made, gone on with where the run has grown, and read again where it has shrunk or changed:
 * rewound, resumed, or another run under the same id. Queries for all metrics are not kept.
 */
export function cacheHistories(source: HistorySource, scope: CacheScope, options: CacheOptions): CachedSource {
  const store = createEntryStore({ maxBytes: DEFAULT_MAX_BYTES, ...options });
  const infos = new Map<string, RunHistoryInfo | null>();
  const fetchHistoryInfos: HistorySource['fetchHistoryInfos'] = async (runIds) => {
    const found = await source.fetchHistoryInfos(runIds);
    for (const [index, id] of runIds.entries()) infos.set(id, found[index] ?? null);
    return found;
  };
  return {
    ...source,
    fetchHistoryInfos,
    scanHistory: (query) =>
      query.keys === undefined
        ? source.scanHistory(query)
        : scanCached({ source, store, query, name: nameOf(scope, query, query.keys), readInfo: async () => {
            if (!infos.has(query.runId)) await fetchHistoryInfos([query.runId]);
            return infos.get(query.runId) ?? null;
          } }),
    prune: store.prune,
  };
}

/** The order of keys does not matter, since rows hold them by name. */
function nameOf({ baseUrl, entity, project }: CacheScope, query: HistoryQuery, keys: readonly string[]): readonly unknown[] {
  const range = [query.minStep ?? null, query.maxStep ?? null];
  return [baseUrl, entity, project, query.runId, [...new Set(keys)].sort(), range];
}

interface CachedScan {
  readonly source: HistorySource;
  readonly store: EntryStore;
  readonly query: HistoryQuery;
  readonly name: readonly unknown[];
  readonly readInfo: () => Promise<RunHistoryInfo | null>;
}

async function* scanCached(scan: CachedScan): AsyncGenerator<readonly HistoryRow[]> {
  const { source, store, query, name } = scan;
  const info = await scan.readInfo();
  if (info === null) return yield* source.scanHistory(query);
  const entry = await store.readOrNull(name);
  const state = entry === null ? 'stale' : judge(entry, info);
  if (entry !== null && state === 'current') return yield* chunks(entry.rows);
  const rest = entry !== null && state === 'grown' ? await readRestOrNull(source, query, entry) : null;
  const kept: HistoryRow[] = [];
  const keep = (rows: readonly HistoryRow[]): readonly HistoryRow[] => {
    // A run goes on while it is read: what lies past the last step that was promised may not be all there yet.
    for (const row of rows) if (row._step <= info.lastStep) kept.push(row);
    return rows;
  };
  if (entry !== null && rest !== null) {
    for (const rows of chunks(entry.rows)) yield keep(rows);
    yield keep(rest);
  } else for await (const rows of source.scanHistory(query)) yield keep(rows);
  await store.write(name, { ...describe(info), rows: kept });
}

function describe({ run, lastStep, lineCount }: RunHistoryInfo): Omit<StoredHistory, 'rows'> {
  return { origin: `${run.storageId} ${run.createdAt}`, lastStep, lineCount };
}

function judge(entry: StoredHistory, info: RunHistoryInfo): 'current' | 'grown' | 'stale' {
  const now = describe(info);
  if (entry.origin !== now.origin || now.lastStep < entry.lastStep) return 'stale';
  if (entry.lastStep === now.lastStep) return entry.lineCount === now.lineCount ? 'current' : 'stale';
  const [before, after] = [entry.lineCount ?? 0, now.lineCount ?? Infinity];
  return after > before ? 'grown' : 'stale';
}

/**
 * Rows past those of the entry. The entry's last row is read with them: where it is not the same any more, the run was
 * rewound and has grown again.
 *
 * @returns null where the entry cannot be gone on with
 */
async function readRestOrNull(
  source: HistorySource,
  query: HistoryQuery,
  entry: StoredHistory,
): Promise<readonly HistoryRow[] | null> {
  const last = entry.rows.at(-1);
  const minStep = Math.max(query.minStep ?? 0, last?._step ?? entry.lastStep + 1);
  const rows: HistoryRow[] = [];
  for await (const chunk of source.scanHistory({ ...query, minStep })) rows.push(...chunk);
  if (last === undefined) return rows;
  const [first] = rows;
  return first !== undefined && areEqual(first, last) ? rows.slice(1) : null;
}

function areEqual(a: HistoryRow, b: HistoryRow): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => Object.is(a[name], b[name]) || JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

function* chunks(rows: readonly HistoryRow[]): Generator<readonly HistoryRow[]> {
  for (let from = 0; from < rows.length; from += ROWS_PER_CHUNK) yield rows.slice(from, from + ROWS_PER_CHUNK);
}
