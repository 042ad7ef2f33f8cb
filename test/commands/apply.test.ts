import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { applyPlan } from '../../src/commands/apply.ts';
import type { ApplyOptions } from '../../src/commands/apply.ts';
import { previewApply } from '../../src/commands/apply-preview.ts';
import { rollbackMatch } from '../../src/commands/rollback.ts';
import { verifyRegistry } from '../../src/commands/verify.ts';
import { LockedError, PlanRefusedError, RunlinkError, StoppedError, UndecidedError } from '../../src/errors.ts';
import { makeContext } from '../helpers/context.ts';
import { FULL_TABLE_SQL, fillRows, makeRegistry, readContent } from '../helpers/registry.ts';
import { makeRegistryPlan, pairRows } from '../helpers/registry-plan.ts';
import { startTrainer } from '../helpers/trainer.ts';

const CHILD = fileURLToPath(new URL('../helpers/apply-child.ts', import.meta.url));
const IDENTITY = ['run_id', 'wandb_run_id', 'wandb_url', 'run_name', 'status', 'started_at'];

interface Prepared {
  readonly path: string;
  readonly options: ApplyOptions;
}

async function prepare(count: number, journalMode: 'wal' | 'delete' = 'delete'): Promise<Prepared> {
  const { path } = makeRegistry({ journalMode, fill: fillRows(count) });
  const plan = await makeRegistryPlan(path, { runsByKey: pairRows(count) });
  return { path, options: { registry: path, plan, backup: true, requireDecisions: false } };
}

function query(path: string, sql: string): unknown[] {
  const db = new Database(path, { readonly: true });
  const rows = db.prepare(sql).all();
  db.close();
  return rows;
}

function write(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** When to send SIGKILL: at a line of progress, or some time after the work has begun. */
type Kill = { readonly line: number } | { readonly afterMs: number };

/** Applies in a process of its own. */
function applyInChild(options: ApplyOptions, kill?: Kill): Promise<ChildResult> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [CHILD, options.plan, options.registry], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [lines, stderr] = [0, ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (kill !== undefined && 'afterMs' in kill && lines === 0) setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
      lines += text.split('\n').length - 1;
      if (kill !== undefined && 'line' in kill && lines >= kill.line) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (code, signal) => done({ code, signal, stderr }));
  });
}

test('a plan is previewed, applied, verified and found done the second time', async () => {
  const { path, options } = await prepare(300);
  const before = readFileSync(path);
  const preview = await previewApply(options);
  expect(preview).toMatchObject({
    changes: 300,
    alreadyWritten: 0,
    skipped: [],
    columnsToAdd: ['wandb_run_id', 'wandb_url', 'started_at'],
    resumes: false,
  });
  expect(readFileSync(path).equals(before)).toBe(true);
  const context = makeContext();
  const report = await applyPlan({ context }, options);
  expect(report).toMatchObject({ written: 300, skipped: [], problems: [], exitCode: 0, changes: 0 });
  expect(await verifyRegistry({ context }, { registry: path })).toMatchObject({
    links: 300,
    problems: [],
    exitCode: 0,
  });
  expect(await applyPlan({ context }, options)).toMatchObject({ written: 0, alreadyWritten: 300, exitCode: 0 });
});

