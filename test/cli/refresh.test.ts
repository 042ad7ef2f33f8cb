import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { refreshLinks } from '../../src/index.ts';
import { query, write } from '../helpers/query.ts';
import { openRefreshLab, rowKey, runId } from '../helpers/refresh-lab.ts';
import type { RefreshLab } from '../helpers/refresh-lab.ts';
import { runInline } from '../helpers/run-inline.ts';
import type { InlineResult } from '../helpers/run-inline.ts';

function run({ path, server }: RefreshLab, args: readonly string[]): Promise<InlineResult> {
  const env = {
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
    WANDB_ENTITY: 'lab',
    WANDB_PROJECT: 'molecules',
    RUNLINK_REGISTRY: path,
  };
  return runInline(args, { cwd: dirname(path), env });
}

async function openEnded(): Promise<RefreshLab> {
  const lab = await openRefreshLab();
  for (const no of [1, 2, 3]) await lab.link(no);
  lab.server.updateRun(runId(1), { state: 'finished', heartbeatAt: '2024-03-01T02:00:00Z' });
  lab.server.updateRun(runId(2), { state: 'hibernating' });
  return lab;
}

test('refresh exits 0, 3 where changes were asked after, and 5 where a row was edited; its JSON has all of it', async () => {
  const lab = await openEnded();
  const dry = await run(lab, ['refresh']);
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.stdout).toContain('1 of 3 linked rows would be refreshed, 2 as W&B says. Nothing was written.');
  expect(dry.stdout).toContain('W&B says "hibernating" of 1 run, which runlink does not know: the status stays');
  expect((await run(lab, ['refresh', '--detailed-exitcode'])).code).toBe(3);
  expect(lab.row(1)).toMatchObject({ status: 'running' });
  const applied = await run(lab, ['refresh', '--apply', '--detailed-exitcode', '--json']);
  expect(applied.code).toBe(0);
  expect(JSON.parse(applied.stdout)).toMatchObject({
    version: 1,
    verb: 'refresh',
    applied: true,
    written: 1,
    changes: [{ keyText: rowKey(1), events: ['ended'], after: { finished_at: '2024-03-01T02:00:00Z' } }],
    unknownStates: { hibernating: 1 },
  });
  expect((await run(lab, ['refresh', '--detailed-exitcode'])).code).toBe(0);
  write(lab.path, `UPDATE training_runs SET finished_at = '2030-01-01T00:00:00Z' WHERE run_id = '${rowKey(1)}'`);
  const edited = await run(lab, ['refresh', '--apply', '--detailed-exitcode']);
  expect(edited.code).toBe(5);
  expect(edited.stdout).toContain(
    `${rowKey(1)} → ${runId(1)} (edited): finished_at is "2030-01-01T00:00:00Z", runlink wrote`,
  );
  const log = await run(lab, ['log']);
  expect(log.stdout).toContain('~ refreshed');
  const status = await run(lab, ['status']);
  expect(status.stdout).toContain('3 rows linked by runlink');
  expect(status.stdout).toMatch(/refresh +1 +1 +0/);
});

test('a rollback on the command line says what is a match and what a refresh', async () => {
  const lab = await openEnded();
  await run(lab, ['refresh', '--apply']);
  const kept = await run(lab, ['rollback', rowKey(1), '--keep-link', '--yes']);
  expect(kept.stdout).toContain('1 refresh rolled back; the link stays.');
  await run(lab, ['refresh', '--apply']);
  const taken = await run(lab, ['rollback', rowKey(1), '--yes']);
  expect(taken.stdout).toContain('1 match and 1 refresh rolled back; not proposed again by any later plan.');
  expect((await run(lab, ['rollback', rowKey(2), '--keep-link', '--yes'])).stderr).toContain(
    'runlink never refreshed row',
  );
  expect((await run(lab, ['verify'])).code).toBe(0);
});

