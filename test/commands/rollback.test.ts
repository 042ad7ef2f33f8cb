import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applyPlan } from '../../src/commands/apply.ts';
import { previewRollback, rollbackMatch } from '../../src/commands/rollback.ts';
import { renderRollback } from '../../src/commands/rollback.render.ts';
import type { RollbackReport } from '../../src/commands/rollback.ts';
import { verifyRegistry } from '../../src/commands/verify.ts';
import { UsageError } from '../../src/errors.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { query, write } from '../helpers/query.ts';
import { fillRows, makeRegistry, readContent } from '../helpers/registry.ts';
import { makeRegistryPlan, pairRows } from '../helpers/registry-plan.ts';

const context = makeContext();
const ROW = { kind: 'rows', keyTexts: ['run-0002'] } as const;
const COLUMNS = ['run_id', 'wandb_run_id', 'wandb_url', 'run_name', 'status', 'started_at'];

async function applied(count: number, tableSql?: string): Promise<{ path: string; planId: string }> {
  const { path } = makeRegistry({ fill: fillRows(count), ...(tableSql === undefined ? {} : { tableSql }) });
  const plan = await makeRegistryPlan(path, { runsByKey: pairRows(count) });
  const report = await applyPlan({ context }, { registry: path, plan, backup: false, requireDecisions: false });
  expect(report.written).toBe(count);
  return { path, planId: report.planId };
}

const classes = ({ items }: RollbackReport): readonly string[] => items.map((item) => item.class);

test('one match is shown, taken back, kept in the ledger and never applied again by the same plan', async () => {
  const { path, planId } = await applied(3);
  const preview = await previewRollback({ registry: path, selection: ROW });
  expect(preview).toMatchObject({ undone: 0, refused: 0, exitCode: 0 });
  expect(preview.items[0]).toMatchObject({
    class: 'clean',
    before: { wandb_run_id: null, run_name: 'deco_hop_bs96_mgda_i-2', status: 'running' },
    written: { wandb_run_id: 'w0000002', run_name: 'name-of-w0000002' },
    now: { wandb_run_id: 'w0000002' },
  });
  const shown = renderRollback(preview, { style: PLAIN, width: 100 });
  expect(shown).toContain('before');
  expect(shown).toContain('1 match can be rolled back');
  expect(await rollbackMatch({ context }, { registry: path, selection: ROW })).toMatchObject({
    undone: 1,
    exitCode: 0,
  });
  expect(query(path, `SELECT wandb_run_id, run_name, status FROM training_runs WHERE run_id = 'run-0002'`)).toEqual([
    { wandb_run_id: null, run_name: 'deco_hop_bs96_mgda_i-2', status: 'running' },
  ]);
  expect(
    query(path, 'SELECT seq, event, undoes, plan_id, written_by FROM runlink_ledger WHERE undoes IS NOT NULL'),
  ).toEqual([{ seq: 4, event: 'rolled-back', undoes: 2, plan_id: planId, written_by: 'tester' }]);
  expect(query(path, 'SELECT key_text, wandb_run_id, reason FROM runlink_rejections')).toEqual([
    { key_text: 'run-0002', wandb_run_id: 'w0000002', reason: 'rolled back' },
  ]);
  expect(await verifyRegistry({ context }, { registry: path })).toMatchObject({ links: 2, exitCode: 0 });
});

test('the pair that was taken back is left out of a later plan, unless a reviewer accepts it', async () => {
  const { path } = await applied(2);
  await rollbackMatch({ context }, { registry: path, selection: ROW });
  const plan = await makeRegistryPlan(path, { runsByKey: { 'run-0002': 'w0000002' }, name: 'again.db' });
  const report = await applyPlan({ context }, { registry: path, plan, backup: false, requireDecisions: false });
  expect(report).toMatchObject({ written: 0, exitCode: 5 });
  expect(report.skipped).toMatchObject([{ keyText: 'run-0002', reason: 'rejected' }]);
});

