import type { Command } from 'commander';
import { resolve } from 'node:path';
import { defaultCacheFolder } from '../cache/folder.ts';
import { type CachedSource, cacheHistories } from '../cache/history-cache.ts';
import type { HistorySource } from '../model/history.ts';
import type { RunSource } from '../model/snapshot.ts';
import type { ProjectSource } from '../wandb/run-source.ts';
import type { Invocation } from './invocation.ts';
import { openSource, type ProjectOptions } from './source.ts';

export interface CacheVerbOptions {
  /** The folder; false with `--no-cache`. */
  readonly cache?: string | false;
}

/** The project's runs and their histories, through the cache where there is one. */
export interface HistoryAccess {
  readonly runs: RunSource;
  readonly source: HistorySource;
  readonly close: () => Promise<void>;
}

export function withCache(command: Command): Command {
  return command
    .option('--cache <folder>', 'where histories are kept (default: $XDG_CACHE_HOME/runlink or ~/.cache/runlink)')
    .option('--no-cache', 'keep nothing, and use nothing that was kept');
}

export async function openHistories(
  invocation: Invocation,
  options: ProjectOptions & CacheVerbOptions,
): Promise<HistoryAccess> {
  const runs = await openSource(invocation, options);
  const cached = openCacheOrNull(invocation, runs, options.cache);
  return {
    runs,
    source: cached ?? runs.history,
    close: async () => {
      await cached?.prune();
      await runs.close();
    },
  };
}

/** commander gives `true` where neither option was written. */
function openCacheOrNull(
  { io, context }: Invocation,
  runs: ProjectSource,
  cache: string | boolean | undefined,
): CachedSource | null {
  if (cache === false) return null;
  const folder = typeof cache === 'string' ? resolve(io.cwd, cache) : defaultCacheFolder(io.env, io.home);
  return cacheHistories(runs.history, runs, { folder, say: context.say });
}
