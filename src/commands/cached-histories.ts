import { cacheHistories } from '../cache/history-cache.ts';
import type { HistorySource } from '../model/history.ts';
import type { RunSource } from '../model/snapshot.ts';

export interface CacheSetting {
  readonly runs: RunSource & { readonly history: HistorySource };
  /** Where histories are kept; null keeps nothing and uses nothing that was kept. */
  readonly folder: string | null;
  readonly say: (line: string) => void;
}

/** Reads histories through the cache, and brings its folder down to its size at the end. */
export async function withCachedHistories<T>(
  { runs, folder, say }: CacheSetting,
  use: (source: HistorySource) => Promise<T>,
): Promise<T> {
  if (folder === null) return await use(runs.history);
  const cached = cacheHistories(runs.history, runs, { folder, say });
  try {
    return await use(cached);
  } finally {
    await cached.prune();
  }
}
