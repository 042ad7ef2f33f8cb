/**
 * What `plan` as a whole takes, from the first request to the report of the sealed file:
 * `node test/bench/plan.ts [ROWS]`, 20,000 rows and about 24,000 runs if not said. The server answers without latency
 * and has a process of its own, so that its work and ours do not share one thread.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { ServedProject, ServedRun } from '../../fixtures/server/project.ts';
import { planBackfill } from '../../src/commands/plan.ts';
import type { RegistryRow } from '../../src/model/registry.ts';
import type { Run } from '../../src/model/run.ts';
import { openRunSource } from '../../src/wandb/run-source.ts';
import { makeContext } from '../helpers/context.ts';
import { buildServedRun } from '../helpers/wandb.ts';
import { PLAIN_WORLD, buildWorld } from '../helpers/worlds/world.ts';
import { makeFolder } from '../helpers/folder.ts';

const ENTITY = 'lab';
const PROJECT = 'molecules';

function writeRegistry(path: string, rows: readonly RegistryRow[]): void {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  const columns = names.map((name) => `"${name}"${name === 'run_id' ? ' TEXT PRIMARY KEY' : ''}`);
  const db = new Database(path);
  db.exec(`CREATE TABLE training_runs (${columns.join(', ')})`);
  const insert = db.prepare(`INSERT INTO training_runs VALUES (${names.map(() => '?').join(', ')})`);
  db.transaction(() => {
    for (const row of rows) insert.run(...names.map((name) => row.values[name] ?? null));
  })();
  db.close();
}

function serveRun(run: Run): ServedRun {
  const config = Object.fromEntries(Object.entries(run.config).map(([key, value]) => [key, { value, desc: null }]));
  const at = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
  return buildServedRun(run.runId, Math.floor(run.createdAt / 1000), {
    displayName: run.displayName,
    state: run.state,
    heartbeatAt: run.heartbeatAt === null ? null : at(run.heartbeatAt),
    host: run.host,
    args: run.args,
    config: JSON.stringify(config),
    summaryMetrics: JSON.stringify(run.summary),
  });
}

interface Served {
  readonly process: ChildProcess;
  readonly url: string;
  readonly apiKey: string;
}

async function startServerProcess(folder: string, project: ServedProject): Promise<Served> {
  const file = join(folder, 'project.json');
  writeFileSync(file, JSON.stringify(project));
  const main = new URL('../../fixtures/server/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, apiKey } = JSON.parse(line) as { url: string; apiKey: string };
    return { process: child, url, apiKey };
  }
  throw new Error('the server ended before it listened');
}

/** Seconds since the bench began to plan, and of our own processor time. */
function startWatch(): () => string {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return `${((performance.now() - start) / 1000).toFixed(2)} s (CPU ${((user + system) / 1e6).toFixed(2)} s)`;
  };
}

async function measure(folder: string, served: Served): Promise<void> {
  const source = openRunSource({
    surroundings: { env: {}, home: '/nonexistent', cwd: '/nonexistent' },
    explicit: { baseUrl: served.url, project: `${ENTITY}/${PROJECT}`, apiKey: served.apiKey },
    userAgent: 'runlink/bench',
    say: (line) => console.error(line),
    now: Date.now,
    random: Math.random,
    sleep: async (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  });
  const watch = startWatch();
  let listed = '';
  const context = makeContext({
    onProgress: ({ done, total }) => {
      if (done === total) listed = watch();
    },
  });
  const out = join(folder, 'plan');
  const options = {
    registry: join(folder, 'training_runs.db'),
    out,
    concurrency: 4,
    minProbability: 0.99,
    minMargin: 3,
  };
  const report = await planBackfill({ context, source }, options);
  await source.close();
  console.log(`  listed after ${listed}`);
  console.log(`  sealed and reported after ${watch()}`);
  const { counts } = report;
  console.log(`  ${counts.match} matches, ${counts.ambiguous} ambiguous, ${counts.unmatched} unmatched`);
  console.log(
    `  plan file ${(statSync(out).size / 1e6).toFixed(1)} MB, peak ${Math.round(process.resourceUsage().maxRSS / 1e3)} MB`,
  );
}

async function main(): Promise<void> {
  const [rows = 20_000] = process.argv.slice(2).map(Number);
  const folder = makeFolder();
  const { input } = buildWorld({ ...PLAIN_WORLD, rows, sweeps: rows / 16, orphanRuns: 0.3 }, 1);
  writeRegistry(join(folder, 'training_runs.db'), input.rows);
  const project = { entity: ENTITY, project: PROJECT, runs: input.runs.map(serveRun) };
  const served = await startServerProcess(folder, project);
  try {
    console.log(`measured, plan of ${rows} rows and ${input.runs.length} runs, server without latency:`);
    await measure(folder, served);
  } finally {
    served.process.stdin?.end();
    rmSync(folder, { recursive: true });
  }
}

await main();
