/**
 * How long a listing takes: `node test/bench/listing.ts [RUNS] [LATENCY_MS]`, 20,000 runs and 100 ms if not said. The
 * server has a process of its own, so that its work and ours do not share one thread.
 */
import { openBenchSource, startBenchServer } from '../helpers/bench-server.ts';
import type { BenchServer } from '../helpers/bench-server.ts';
import { createMemoryStore } from '../helpers/memory-store.ts';
import { buildServedRuns } from '../helpers/wandb.ts';

/** The page size of W&B's own client, which asks for one page after the other. */
const CLIENT_PAGE = 50;

interface Measured {
  readonly seconds: number;
  readonly requests: number;
  readonly runs: number;
}

async function measure(served: BenchServer, concurrency: number): Promise<Measured> {
  const source = openBenchSource(served);
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
  // One run an hour: 20,000 of them are a little more than two years.
  const served = await startBenchServer(buildServedRuns(runs, 3600), { latency });
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
    await served.stop();
  }
}

await main();
