import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { queryRuns, runs } from '../../src/commands/runs.ts';
import { renderRuns } from '../../src/commands/runs.render.ts';
import type { RunsFormat } from '../../src/commands/formats.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { insertRows, makeDatabase } from '../helpers/database.ts';
import { runInline } from '../helpers/run-inline.ts';

const registry = makeDatabase((db) => {
  db.exec(
    'CREATE TABLE runs (run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, created_at TEXT, n INTEGER, loss REAL, note TEXT)',
  );
  insertRows(db, 'runs', [
    {
      run_id: 'a',
      run_name: '=1+1',
      status: 'running',
      created_at: '2024-03-01',
      n: 9007199254740993n,
      loss: -0.5,
      note: 'x,"y"\nz',
    },
    {
      run_id: 'b',
      run_name: '\u001b[31mred',
      status: 'not_running',
      created_at: '2024-03-02',
      n: 7n,
      loss: Infinity,
      note: null,
    },
    {
      run_id: 'c',
      run_name: '日本語',
      status: 'not_running',
      created_at: '2024-03-03',
      n: null,
      loss: 0.25,
      note: '-3',
    },
  ]);
});
async function render(
  format: RunsFormat,
  where: readonly string[] = [],
  { width = Infinity, ...options }: { width?: number; columns?: readonly string[] } = {},
): Promise<string> {
  return await runs({ context: makeContext() }, { registry, where, ...options }, async (report) =>
    [...(await renderRuns(report, format, { style: PLAIN, width }))].join(''),
  );
}

test('the library asks with values, and gets numbers where they are exact', async () => {
  expect(await queryRuns({ status: 'not_running', n: 7 }, { registry, columns: ['run_id', 'n'] })).toEqual([
    { run_id: 'b', n: 7 },
  ]);
  expect(await queryRuns({ key: 'a' }, { registry, columns: ['n'] })).toEqual([{ n: 9007199254740993n }]);
  expect(await queryRuns({}, { registry, order: '-created_at', limit: 1, columns: ['key'] })).toEqual([
    { run_id: 'c' },
  ]);
});

test('values are typed by the schema, and the caller may state the row’s type', async () => {
  const typed = makeDatabase((db) => {
    db.exec(
      'CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, use_amp BOOLEAN, lr REAL, n INT, created_at TEXT)',
    );
    insertRows(db, 'runs', [
      { run_id: '007', status: 'running', use_amp: 1n, lr: 1n, n: 2n, created_at: '2024-03-01 12:00:00' },
      { run_id: 'b', status: 'running', use_amp: 0n, lr: 0.5, n: null, created_at: '2024-03-02 12:00:00' },
      { run_id: 'c', status: 'running', use_amp: 7n, lr: null, n: 0n, created_at: null },
    ]);
  });
  interface Row {
    readonly run_id: string;
    readonly use_amp: boolean | number;
    readonly lr: number | null;
  }
  const rows = await queryRuns<Row>({ status: 'running', use_amp: true }, { registry: typed });
  expect(rows.map(({ run_id, use_amp, lr }) => [run_id, use_amp, lr])).toEqual([['007', true, 1]]);
  expect(await queryRuns({}, { registry: typed, order: 'key', columns: ['use_amp', 'n', 'created_at'] })).toEqual([
    { use_amp: true, n: 2, created_at: '2024-03-01 12:00:00' },
    { use_amp: false, n: null, created_at: '2024-03-02 12:00:00' },
    { use_amp: 7, n: 0, created_at: null },
  ]);
  // @ts-expect-error -- not a column of Row, and no role
  await expect(queryRuns<Row>({ metod: 'mgda' }, { registry: typed })).rejects.toThrow('has no column "metod"');
});

test('JSON lines hold a row each, as JSON has words for it', async () => {
  const lines = (await render('jsonl')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
    (JSON.parse(await render('json')) as { rows: object[] }).rows,
  );
  expect(JSON.parse(await render('json', ['run_id=none']))).toMatchObject({ rows: [] });
});

test('Parquet is typed by what the rows hold', async () => {
  const bytes = await runs({ context: makeContext() }, { registry, where: [] }, async (report) =>
    Buffer.concat(
      [...(await renderRuns(report, 'parquet', { style: PLAIN, width: 80 }))].map((piece) => Buffer.from(piece)),
    ),
  );
  const file = new Uint8Array(bytes).buffer;
  const types = parquetSchema(parquetMetadata(file)).children.map(({ element }) => [element.name, element.type]);
  expect(Object.fromEntries(types)).toMatchObject({ run_id: 'BYTE_ARRAY', n: 'INT64', loss: 'DOUBLE' });
  expect(await parquetReadObjects({ file })).toMatchObject([
    { run_id: 'a', n: 9007199254740993n, loss: -0.5, note: 'x,"y"\nz' },
    { run_id: 'b', n: 7n, loss: Infinity, note: null },
    { run_id: 'c', n: null, loss: 0.25, run_name: '日本語' },
  ]);
});

