import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { makeFolder } from '../helpers/database.ts';
import { query, write } from '../helpers/query.ts';
import { FIRST_SECOND, buildServedRun } from '../helpers/wandb.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const RUN = 'py4run01';

/** The README's own lines. */
function readLines(language: 'python' | 'sh'): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('## New runs link themselves'));
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(section)?.[1] ?? '';
}

let folder: string;
let registry: string;
let server: ServerHandle;
let env: Record<string, string>;

beforeAll(async () => {
  folder = makeFolder();
  registry = join(folder, 'training_runs.db');
  write(
    registry,
    `CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, started_at TEXT, finished_at TEXT);
     INSERT INTO training_runs (run_id, run_name, status) VALUES
       ('row-1', 'hop_bs96_i-1', 'running'), ('row-2', 'hop_bs96_i-2', 'running'), ('row-3', 'hop_bs96_i-3', 'running');
     UPDATE training_runs SET started_at = '2024-03-01T00:00:00Z', finished_at = '2024-03-01T01:00:00Z' WHERE run_id = 'row-3'`,
  );
  const project = { entity: 'my-team', project: 'my-project' };
  server = await startServer({
    project: { ...project, runs: [buildServedRun(RUN, FIRST_SECOND, { state: 'running' })] },
  });
  for (const name of ['bin', 'python']) mkdirSync(join(folder, name));
  const shim = join(folder, 'bin/runlink');
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'src/bin.ts')}' "$@"\n`);
  chmodSync(shim, 0o755);
  // Stands for W&B's client as far as the lines need it: the run's id, by default as the environment says.
  writeFileSync(
    join(folder, 'python/wandb.py'),
    `import os, types\nrun = None\ndef init(**settings):\n    global run\n    run = types.SimpleNamespace(id=os.environ.get("WANDB_RUN_ID", "${RUN}"))\n    return run\n`,
  );
  env = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    USER: 'tester',
    PYTHONPATH: join(folder, 'python'),
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
  };
});
afterAll(() => server.close());

const row = (key: string): unknown =>
  query(registry, `SELECT wandb_run_id, wandb_url, run_name, status FROM training_runs WHERE run_id = '${key}'`)[0];

test('the lines of Python link the row that is named, by its key and again by its name', async () => {
  const lines = readLines('python');
  expect(
    lines
      .trim()
      .split('\n')
      .filter((line) => line !== ''),
  ).toHaveLength(5);
  writeFileSync(join(folder, 'train.py'), lines);
  const linked = {
    wandb_run_id: RUN,
    wandb_url: `${server.url}/my-team/my-project/runs/${RUN}`,
    run_name: `run-${RUN}`,
    status: 'running',
  };
  for (const word of ['hop_bs96_i-1', 'row-1', 'hop_bs96_i-1']) {
    const { stdout } = await run('python3', ['train.py', word], { cwd: folder, env });
    expect(stdout).toContain('row-1');
    expect(row('row-1')).toEqual(linked);
  }
  expect(query(registry, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 1 }]);
});

test('the lines of shell link the row before the run is there, and the refresh completes it', async () => {
  // A job that runs: the server gets its run while it trains.
  writeFileSync(join(folder, 'train.py'), 'import os; print(os.environ["WANDB_RUN_ID"])');
  const lines = readLines('sh').split('\n');
  const upTo = lines.findIndex((line) => line.startsWith('python3'));
  const training = await run('bash', ['-ec', lines.slice(0, upTo + 1).join('\n')], {
    cwd: folder,
    env: { ...env, ROW: 'row-2' },
  });
  const id = training.stdout.trim().split('\n').at(-1) ?? '';
  expect(id).toMatch(/^[0-9a-f]{8}$/);
  expect(row('row-2')).toMatchObject({ wandb_run_id: id, run_name: 'hop_bs96_i-2', status: 'running' });
  server.insertRun(buildServedRun(id, FIRST_SECOND, { displayName: 'quiet-sea-7' }));
  // The lines after the training, in the environment of those before it; the id is the one from above.
  const after = [lines[0], ...lines.slice(upTo + 1)].join('\n');
  await run('bash', ['-ec', after], { cwd: folder, env });
  expect(row('row-2')).toMatchObject({ wandb_run_id: id, run_name: 'quiet-sea-7', status: 'not_running' });
});
