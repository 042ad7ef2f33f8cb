import type { Command } from 'commander';
import { resolve } from 'node:path';
import { defaultCacheFolder } from '../cache/folder.ts';
import type { HistorySource } from '../model/history.ts';
import type { RunSource } from '../model/snapshot.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import { openSource, type ProjectOptions } from './source.ts';

export interface CacheVerbOptions {
  /** The folder; false with `--no-cache`. */
  readonly cache?: string | false;
}

/** The project's runs, and their histories through the cache where there is one. */
export interface HistoryAccess {
  readonly runs: RunSource;
  readonly source: HistorySource;
}

export function withCache(command: Command): Command {
  return command
    .option('--cache <folder>', 'where histories are kept (default: $XDG_CACHE_HOME/runlink or ~/.cache/runlink)')
    .option('--no-cache', 'keep nothing, and use nothing that was kept');
}

/** Opens the project for as long as it is used. */
export async function withHistories<T>(
  invocation: Invocation,
  options: ProjectOptions & CacheVerbOptions,
  use: (access: HistoryAccess) => Promise<T>,
): Promise<T> {
  const { io, context } = invocation;
  const { withCachedHistories } = await import('../commands/cached-histories.ts');
  const runs = await openSource(invocation, options);
  try {
    const folder = chooseFolder(io, options.cache);
    return await withCachedHistories({ runs, folder, say: context.say }, (source) => use({ runs, source }));
  } finally {
    await runs.close();
  }
}

/** commander gives `true` where neither option was written. */
function chooseFolder(io: Io, cache: string | boolean | undefined): string | null {
  if (cache === false) return null;
  return typeof cache === 'string' ? resolve(io.cwd, cache) : defaultCacheFolder(io.env, io.home);
}