describe('--out', () => {
  const runlink = (...args: readonly string[]): ReturnType<typeof runInline> =>
    runInline(['runs', ...args], { cwd: dirname(registry), env: { RUNLINK_REGISTRY: registry } });

  test('writes what its name says, complete or not at all, and leaves no traces', async () => {
    const { code, stdout, stderr } = await runlink('--where', 'n=7', '--out', 'sub/rows.jsonl');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/wrote .*rows\.jsonl/);
    expect(readFileSync(join(dirname(registry), 'sub/rows.jsonl'), 'utf8')).toMatch(/^\{"run_id":"b".*\}\n$/);
    expect(readdirSync(join(dirname(registry), 'sub'))).toEqual(['rows.jsonl']);
  });

  test('never writes over the registry, by whatever name, nor over a folder', async () => {
    symlinkSync(registry, join(dirname(registry), 'alias.csv'));
    const before = readFileSync(registry);
    for (const name of ['registry.db', 'alias.csv', '.'] as const) {
      const { code, stderr } = await runlink('--out', name);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^hint: Name/m);
    }
    expect(readFileSync(registry).equals(before)).toBe(true);
  });

  test('sends no bytes to a terminal', async () => {
    const terminal = { in: true, out: true, err: true, columns: 80 };
    const options = { cwd: dirname(registry), env: { RUNLINK_REGISTRY: registry }, terminal };
    const { code, stdout, stderr } = await runInline(['runs', '--format', 'parquet'], options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--out FILE.parquet');
  });
});

test('the table shows the telling columns, escaped, and how many rows there are', async () => {
  const text = await render('table', ['loss>0']);
  expect(text.split('\n')[0]).toMatch(/^run_id +run_name +status +created_at +loss/);
  expect(text).toContain('\\x1b[31mred');
  expect(text).toContain('日本語');
  expect(text.endsWith('\n2 rows\n')).toBe(true);
  expect(await render('table', ['run_id=none'])).toBe('0 rows\n');
});

test('the table has as many columns as there is room for, and the chosen ones as they were chosen', async () => {
  const lines = (await render('table', [], { width: 40 })).trimEnd().split('\n');
  expect(lines[0]).toMatch(/^run_id +run_name +status$/);
  for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(40);
  expect(lines.at(-1)).toBe('3 rows; 4 more columns with --columns, or in the other formats');
  const chosen = await render('table', ['run_id=c'], { width: 10, columns: ['note', 'n', 'loss', 'run_id'] });
  expect(chosen).toMatch(/^note +n +loss +run_id\n/);
  expect(chosen.endsWith('\n1 row\n')).toBe(true);
});

test('JSON holds all columns and has a version; what JSON has no number for is text', async () => {
  expect(JSON.parse(await render('json'))).toEqual({
    version: 1,
    table: 'runs',
    key: 'run_id',
    columns: ['run_id', 'run_name', 'status', 'created_at', 'n', 'loss', 'note'],
    rows: [
      {
        run_id: 'a',
        run_name: '=1+1',
        status: 'running',
        created_at: '2024-03-01',
        n: '9007199254740993',
        loss: -0.5,
        note: 'x,"y"\nz',
      },
      {
        run_id: 'b',
        run_name: '\u001b[31mred',
        status: 'not_running',
        created_at: '2024-03-02',
        n: 7,
        loss: 'Infinity',
        note: null,
      },
      {
        run_id: 'c',
        run_name: '日本語',
        status: 'not_running',
        created_at: '2024-03-03',
        n: null,
        loss: 0.25,
        note: '-3',
      },
    ],
  });
});

test('CSV guards what a spreadsheet would run, and leaves numbers alone', async () => {
  const rows = parse(await render('csv')) as string[][];
  expect(rows).toEqual([
    ['run_id', 'run_name', 'status', 'created_at', 'n', 'loss', 'note'],
    ['a', "'=1+1", 'running', '2024-03-01', '9007199254740993', '-0.5', 'x,"y"\nz'],
    ['b', '\u001b[31mred', 'not_running', '2024-03-02', '7', 'Infinity', ''],
    ['c', '日本語', 'not_running', '2024-03-03', '', '0.25', '-3'],
  ]);
});