test('the backup is the registry as it was, with its mode, and the receipt names it and the ledger', async () => {
  const { path, options } = await prepare(20, 'wal');
  const before = readContent(path, ['run_id', 'run_name', 'status']);
  const mode = statSync(path).mode & 0o777;
  const report = await applyPlan({ context: makeContext() }, options);
  const backup = report.backup ?? '';
  expect(basename(backup)).toBe(`training_runs.db.${report.planId}.backup`);
  expect(readContent(backup, ['run_id', 'run_name', 'status'])).toEqual(before);
  expect(query(backup, `SELECT name FROM sqlite_schema WHERE name LIKE 'runlink%'`)).toEqual([]);
  expect(statSync(backup).mode & 0o777).toBe(mode);
  expect(JSON.parse(readFileSync(report.receipt ?? '', 'utf8'))).toMatchObject({
    version: 1,
    written: 20,
    skipped: 0,
    backup,
    ledger: report.head,
  });
  expect(readdirSync(dirname(path)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('journal mode, user_version and application_id stay the user’s', async () => {
  for (const journalMode of ['wal', 'delete'] as const) {
    const { path, options } = await prepare(5, journalMode);
    write(path, 'PRAGMA user_version = 7; PRAGMA application_id = 99');
    await applyPlan({ context: makeContext() }, options);
    expect(query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: journalMode }]);
    expect(query(path, 'PRAGMA user_version')).toEqual([{ user_version: 7 }]);
    expect(query(path, 'PRAGMA application_id')).toEqual([{ application_id: 99 }]);
  }
});

test('undecided entries stop an apply that asks for none, and too many changes one that allows fewer; nothing is written', async () => {
  const { path } = makeRegistry({ fill: fillRows(3) });
  const plan = await makeRegistryPlan(path, { runsByKey: pairRows(3), ambiguous: ['run-0002'] });
  const before = readFileSync(path);
  const options = { registry: path, plan, backup: true, requireDecisions: false };
  await expect(applyPlan({ context: makeContext() }, { ...options, requireDecisions: true })).rejects.toThrow(
    UndecidedError,
  );
  await expect(applyPlan({ context: makeContext() }, { ...options, maxChanges: 1 })).rejects.toThrow(RunlinkError);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(await applyPlan({ context: makeContext() }, options)).toMatchObject({ written: 2, undecided: 1, exitCode: 0 });
});

test('a plan for another table is refused, and a registry that was moved is not', async () => {
  const { options } = await prepare(3);
  const other = makeRegistry({
    tableSql: 'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, extra REAL)',
    fill: fillOther,
  });
  await expect(applyPlan({ context: makeContext() }, { ...options, registry: other.path })).rejects.toThrow(
    PlanRefusedError,
  );
  const moved = makeRegistry({ fill: fillRows(3) });
  const preview = await previewApply({ ...options, registry: moved.path });
  expect(preview.changes).toBe(3);
  expect(preview.notes).toHaveLength(1);
});

function fillOther(db: Database.Database): void {
  db.exec(`INSERT INTO training_runs VALUES ('deco_hop_bs96_mgda_i-0abc123', 'x', 'running', 1.5)`);
}

test('a row that drifted is left alone and listed with exit code 5, on the second run too', async () => {
  const { path, options } = await prepare(3);
  write(path, `UPDATE training_runs SET run_name = 'renamed by hand' WHERE run_id = 'run-0002'`);
  expect((await previewApply(options)).skipped).toMatchObject([{ keyText: 'run-0002', reason: 'drift' }]);
  const report = await applyPlan({ context: makeContext() }, options);
  expect(report).toMatchObject({ written: 2, exitCode: 5 });
  expect(report.skipped).toMatchObject([{ keyText: 'run-0002', wandbRunId: 'w0000002', reason: 'drift' }]);
  expect(query(path, `SELECT run_name FROM training_runs WHERE run_id = 'run-0002'`)).toEqual([
    { run_name: 'renamed by hand' },
  ]);
  expect(await applyPlan({ context: makeContext() }, options)).toMatchObject({
    written: 0,
    alreadyWritten: 2,
    exitCode: 5,
  });
});

test('what a training job writes between two batches is drift of that row only', async () => {
  const { path, options } = await prepare(600);
  const onProgress = ({ done }: { readonly done: number }): void => {
    if (done === 300) write(path, `UPDATE training_runs SET status = 'stopped' WHERE run_id = 'run-0400'`);
  };
  const report = await applyPlan({ context: makeContext({ onProgress }) }, options);
  expect(report.skipped).toMatchObject([{ keyText: 'run-0400', reason: 'drift' }]);
  expect(report.written).toBe(599);
  expect(await verifyRegistry({ context: makeContext() }, { registry: path })).toMatchObject({ exitCode: 0 });
});

test('a stop comes at a batch’s end with the command that goes on, and that goes on', async () => {
  const { path, options } = await prepare(600);
  const stop = new AbortController();
  const context = makeContext({ signal: stop.signal, onProgress: () => stop.abort() });
  const error = await applyPlan({ context }, options).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(StoppedError);
  expect(error).toMatchObject({
    code: 130,
    hint: `Go on with: runlink apply ${options.plan} --registry ${path} --yes`,
  });
  expect(await previewApply(options)).toMatchObject({ resumes: true, alreadyWritten: 100, changes: 500 });
  expect(await applyPlan({ context: makeContext() }, options)).toMatchObject({ written: 500, exitCode: 0 });
});

test('four applies at once: one writes, the others say who holds the lock, and the effects are there once', async () => {
  const { path, options } = await prepare(1500);
  const results = await Promise.all(Array.from({ length: 4 }, () => applyInChild(options)));
  const codes = results.map(({ code }) => code).sort();
  expect(codes.filter((code) => code === 0).length).toBeGreaterThanOrEqual(1);
  expect(codes.every((code) => code === 0 || code === 6)).toBe(true);
  for (const { stderr } of results.filter(({ code }) => code === 6))
    expect(stderr).toMatch(/locked by "runlink apply .*pid \d+/);
  expect(query(path, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 1500 }]);
  expect(await verifyRegistry({ context: makeContext() }, { registry: path })).toMatchObject({
    links: 1500,
    exitCode: 0,
  });
});

test('killed again and again and run to the end, the registry holds what an uninterrupted apply writes', async () => {
  const [killed, straight] = [await prepare(3000), await prepare(3000)];
  const signals: (NodeJS.Signals | null)[] = [];
  for (let no = 0; no < 10; no += 1) {
    const { signal } = await applyInChild(
      killed.options,
      no % 2 === 0 ? { line: 2 } : { afterMs: 150 * Math.random() },
    );
    signals.push(signal);
    expect(await verifyRegistry({ context: makeContext() }, { registry: killed.path })).toMatchObject({ exitCode: 0 });
  }
  expect(signals.filter((signal) => signal === 'SIGKILL').length).toBeGreaterThanOrEqual(5);
  const report = await applyPlan({ context: makeContext() }, killed.options);
  await applyPlan({ context: makeContext() }, straight.options);
  expect(report).toMatchObject({ problems: [], skipped: [], exitCode: 0 });
  expect(readContent(killed.path, IDENTITY)).toEqual(readContent(straight.path, IDENTITY));
  const ledger = `SELECT seq, event, key_text, wandb_run_id, batch, before_run_name, after_run_name FROM runlink_ledger`;
  expect(query(killed.path, ledger)).toEqual(query(straight.path, ledger));
  expect(query(killed.path, 'SELECT name, digest, rows FROM runlink_log')).toEqual(
    query(straight.path, 'SELECT name, digest, rows FROM runlink_log'),
  );
  expect(readdirSync(dirname(killed.path)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a Python training job keeps writing every 10 ms while thousands of rows are applied', async () => {
  for (const journalMode of ['wal', 'delete'] as const) {
    const { path, options } = await prepare(2000, journalMode);
    const trainer = await startTrainer(path);
    const report = await applyPlan({ context: makeContext() }, options);
    const { writes, errors } = await trainer.stop();
    expect(errors).toEqual([]);
    expect(writes).toBeGreaterThan(0);
    expect(report).toMatchObject({ written: 2000, exitCode: 0 });
    expect(query(path, `SELECT count(*) AS n FROM training_runs WHERE run_id LIKE 'trainer-%'`)).toEqual([
      { n: writes },
    ]);
  }
});

test('where another program keeps the registry locked, nothing is written and no backup is left', async () => {
  const { path, options } = await prepare(5);
  const other = new Database(path);
  other.exec('BEGIN EXCLUSIVE');
  try {
    await expect(applyPlan({ context: makeContext() }, { ...options, lockTimeoutMs: 300 })).rejects.toThrow(
      LockedError,
    );
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }
  expect(readdirSync(dirname(path)).filter((name) => name.includes('backup'))).toEqual([]);
  expect(query(path, `SELECT name FROM sqlite_schema WHERE name LIKE 'runlink%'`)).toEqual([]);
});

test('apply and then rollback of all gives every value back with its type', async () => {
  const { path } = makeRegistry({
    tableSql: FULL_TABLE_SQL.replace('run_name TEXT, status TEXT', 'run_name, status'),
    fill: (db) => {
      db.exec(`INSERT INTO training_runs VALUES
        ('a', NULL, NULL, 'deco_hop_bs96_mgda_i-0abc123', 'running', 9007199254740993, 1),
        ('b', '', '', x'00ff10', '', 1700000000.25, 2), -- x'00ff10' is no UTF-8
        ('c', NULL, '', '1.0', 1, 1.0, 3),
        ('d', NULL, NULL, 1.5, NULL, '2026-01-01 00:00:00', 4)`);
    },
  });
  const columns = [...IDENTITY, 'batch_size'];
  const roles = Object.fromEntries(IDENTITY.slice(1).map((name) => [name, name]));
  writeFileSync(join(dirname(path), 'runlink.json'), JSON.stringify({ columns: roles }));
  const before = readContent(path, columns);
  const plan = await makeRegistryPlan(path, { runsByKey: { a: 'wa', b: 'wb', c: 'wc', d: 'wd' } });
  const accepted = await applyPlan(
    { context: makeContext() },
    { registry: path, plan, backup: false, requireDecisions: false },
  );
  expect(accepted.written).toBe(4);
  expect(readContent(path, columns)).not.toEqual(before);
  const report = await rollbackMatch({ context: makeContext() }, { registry: path, selection: { kind: 'all' } });
  expect(report).toMatchObject({ undone: accepted.written, refused: 0, exitCode: 0 });
  expect(readContent(path, columns)).toEqual(before);
});
