import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { startServer } from '../../fixtures/server/server.ts';
import { compareRuns, drawCurves, readCurves } from '../../src/index.ts';
import { makeFolder } from '../helpers/database.ts';
import { query } from '../helpers/query.ts';
import { runInline } from '../helpers/run-inline.ts';
import { FIRST_SECOND, buildProject, buildServedRun } from '../helpers/wandb.ts';

const STEPS = 40;
const METHODS = ['mgda', 'pcgrad'] as const;
/** Values that are nowhere else: found in the registry, they could only be from the histories. */
const valueAt = (run: number, step: number): number => Number((run * 1000 + Math.sqrt(step) + 0.123456789).toFixed(9));

const folder = makeFolder();
const registry = join(folder, 'training_runs.db');
let server: ServerHandle;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  const runs = Array.from({ length: 6 }, (_run, run) =>
    buildServedRun(`run${run}`, FIRST_SECOND + run * 3600, {
      displayName: run === 5 ? '<b>bold</b>\u001b[31m' : `name-${run}`,
      history: Array.from({ length: STEPS - run }, (_row, step) =>
        JSON.stringify({ _step: step, _runtime: step * 2.5, objective_COMT: valueAt(run, step), other: step }),
      ),
    }),
  );
  server = await startServer({ project: buildProject(runs) });
  env = { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey, WANDB_ENTITY: 'lab', WANDB_PROJECT: 'molecules' };
  const db = new Database(registry);
  db.exec(`CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, run_name TEXT, status TEXT,
    created_at TEXT, gradient_method TEXT)`);
  const insert = db.prepare("INSERT INTO training_runs VALUES (?, ?, ?, 'not_running', '2024-03-01T00:00:00Z', ?)");
  for (const [no, { name, displayName }] of runs.entries()) insert.run(`row-${no}`, name, displayName, METHODS[no % 2]);
  insert.run('row-unlinked', null, null, 'mgda');
  db.close();
});
afterAll(() => server.close());

const run = (line: string) => {
  const cache = line.includes('--no-cache') ? [] : ['--cache', join(folder, 'cache')];
  return runInline([...line.split(' '), ...cache], { cwd: folder, env: { ...env, RUNLINK_REGISTRY: registry } });
};
const hash = (): string => createHash('sha256').update(readFileSync(registry)).digest('hex');

/** Every cell of every table, as text. */
function dumpRegistry(): string {
  const tables = query(registry, "SELECT name FROM sqlite_schema WHERE type = 'table'") as { name: string }[];
  return tables.map(({ name }) => JSON.stringify(query(registry, `SELECT * FROM "${name}"`))).join('\n');
}

