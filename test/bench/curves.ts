/**
 * How long curves of many runs take: `node test/bench/curves.ts [RUNS] [STEPS] [LATENCY_MS]`, 200 runs of 5,000 steps and
 * 300 ms a request if not said. The server has a process of its own and answers 429 to a ninth request at once. One run after
 * the other is measured against `readCurves` in the same run: with an empty cache and with a full one.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { cacheHistories } from '../../src/cache/history-cache.ts';
import { describeCurves } from '../../src/commands/curves.render.ts';
import { readCurves } from '../../src/commands/curves.ts';
import { writeCurves } from '../../src/commands/draw-curves.ts';
import type { ProjectSource } from '../../src/wandb/run-source.ts';
import type { ServedRun } from '../../fixtures/server/project.ts';
import { openBenchSource, startBenchServer } from '../helpers/bench-server.ts';
import { makeContext } from '../helpers/context.ts';
import { FIRST_SECOND, buildServedRun } from '../helpers/wandb.ts';
import { makeFolder } from '../helpers/folder.ts';

const METRIC = 'objective';

interface Bench {
  readonly folder: string;
  readonly registry: string;
  readonly runs: number;
  readonly steps: number;
}

function writeRegistry({ registry, runs }: Bench): void {
  const db = new Database(registry);
  db.exec('CREATE TABLE runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, run_name TEXT, status TEXT, method TEXT)');
  const insert = db.prepare("INSERT INTO runs VALUES (?, ?, ?, 'not_running', ?)");
  db.transaction(() => {
    for (let no = 0; no < runs; no += 1) insert.run(`row-${no}`, `s${no}`, `name-${no}`, `method-${no % 4}`);
  })();
  db.close();
}

function buildRuns({ runs, steps }: Bench): readonly ServedRun[] {
  return Array.from({ length: runs }, (_run, run) =>
    buildServedRun(`s${run}`, FIRST_SECOND + run * 60, {
      history: Array.from(
        { length: steps },
        (_row, step) => `{"_step":${step},"${METRIC}":${(Math.log(step + 2) + Math.sin(step * run)).toFixed(6)}}`,
      ),
    }),
  );
}

async function readOneByOne(source: ProjectSource, { runs }: Bench): Promise<number> {
  let points = 0;
  for (let no = 0; no < runs; no += 1) {
    for await (const rows of source.history.scanHistory({ runId: `s${no}`, keys: [METRIC] })) points += rows.length;
  }
  return points;
}

async function readOurs(source: ProjectSource, { folder, registry }: Bench): Promise<number> {
  const cached = cacheHistories(source.history, source, { folder: join(folder, 'cache'), say: console.error });
  const deps = { context: makeContext(), source: cached };
  const report = await readCurves(deps, { registry, metrics: [METRIC], groupBy: 'method' });
  const out = join(folder, 'plot.svg');
  await writeCurves(describeCurves(report), { out }, { title: '', table: [], remarks: [] });
  await cached.prune();
  return report.curves.reduce((sum, { x }) => sum + x.length, 0);
}

async function measure(title: string, read: () => Promise<number>): Promise<{ seconds: number; points: number }> {
  const started = performance.now();
  const began = process.cpuUsage();
  const points = await read();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(began);
  console.log(`${title}: ${points} points in ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of CPU`);
  return { seconds, points };
}

async function main(): Promise<void> {
  const [runs = 200, steps = 5000, latency = 300] = process.argv.slice(2).map(Number);
  const folder = makeFolder();
  const bench = { folder, registry: join(folder, 'runs.db'), runs, steps };
  writeRegistry(bench);
  const served = await startBenchServer(buildRuns(bench), { latency, maxConcurrent: 8 });
  const source = openBenchSource(served);
  try {
    await readOneByOne(source, { ...bench, runs: 2 }); // warms up both processes
    const title = `${runs} runs x ${steps} steps at ${latency} ms a request`;
    const one = await measure(`${title}, one run after the other`, () => readOneByOne(source, bench));
    const cold = await measure(`${title}, curves with an empty cache, drawn`, () => readOurs(source, bench));
    const warm = await measure(`${title}, curves with a full cache, drawn`, () => readOurs(source, bench));
    if (new Set([one.points, cold.points, warm.points]).size > 1) throw new Error('not the same points');
    console.log(
      `${(one.seconds / cold.seconds).toFixed(1)} times as fast cold, ${(one.seconds / warm.seconds).toFixed(1)} times warm`,
    );
  } finally {
    await source.close();
    await served.stop();
    rmSync(folder, { recursive: true });
  }
}

await main();
