import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { copyLab, makeApplyTemplate } from '../helpers/apply-lab.ts';
import type { ApplyLab } from '../helpers/apply-lab.ts';
import { query } from '../helpers/query.ts';
import { findBrokenInvariants, readState } from '../helpers/registry-state.ts';
import { runRunlink } from '../helpers/run-cli.ts';
import type { CliResult } from '../helpers/run-cli.ts';
import { runInline } from '../helpers/run-inline.ts';
import { startTrainer } from '../helpers/trainer.ts';

const JOURNAL_MODES = ['wal', 'delete'] as const;

async function expectVerified({ registry, folder }: ApplyLab): Promise<void> {
  expect(findBrokenInvariants(registry)).toEqual([]);
  expect((await runInline(['verify', '--registry', registry], { cwd: folder })).code).toBe(0);
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_item, no) => no);
}

test('of six applies at once one writes, the others are locked out or find nothing to do', async () => {
  const lab = copyLab(await makeApplyTemplate(1200, 'wal'));
  const results = await Promise.all(range(6).map(() => lab.run('apply', lab.plan, '--yes', '--json')));
  const writers = results.filter(({ code, stdout }) => code === 0 && writtenOf(stdout) > 0);
  expect(writers.map(({ stdout }) => writtenOf(stdout))).toEqual([1200]);
  for (const { code, stdout, stderr } of results) {
    expect([0, 6]).toContain(code);
    if (code === 0) expect([0, 1200]).toContain(writtenOf(stdout));
    else expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: 6 } });
  }
  expect(readState(lab.registry).ledger).toHaveLength(1200);
  await expectVerified(lab);
});

function writtenOf(stdout: string): number {
  return (JSON.parse(stdout) as { written: number }).written;
}

test.for(JOURNAL_MODES)(
  'a Python training job inserts and updates every 10 ms during an apply, and loses nothing (%s)',
  async (journalMode) => {
    const lab = copyLab(await makeApplyTemplate(2000, journalMode));
    const trainer = await startTrainer(lab.registry);
    const applied = await lab.run('apply', lab.plan, '--yes', '--json');
    const { writes, errors } = await trainer.stop();
    expect(errors).toEqual([]);
    expect(applied).toMatchObject({ code: 0 });
    expect(writtenOf(applied.stdout)).toBe(2000);
    expect(writes).toBeGreaterThan(0);
    const rows = query(
      lab.registry,
      "SELECT run_name, status, wandb_run_id FROM training_runs WHERE run_id LIKE 'trainer-%' ORDER BY run_id",
    );
    const row = (status: string) => ({ run_name: 'live', status, wandb_run_id: null });
    expect(rows).toEqual([...range(writes - 1).map(() => row('not_running')), row('running')]);
    await expectVerified(lab);
  },
);

test('a row that a training job renames after the checks and before its batch is left alone, and the rest is written', async () => {
  const lab = copyLab(await makeApplyTemplate(1000, 'wal'));
  const job = new Database(lab.registry);
  // The job's transaction is open while the apply checks and backs up, and ends before the apply gets to write.
  job.exec('BEGIN IMMEDIATE');
  job.exec("UPDATE training_runs SET run_name = 'renamed-by-job' WHERE run_id = 'run-0700'");
  const { code, stdout } = await runRunlink(['apply', lab.plan, '--registry', lab.registry, '--yes', '--json'], {
    cwd: lab.folder,
    onStart: (child) =>
      child.stderr?.on('data', (text) => {
        if (!job.open || !String(text).includes('backup: ')) return;
        job.exec('COMMIT');
        job.close();
      }),
  });
  expect(code).toBe(5);
  expect(JSON.parse(stdout)).toMatchObject({
    written: 999,
    skipped: [{ keyText: 'run-0700', reason: 'drift' }],
    problems: [],
  });
  expect(
    query(lab.registry, "SELECT run_name, status, wandb_run_id FROM training_runs WHERE run_id = 'run-0700'"),
  ).toEqual([{ run_name: 'renamed-by-job', status: 'running', wandb_run_id: null }]);
  expect(query(lab.registry, 'SELECT count(*) AS n FROM training_runs WHERE wandb_run_id IS NOT NULL')).toEqual([
    { n: 999 },
  ]);
  await expectVerified(lab);
});

test.concurrent.for([
  ['apply', 'backfill.plan', '--yes'],
  ['link', 'run-0001', 'wanted01', '--project', 'lab/molopt', '--offline'],
  ['verify'],
  // It reads the registry as `plan` does.
  ['evaluate', '--plan', 'backfill.plan'],
])(
  '%s waits for a program that keeps the whole registry to itself for longer than SQLite waits',
  async ([verb, ...args]) => {
    const lab = copyLab(await makeApplyTemplate(10, 'delete'));
    const other = new Database(lab.registry);
    other.exec('BEGIN EXCLUSIVE');
    const done = lab.run(verb ?? '', ...args);
    // A start takes less than this, and SQLite's own wait is a second at most; more only makes the test easier.
    await sleep(3000);
    other.exec('COMMIT');
    other.close();
    expect(await done).toMatchObject({ code: 0 });
  },
);

function link({ registry, folder }: ApplyLab, row: string, run: string): Promise<CliResult> {
  const args = ['link', row, run, '--registry', registry, '--project', 'lab/molopt', '--offline'];
  return runRunlink(args, { cwd: folder });
}

test.for(JOURNAL_MODES)('of two links of one run to two rows at once exactly one wins (%s)', async (journalMode) => {
  const lab = copyLab(await makeApplyTemplate(4, journalMode));
  const results = await Promise.all(['run-0001', 'run-0002'].map((row) => link(lab, row, 'wanted01')));
  expect(results.map(({ code }) => code).sort()).toEqual([0, 5]);
  expect(results.find(({ code }) => code === 5)?.stderr).toMatch(/^error: row "run-000[12]" cannot be linked/m);
  expect(query(lab.registry, "SELECT count(*) AS n FROM training_runs WHERE wandb_run_id = 'wanted01'")).toEqual([
    { n: 1 },
  ]);
  await expectVerified(lab);
});

test.for([
  ['wal', 8],
  ['delete', 16],
] as const)(
  'jobs link themselves while a plan is being applied; all succeed, and so does the apply (%s, %i jobs)',
  async ([journalMode, jobs]) => {
    const lab = copyLab(await makeApplyTemplate(2000, journalMode));
    const job = new Database(lab.registry);
    const insert = job.prepare("INSERT INTO training_runs (run_id, run_name, status) VALUES (?, 'fresh', 'running')");
    const names = range(jobs).map((no) => `fresh-${no}`);
    for (const name of names) insert.run(name);
    job.close();
    const [applied, ...linked] = await Promise.all([
      lab.run('apply', lab.plan, '--yes', '--json'),
      ...names.map((name, no) => link(lab, name, `selfmade${no}`)),
    ]);
    expect(linked.filter(({ code }) => code !== 0)).toEqual([]);
    expect(applied).toMatchObject({ code: 0 });
    expect(writtenOf(applied.stdout)).toBe(2000);
    expect(readState(lab.registry).ledger).toHaveLength(2000 + jobs);
    await expectVerified(lab);
  },
);
