/**
 * How long histories take: `node test/bench/history.ts [LATENCY_MS]`, 300 ms a request if not said. The server has a
 * process of its own, so that its work and ours do not share one thread, and answers 429 to a ninth request at once. Both
 * sides of a ratio are measured in the same run, after a warm-up of both processes.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { scanHistories } from '../../src/commands/histories.ts';
import { openRunSource } from '../../src/wandb/run-source.ts';
import type { ProjectSource } from '../../src/wandb/run-source.ts';
import { buildLoggedRun } from '../helpers/history.ts';
import { buildProject } from '../helpers/wandb.ts';
import { makeFolder } from '../helpers/folder.ts';

const STEPS = 14_523;
const METRICS = Array.from({ length: 20 }, (_item, no) => `metric_${no}`);
const RUNS = 200;
const STEPS_OF_RUNS = 5000;
/** The window of W&B's own client, which asks for one after the other. */
const CLIENT_WINDOW = 1000;
const MB = 1024 * 1024;

interface Served {
  readonly process: ChildProcess;
  readonly url: string;
  readonly apiKey: string;
}

interface Measured {
  readonly seconds: number;
  readonly rows: number;
  readonly requests: number;
}

async function startServerProcess(folder: string, latency: number): Promise<Served> {
  const small = Array.from({ length: RUNS }, (_item, no) =>
    buildLoggedRun(`s${no}`, { seed: no, rows: STEPS_OF_RUNS, metrics: ['objective'] }),
  );
  const project = join(folder, 'project.json');
  const options = join(folder, 'options.json');
  const runs = [buildLoggedRun('large', { rows: STEPS, metrics: METRICS }), ...small];
  writeFileSync(project, JSON.stringify(buildProject(runs)));
  writeFileSync(options, JSON.stringify({ latency, maxConcurrent: 8 }));
  const main = new URL('../../fixtures/server/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, project, '--options', options], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, apiKey } = JSON.parse(line) as { url: string; apiKey: string };
    return { process: child, url, apiKey };
  }
  throw new Error('the server ended before it listened');
}

function openSource(url: string, apiKey: string): ProjectSource {
  return openRunSource({
    surroundings: { env: {}, home: '/nonexistent', cwd: '/nonexistent' },
    explicit: { baseUrl: url, project: 'lab/molecules', apiKey },
    userAgent: 'runlink/bench',
    say: (line) => console.error(line),
    now: Date.now,
    random: Math.random,
    sleep: async (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  });
}

async function measure(read: () => Promise<Omit<Measured, 'seconds'>>): Promise<Measured> {
  const started = performance.now();
  const { rows, requests } = await read();
  return { rows, requests, seconds: (performance.now() - started) / 1000 };
}

/** As W&B's client scans: the last step, then a window of 1,000 steps after the other. */
async function readAsClient({ url, apiKey }: Served, runId: string): Promise<Omit<Measured, 'seconds'>> {
  const authorization = `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`;
  let requests = 0;
  const ask = async (fields: string): Promise<Record<string, unknown>> => {
    requests += 1;
    const query = `{ project(name: "molecules", entityName: "lab") { run(name: "${runId}") { ${fields} } } }`;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify({ query }),
    });
    const answer = (await response.json()) as { data: { project: { run: Record<string, unknown> } } };
    return answer.data.project.run;
  };
  const { historyKeys } = await ask('historyKeys');
  const { lastStep } = historyKeys as { lastStep: number };
  const rows: unknown[] = [];
  for (let min = 0; min <= lastStep; min += CLIENT_WINDOW) {
    const { history } = await ask(
      `history(minStep: ${min}, maxStep: ${min + CLIENT_WINDOW}, samples: ${CLIENT_WINDOW})`,
    );
    rows.push(...(history as readonly string[]).map((text) => JSON.parse(text) as unknown));
  }
  return { rows: rows.length, requests };
}

