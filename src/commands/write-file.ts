import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { RunlinkError } from '../errors.ts';

/**
 * Writes a file as a whole or not at all: beside it first, then in its place.
 *
 * @throws RunlinkError where the folder is missing or cannot be written
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RunlinkError(`the file ${path} cannot be written: ${why}`, {
      hint: 'Name a file in a folder that is there and may be written.',
      cause,
    });
  }
}
