import { onTestFinished } from 'vitest';
import type { ServedRun } from '../../fixtures/server/project.ts';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import type { RunSource } from '../../src/model/snapshot.ts';
import { buildProject, openTestSource } from './wandb.ts';

/** A server over the runs and a source that reads it, both until the test ends; the server may be closed before. */
export async function startSource(
  runs: readonly ServedRun[],
): Promise<{ readonly source: RunSource; readonly server: ServerHandle }> {
  const server = await startServer({ project: buildProject(runs) });
  const source = openTestSource(server);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await server.close();
    isOpen = false;
  };
  onTestFinished(async () => {
    await source.close();
    await close();
  });
  return { source, server: { ...server, close } };
}
