import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_REGISTRY, readTruth } from '../../fixtures/demo/load.ts';
import { type DemoLab, openDemoLab } from '../helpers/demo-lab.ts';
import { query } from '../helpers/query.ts';
import type { CliResult } from '../helpers/run-cli.ts';

/** The parts of `show --format json` that this test reads. */
interface ShownEntry {
  readonly runId: string;
  readonly kind: 'match' | 'ambiguous' | 'unmatched' | 'linked';
  readonly decision: 'accepted' | 'rejected' | 'undecided';
  readonly wandbRunId: string | null;
  readonly probability: number | null;
  readonly after: Readonly<Record<string, string | null>>;
  readonly candidates: readonly { readonly wandbRunId: string; readonly probability: number }[];
}

interface ShownPlan {
  readonly version: number;
  readonly planId: string;
  readonly digest: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly entries: readonly ShownEntry[];
}

type Row = Readonly<Record<string, string | number | null>>;

const IDENTITY = ['wandb_run_id', 'wandb_url', 'run_name', 'status', 'started_at'];
const BAD_MATCH = readTruth().find(({ why }) => why === 'rolled-back-in-demo')!.run_id;
const PLAN = 'backfill.plan';

let lab: DemoLab;
let proposal: ShownPlan;
/** What the reviewer decides below. */
const decided = { rejected: '', acceptedAgain: '', chosen: { row: '', run: '' }, csvRejected: '' };

beforeAll(async () => {
  lab = await openDemoLab();
});
afterAll(() => lab.close());

function readJson<T>({ code, stdout, stderr }: CliResult): T {
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as T; // our own program's output, checked field by field below
}

async function readPlan(plan = PLAN): Promise<ShownPlan> {
  return readJson<ShownPlan>(await lab.run(['show', plan, '--format', 'json']));
}