describe('curves', () => {
  it.each(['svg', 'png', 'html', 'csv', 'parquet'])('writes .%s, and leaves the registry as it was', async (ending) => {
    const before = hash();
    const { code, stdout, stderr } = await run(
      `curves --metric objective_COMT --group-by gradient_method --out plot.${ending}`,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`written ${join(folder, `plot.${ending}`)}`);
    expect(stdout).toContain('1 of 7 rows are not linked: row-unlinked');
    expect(readFileSync(join(folder, `plot.${ending}`)).length).toBeGreaterThan(500);
    expect(hash()).toBe(before);
  });

  it('puts the numbers beside the picture: every point, typed, the same in CSV and Parquet', async () => {
    const base = 'curves --metric objective_COMT --where gradient_method=mgda --out one.svg --data';
    expect((await run(`${base} one.csv`)).code).toBe(0);
    expect((await run(`${base} one.parquet`)).code).toBe(0);
    const file = readFileSync(join(folder, 'one.parquet'));
    const rows = await parquetReadObjects({
      file: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer,
    });
    expect(rows).toHaveLength(STEPS + (STEPS - 2) + (STEPS - 4));
    expect(rows[0]).toEqual({
      ...{ metric: 'objective_COMT', run_id: 'row-0', wandb_run_id: 'run0', run_name: 'name-0' },
      ...{ _step: 0n, value: valueAt(0, 0) },
    });
    const lines: Record<string, string>[] = parse(readFileSync(join(folder, 'one.csv')), { columns: true });
    expect(lines.map((line) => [line['run_id'], line['_step'], Number(line['value'])])).toEqual(
      rows.map((row) => [row['run_id'], String(row['_step']), row['value']]),
    );
  });

  it('averages by the rule, over the runs that still live', async () => {
    await run('curves --metric objective_COMT --group-by gradient_method --out means.csv');
    const lines: Record<string, string>[] = parse(readFileSync(join(folder, 'means.csv')), { columns: true });
    const last = lines.filter(({ group }) => group === 'mgda').at(-1)!;
    expect(last).toMatchObject({ _step: String(STEPS - 1), runs: '1', lower: '', upper: '' });
    const first = lines.find(({ group, _step }) => group === 'mgda' && _step === '4')!;
    const values = [0, 2, 4].map((no) => valueAt(no, 4));
    expect(Number(first['mean'])).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 3, 6);
    expect(first['runs']).toBe('3');
  });

  it('draws in the terminal without --out, in colour or with letters, as wide as it is', async () => {
    const line = 'curves --metric objective_COMT --group-by gradient_method';
    const plain = await run(line);
    expect(plain.stdout).toMatch(/A mgda \(n = 3\) +B pcgrad \(n = 3\)/);
    const coloured = await run(`${line} --color always`);
    // eslint-disable-next-line no-control-regex -- the escape that starts a colour code
    expect(coloured.stdout).toMatch(/\u001b\[34m[\u2801-\u28ff]/);
    expect(plain.stdout).not.toContain('\u001b');
    for (const text of plain.stdout.split('\n')) expect(text.length).toBeLessThanOrEqual(100);
  });

  it('asks again only for what has changed', async () => {
    await run('curves --metric objective_COMT');
    const asked = (): number =>
      server.requests().filter(({ query }) => /history\(|sampledHistory|parquetHistory/.test(query)).length;
    const before = asked();
    expect((await run('curves --metric objective_COMT')).code).toBe(0);
    expect(asked()).toBe(before);
    expect((await run('curves --metric objective_COMT --no-cache')).code).toBe(0);
    expect(asked()).toBeGreaterThan(before);
  });

  it('shows hostile names as text wherever they stand', async () => {
    await run('curves --metric objective_COMT --where run_id=row-5 --out hostile.svg');
    await run('curves --metric objective_COMT --where run_id=row-5 --out hostile.html');
    const { stdout } = await run('compare row-4 row-5 --metric objective_COMT');
    expect(readFileSync(join(folder, 'hostile.svg'), 'utf8')).toContain('&lt;b&gt;bold&lt;/b&gt;\\x1b[31m');
    expect(readFileSync(join(folder, 'hostile.html'), 'utf8')).not.toContain('<b>bold');
    expect(stdout).toContain('<b>bold</b>\\x1b[31m');
  });

  it('tells a machine what it did, without the points', async () => {
    const { stdout } = await run('curves --metric objective_COMT --best 2 --json --out best.svg');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      version: 1,
      verb: 'curves',
      metrics: ['objective_COMT'],
      written: [join(folder, 'best.svg')],
    });
    expect(report.best).toMatchObject({ goal: 'max', goalFrom: 'curves' });
    expect(report.curves).toEqual([
      { runId: 'run4', rowKey: 'row-4', label: 'name-4', group: null, metric: 'objective_COMT', points: STEPS - 4 },
      {
        runId: 'run5',
        rowKey: 'row-5',
        label: '<b>bold</b>\u001b[31m',
        group: null,
        metric: 'objective_COMT',
        points: STEPS - 5,
      },
    ]);
  });

  it.each([
    ['curves --metric objective_COMT --out plot.gif', 2, /--out .*plot\.gif ends in "\.gif", expected \.svg/],
    ['curves --metric objective_COMT --out plot.svg --data plot.db', 2, /--data .*plot\.db ends in "\.db"/],
    [
      'curves --metric objective_COMT --out training_runs.db/plot.svg',
      1,
      /training_runs\.db.plot\.svg cannot be written: a part of the path/,
    ],
    [
      'curves --metric objective_COMT --where gradient_method=adam',
      2,
      /no row .* is selected[^]*mgda \(4\), pcgrad \(3\)/,
    ],
    ['curves --metric objective_COMTT', 2, /has logged a metric "objective_COMTT"[^]*Did you mean "objective_COMT"/],
    ['curves', 2, /no metric was named[^]*objective_COMT \(6 runs\)/],
    ['curves --metric objective_COMT --band sd', 2, /sd/],
    ['compare row-0', 2, /expected two or more/],
    ['compare row-0 row-unlinked', 2, /row "row-unlinked" is not linked/],
  ])('refuses: %s', async (line, code, message) => {
    const result = await run(line);
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code, stderr: expect.stringMatching(message) });
    expect(readdirSync(folder).filter((name) => /tmp|partial/.test(name))).toEqual([]);
  });
});

describe('compare', () => {
  it('needs no registry where runs are named by their ids', async () => {
    const args = ['compare', 'run0', `${server.url}/lab/molecules/runs/run1`, '--no-cache', '--out', 'two.svg'];
    const { code, stdout } = await runInline(args, { cwd: folder, env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/run id +run0 +run1/);
    expect(stdout).toContain('no setting differs; 2 settings are the same');
  });
});

describe('the library', () => {
  const wandb = () => ({
    project: 'lab/molecules',
    baseUrl: server.url,
    apiKey: server.apiKey,
    cache: join(folder, 'cache'),
  });

  it('reads, draws and compares', async () => {
    const options = { registry, metrics: ['objective_COMT'], ...wandb() };
    const { curves, groups } = await readCurves({ ...options, where: ['gradient_method=mgda'], band: 'ci95' });
    expect(curves.map(({ y }) => y.length)).toEqual([STEPS, STEPS - 2, STEPS - 4]);
    expect(groups![0]!.size).toBe(3);
    const { written } = await drawCurves({ ...options, out: join(folder, 'library.svg') });
    expect(readFileSync(written[0]!, 'utf8')).toContain('objective_COMT');
    const { summary } = await compareRuns({ runs: ['row-0', 'run1'], registry, ...wandb() });
    expect(summary.map(({ key }) => key)).toContain('loss');
  });
});

it('puts no time series into the registry: no table holds a value of any curve', () => {
  const content = dumpRegistry();
  expect(content).toContain('row-unlinked');
  const values = Array.from({ length: 6 }, (_run, no) =>
    Array.from({ length: STEPS - no }, (_step, step) => valueAt(no, step)),
  ).flat();
  expect(values.filter((value) => content.includes(String(value)))).toEqual([]);
  expect(content).not.toContain('objective_COMT');
  expect(query(registry, "SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'")).toEqual([{ n: 1 }]);
});
