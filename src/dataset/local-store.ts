import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RunlinkError } from '../errors.ts';
import type { DatasetStore } from '../model/dataset.ts';
import { writeOutFile } from './out-file.ts';

/** A dataset in a folder, which is made when the first file is written. @param folder an absolute path */
export function openLocalStore(folder: string): DatasetStore {
  const locate = (path: string): string => join(folder, ...path.split('/'));
  return {
    place: folder,
    sizeOrNull: (path) => orNull(locate(path), async (file) => (await stat(file)).size),
    readOrNull: (path) => orNull(locate(path), (file) => readFile(file)),
    write: async (path, bytes) => void (await writeOutFile(locate(path), [bytes])),
    remove: async (path) => void (await orNull(locate(path), (file) => rm(file, { force: true }))),
    tidy: async (start) => {
      const [folder, name] = [dirname(locate(start)), basename(locate(start))];
      const names = (await orNull(folder, (file) => readdir(file))) ?? [];
      const left = names.filter((other) => other.startsWith(`.${name}`) && other.endsWith('.partial'));
      await Promise.all(left.map((other) => rm(join(folder, other), { force: true })));
    },
  };
}

async function orNull<T>(file: string, act: (file: string) => Promise<T>): Promise<T | null> {
  try {
    return await act(file);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new RunlinkError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Check the path and its permissions, or name another place with --out.',
      cause,
    });
  }
}
