import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { expect, onTestFinished, test } from 'vitest';
import type { ServerOptions } from '../../fixtures/server/options.ts';
import type { ServedRun } from '../../fixtures/server/project.ts';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import type { HistoryRow } from '../../src/model/history.ts';
import { insertRows, makeDatabase, makeFolder } from '../helpers/database.ts';
import { expectRows } from '../helpers/expect-rows.ts';
import { buildLoggedRun, expectedRows } from '../helpers/history.ts';
import { runRunlink } from '../helpers/run-cli.ts';
import { type InlineResult, runInline } from '../helpers/run-inline.ts';
import { FIRST_SECOND, buildProject, buildServedRun } from '../helpers/wandb.ts';

const RECIPE = {
  rows: 500,
  metrics: ['loss', 'val/acc'],
  sparse: { 'val/acc': 50, grad: 100 },
  histograms: { grad: 'packedBins' },
  nonFinite: 'tokens',
} as const;

interface Desk {
  readonly server: ServerHandle;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (...args: readonly string[]) => Promise<InlineResult>;
  readonly read: (name: string) => string;
}

async function openDesk(runs: readonly ServedRun[], options: Partial<ServerOptions> = {}): Promise<Desk> {
  const server = await startServer({ project: buildProject(runs), ...options });
  onTestFinished(() => server.close());
  const folder = makeFolder();
  const env = {
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
    WANDB_ENTITY: 'lab',
    WANDB_PROJECT: 'molecules',
  };
  return {
    server,
    folder,
    env,
    run: (...args) => runInline(['history', ...args], { cwd: folder, env }),
    read: (name) => readFileSync(join(folder, name), 'utf8'),
  };
}

const parseLines = (text: string): readonly HistoryRow[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as HistoryRow);

test('a file holds every logged step, in each format, and nothing lies beside it', async () => {
  const { run, read, folder } = await openDesk([buildLoggedRun('a', RECIPE)]);
  const expected = expectedRows(RECIPE);
  for (const format of ['csv', 'jsonl', 'json', 'parquet']) {
    const result = await run('a', '--out', `a.${format}`);
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('(100 %)') });
    expect(result.stdout).toContain('wrote 500 rows, 6 columns of run a (run-a)');
    expect(result.stdout).toContain('complete: every step that W&B counts arrived');
  }
  expect(readdirSync(folder).sort()).toEqual(['a.csv', 'a.json', 'a.jsonl', 'a.parquet']);
  const csv = parse(read('a.csv'), { columns: true }) as Record<string, string>[];
  expect(Object.keys(csv[0]!)).toEqual(['_step', '_timestamp', '_runtime', 'grad', 'loss', 'val/acc']);
  expect(csv.map((row) => row['loss'])).toEqual(expected.map((row) => String(row['loss'])));
  expect(csv.map((row) => row['val/acc'])).toEqual(
    expected.map((row) => ('val/acc' in row ? String(row['val/acc']) : '')),
  );
  const spelled = (rows: readonly HistoryRow[]): unknown =>
    JSON.parse(
      JSON.stringify(rows, (_key, value: unknown) =>
        typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
      ),
    );
  expect(parseLines(read('a.jsonl'))).toEqual(spelled(expected));
  const json = JSON.parse(read('a.json')) as { version: number; run: object; check: object; rows: unknown };
  expect(json).toMatchObject({ version: 1, run: { id: 'a', name: 'run-a' }, check: { verdict: 'complete' } });
  expect(json.rows).toEqual(spelled(expected));
  const bytes = readFileSync(join(folder, 'a.parquet'));
  const rows = await parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  });
  expect(rows.map((row) => Number(row['_step']))).toEqual(expected.map((row) => row._step));
  expect(rows.map((row) => row['loss'] as number)).toEqual(expected.map((row) => row['loss']));
  expect(rows.map((row) => row['grad'] as unknown)).toEqual(expected.map((row) => row['grad'] ?? null));
});

test('without a file the rows go to stdout, and only they', async () => {
  const { run } = await openDesk([buildLoggedRun('a', RECIPE)]);
  const { stdout, stderr } = await run('a', '--keys', 'val/acc', '--format', 'jsonl');
  expect(parseLines(stdout).map((row) => row._step)).toEqual(expectedRows(RECIPE, ['val/acc']).map((row) => row._step));
  expect(stderr).toContain('reading history of a');
  expect((await run('a', '--keys', 'loss', '--quiet')).stderr).toBe('');
});

