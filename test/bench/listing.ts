/**
 * How long a listing takes: `node test/bench/listing.ts [RUNS] [LATENCY_MS]`, 20,000 runs and 100 ms if not said. The
 * server has a process of its own, so that its work and ours do not share one thread.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRunSource } from '../../src/wandb/run-source.ts';
import { createMemoryStore } from '../helpers/memory-store.ts';
import { buildProject, buildServedRuns } from '../helpers/wandb.ts';
import { makeFolder } from '../helpers/folder.ts';

/** The page size of W&B's own client, which asks for one page after the other. */
const CLIENT_PAGE = 50;

interface Served {
  readonly process: ChildProcess;
  readonly url: string;
  readonly apiKey: string;
}

interface Measured {
  readonly seconds: number;
  readonly requests: number;
  readonly runs: number;
}

async function startServerProcess(folder: string, runs: number, latency: number): Promise<Served> {
  const project = join(folder, 'project.json');
  const options = join(folder, 'options.json');
  // One run an hour: 20,000 of them are a little more than two years.
  writeFileSync(project, JSON.stringify(buildProject(buildServedRuns(runs, 3600))));
  writeFileSync(options, JSON.stringify({ latency }));
  const main = new URL('../../fixtures/server/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, project, '--options', options], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const { url, apiKey } = JSON.parse(line) as { url: string; apiKey: string };
    return { process: child, url, apiKey };
  }
  throw new Error('the server ended before it listened');
}

async function measure(served: Served, concurrency: number): Promise<Measured> {
  const source = openRunSource({
    surroundings: { env: {}, home: '/nonexistent', cwd: '/nonexistent' },
    explicit: { baseUrl: served.url, project: 'lab/molecules', apiKey: served.apiKey },
    userAgent: 'runlink/bench',
    say: (line) => console.error(line),
    now: Date.now,
    random: Math.random,
    sleep: async (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  });
  const store = createMemoryStore();
  const started = performance.now();
  const keys = { config: ['lr', 'seed'], summary: ['loss'] };
  const report = await source.listRuns({ keys, concurrency, store });
  const seconds = (performance.now() - started) / 1000;
  await source.close();
  return { seconds, requests: report.requests, runs: report.runs };
}

function render(concurrency: number, { seconds, requests, runs }: Measured): string {
  return `concurrency ${concurrency}: ${runs} runs proved complete in ${seconds.toFixed(2)} s, ${requests} requests`;
}

async function main(): Promise<void> {
  const [runs = 20_000, latency = 100] = process.argv.slice(2).map(Number);
  const folder = makeFolder();
  const served = await startServerProcess(folder, runs, latency);
  try {
    await measure(served, 1); // warms up both processes
    const one = await measure(served, 1);
    const four = await measure(served, 4);
    console.log(`measured, ${runs} runs at ${latency} ms a request:`);
    console.log(`  ${render(1, one)}`);
    console.log(`  ${render(4, four)}`);
    console.log(`  ${(one.seconds / four.seconds).toFixed(2)} times as fast with 4 as with 1`);
    const pages = Math.ceil(runs / CLIENT_PAGE);
    const least = (pages * latency) / 1000;
    console.log(`computed, not measured: pages of ${CLIENT_PAGE} one after the other are ${pages} requests,`);
    console.log(`  ${least.toFixed(1)} s of latency alone, and prove nothing`);
  } finally {
    served.process.stdin?.end();
    rmSync(folder, { recursive: true });
  }
}

await main();
