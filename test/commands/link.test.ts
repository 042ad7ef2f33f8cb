import { expect, onTestFinished, test } from 'vitest';
import { linkRun } from '../../src/commands/link.ts';
import { renderLink } from '../../src/commands/link.render.ts';
import { rollbackMatch } from '../../src/commands/rollback.ts';
import { verifyRegistry } from '../../src/commands/verify.ts';
import { ConflictError, UsageError } from '../../src/errors.ts';
import { acquireLock } from '../../src/registry/lock.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { query, write } from '../helpers/query.ts';
import { fillRows, makeRegistry } from '../helpers/registry.ts';
import { startSource } from '../helpers/run-source.ts';
import { FIRST_SECOND, buildServedRun } from '../helpers/wandb.ts';

const context = makeContext();
const RUNS = [
  buildServedRun('live0001', FIRST_SECOND, { displayName: 'bright-dawn-1', state: 'running' }),
  buildServedRun('live0002', FIRST_SECOND + 60),
];

const row = (path: string, key: string): unknown =>
  query(
    path,
    `SELECT wandb_run_id, wandb_url, run_name, status, started_at FROM training_runs WHERE run_id = '${key}'`,
  )[0];

test('a link takes name, state and start from W&B, adds what the table lacks, and stands in the ledger', async () => {
  const { path } = makeRegistry({ fill: fillRows(2) });
  const { source } = await startSource(RUNS);
  const report = await linkRun({ context, source }, { registry: path, runId: 'run-0001', wandbRun: 'live0001' });
  expect(report).toMatchObject({ outcome: 'linked', reached: true });
  expect(row(path, 'run-0001')).toEqual({
    wandb_run_id: 'live0001',
    wandb_url: source.runUrl('live0001'),
    run_name: 'bright-dawn-1',
    status: 'running',
    started_at: expect.stringMatching(/^2024-03-01T00:0\d:\d\dZ$/),
  });
  expect(renderLink(report, PLAIN)).toContain('run-0001 → live0001');
  expect(await verifyRegistry({ context }, { registry: path })).toMatchObject({ links: 1, exitCode: 0 });
});

test('the same link again is a no-op, another one is refused until it is asked to replace', async () => {
  const { path } = makeRegistry({ fill: fillRows(2) });
  const { source } = await startSource(RUNS);
  const link = (wandbRun: string, replace = false) =>
    linkRun({ context, source }, { registry: path, runId: 'run-0001', wandbRun, replace });
  await link('live0001');
  expect(await link('live0001')).toMatchObject({ outcome: 'kept' });
  await expect(link('live0002')).rejects.toThrow(ConflictError);
  expect(await link('live0002', true)).toMatchObject({ outcome: 'linked' });
  expect(query(path, 'SELECT wandb_run_id FROM runlink_links')).toEqual([{ wandb_run_id: 'live0002' }]);
  await rollbackMatch({ context }, { registry: path, selection: { kind: 'rows', keyTexts: ['run-0001'] } });
  expect(row(path, 'run-0001')).toMatchObject({ wandb_run_id: 'live0001', run_name: 'bright-dawn-1' });
  expect(await verifyRegistry({ context }, { registry: path })).toMatchObject({ links: 1, exitCode: 0 });
});

test('a run that another row has, a row that is not there, a run of another project and a run that W&B lacks are refused', async () => {
  const { path } = makeRegistry({ fill: fillRows(2) });
  const { source } = await startSource(RUNS);
  const link = (runId: string, wandbRun: string) => linkRun({ context, source }, { registry: path, runId, wandbRun });
  await link('run-0001', 'live0001');
  await expect(link('run-0002', 'live0001')).rejects.toThrow('run live0001 is linked to row run-0001 already');
  await expect(link('nobody', 'live0002')).rejects.toThrow(UsageError);
  await expect(link('run-0002', 'other/project/live0002')).rejects.toThrow(UsageError);
  await expect(link('run-0002', 'gone0001')).rejects.toThrow('W&B has no run gone0001');
  expect(await link('run-0002', 'https://wandb.ai/lab/molecules/runs/live0002/overview')).toMatchObject({
    outcome: 'linked',
  });
});

test('without W&B the link is written with its page, and what the row holds already stays', async () => {
  const { path } = makeRegistry({ fill: fillRows(2) });
  const { source, server } = await startSource(RUNS);
  const url = source.runUrl('live0001');
  await server.close();
  const report = await linkRun(
    { context, source },
    { registry: path, runId: 'run-0001', wandbRun: 'live0001', offline: true },
  );
  expect(report).toMatchObject({ outcome: 'linked', reached: false });
  expect(row(path, 'run-0001')).toEqual({
    wandb_run_id: 'live0001',
    wandb_url: url,
    run_name: 'deco_hop_bs96_mgda_i-1',
    status: 'running',
    started_at: null,
  });
  const said = makeContext();
  expect(
    await linkRun({ context: said, source }, { registry: path, runId: 'run-0002', wandbRun: 'live0002' }),
  ).toMatchObject({
    reached: false,
  });
  expect(said.said.join('\n')).toMatch(/W&B (was not reached|has not answered)/);
});

