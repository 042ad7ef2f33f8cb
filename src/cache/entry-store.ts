import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeEntry, encodeEntry } from './entry-format.ts';
import type { StoredSeries } from './series.ts';

/** Several processes may share one: entries appear as a whole, the last one written stays, and any may vanish at any time. */
export interface EntryStore {
  /** Null where there is none, or a damaged one. */
  readonly readOrNull: (name: readonly unknown[]) => Promise<StoredSeries | null>;
  readonly write: (name: readonly unknown[], entry: StoredSeries) => Promise<void>;
  readonly prune: () => Promise<void>;
}

export interface EntryStoreOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly say: (line: string) => void;
}

const ENDING = '.series';
const DRAFT_ENDING = '.tmp';
/** What a killed process left. */
const DRAFT_LIFE_MS = 3_600_000;

export function createEntryStore({ folder, maxBytes, say }: EntryStoreOptions): EntryStore {
  let isTold = false;
  const tell = (error: unknown): void => {
    if (isTold) return;
    isTold = true;
    say(
      `the cache ${folder} cannot be used (${error instanceof Error ? error.message : String(error)}); going on without it`,
    );
  };
  return {
    readOrNull: (name) => readEntryOrNull(join(folder, fileNameOf(name))),
    write: async (name, entry) => {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const path = join(folder, fileNameOf(name));
        const draft = `${path}.${randomUUID()}${DRAFT_ENDING}`;
        await writeFile(draft, encodeEntry(entry), { mode: 0o600 });
        await rename(draft, path);
      } catch (error) {
        tell(error);
      }
    },
    prune: async () => {
      try {
        await pruneFolder(folder, maxBytes);
      } catch (error) {
        if (!isMissing(error)) tell(error);
      }
    },
  };
}

function fileNameOf(name: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(name)).digest('hex') + ENDING;
}

async function readEntryOrNull(path: string): Promise<StoredSeries | null> {
  try {
    const entry = decodeEntry(await readFile(path));
    const now = new Date();
    await utimes(path, now, now); // used last goes last
    return entry;
  } catch {
    return null; // not there, damaged, or taken away meanwhile: all the same, it is read from W&B
  }
}

async function pruneFolder(folder: string, maxBytes: number): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(names.map((name) => describeFileOrNull(join(folder, name))));
  const known = files.filter((file) => file !== null).sort((a, b) => b.usedAt - a.usedAt);
  const newest = known[0]?.usedAt ?? 0;
  let total = 0;
  for (const { path, bytes, usedAt } of known) {
    if (path.endsWith(DRAFT_ENDING)) {
      if (newest - usedAt > DRAFT_LIFE_MS) await rm(path, { force: true });
    } else if (path.endsWith(ENDING)) {
      total += bytes;
      if (total > maxBytes) await rm(path, { force: true });
    }
  }
}

async function describeFileOrNull(
  path: string,
): Promise<{ readonly path: string; readonly bytes: number; readonly usedAt: number } | null> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, bytes: size, usedAt: mtimeMs };
  } catch {
    return null; // another process took it away
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
