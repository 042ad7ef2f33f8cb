import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { RunlinkError } from '../errors.ts';

/** The text of a small file; null where there is none. A file that is there and cannot be read is an error. */
export function readTextOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new RunlinkError(`cannot read ${path}`, {
      cause,
      hint: 'Make the file readable or set the value otherwise.',
    });
  }
}

/** Replaces a leading `~` as Python's `expanduser` does for the own user. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
