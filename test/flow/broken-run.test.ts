import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import type { Faults } from '../../fixtures/server/options.ts';
import { startServer } from '../../fixtures/server/server.ts';
import { makeFolder } from '../helpers/database.ts';
import { buildLoggedRun } from '../helpers/history.ts';
import { query } from '../helpers/query.ts';
import { runInline } from '../helpers/run-inline.ts';
import type { InlineResult } from '../helpers/run-inline.ts';
import { buildProject } from '../helpers/wandb.ts';

/** W&B's answer for run `odd` cannot be understood; `ok0` and `ok1` are fine, and `gone` was deleted. */
async function openLab(faults: Faults = {}): Promise<{
  readonly folder: string;
  readonly registry: string;
  readonly run: (line: string) => Promise<InlineResult>;
}> {
  const folder = makeFolder();
  const registry = join(folder, 'training_runs.db');
  const runs = [
    buildLoggedRun('ok0'),
    buildLoggedRun('odd', {}, { createdAt: '2024-03-01T10' }),
    buildLoggedRun('ok1'),
  ];
  const server = await startServer({ project: buildProject(runs), faults });
  onTestFinished(() => server.close());
  const db = new Database(registry);
  db.exec(`CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, wandb_url TEXT, run_name TEXT,
    status TEXT, created_at TEXT)`);
  const insert = db.prepare(
    "INSERT INTO training_runs VALUES (?, ?, ?, 'old name', 'running', '2024-03-01T00:00:00Z')",
  );
  for (const id of ['ok0', 'odd', 'ok1', 'gone']) insert.run(`row-${id}`, id, `${server.url}/lab/molecules/runs/${id}`);
  db.close();
  const env = { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey, RUNLINK_REGISTRY: registry };
  const project = (line: string): string => (line.startsWith('compare') ? line : `${line} --project lab/molecules`);
  const run = (line: string): Promise<InlineResult> => runInline(project(line).split(' '), { cwd: folder, env });
  return { folder, registry, run };
}

const REASON = 'W&B fails to give run odd: W&B says that run odd was created at "2024-03-01T10"';

it('refreshes the other rows, and names the broken run with the reason and what to do', async () => {
  const { registry, run } = await openLab();
  const dry = JSON.parse((await run('refresh --json')).stdout);
  expect(dry).toMatchObject({
    broken: [
      { keyText: 'row-odd', wandbRunId: 'odd', words: expect.stringContaining(REASON), hint: expect.any(String) },
    ],
    gone: [{ keyText: 'row-gone' }],
  });
  const { code, stdout } = await run('refresh --apply');
  expect(code).toBe(1);
  expect(stdout).toContain(`row-odd → odd: ${REASON}`);
  expect(stdout).toContain('run the same command again later');
  expect(stdout).toContain('2 of 4 linked rows refreshed');
  expect(query(registry, 'SELECT run_id, status FROM training_runs ORDER BY rowid')).toEqual([
    { run_id: 'row-ok0', status: 'not_running' },
    { run_id: 'row-odd', status: 'running' },
    { run_id: 'row-ok1', status: 'not_running' },
    { run_id: 'row-gone', status: 'running' },
  ]);
});

it('draws and exports the others, and exits 1 with a picture and a dataset that are there', async () => {
  const { folder, run } = await openLab();
  const curves = await run('curves --metric loss --no-cache --out plot.svg');
  expect(curves.code).toBe(1);
  expect(existsSync(join(folder, 'plot.svg'))).toBe(true);
  expect(curves.stdout).toContain('2 runs drawn: loss');
  expect(curves.stdout).toContain(REASON);
  expect(curves.stdout).toContain('could not be read: W&B has no run gone in this project');
  const exported = await run('export --out dataset --json');
  expect(exported.code).toBe(1);
  expect(JSON.parse(exported.stdout)).toMatchObject({
    exported: 2,
    failed: [
      { run: 'gone', error: expect.stringContaining('no such run') },
      { run: 'odd', error: expect.stringContaining(REASON) },
    ],
  });
  const history = await run('history row-odd');
  expect(history).toMatchObject({ code: 1, stdout: '' });
  expect(history.stderr).toContain(REASON);
});

it('compares runs whose rows alone name their project', async () => {
  const { run } = await openLab();
  const { code, stdout, stderr } = await run('compare row-ok0 ok1 --no-cache --metric loss');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('run-ok0');
  expect((await run('compare row-ok0 other/project/x')).stderr).toContain('is in other/project');
});

it('draws what came of a curve that W&B sends with less than it counts, and exits 7', async () => {
  const { folder, run } = await openLab({ lostSteps: [7] });
  const { code, stdout } = await run('curves --metric loss --where run_id=row-ok0 --no-cache --out plot.svg');
  expect({ code, stdout }).toMatchObject({
    code: 7,
    stdout: expect.stringMatching(/is incomplete: \d+ of \d+ values/),
  });
  expect(existsSync(join(folder, 'plot.svg'))).toBe(true);
});
