import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerOptions } from '../../fixtures/server/options.ts';
import type { ServedRun } from '../../fixtures/server/project.ts';
import { openRunSource } from '../../src/wandb/run-source.ts';
import type { ProjectSource } from '../../src/wandb/run-source.ts';
import { sleep } from '../../src/wandb/sleep.ts';
import { buildProject } from './wandb.ts';
import { makeFolder } from './folder.ts';

export interface BenchServer {
  readonly url: string;
  readonly apiKey: string;
  /** Ends the process. @returns how many requests it had */
  readonly stop: () => Promise<number>;
}

/** The server in a process of its own, so that its work and ours do not share one thread. */
export async function startBenchServer(
  runs: readonly ServedRun[],
  options: Pick<ServerOptions, 'latency' | 'maxConcurrent'>,
): Promise<BenchServer> {
  const folder = makeFolder();
  const [projectFile, optionsFile] = [join(folder, 'project.json'), join(folder, 'options.json')];
  writeFileSync(projectFile, JSON.stringify(buildProject(runs)));
  writeFileSync(optionsFile, JSON.stringify(options));
  const main = new URL('../../fixtures/server/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, projectFile, '--options', optionsFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const readLine = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? 'null');
  const { url, apiKey } = (await readLine()) as { url: string; apiKey: string };
  rmSync(folder, { recursive: true }); // it has read them
  return {
    url,
    apiKey,
    stop: async () => {
      child.stdin.end();
      const { requests } = (await readLine()) as { requests: number };
      await closed;
      return requests;
    },
  };
}

export function openBenchSource({ url, apiKey }: Pick<BenchServer, 'url' | 'apiKey'>): ProjectSource {
  return openRunSource({
    surroundings: { env: {}, home: '/nonexistent', cwd: '/nonexistent' },
    explicit: { baseUrl: url, project: 'lab/molecules', apiKey },
    userAgent: 'runlink/bench',
    say: (line) => void process.stderr.write(`${line}\n`),
    now: Date.now,
    random: Math.random,
    sleep,
  });
}