test('the library refreshes as the command line does, and names of runs are harmless in a terminal', async () => {
  const lab = await openEnded();
  lab.server.updateRun(runId(3), { displayName: 'a\u001b[2J\u202Eb' });
  const text = (await run(lab, ['refresh'])).stdout;
  expect(text).toContain('"a\\u001b[2J\\u{202e}b"');
  const wandb = { project: 'lab/molecules', baseUrl: lab.server.url, apiKey: lab.server.apiKey };
  const report = await refreshLinks({ registry: lab.path, ...wandb, apply: true, user: 'cron' });
  expect(report).toMatchObject({ written: 2, exitCode: 0 });
  expect(query(lab.path, "SELECT DISTINCT written_by FROM runlink_ledger WHERE plan_id = 'refresh'")).toEqual([
    { written_by: 'cron' },
  ]);
});

test('a run’s address names its project, and WANDB_MODE=offline keeps a link from asking', async () => {
  const lab = await openRefreshLab();
  const env = { WANDB_BASE_URL: lab.server.url, RUNLINK_REGISTRY: lab.path, WANDB_MODE: 'offline' };
  const inline = (args: readonly string[]): Promise<InlineResult> => runInline(args, { cwd: dirname(lab.path), env });
  expect((await inline(['link', rowKey(1), `lab/molecules/${runId(1)}`])).code).toBe(0);
  expect((await inline(['link', rowKey(2), `${lab.server.url}/lab/molecules/runs/${runId(2)}`])).code).toBe(0);
  expect((await inline(['link', rowKey(3), runId(3)])).stderr).toContain('no W&B project is named');
  expect(lab.server.requests()).toEqual([]);
  expect(query(lab.path, 'SELECT wandb_url FROM training_runs WHERE wandb_run_id IS NOT NULL')).toEqual(
    [1, 2].map((no) => ({ wandb_url: `${lab.server.url}/lab/molecules/runs/${runId(no)}` })),
  );
});

test('a zone that nobody knows is refused with the config’s other problems', async () => {
  const lab = await openRefreshLab();
  const config = `${lab.path}.json`;
  writeFileSync(config, JSON.stringify({ time_zone: 'Middle/Earth' }));
  const result = await run(lab, ['refresh', '--config', config]);
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('time_zone: expected a time zone such as') });
});

/** What a curve would leave behind: keys and values of its rows. */
const CURVE = { objective_COMT: 0.123456789, 'system.gpu.0': 98.7654321 };

test('no time series enters the registry: after link and refresh no table is new and no cell holds a logged row', async () => {
  const lab = await openRefreshLab({ rows: 2 });
  const rows = Array.from({ length: 50 }, (_item, step) => JSON.stringify({ _step: step, ...CURVE }));
  const summary = JSON.stringify({ _runtime: 12.5, _timestamp: 1_709_251_212.5, _step: 49, ...CURVE });
  for (const no of [1, 2]) lab.server.updateRun(runId(no), { history: rows, events: rows, summaryMetrics: summary });
  for (const no of [1, 2]) await lab.link(no, no === 2);
  for (const no of [1, 2]) lab.server.updateRun(runId(no), { state: 'finished' });
  expect(await lab.refresh({ apply: true })).toMatchObject({ written: 2 });
  const tables = query(lab.path, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") as {
    name: string;
  }[];
  expect(tables.map(({ name }) => name)).toEqual([
    'runlink_ledger',
    'runlink_links',
    'runlink_log',
    'runlink_rejections',
    'training_runs',
  ]);
  const cells = tables.flatMap(({ name }) =>
    query(lab.path, `SELECT * FROM "${name}"`).flatMap((row) => Object.values(row as object)),
  );
  expect(cells.length).toBeGreaterThan(100);
  const isLogged = (cell: unknown): boolean =>
    Object.values(CURVE).includes(cell as number) || /objective_COMT|system\.gpu|_step|[[{]/.test(String(cell));
  expect(cells.filter(isLogged)).toEqual([]);
});