test('histograms are edges and counts, one edge more, however they were packed', async () => {
  const recipe = {
    ...RECIPE,
    histograms: { grad: 'bins', other: 'packedBins' },
    sparse: { grad: 100, other: 250 },
  } as const;
  const { run } = await openDesk([buildLoggedRun('a', recipe)]);
  for (const [key, count] of [
    ['grad', 5],
    ['other', 2],
  ] as const) {
    const rows = parseLines((await run('a', '--histograms', key, '--format', 'jsonl')).stdout);
    expect(rows).toHaveLength(count);
    for (const { edges, counts } of rows as readonly { edges?: unknown; counts?: unknown }[]) {
      expect((edges as number[]).length).toBe((counts as number[]).length + 1);
      expect(edges).toEqual((edges as number[]).toSorted((a, b) => a - b));
    }
  }
});

test('a metric that is a histogram at some steps and a number at others is told, and nothing of it is lost', async () => {
  const history = [
    '{"_step":0,"g":1.5}',
    '{"_step":1,"g":{"_type":"histogram","values":[2],"bins":[0,1]}}',
    '{"_step":2,"g":NaN}',
  ];
  const { run, read } = await openDesk([buildServedRun('a', FIRST_SECOND, { history })]);
  const all = await run('a', '--out', 'a.csv');
  expect(all.stderr).toContain('metric "g" is number at 2 steps, histogram at 1 steps; its column is JSON');
  expect(read('a.csv').split('\n').slice(1, 4)).toEqual([
    '0,1.5',
    '1,"{""_type"":""histogram"",""values"":[2],""bins"":[0,1]}"',
    '2,NaN',
  ]);
  const only = await run('a', '--histograms', 'g', '--format', 'jsonl');
  expect(only.stderr).toContain('only the histograms are taken');
  expect(only.stdout).toBe('{"_step":1,"edges":[0,1],"counts":[2]}\n');
});

test('system metrics are a table of their own', async () => {
  const { run } = await openDesk([buildServedRun('a', FIRST_SECOND, { generatedEvents: 3 })]);
  const rows = parse((await run('a', '--system')).stdout, { columns: true }) as Record<string, string>[];
  expect(rows.map((row) => row['_timestamp'])).toEqual(['1709251200.25', '1709251230.25', '1709251260.25']);
  expect(Number(rows[0]!['system.cpu'])).toBeGreaterThan(0);
});

test('a run without history is said to have none, and is an empty result', async () => {
  const { run } = await openDesk([buildServedRun('a', FIRST_SECOND)]);
  expect(await run('a')).toMatchObject({ code: 0, stdout: '_step\n', stderr: 'run a has logged no history\n' });
  expect(await run('a', '--out', 'a.parquet')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('wrote 0 rows'),
  });
});

test('a run is named by a row of the registry, its id, its path or its address', async () => {
  const { run, server } = await openDesk([buildLoggedRun('a', { rows: 3 })]);
  const registry = makeDatabase((db) => {
    db.exec(
      'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, run_name TEXT, created_at TEXT, wandb_run_id TEXT, wandb_url TEXT)',
    );
    insertRows(db, 'training_runs', [
      {
        run_id: 'row 1',
        run_name: 'x',
        created_at: '2024-03-01',
        wandb_run_id: 'a',
        wandb_url: 'https://wandb.ai/lab/molecules/runs/a',
      },
      { run_id: 'row 2', run_name: 'y', created_at: '2024-03-02', wandb_run_id: null, wandb_url: null },
    ]);
  });
  const names = [
    ['row 1', '--registry', registry],
    ['a', '--registry', registry],
    ['a'],
    ['lab/molecules/a'],
    ['molecules/a'],
  ];
  for (const words of [...names, [`${server.url}/lab/molecules/runs/a/workspace?nw=1`]]) {
    expect(await run(...words, '--quiet', '--keys', 'loss')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^_step,loss\n0,/),
    });
  }
  expect(await run('row 2', '--registry', registry)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/row "row 2" is not linked to a W&B run[^]*runlink link/),
  });
  expect(await run('row 3', '--registry', registry)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'there is no run row 3 in W&B project lab/molecules, and no such row in the registry',
    ),
  });
  expect(await run('row 1', '--registry', registry, '--project', 'lab/other')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the run "row 1" is in lab/molecules, and the project is lab/other'),
  });
});