test('many jobs link at once while an apply holds the lock; each row gets its run once', async () => {
  const { path } = makeRegistry({ fill: fillRows(8), journalMode: 'wal' });
  const { source } = await startSource(RUNS);
  const lock = acquireLock(path, { command: 'apply', now: context.now });
  onTestFinished(lock.release);
  const keys = Array.from({ length: 8 }, (_item, index) => `run-000${index + 1}`);
  const link = (key: string) =>
    linkRun({ context, source }, { registry: path, runId: key, wandbRun: `job-${key}`, offline: true });
  const reports = await Promise.all([...keys, ...keys].map(link));
  expect(reports.filter(({ outcome }) => outcome === 'linked')).toHaveLength(8);
  expect(query(path, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 8 }]);
  expect(await verifyRegistry({ context }, { registry: path })).toMatchObject({ links: 8, exitCode: 0 });
});

test('a pair that was rolled back can be linked again by hand', async () => {
  const { path } = makeRegistry({ fill: fillRows(1) });
  const { source } = await startSource(RUNS);
  const link = () => linkRun({ context, source }, { registry: path, runId: 'run-0001', wandbRun: 'live0001' });
  await link();
  await rollbackMatch({ context }, { registry: path, selection: { kind: 'all' } });
  expect(await link()).toMatchObject({ outcome: 'linked' });
});

test('a start time is left empty where the column’s times carry no zone', async () => {
  const { path } = makeRegistry({
    tableSql:
      'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, created_at TEXT, started_at TEXT, batch_size INTEGER)',
    fill: (db) => {
      fillRows(5)(db);
      db.exec(
        `UPDATE training_runs SET created_at = '2024-03-01 01:00:00', started_at = '2024-03-01 01:00:05' WHERE run_id <> 'run-0001'`,
      );
    },
  });
  write(path, `UPDATE training_runs SET created_at = '2024-03-01 01:00:00' WHERE run_id = 'run-0001'`);
  const { source } = await startSource(RUNS);
  await linkRun({ context, source }, { registry: path, runId: 'run-0001', wandbRun: 'live0001' });
  await linkRun({ context, source }, { registry: path, runId: 'run-0002', wandbRun: 'live0002' });
  expect(row(path, 'run-0001')).toMatchObject({ started_at: null });
  expect(row(path, 'run-0002')).toMatchObject({ started_at: '2024-03-01 01:00:05' });
});

test('a row is found by its name where one row has it, also after the link wrote another; several are listed', async () => {
  const { path } = makeRegistry({ fill: fillRows(3) });
  write(path, `UPDATE training_runs SET run_name = 'twins' WHERE run_id IN ('run-0002', 'run-0003')`);
  const { source } = await startSource(RUNS);
  const link = (runId: string, wandbRun = 'live0001') =>
    linkRun({ context, source }, { registry: path, runId, wandbRun });
  expect(await link('deco_hop_bs96_mgda_i-1')).toMatchObject({ outcome: 'linked', keyText: 'run-0001' });
  expect(row(path, 'run-0001')).toMatchObject({ run_name: 'bright-dawn-1' });
  expect(await link('deco_hop_bs96_mgda_i-1')).toMatchObject({ outcome: 'kept', keyText: 'run-0001' });
  expect(await link('bright-dawn-1')).toMatchObject({ outcome: 'kept' });
  await expect(link('twins', 'live0002')).rejects.toMatchObject({
    code: 2,
    message: '2 rows of table "training_runs" are named "twins": run-0002, run-0003',
    hint: 'Name the row by its "run_id" instead.',
  });
  await expect(link('nobody')).rejects.toThrow('has no row whose "run_id" or name is "nobody"');
  // A new row under the old name is another row.
  write(path, `INSERT INTO training_runs (run_id, run_name) VALUES ('again', 'deco_hop_bs96_mgda_i-1')`);
  expect(await link('deco_hop_bs96_mgda_i-1', 'live0002')).toMatchObject({ outcome: 'linked', keyText: 'again' });
});

test('a run that the listing does not show yet is linked with its name all the same', async () => {
  const { path } = makeRegistry({ fill: fillRows(1) });
  const { source, server } = await startSource(RUNS);
  server.setFaults({ unlisted: ['live0001'] });
  await linkRun({ context, source }, { registry: path, runId: 'run-0001', wandbRun: 'live0001' });
  expect(row(path, 'run-0001')).toMatchObject({ run_name: 'bright-dawn-1' });
});
