import { join } from 'node:path';

/** As the XDG base directory specification says: a relative path in the variable counts as none. */
export function defaultCacheFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const given = env['XDG_CACHE_HOME'] ?? '';
  return join(given.startsWith('/') ? given : join(home, '.cache'), 'runlink');
}
