import { randomUUID } from 'node:crypto';
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

/**
 * A result must not be written over the registry, or over what SQLite keeps beside it.
 *
 * @throws UsageError where `out` is one of these files
 */
export async function assertNotOneOf(out: string, files: readonly string[]): Promise<void> {
  const target = await statOrNull(out);
  if (target === null) return;
  if (target.isDirectory()) {
    throw new UsageError(`${out} is a folder, expected a file to write`, { hint: 'Name a file in it with --out.' });
  }
  for (const file of files) {
    const other = await statOrNull(file);
    if (other === null || other.ino !== target.ino || other.dev !== target.dev) continue;
    throw new UsageError(`${out} is the registry or belongs to it, and is not written over`, {
      hint: 'Name another file with --out.',
    });
  }
}

async function statOrNull(path: string): Promise<Awaited<ReturnType<typeof stat>> | null> {
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