async function readOurs(served: Served): Promise<Omit<Measured, 'seconds'>> {
  const source = openSource(served.url, served.apiKey);
  let rows = 0;
  for await (const chunk of source.history.scanHistory({ runId: 'large' })) rows += chunk.length;
  await source.close();
  return { rows, requests: 0 };
}

const SMALL = Array.from({ length: RUNS }, (_item, no) => `s${no}`);

async function readOneByOne(source: ProjectSource): Promise<Omit<Measured, 'seconds'>> {
  let rows = 0;
  for (const runId of SMALL) {
    for await (const chunk of source.history.scanHistory({ runId, keys: ['objective'] })) rows += chunk.length;
  }
  return { rows, requests: 2 * RUNS };
}

async function readManyOurs(source: ProjectSource): Promise<Omit<Measured, 'seconds'>> {
  let rows = 0;
  for await (const one of scanHistories(source.history, SMALL, { keys: ['objective'] })) rows += one.rows.length;
  return { rows, requests: RUNS + Math.ceil(RUNS / 25) };
}

function compare(title: string, theirs: Measured, ours: Measured): void {
  if (theirs.rows !== ours.rows) throw new Error(`${title}: ${theirs.rows} rows against ${ours.rows}`);
  const ratio = theirs.seconds / ours.seconds;
  console.log(
    `${title}: ${theirs.seconds.toFixed(2)} s against ${ours.seconds.toFixed(2)} s, ${ratio.toFixed(1)} times as fast`,
  );
}

/** Memory is that of a process which does nothing but scan. */
async function scanAsChild(url: string, apiKey: string): Promise<void> {
  const source = openSource(url, apiKey);
  let rows = 0;
  let values = 0;
  for await (const chunk of source.history.scanHistory({ runId: 'large' })) {
    rows += chunk.length;
    for (const row of chunk) values += Object.keys(row).length;
  }
  await source.close();
  // The most that the process ever had, in kilobytes.
  console.log(JSON.stringify({ rows, values, rss: process.resourceUsage().maxRSS * 1024 }));
}

async function main(latency: number): Promise<void> {
  const folder = makeFolder();
  const served = await startServerProcess(folder, latency);
  const source = openSource(served.url, served.apiKey);
  try {
    console.log(`${latency} ms a request, at most 8 at once:`);
    await readOurs(served);
    const client = await measure(() => readAsClient(served, 'large'));
    const ours = await measure(() => readOurs(served));
    compare(
      `one run of ${STEPS} steps x ${METRICS.length} metrics, windows of ${CLIENT_WINDOW} in sequence (${client.requests} requests) against scanHistory`,
      client,
      ours,
    );
    const child = spawnSync(process.execPath, [import.meta.filename, '--scan', served.url, served.apiKey], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { rows, values, rss } = JSON.parse(child.stdout) as { rows: number; values: number; rss: number };
    console.log(
      `  memory of a process that scans it (${rows} rows, ${values} values): ${(rss / MB).toFixed(0)} MB at most, below 200 MB expected`,
    );
    await readManyOurs(source);
    const many = await measure(() => readManyOurs(source));
    const single = await measure(() => readOneByOne(source));
    compare(
      `${RUNS} runs x 1 metric of ${STEPS_OF_RUNS} steps, one run after the other by scanHistory (${single.requests} requests) against scanHistories (${many.requests} requests)`,
      single,
      many,
    );
    const windows = 1 + Math.ceil(STEPS_OF_RUNS / CLIENT_WINDOW);
    console.log(
      `  computed, not measured: windows of ${CLIENT_WINDOW} in sequence are ${RUNS * windows} requests, ${((RUNS * windows * latency) / 1000).toFixed(0)} s of latency alone`,
    );
  } finally {
    await source.close();
    served.process.stdin?.end();
    rmSync(folder, { recursive: true });
  }
}

const [first = '300', url = '', apiKey = ''] = process.argv.slice(2);
if (first === '--scan') await scanAsChild(url, apiKey);
else await main(Number(first));