test('a second rollback of the same row is a repeat that does nothing', async () => {
  const { path } = await applied(2);
  await rollbackMatch({ context }, { registry: path, selection: ROW });
  const before = query(path, 'SELECT * FROM runlink_ledger');
  const again = await rollbackMatch({ context }, { registry: path, selection: ROW });
  expect(again).toMatchObject({ undone: 0, exitCode: 0 });
  expect(classes(again)).toEqual(['repeat']);
  expect(query(path, 'SELECT * FROM runlink_ledger')).toEqual(before);
});

test('a row that was edited since is refused; its edited fields are kept or forced when asked', async () => {
  const { path } = await applied(3);
  write(path, `UPDATE training_runs SET status = 'archived' WHERE run_id IN ('run-0001', 'run-0002')`);
  const refused = await rollbackMatch({ context }, { registry: path, selection: ROW });
  expect(refused).toMatchObject({ undone: 0, refused: 1, exitCode: 5 });
  expect(classes(refused)).toEqual(['edited']);
  await rollbackMatch({ context }, { registry: path, selection: ROW, keepEdited: true });
  await rollbackMatch(
    { context },
    { registry: path, selection: { kind: 'rows', keyTexts: ['run-0001'] }, force: true },
  );
  expect(query(path, `SELECT wandb_run_id, status FROM training_runs WHERE run_id < 'run-0003'`)).toEqual([
    { wandb_run_id: null, status: 'running' },
    { wandb_run_id: null, status: 'archived' },
  ]);
});

test('a plan is rolled back whole or not at all, or as far as it goes when asked', async () => {
  const { path, planId } = await applied(300);
  write(path, `UPDATE training_runs SET run_name = 'mine' WHERE run_id = 'run-0007'`);
  write(path, `DELETE FROM training_runs WHERE run_id = 'run-0008'`);
  const selection = { kind: 'plan', planId } as const;
  const before = readContent(path, COLUMNS);
  const refused = await rollbackMatch({ context }, { registry: path, selection });
  expect(refused).toMatchObject({ undone: 0, refused: 2, exitCode: 5 });
  expect(readContent(path, COLUMNS)).toEqual(before);
  const partial = await rollbackMatch({ context }, { registry: path, selection, partial: true });
  expect(partial).toMatchObject({ undone: 298, refused: 2, exitCode: 5 });
  expect(query(path, 'SELECT run_id FROM training_runs WHERE wandb_run_id IS NOT NULL')).toEqual([
    { run_id: 'run-0007' },
  ]);
});

test('a value that the table does not take back is a constraint, found before or while writing; nothing is half done', async () => {
  const { path } = await applied(
    2,
    'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, run_name TEXT UNIQUE, status TEXT, batch_size INTEGER)',
  );
  write(path, `INSERT INTO training_runs (run_id, run_name) VALUES ('late', 'deco_hop_bs96_mgda_i-2')`);
  const report = await rollbackMatch({ context }, { registry: path, selection: { kind: 'all' } });
  expect(report).toMatchObject({ undone: 0, refused: 1, exitCode: 5 });
  expect(report.items.find((item) => item.refused)).toMatchObject({ keyText: 'run-0002', class: 'constraint' });
  expect(query(path, `SELECT count(*) AS n FROM runlink_ledger WHERE event = 'rolled-back'`)).toEqual([{ n: 0 }]);
});

test('rows and plans that the ledger does not know are refused, and a preview leaves the file as it is', async () => {
  const { path } = await applied(1);
  const bytes = readFileSync(path);
  const preview = (selection: Parameters<typeof previewRollback>[0]['selection']) =>
    previewRollback({ registry: path, selection });
  await expect(preview({ kind: 'rows', keyTexts: ['nobody'] })).rejects.toThrow(UsageError);
  await expect(preview({ kind: 'plan', planId: 'nothing' })).rejects.toThrow(UsageError);
  expect((await preview({ kind: 'all' })).items).toHaveLength(1);
  await expect(previewRollback({ registry: path, selection: ROW, keepEdited: true, force: true })).rejects.toThrow(
    UsageError,
  );
  expect(readFileSync(path).equals(bytes)).toBe(true);
});