function readRows(path = lab.registry): ReadonlyMap<string, Row> {
  const rows = query(path, 'SELECT * FROM training_runs ORDER BY rowid') as Row[]; // rows of the demo's own table
  return new Map(rows.map((row) => [String(row['run_id']), row]));
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

function omit(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

// Each step stands on the one before it, as a user's day does.
describe('the life of a registry', () => {
  it('starts with doctor, which finds registry and project', async () => {
    const report = readJson<{
      registry: { schema: { identity: object }; states: { rows: number; linked: number } };
      wandb: { kind: string; runs: number; username: string; unknown: string[] };
    }>(await lab.run(['doctor', '--json']));
    expect(report.registry.schema.identity).toEqual(Object.fromEntries(IDENTITY.map((name) => [name, name])));
    expect(report.registry.states).toMatchObject({ rows: 400, linked: 58 });
    expect(report.wandb).toMatchObject({ kind: 'reached', runs: 615, username: 'fixture-user' });
    expect(report.wandb.unknown).toHaveLength(3);
  });

  it('goes on with a plan that says what it would do and what to type next', async () => {
    const { code, stdout, stderr } = await lab.run(['plan', '--out', PLAN]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/listing W&B runs: 615 of 615 \(100 %\)/);
    expect(stdout).toContain('Nothing was written to the registry. Next:');
    expect(stdout).toContain(`runlink apply ${PLAN} --registry ${lab.registry}`);
    expect(lab.server.requests().every(({ operation }) => operation === 'query')).toBe(true);
    proposal = await readPlan();
    expect(proposal).toMatchObject({ version: 1, counts: { rows: 400, runs: 615 } });
    expect(proposal.entries).toHaveLength(400);
    const { match = 0, ambiguous = 0, unmatched = 0, linked = 0 } = proposal.counts;
    expect(match + ambiguous + unmatched + linked).toBe(400);
    expect(match).toBeGreaterThan(200);
    expect(ambiguous).toBeGreaterThan(3);
  });

  it.each(['table', 'diff', 'csv', 'markdown'])('shows every row that is to change as %s', async (format) => {
    const { code, stdout } = await lab.run(['show', PLAN, '--format', format, '--decision', 'accepted']);
    expect(code).toBe(0);
    const accepted = proposal.entries.filter(({ decision }) => decision === 'accepted');
    expect(accepted.filter(({ wandbRunId }) => !stdout.includes(wandbRunId!))).toEqual([]);
    const linked = proposal.entries.find(({ kind }) => kind === 'linked')!;
    expect(stdout).not.toContain(linked.wandbRunId!);
  });

  it('shows one row with its candidates and the waterfall of each', async () => {
    const open = proposal.entries.find(({ kind, candidates }) => kind === 'ambiguous' && candidates.length > 1)!;
    const { code, stdout } = await lab.run(['show', PLAN, '--run', open.runId]);
    expect(code).toBe(0);
    for (const { wandbRunId } of open.candidates) expect(stdout).toContain(wandbRunId);
    expect(stdout.match(/prior/g)).toHaveLength(open.candidates.length);
    expect(stdout.match(/sum .* bits/g)).toHaveLength(open.candidates.length);
  });

  it('takes decisions on single rows', async () => {
    const [first, second] = proposal.entries.filter(({ kind, runId }) => kind === 'match' && runId !== BAD_MATCH);
    [decided.rejected, decided.acceptedAgain] = [first!.runId, second!.runId];
    const rejection = await lab.run(['decide', PLAN, decided.rejected, decided.acceptedAgain, '--reject']);
    expect(rejection.code).toBe(0);
    expect((await lab.run(['decide', PLAN, decided.acceptedAgain, '--accept'])).code).toBe(0);
    const held = new Set(proposal.entries.map(({ wandbRunId }) => wandbRunId));
    const open = proposal.entries.find(
      ({ kind, candidates }) => kind === 'ambiguous' && candidates.some(({ wandbRunId }) => !held.has(wandbRunId)),
    )!;
    const run = open.candidates.find(({ wandbRunId }) => !held.has(wandbRunId))!.wandbRunId;
    decided.chosen = { row: open.runId, run };
    expect((await lab.run(['decide', PLAN, open.runId, '--choose', run])).code).toBe(0);
    const byRow = new Map((await readPlan()).entries.map((entry) => [entry.runId, entry]));
    expect(byRow.get(decided.rejected)).toMatchObject({ decision: 'rejected' });
    expect(byRow.get(decided.acceptedAgain)).toMatchObject({ decision: 'accepted' });
    expect(byRow.get(open.runId)).toMatchObject({ decision: 'accepted', wandbRunId: run });
  });

  it('takes decisions on all rows above a probability, and leaves those alone that are decided', async () => {
    const report = readJson<{ changed: { keyText: string }[] }>(
      await lab.run(['decide', PLAN, '--all-above', '0.9', '--json']),
    );
    const probabilities = new Map(proposal.entries.map(({ runId, probability }) => [runId, probability ?? 0]));
    expect(report.changed.every(({ keyText }) => probabilities.get(keyText)! >= 0.9)).toBe(true);
    const after = await readPlan();
    expect(after.entries.find(({ runId }) => runId === decided.rejected)!.decision).toBe('rejected');
  });

  it('takes decisions from its own CSV, edited', async () => {
    const { stdout } = await lab.run(['show', PLAN, '--format', 'csv']);
    const lines = parse(stdout, { columns: true }) as Record<string, string>[]; // columns: true makes objects
    const line = lines.findLast(({ kind, decision }) => kind === 'match' && decision === 'accepted')!;
    decided.csvRejected = line['run_id']!;
    line['decision'] = 'rejected';
    writeFileSync(join(lab.folder, 'decisions.csv'), stringify(lines, { header: true }));
    const report = readJson<{ changed: object[]; unchanged: number }>(
      await lab.run(['decide', PLAN, '--import', 'decisions.csv', '--json']),
    );
    expect(report.changed).toEqual([
      expect.objectContaining({ keyText: decided.csvRejected, decision: 'rejected', by: 'reviewer' }),
    ]);
    expect(report.unchanged).toBe(399);
  });

  it('never changes the proposal by a decision', async () => {
    const { digest, planId } = await readPlan();
    expect({ digest, planId }).toEqual({ digest: proposal.digest, planId: proposal.planId });
  });

  it('writes exactly what is accepted, and nothing else of any row', async () => {
    const accepted = (await readPlan()).entries.filter(({ decision }) => decision === 'accepted');
    const report = readJson<{ written: number; backup: string; receipt: string; problems: object[] }>(
      await lab.run(['apply', PLAN, '--yes', '--json']),
    );
    expect(report).toMatchObject({ written: accepted.length, problems: [] });
    expect(readFileSync(report.backup).subarray(0, 15).toString()).toBe('SQLite format 3');
    expect(readRows(report.backup)).toEqual(readRows(DEMO_REGISTRY));
    expect(JSON.parse(readFileSync(report.receipt, 'utf8'))).toMatchObject({ planId: proposal.planId });
    const [before, now] = [readRows(DEMO_REGISTRY), readRows()];
    const afterByRow = new Map(accepted.map(({ runId, after }) => [runId, after]));
    for (const [runId, row] of now) {
      expect(omit(row, IDENTITY)).toEqual(omit(before.get(runId)!, IDENTITY));
      expect(pick(row, IDENTITY)).toEqual(afterByRow.get(runId) ?? pick(before.get(runId)!, IDENTITY));
    }
    expect(now.get(decided.chosen.row)!['wandb_run_id']).toBe(decided.chosen.run);
    expect(now.get(decided.rejected)!['wandb_run_id'] ?? '').toBe('');
    expect(now.get(decided.csvRejected)!['wandb_run_id'] ?? '').toBe('');
  });

  it('has nothing to do when the plan is applied again', async () => {
    const rows = readRows();
    const report = readJson<{ written: number }>(await lab.run(['apply', PLAN, '--yes', '--json']));
    expect(report.written).toBe(0);
    expect(readRows()).toEqual(rows);
  });

  it('tells by status, log and verify what was done', async () => {
    const [status, log, verify, remote] = await Promise.all(
      [['status'], ['log'], ['verify'], ['verify', '--remote']].map((args) => lab.run([...args, '--json'])),
    );
    const accepted = (await readPlan()).entries.filter(({ decision }) => decision === 'accepted').length;
    expect(readJson<object>(status!)).toMatchObject({
      rows: { total: 400, linkedByRunlink: accepted },
      plans: [{ planId: proposal.planId, applied: accepted, live: accepted, rolledBack: 0 }],
    });
    const { entries } = readJson<{ entries: { event: string; by: string; planId: string; keyText: string }[] }>(log!);
    expect(entries).toHaveLength(accepted);
    expect(entries.every(({ event, planId }) => event === 'applied' && planId === proposal.planId)).toBe(true);
    expect(entries.find(({ keyText }) => keyText === decided.chosen.row)!.by).toBe('tester');
    expect(readJson<object>(verify!)).toMatchObject({ entries: accepted, links: accepted, problems: [] });
    expect(readJson<object>(remote!)).toMatchObject({ remoteChecked: accepted, problems: [] });
  });

  it('takes one bad match back, to the byte', async () => {
    const report = readJson<{ undone: number; items: { class: string; wandbRunId: string }[] }>(
      await lab.run(['rollback', BAD_MATCH, '--reason', 'a colleague’s rerun', '--yes', '--json']),
    );
    expect(report).toMatchObject({ undone: 1, items: [{ class: 'clean' }] });
    expect(readRows().get(BAD_MATCH)).toEqual(readRows(DEMO_REGISTRY).get(BAD_MATCH));
    const { entries } = readJson<{ entries: { event: string }[] }>(
      await lab.run(['log', '--row', BAD_MATCH, '--json']),
    );
    expect(entries.map(({ event }) => event)).toEqual(['applied', 'rolled-back']);
    expect(readJson<object>(await lab.run(['verify', '--json']))).toMatchObject({ problems: [] });
  });

  it('does not propose that pair again', async () => {
    const bad = proposal.entries.find(({ runId }) => runId === BAD_MATCH)!;
    expect((await lab.run(['plan', '--out', 'again.plan', '--quiet'])).code).toBe(0);
    const again = await readPlan('again.plan');
    const entry = again.entries.find(({ runId }) => runId === BAD_MATCH)!;
    expect(entry.wandbRunId).toBeNull();
    expect(entry.candidates.map(({ wandbRunId }) => wandbRunId)).not.toContain(bad.wandbRunId);
    expect(again.counts['linked']).toBeGreaterThan(proposal.counts['linked']! + 200);
  });

  it('links a row by hand with name and start from W&B, and the same again changes nothing', async () => {
    const link = [
      'link',
      decided.rejected,
      proposal.entries.find(({ runId }) => runId === decided.rejected)!.wandbRunId!,
    ];
    const report = readJson<{ outcome: string; reached: boolean; after: Row }>(await lab.run([...link, '--json']));
    expect(report).toMatchObject({ outcome: 'linked', reached: true });
    const rows = readRows();
    expect(pick(rows.get(decided.rejected)!, IDENTITY)).toEqual(report.after);
    expect(report.after['run_name']).not.toBe(readRows(DEMO_REGISTRY).get(decided.rejected)!['run_name']);
    expect(readJson<object>(await lab.run([...link, '--json']))).toMatchObject({ outcome: 'kept' });
    expect(readRows()).toEqual(rows);
  });

  it('links a row by hand without reaching W&B', async () => {
    const run = proposal.entries.find(({ runId }) => runId === decided.csvRejected)!.wandbRunId!;
    const requests = lab.server.requests().length;
    const args = ['link', decided.csvRejected, run, '--offline', '--json'];
    const report = readJson<{ outcome: string; reached: boolean; after: Row }>(await lab.run(args));
    expect(report).toMatchObject({ outcome: 'linked', reached: false, after: { wandb_run_id: run } });
    expect(report.after['wandb_url']).toBe(`${lab.server.url}/${lab.project}/runs/${run}`);
    expect(lab.server.requests()).toHaveLength(requests);
    expect(readJson<object>(await lab.run(['verify', '--json']))).toMatchObject({ problems: [] });
  });

  it('answers questions about the rows as table, JSON and CSV', async () => {
    const ask = ['runs', '--where', 'gradient_method=mgda', '--status', 'not_running'];
    const [table, json, csv] = await Promise.all([
      lab.run(ask),
      lab.run([...ask, '--format', 'json']),
      lab.run([...ask, '--format', 'csv']),
    ]);
    const expected = [...readRows().values()].filter(
      ({ gradient_method: method, status }) => method === 'mgda' && status === 'not_running',
    );
    expect(expected.length).toBeGreaterThan(20);
    const { rows } = readJson<{ rows: Row[] }>(json!);
    expect(new Set(rows.map(({ run_id: id }) => id))).toEqual(new Set(expected.map(({ run_id: id }) => id)));
    expect(rows).toEqual(expect.arrayContaining(expected.slice(0, 5)));
    expect(parse(csv!.stdout, { columns: true })).toHaveLength(expected.length);
    expect(table!.stdout).toContain(`${expected.length} rows`);
  });

  it('goes all the way back with one command', async () => {
    const report = readJson<{ refused: number }>(await lab.run(['rollback', '--all', '--yes', '--json']));
    expect(report.refused).toBe(0);
    expect(readRows()).toEqual(readRows(DEMO_REGISTRY));
    expect(readJson<object>(await lab.run(['verify', '--json']))).toMatchObject({ problems: [], links: 0 });
  });

  it('leaves behind only files that it names', () => {
    const names = readdirSync(lab.folder).map((name) => name.replace(proposal.planId, 'PLAN'));
    expect(names.sort()).toEqual(
      [
        'again.plan',
        'backfill.plan',
        'decisions.csv',
        'training_runs.db',
        'training_runs.db.PLAN.backup',
        'training_runs.db.PLAN.receipt.json',
        'training_runs.db.runlink-lock',
      ].sort(),
    );
  });
});
