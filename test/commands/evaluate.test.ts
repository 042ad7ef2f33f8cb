import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_REGISTRY, readDemoProject } from '../../fixtures/demo/load.ts';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { evaluate } from '../../src/commands/evaluate.ts';
import type { EvaluateReport } from '../../src/commands/evaluate.ts';
import { renderEvaluate } from '../../src/commands/evaluate.render.ts';
import { PlanRefusedError, StoppedError } from '../../src/errors.ts';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { IDENTITY_COLUMNS } from '../../src/model/identity.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../src/model/linkage.ts';
import { openPlanFile } from '../../src/planfile/plan-file.ts';
import { readRows } from '../../src/registry/rows.ts';
import { readSchema } from '../../src/registry/schema.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { insertRows, makeDatabase, makeFolder, withReadOnly } from '../helpers/database.ts';
import { runInline } from '../helpers/run-inline.ts';
import type { InlineResult } from '../helpers/run-inline.ts';

const PAGE = { style: PLAIN, width: 100 };
const demo = readDemoProject();
const PROJECT = `${demo.entity}/${demo.project}`;
/** Outside of any test, so that the plan lives as long as all of them. */
let folder: string;
let registry: string;
let plan: string;
let server: ServerHandle;
let planned: InlineResult;
/** In two parts, the runs from the plan. */
let report: EvaluateReport;
/** The same registry with its linked rows and a few others, for what needs no more. */
let small: string;
const FEW = `DELETE FROM training_runs WHERE wandb_run_id IS NULL AND rowid % 10 > 0`;

beforeAll(async () => {
  folder = makeFolder();
  registry = join(folder, 'training_runs.db');
  plan = join(folder, 'demo.plan');
  copyFileSync(DEMO_REGISTRY, registry);
  server = await startServer({ project: demo });
  planned = await run(['plan', '--registry', registry, '--project', PROJECT, '--out', plan]);
  small = copyRegistry(FEW);
});
afterAll(() => server.close());

function run(args: readonly string[]): Promise<InlineResult> {
  return runInline(args, { cwd: folder, env: { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey } });
}

