import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RunlinkError, UsageError } from '../errors.ts';

export type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/**
 * Writes a file that is complete or absent: into a file beside it, flushed to the disk, then renamed over the old one.
 * Missing folders are made.
 *
 * @returns bytes written
 * @throws RunlinkError where the disk refuses; what the pieces throw passes through. Either way the old file stands.
 */
export async function writeOutFile(path: string, pieces: Pieces): Promise<number> {
  const folder = dirname(path);
  const partial = join(folder, `.${basename(path)}.${randomUUID()}.partial`);
  const file = await explainIo(path, async () => {
    await mkdir(folder, { recursive: true });
    return await open(partial, 'wx');
  });
  try {
    const bytes = await writePieces(file, path, pieces);
    await explainIo(path, async () => {
      await file.sync();
      await file.close();
      await rename(partial, path);
      await syncFolder(folder);
    });
    return bytes;
  } catch (error) {
    await file.close().catch(() => undefined); // closed already where the rename failed
    await rm(partial, { force: true }).catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

const SQLITE_HEAD = 'SQLite format 3';

/**
 * A result must never take the place of a registry, of what SQLite keeps beside it, or of another database.
 *
 * @param registry path of the registry at hand; null where there is none
 * @throws UsageError where `out` is no file that may be replaced
 */
export async function assertWritable(out: string, registry: string | null): Promise<void> {
  const target = await statOrNull(out);
  if (target === null) return;
  const fact = (await isPartOf(target, registry))
    ? 'the registry or belongs to it, and is not written over'
    : await describeUnfitOrNull(out, target);
  if (fact === null) return;
  throw new UsageError(`${out} is ${fact}`, { hint: 'Name another file with --out.' });
}

async function isPartOf(target: Stats, registry: string | null): Promise<boolean> {
  for (const suffix of registry === null ? [] : ['', '-wal', '-shm', '-journal']) {
    const other = await statOrNull(`${registry}${suffix}`);
    if (other !== null && other.ino === target.ino && other.dev === target.dev) return true;
  }
  return false;
}

async function describeUnfitOrNull(out: string, target: Stats): Promise<string | null> {
  if (target.isDirectory()) return 'a folder, expected a file that may be replaced';
  if (!target.isFile()) return 'no file, expected one that may be replaced';
  return (await readHead(out)) === SQLITE_HEAD ? 'a SQLite database, expected a file that may be replaced' : null;
}

async function readHead(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE_HEAD.length));
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  return await stat(path).catch(() => null);
}

async function writePieces(file: FileHandle, path: string, pieces: Pieces): Promise<number> {
  let bytes = 0;
  for await (const piece of pieces) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
    await explainIo(path, () => file.writeFile(chunk));
    bytes += chunk.byteLength;
  }
  return bytes;
}

/** A rename is on the disk once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long for the file system',
  EEXIST: 'a part of the path is a file, not a folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
};

async function explainIo<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const why = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
    throw new RunlinkError(`${path} cannot be written: ${why}`, {
      hint: 'Make room or name another place with --out, then run the same command again. What stood there before is untouched.',
      cause,
    });
  }
}
