import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applyPlan } from '../../src/commands/apply.ts';
import { readLinkLog } from '../../src/commands/log.ts';
import { renderLog } from '../../src/commands/log.render.ts';
import { rollbackMatch } from '../../src/commands/rollback.ts';
import { readStatus } from '../../src/commands/status.ts';
import { renderStatus } from '../../src/commands/status.render.ts';
import { verifyRegistry } from '../../src/commands/verify.ts';
import type { VerifyReport } from '../../src/commands/verify.ts';
import { renderVerify } from '../../src/commands/verify.render.ts';
import { acquireLock } from '../../src/registry/lock.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { query, write } from '../helpers/query.ts';
import { fillRows, makeRegistry } from '../helpers/registry.ts';
import { makeRegistryPlan, pairRows } from '../helpers/registry-plan.ts';
import { startSource } from '../helpers/run-source.ts';
import { buildServedRun } from '../helpers/wandb.ts';

const context = makeContext();

async function applied(count: number): Promise<{ path: string; plan: string; planId: string; receipt: string }> {
  const { path } = makeRegistry({ fill: fillRows(count) });
  const plan = await makeRegistryPlan(path, { runsByKey: pairRows(count), ambiguous: ['run-0001'] });
  const report = await applyPlan({ context }, { registry: path, plan, backup: false, requireDecisions: false });
  return { path, plan, planId: report.planId, receipt: report.receipt ?? '' };
}

const check = (path: string): Promise<VerifyReport> => verifyRegistry({ context }, { registry: path });
const kinds = ({ problems }: VerifyReport): readonly string[] => problems.map(({ kind }) => kind);

test('a registry that runlink never wrote to verifies, and two rows with one run are found even there', async () => {
  const { path } = makeRegistry({
    tableSql: 'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, run_name TEXT, status TEXT)',
    fill: (db) =>
      db.exec(
        `INSERT INTO training_runs VALUES ('a', 'abcd1234', 'x', 'running'), ('b', 'abcd1234', 'y', 'running'), ('c', 'efgh5678', 'z', 'not_running')`,
      ),
  });
  const report = await check(path);
  expect(report).toMatchObject({ entries: 0, exitCode: 5 });
  expect(report.problems).toEqual([{ kind: 'two-rows', keyText: 'a', words: 'run abcd1234 stands in rows a, b' }]);
});

test('drift, vanished rows and a changed list of links are listed row by row', async () => {
  const { path } = await applied(5);
  expect(await check(path)).toMatchObject({ entries: 4, links: 4, problems: [], exitCode: 0 });
  write(path, `UPDATE training_runs SET status = 'archived' WHERE run_id = 'run-0002'`);
  write(path, `DELETE FROM training_runs WHERE run_id = 'run-0003'`);
  write(path, `DELETE FROM runlink_links WHERE key_text = 'run-0004'`);
  const report = await check(path);
  expect(report.exitCode).toBe(5);
  expect(report.problems).toEqual([
    { kind: 'drift', keyText: 'run-0002', words: 'status is "archived", runlink wrote "not_running"' },
    { kind: 'missing-row', keyText: 'run-0003', words: 'the row of ledger entry 2 is gone' },
    { kind: 'links', keyText: 'run-0004', words: 'runlink_links says nothing, the ledger says w0000004' },
  ]);
  expect(renderVerify(report, PLAIN)).toContain('3 problems:');
});

test('a ledger that was cut off is told by its receipt, a log that was edited by its names and gaps', async () => {
  const { path, receipt } = await applied(5);
  write(path, `DROP TRIGGER runlink_ledger_no_delete; DELETE FROM runlink_ledger WHERE seq = 4`);
  expect(kinds(await check(path))).toContain('receipt');
  write(
    path,
    `INSERT INTO runlink_log SELECT 'mine', plan_id, digest, NULL, rows, table_name, key_column, tool_version, host, pid, applied_at FROM runlink_log LIMIT 1`,
  );
  write(path, `UPDATE runlink_log SET batch_no = 2 WHERE batch_no = 1`);
  expect((await check(path)).problems.filter(({ kind }) => kind === 'log').map(({ words }) => words)).toEqual([
    'the log names "mine", which this runlink does not know',
    expect.stringMatching(/^the log has a gap before "[0-9a-f]{12}-b0001"$/),
  ]);
  writeFileSync(receipt, readFileSync(receipt, 'utf8').slice(0, 20));
  expect((await check(path)).problems.at(-1)?.words).toContain('not a receipt that this runlink can read');
});

test('with remote, runs that W&B does not have are named', async () => {
  const { path } = await applied(4);
  const { source } = await startSource([
    buildServedRun('w0000002', 1_709_251_200),
    buildServedRun('w0000004', 1_709_251_260),
  ]);
  const report = await verifyRegistry({ context, source }, { registry: path, remote: true });
  expect(report).toMatchObject({ remoteChecked: 3, exitCode: 5 });
  expect(report.problems).toEqual([
    { kind: 'not-on-wandb', keyText: 'run-0003', words: 'run w0000003 is not in lab/molecules' },
  ]);
});

test('status says what is linked by whom, what a plan has left, what was taken back, and who holds the lock', async () => {
  const { path, plan, planId } = await applied(5);
  write(path, `INSERT INTO training_runs (run_id, wandb_run_id) VALUES ('self', 'selfrun1')`);
  await rollbackMatch({ context }, { registry: path, selection: { kind: 'rows', keyTexts: ['run-0005'] } });
  const lock = acquireLock(path, { command: 'apply somewhere', now: context.now });
  const status = await readStatus({ registry: path, plan });
  lock.release();
  expect(status).toMatchObject({
    rows: { total: 6, linkedByRunlink: 3, linkedOtherwise: 1, unlinked: 2 },
    plans: [{ planId, applied: 4, live: 3, rolledBack: 1 }],
    rejections: 1,
    lastInvocation: { name: `${planId}-b0001` },
    lastEntry: { event: 'rolled-back', keyText: 'run-0005' },
    lockHolder: { command: 'apply somewhere', pid: process.pid },
    plan: { changes: 0, alreadyWritten: 4, undecided: 1 },
  });
  expect(renderStatus(status, PLAIN)).toContain('Locked by runlink apply somewhere');
  expect((await readStatus({ registry: path })).lockHolder).toBeNull();
});

test('the log shows every entry, newest last, filtered by row, plan or run, with untrusted text escaped', async () => {
  const { path, planId } = await applied(3);
  await rollbackMatch({ context }, { registry: path, selection: { kind: 'rows', keyTexts: ['run-0003'] } });
  const all = await readLinkLog({ registry: path });
  expect(all.entries.map(({ seq, event, keyText }) => [seq, event, keyText])).toEqual([
    [1, 'applied', 'run-0002'],
    [2, 'applied', 'run-0003'],
    [3, 'rolled-back', 'run-0003'],
  ]);
  expect((await readLinkLog({ registry: path, filter: { keyText: 'run-0003' } })).total).toBe(2);
  expect((await readLinkLog({ registry: path, filter: { planId }, last: 1 })).entries.map(({ seq }) => seq)).toEqual([
    3,
  ]);
  expect((await readLinkLog({ registry: path, filter: { wandbRunId: 'nobody' } })).entries).toEqual([]);
  const [entry] = all.entries;
  const evil = { ...entry!, keyText: 'a\u001b[2J\u202Eb' };
  expect(renderLog({ entries: [evil], total: 1 }, PLAIN)).toContain('a\\x1b[2J\\u{202e}b');
  expect(query(path, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 3 }]);
});
