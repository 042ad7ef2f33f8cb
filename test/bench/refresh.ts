// How many requests and how long `refresh --running` takes for 1,000 running rows, all of which have ended at W&B:
// `node test/bench/refresh.ts [ROWS] [LATENCY_MS]`. The server has a process of its own. Beside it, in the same run and on
// the same server: the runs opened one by one, as a script over W&B's client that reads each run's state does.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { refreshLinks } from '../../src/commands/refresh.ts';
import type { RefreshReport } from '../../src/commands/refresh.ts';
import type { RunSource } from '../../src/model/snapshot.ts';
import { openRunSource } from '../../src/wandb/run-source.ts';
import { sleep } from '../../src/wandb/sleep.ts';
import { makeContext } from '../helpers/context.ts';
import { makeRegistry } from '../helpers/registry.ts';
import { buildProject, buildServedRuns, runName } from '../helpers/wandb.ts';
import { makeFolder } from '../helpers/folder.ts';

const [rows = 1000, latency = 300] = process.argv.slice(2).map(Number);
const ONE_BY_ONE = 20;

const folder = makeFolder();
const [projectFile, optionsFile] = ['project.json', 'options.json'].map((name) => join(folder, name)) as [
  string,
  string,
];
writeFileSync(projectFile, JSON.stringify(buildProject(buildServedRuns(rows, 60))));
writeFileSync(optionsFile, JSON.stringify({ latency }));
const main = new URL('../../fixtures/server/main.ts', import.meta.url).pathname;
const child = spawn(process.execPath, [main, projectFile, '--options', optionsFile], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const served = JSON.parse((await lines.next()).value ?? '') as { url: string; apiKey: string };

function openSource(): RunSource {
  return openRunSource({
    surroundings: { env: {}, home: '/nonexistent', cwd: '/nonexistent' },
    explicit: { baseUrl: served.url, project: 'lab/molecules', apiKey: served.apiKey },
    userAgent: 'runlink/bench',
    say: (line) => console.error(line),
    now: Date.now,
    random: Math.random,
    sleep,
  });
}

const { path } = makeRegistry({
  journalMode: 'wal',
  tableSql: `CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, run_name TEXT, status TEXT,
    started_at TEXT, finished_at TEXT, duration_seconds REAL)`,
  fill: (db) => {
    const insert = db.prepare("INSERT INTO training_runs (run_id, wandb_run_id, status) VALUES (?, ?, 'running')");
    db.transaction(() => {
      for (let no = 0; no < rows; no += 1) insert.run(`row-${no}`, runName(no));
    })();
  },
});

async function measure(apply: boolean): Promise<{ readonly seconds: number; readonly report: RefreshReport }> {
  const source = openSource();
  const started = performance.now();
  const report = await refreshLinks({ context: makeContext(), source }, { registry: path, running: true, apply });
  await source.close();
  return { seconds: (performance.now() - started) / 1000, report };
}

async function openOneByOne(): Promise<number> {
  const source = openSource();
  const started = performance.now();
  for (let no = 0; no < ONE_BY_ONE; no += 1) await source.openRuns([runName(no)]);
  await source.close();
  return (performance.now() - started) / 1000 / ONE_BY_ONE;
}

const dry = await measure(false);
const written = await measure(true);
const perRun = await openOneByOne();
child.stdin.end();
const requests = (JSON.parse((await lines.next()).value ?? '') as { requests: number }).requests - ONE_BY_ONE;
rmSync(folder, { recursive: true });

const perRefresh = requests / 2;
console.log(
  `refresh --running of ${rows} rows at ${latency} ms a request: ${perRefresh} requests each, at most 4 at once`,
);
console.log(`  dry    ${dry.seconds.toFixed(2)} s, ${dry.report.changes.length} rows would be refreshed`);
console.log(`  apply  ${written.seconds.toFixed(2)} s, ${written.report.written} rows refreshed`);
console.log(`one run after the other: ${rows} requests, ${(perRun * rows).toFixed(1)} s, from ${ONE_BY_ONE} measured;`);
console.log(
  `  ${(rows / perRefresh).toFixed(0)} times the requests, ${((perRun * rows) / dry.seconds).toFixed(0)} times the time`,
);
