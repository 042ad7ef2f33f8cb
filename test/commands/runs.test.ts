import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { queryRuns, runs } from '../../src/commands/runs.ts';
import { renderRunsCsv, renderRunsJson, renderRunsTable } from '../../src/commands/runs.render.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { insertRows, makeDatabase } from '../helpers/database.ts';

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
const ask = (where: readonly string[] = []): ReturnType<typeof runs> =>
  runs({ context: makeContext() }, { registry, where });

test('the library asks with values, and gets numbers where they are exact', async () => {
  expect(await queryRuns({ status: 'not_running', n: 7 }, { registry, columns: ['run_id', 'n'] })).toEqual([
    { run_id: 'b', n: 7 },
  ]);
  expect(await queryRuns({ key: 'a' }, { registry, columns: ['n'] })).toEqual([{ n: 9007199254740993n }]);
  expect(await queryRuns({}, { registry, order: '-created_at', limit: 1, columns: ['key'] })).toEqual([
    { run_id: 'c' },
  ]);
});

test('the table shows the telling columns, escaped, and how many rows there are', async () => {
  const text = renderRunsTable(await ask(['loss>0']), PLAIN);
  expect(text.split('\n')[0]).toMatch(/^run_id +run_name +status +created_at +loss/);
  expect(text).toContain('\\x1b[31mred');
  expect(text).toContain('日本語');
  expect(text.endsWith('2 rows')).toBe(true);
  expect(renderRunsTable(await ask(['run_id=none']), PLAIN)).toBe('0 rows');
});

test('JSON holds all columns and has a version; what JSON has no number for is text', async () => {
  expect(JSON.parse(renderRunsJson(await ask()))).toEqual({
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
  const rows = parse(renderRunsCsv(await ask())) as string[][];
  expect(rows).toEqual([
    ['run_id', 'run_name', 'status', 'created_at', 'n', 'loss', 'note'],
    ['a', "'=1+1", 'running', '2024-03-01', '9007199254740993', '-0.5', 'x,"y"\nz'],
    ['b', '\u001b[31mred', 'not_running', '2024-03-02', '7', 'Infinity', ''],
    ['c', '日本語', 'not_running', '2024-03-03', '', '0.25', '-3'],
  ]);
});