test.each([
  [['a', '--keys', 'los'], 'run a has no metric "los"', 'Did you mean "loss"?'],
  [['a', '--keys', 'zzzzzzzz'], 'run a has no metric "zzzzzzzz"', 'It logged "loss", "val/acc", "grad"'],
  [['a', '--keys', ' , '], '--keys names no metric', 'For example'],
  [['a', '--histograms', 'loss'], 'expected histogram, found number (500)', 'Histograms of this run: "grad"'],
  [['a', '--system', '--keys', 'loss'], 'found --keys and --system', 'a table of its own'],
  [['a', '--format', 'parquet'], 'Parquet cannot be printed', '--out'],
  [['a', '--format', 'xml'], 'xml', 'help'],
  [['a', '--out', '.'], 'expected a file that may be replaced', '--out'],
])('%j is refused with what was found and what to do', async (args, fact, hint) => {
  const { run, folder } = await openDesk([buildLoggedRun('a', RECIPE)]);
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(fact);
  expect(stderr).toContain(hint);
  expect(readdirSync(folder)).toEqual([]);
});

test('an export never takes the place of a registry', async () => {
  const { run } = await openDesk([buildLoggedRun('a', RECIPE)]);
  const registry = makeDatabase((db) => db.exec('CREATE TABLE training_runs (run_id TEXT PRIMARY KEY)'));
  const before = readFileSync(registry);
  expect(await run('a', '--out', registry)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is a SQLite database'),
  });
  expect(readFileSync(registry)).toEqual(before);
});

test('what W&B counted and did not send ends with its own exit code, and what came is written', async () => {
  const { run, read } = await openDesk([buildLoggedRun('a', RECIPE)], { faults: { lostSteps: [7] } });
  const result = await run('a', '--out', 'a.jsonl');
  expect(result).toMatchObject({
    code: 7,
    stdout: expect.stringContaining('incomplete: 499 of 500 logged steps arrived'),
  });
  expect(parseLines(read('a.jsonl'))).toHaveLength(499);
});

test('Ctrl-C keeps the rows so far, and the command that it names goes on behind them', async () => {
  const recipe = { rows: 6000, metrics: Array.from({ length: 30 }, (_item, no) => `m${no}`) };
  const gate = Promise.withResolvers<void>();
  // Windows in the later half are not answered before the child has stopped.
  const isLate = (minStep: unknown): boolean => Number(minStep) > 3000;
  const desk = await openDesk([buildLoggedRun('a', recipe)], {
    onRequest: (_no, { variables }) => (isLate(variables['minStep']) ? gate.promise : undefined),
  });
  const partial = join(desk.folder, 'a.jsonl.partial');
  const stopped = await runRunlink(['history', 'a', '--out', 'a.jsonl'], {
    cwd: desk.folder,
    env: desk.env,
    onStart: (child) => {
      const timer = setInterval(() => {
        if (!existsSync(partial) || readFileSync(partial, 'utf8').split('\n').length < 10) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 1);
      child.on('close', () => clearInterval(timer));
    },
  });
  gate.resolve();
  expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('runlink history a --out a.jsonl') });
  expect(existsSync(join(desk.folder, 'a.jsonl'))).toBe(false);
  const kept = readFileSync(partial, 'utf8');
  writeFileSync(partial, `${kept}{"_step":59`); // as a kill in the middle of a write would leave it
  const asked = desk.server.requests().length;
  const resumed = await desk.run('a', '--out', 'a.jsonl');
  expect(resumed).toMatchObject({ code: 0, stdout: expect.stringContaining('complete') });
  expect(resumed.stderr).toContain(`with ${kept.trimEnd().split('\n').length - 1} rows that are there`);
  const first = desk.server
    .requests()
    .slice(asked)
    .find(({ operationName }) => operationName === 'HistoryRows');
  expect(Number(first!.variables['minStep'])).toBeGreaterThan(0);
  expectRows(parseLines(desk.read('a.jsonl')), expectedRows(recipe));
  expect(readdirSync(desk.folder)).toEqual(['a.jsonl']);
});

test('rows of another question, or of a run that was rewound since, are not gone on with', async () => {
  const { run, read, server, folder } = await openDesk([buildLoggedRun('a', { rows: 50 })]);
  const title = { runlink: 'history', version: 1, run: buildServedRun('a', 0).id, keys: null };
  writeFileSync(
    join(folder, 'b.jsonl.partial'),
    `${JSON.stringify({ ...title, keys: ['loss'] })}\n{"_step":0,"loss":9}\n`,
  );
  expect((await run('a', '--out', 'b.jsonl')).stderr).not.toContain('going on');
  expectRows(parseLines(read('b.jsonl')), expectedRows({ rows: 50 }));
  writeFileSync(join(folder, 'c.jsonl.partial'), `${JSON.stringify(title)}\n{"_step":49,"loss":9}\n`);
  server.updateRun('a', { generated: { seed: 1, rows: 20, metrics: ['loss', 'reward'] } });
  expect((await run('a', '--out', 'c.jsonl')).stderr).not.toContain('going on');
  expectRows(parseLines(read('c.jsonl')), expectedRows({ rows: 20 }));
});
