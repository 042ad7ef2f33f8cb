import { copyFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_REGISTRY, readTruth } from '../fixtures/demo/load.ts';
import {
  applyPlan,
  linkRun,
  LockedError,
  planBackfill,
  PlanRefusedError,
  queryRuns,
  rollbackMatch,
  RunlinkError,
  StoppedError,
  UsageError,
  verifyRegistry,
} from '../src/index.ts';
import type { PlanReport } from '../src/index.ts';
import { acquireLock } from '../src/registry/lock.ts';
import { type DemoLab, openDemoLab } from './helpers/demo-lab.ts';
import { query } from './helpers/query.ts';

const BAD_MATCH = readTruth().find(({ why }) => why === 'rolled-back-in-demo')!.run_id;

let lab: DemoLab;
let registry: string;
let out: string;
let wandb: { readonly project: string; readonly baseUrl: string; readonly apiKey: string };
let report: PlanReport;
const said: string[] = [];
const progress: string[] = [];

beforeAll(async () => {
  lab = await openDemoLab();
  registry = lab.registry;
  out = join(lab.folder, 'library.plan');
  wandb = { project: lab.project, baseUrl: lab.server.url, apiKey: lab.server.apiKey };
  report = await planBackfill({
    registry: relative(process.cwd(), registry),
    out,
    ...wandb,
    say: (line) => void said.push(line),
    onProgress: ({ label }) => void progress.push(label),
  });
});
afterAll(() => lab.close());

// Each step stands on the one before it.
describe('the library', () => {
  it('plans without writing to the registry, and tells its progress to the caller alone', () => {
    expect(report.counts).toMatchObject({ runs: 615, rows: 400 });
    expect(report.sealed.header.registry.path).toBe(registry); // whole, though it was named from here
    expect(report.changes).toBe(report.decisions.match.accepted);
    expect(report.changes).toBeGreaterThan(200);
    expect(progress).toContain('listing W&B runs');
    expect(query(registry, 'SELECT * FROM training_runs')).toEqual(query(DEMO_REGISTRY, 'SELECT * FROM training_runs'));
    expect(query(registry, "SELECT name FROM sqlite_schema WHERE name LIKE 'runlink_%'")).toEqual([]);
  });

  it('throws typed errors, each with a hint', async () => {
    const again = planBackfill({ registry, out, ...wandb });
    await expect(again).rejects.toThrow(PlanRefusedError);
    await expect(again).rejects.toMatchObject({ code: 4, hint: expect.stringContaining('--out') });
    const missing = applyPlan({ registry: `${registry}.not`, plan: out });
    await expect(missing).rejects.toThrow(RunlinkError);
    await expect(missing).rejects.toMatchObject({ code: 1 });
    await expect(rollbackMatch({ registry, selection: { kind: 'rows', keyTexts: ['nobody'] } })).rejects.toThrow(
      UsageError,
    );
    await expect(queryRuns({ no_such_column: 1 }, { registry })).rejects.toThrow(UsageError);
  });

  it('stops where the signal is aborted, and is locked out where another invocation writes', async () => {
    const stopped = planBackfill({ registry, out: `${out}.stopped`, ...wandb, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(StoppedError);
    const copy = `${registry}.copy`;
    copyFileSync(registry, copy);
    const lock = acquireLock(copy, { command: 'apply', now: () => 0 });
    try {
      await expect(applyPlan({ registry: copy, plan: out })).rejects.toThrow(LockedError);
    } finally {
      lock.release();
    }
  });

  it('applies a plan, under the name of who calls', async () => {
    const { written, backup, problems, exitCode } = await applyPlan({ registry, plan: out, user: 'ada' });
    expect({ written, problems, exitCode }).toEqual({ written: report.changes, problems: [], exitCode: 0 });
    expect(backup).toContain('.backup');
    expect(query(registry, 'SELECT count(wandb_run_id) AS linked FROM runlink_links')).toEqual([{ linked: written }]);
  });

  it('answers a query with rows, by columns, ranges and what is not there', async () => {
    const rows = await queryRuns({ gradient_method: 'mgda', status: 'not_running' }, { registry });
    const [{ n }] = query(
      registry,
      "SELECT count(*) AS n FROM training_runs WHERE gradient_method = 'mgda' AND status = 'not_running'",
    ) as [{ n: number }]; // one row of our own query
    expect(rows).toHaveLength(n);
    expect(rows.every((row) => row['gradient_method'] === 'mgda')).toBe(true);
    const [open] = await queryRuns({ wandb_run_id: null, lr: { '>=': 1e-4 } }, { registry, limit: 1 });
    expect(open!['wandb_run_id'] ?? '').toBe('');
    expect(Number(open!['lr'])).toBeGreaterThanOrEqual(1e-4);
  });

  it('takes one match back, and links a row by hand', async () => {
    const { undone, items } = await rollbackMatch({ registry, selection: { kind: 'rows', keyTexts: [BAD_MATCH] } });
    expect({ undone, class: items[0]?.class }).toEqual({ undone: 1, class: 'clean' });
    const [row] = await queryRuns({ run_id: BAD_MATCH }, { registry });
    expect(row!['wandb_run_id'] ?? '').toBe('');
    const link = { registry, runId: BAD_MATCH, wandbRun: items[0]!.wandbRunId, ...wandb };
    expect(await linkRun(link)).toMatchObject({ outcome: 'linked', reached: true });
    expect(await linkRun(link)).toMatchObject({ outcome: 'kept' });
  });

  it('verifies ledger, rows and, where asked to, W&B', async () => {
    const local = await verifyRegistry({ registry });
    expect(local).toMatchObject({ problems: [], remoteChecked: null, links: report.changes });
    const remote = await verifyRegistry({ registry, ...wandb, remote: true });
    expect(remote).toMatchObject({ problems: [], remoteChecked: report.changes, exitCode: 0 });
  });
});