async function runJson(args: readonly string[]): Promise<EvaluateReport> {
  const { code, stdout, stderr } = await run(['evaluate', ...args, '--json', '--quiet']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as EvaluateReport; // our own program's output, checked below
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** A changed copy of the demo's registry. */
function copyRegistry(sql: string): string {
  const path = join(makeFolder(), 'training_runs.db');
  copyFileSync(DEMO_REGISTRY, path);
  const db = new Database(path);
  db.exec(sql);
  db.close();
  return path;
}

describe('on the demo', () => {
  test('nearly all linked rows are found again and none wrongly, from a plan without asking W&B', async () => {
    const [requests, registryBytes, planBytes] = [server.requests().length, hashOf(registry), hashOf(plan)];
    report = await runJson(['--registry', registry, '--plan', plan, '--folds', '2']);
    expect(server.requests()).toHaveLength(requests);
    expect([hashOf(registry), hashOf(plan)]).toEqual([registryBytes, planBytes]);
    expect(readdirSync(folder).sort()).toEqual(['demo.plan', 'training_runs.db']);
    // 58 rows are linked, three of them to runs that are no longer there.
    expect(report).toMatchObject({ project: PROJECT, rows: 400, runs: 615, folds: 2 });
    expect(report.counts).toMatchObject({ linked: 55, hidden: 55, wrong: 0 });
    const { right, abstained } = report.counts;
    expect(right + abstained).toBe(55);
    expect(right).toBeGreaterThanOrEqual(49);
    expect(report.precision).toMatchObject({ hits: right, trials: right, share: 1, high: 1 });
    expect(report.recall).toMatchObject({ hits: right, trials: 55 });
    expect(report.abstained).toHaveLength(abstained);
    expect(report.calibration.error).toBeLessThan(0.05);
  });

  test('the plan has seen the like in one line, and keeps it', async () => {
    expect(planned.code).toBe(0);
    const line = /check {5}on your 55 linked rows: (\d+) found again, 0 wrong, (\d+) left open\n/.exec(planned.stdout);
    const { evaluation, thresholds } = JSON.parse((await run(['show', plan, '--format', 'json'])).stdout);
    expect(evaluation).toEqual({
      linked: 55,
      hidden: 55,
      right: Number(line?.[1]),
      wrong: 0,
      abstained: Number(line?.[2]),
    });
    expect(evaluation.right).toBeGreaterThanOrEqual(49);
    expect(thresholds).toHaveLength(6);
  });

  test('the runs may come from W&B as well, with the same result and nothing left behind', async () => {
    const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('runlink-evaluate-'));
    const [before, bytes] = [new Set(temporary()), hashOf(small)];
    const listed = await runJson(['--registry', small, '--project', PROJECT, '--folds', '1']);
    expect(listed).toEqual(await runJson(['--registry', small, '--plan', plan, '--folds', '1']));
    expect(temporary().filter((name) => !before.has(name))).toEqual([]);
    expect(hashOf(small)).toBe(bytes);
  });

  test('a higher threshold leaves more open, and a plan’s own threshold is the default', async () => {
    const strict = await runJson(['--registry', small, '--plan', plan, '--folds', '1', '--min-probability', '1']);
    expect(report).toMatchObject({ minProbability: 0.99, minMargin: 3 });
    expect(strict).toMatchObject({ minProbability: 1, minMargin: 3 });
    expect(strict.counts.abstained).toBeGreaterThan(report.counts.abstained);
  });

  test('the report for a person says it in words', async () => {
    const { code, stdout, stderr } = await run(['evaluate', '--registry', small, '--plan', plan, '--folds', '1']);
    expect(code).toBe(0);
    expect(stderr).toContain('matching with hidden links: 1 of 1 (100 %)');
    expect(stdout).toMatch(/^On your 55 linked rows: \d+ found again, 0 wrong, \d+ left open\n/);
    expect(stdout).toMatch(/precision {3}100 % {2}95 % interval 9\d\.\d % to 100 %/);
    expect(stdout).toMatch(/0\.999 to 1 +\d+ +0\.999\d/);
  });
});

describe('what a link wrote is out of the matching’s sight', () => {
  /** Nothing but the identity columns tells linked rows apart: whoever finds one again has seen its link. */
  function makeBlindRegistry(evidence = 'NULL'): string {
    const columns = withReadOnly(DEMO_REGISTRY, (db) => readSchema(db).columns.map(({ name }) => name));
    const identity: readonly string[] = ['run_id', ...IDENTITY_COLUMNS];
    const values: Readonly<Record<string, string>> = { created_at: "''", source_file: evidence };
    const others = columns.filter((name) => !identity.includes(name));
    const blank = others.map((name) => `"${name}" = ${values[name] ?? 'NULL'}`);
    return copyRegistry(
      `${FEW}; UPDATE training_runs SET run_id = 'row ' || rowid, ${blank.join(', ')} WHERE wandb_run_id <> ''`,
    );
  }

  test('rows that only their link tells apart are not found again', async () => {
    const path = makeBlindRegistry();
    const { counts } = await runJson(['--registry', path, '--plan', plan, '--folds', '1']);
    expect(counts).toMatchObject({ linked: 55, right: 0, wrong: 0, abstained: 55 });
  });

  test('a copy of the run id in another column is evidence that open rows can have too, and stays', async () => {
    const path = makeBlindRegistry(`'/logs/' || wandb_run_id || '.txt'`);
    const { counts } = await runJson(['--registry', path, '--plan', plan, '--folds', '1', '--min-probability', '0.5']);
    expect(counts.right).toBeGreaterThan(0);
    expect(counts.wrong).toBe(0);
  });

  test('with name and start time left in the row, the same matching would find them', () => {
    const { schema, rows } = withReadOnly(makeBlindRegistry(), (db) => {
      const schema = readSchema(db);
      return { schema, rows: readRows(db, schema) };
    });
    const file = openPlanFile(plan, { readonly: true });
    const runs = file.readRuns();
    file.close();
    const options = DEFAULT_LINKAGE_OPTIONS;
    const { outcomes } = linkRecords({ schema, rows, runs, linked: [], rejected: [], options });
    const linkByKey = new Map(rows.map(({ keyText, identity }) => [keyText, identity.wandb_run_id]));
    const found = outcomes.filter(
      ({ keyText, candidates }) => /^row \d/.test(keyText) && candidates[0]?.wandbRunId === linkByKey.get(keyText),
    );
    expect(found.length).toBeGreaterThan(50);
  });

  test('links of runlink’s own policy are not hidden: the matching would agree with itself', async () => {
    const path = copyRegistry('');
    expect((await run(['apply', plan, '--registry', path, '--yes', '--no-backup', '--quiet'])).code).toBe(0);
    const after = await runJson(['--registry', path, '--plan', plan, '--folds', '1']);
    expect(after.counts.linked).toBe(55);
    expect(after.leftOut.byPolicy).toBeGreaterThan(200);
    expect(renderEvaluate(after, PAGE)).toContain("rows linked by runlink's own policy");
  });
});

test('a mistake is named with both runs, whose names are escaped', () => {
  const mistake = {
    keyText: 'row\u001b[2J',
    verdict: 'wrong',
    kind: 'match',
    trueRun: { wandbRunId: 'true0001', displayName: 'a\u202Eb' },
    chosenRun: { wandbRunId: 'other001', displayName: null },
    probability: 0.99999,
    trueProbability: null,
    reason: 'carried by time',
  } as const;
  const counts = { linked: 12, hidden: 12, right: 11, wrong: 1, abstained: 0 };
  const text = renderEvaluate({ ...report, counts, wrong: [mistake], abstained: [] }, { style: PLAIN, width: 120 });
  expect(text).toContain(
    [
      "Wrong, unless the registry's own link is (1)",
      '',
      '  x row\\x1b[2J  probability 0.9999',
      '      linked to  true0001 "a\\u{202e}b", not among the candidates',
      '      matched to other001 (no name)',
      '      carried by time',
    ].join('\n'),
  );
  expect(text.replaceAll(/\s+/g, ' ')).toContain('fewer than 30 links: the intervals are wide');
});

describe('where there is little or nothing to evaluate', () => {
  test('a registry without links says so, and that is no failure', async () => {
    const path = copyRegistry('UPDATE training_runs SET wandb_run_id = NULL, wandb_url = NULL');
    const { code, stdout } = await run(['evaluate', '--registry', path, '--project', PROJECT, '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `No link can be hidden, so nothing can be said about how often the matching is right: 400 rows, 615\nruns of ${PROJECT}.\n`,
    );
  });

  test('fewer than 30 links make no line in a plan, and no cell in its file', async () => {
    const path = copyRegistry(
      `${FEW}; UPDATE training_runs SET wandb_run_id = NULL, wandb_url = NULL WHERE rowid NOT IN
       (SELECT rowid FROM training_runs WHERE wandb_run_id <> '' LIMIT 29)`,
    );
    const few = join(makeFolder(), 'few.plan');
    const { code, stdout } = await run(['plan', '--registry', path, '--project', PROJECT, '--out', few, '--quiet']);
    expect(code).toBe(0);
    expect(stdout).not.toContain('  check  ');
    expect(JSON.parse((await run(['show', few, '--format', 'json'])).stdout).evaluation).toBeNull();
    const cells = withReadOnly(few, (db) => db.prepare('SELECT name FROM header').pluck().all());
    expect(cells).not.toContain('evaluation_json');
  });
});

describe('what cannot be evaluated is refused', () => {
  test('a plan for another registry', async () => {
    const other = makeDatabase((db) => {
      db.exec('CREATE TABLE jobs (job TEXT PRIMARY KEY, wandb_run_id TEXT, status TEXT, created_at TEXT)');
      insertRows(db, 'jobs', [{ job: 'a', wandb_run_id: null, status: 'done', created_at: '2024-03-01 00:00:00' }]);
    });
    const { code, stderr } = await run(['evaluate', '--registry', other, '--plan', plan]);
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining('is not for this registry') });
    const from = { kind: 'plan', path: registry } as const;
    await expect(evaluate({ context: makeContext() }, { registry, from, folds: 2 })).rejects.toThrow(PlanRefusedError);
  });

  test.each([
    [['--plan', 'x.plan', '--project', 'a/b'], 'expected --plan or --project, found both'],
    [['--plan', 'x.plan', '--base-url', 'http://localhost'], 'expected --plan or --base-url, found both'],
    [['--plan', 'none.plan'], 'there is no plan none.plan'],
    [['--folds', '0'], 'expected a whole number of 1 or more'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await run(['evaluate', '--registry', registry, ...args]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  test('no registry at all', async () => {
    expect((await run(['evaluate', '--plan', plan])).code).toBe(2);
  });
});

test('Ctrl-C ends it between two folds', async () => {
  const stop = new AbortController();
  const context = makeContext({ signal: stop.signal, onProgress: ({ done }) => done === 1 && stop.abort() });
  const from = { kind: 'plan', path: plan } as const;
  await expect(evaluate({ context }, { registry: small, from, folds: 50 })).rejects.toThrow(StoppedError);
});
