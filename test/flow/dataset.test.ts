import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportTo, makeLinkedRegistry } from '../helpers/export-lab.ts';
import { makeHistory, createMemoryHistory } from '../helpers/memory-history.ts';
import type { MemoryRun } from '../helpers/memory-history.ts';
import { runInline } from '../helpers/run-inline.ts';
import { write } from '../helpers/query.ts';

const ROOT = join(import.meta.dirname, '../..');

/** SQL of a page's code blocks, statement by statement, word for word. */
function readSql(page: string): readonly string[] {
  const blocks = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```sql\n([\s\S]*?)^```/gm)];
  return blocks.flatMap((block) => block[1]!.split(/;\s*$/m)).filter((sql) => sql.trim() !== '');
}

const RUNS = 9;
/** What the source holds: runs of unequal length, one that logged nothing, one with everything that a script may log. */
const held = new Map<string, MemoryRun>(
  Array.from({ length: RUNS }, (_run, no) => [`run${no}`, { rows: makeHistory(no, no === 8 ? 0 : 100 + 10 * no) }]),
);
/** A run id that a reader might take for a number. */
const NUMERIC = '00123456';
held.set(NUMERIC, {
  rows: [
    { _step: 0, objective_COMT: 0.5, Weights: { _type: 'histogram', bins: [0, 1], values: [3] }, run: 7, 'a.b/c d': 1 },
    { _step: 5, objective_COMT: Infinity, frozen: true, 'a.b/c d': 2.5 },
    { _step: 6, objective_COMT: 'oom', Weights: 0.25 },
  ],
});

const registry = makeLinkedRegistry(RUNS);
const folder = dirname(registry);
let duckdb: DuckDBConnection;

beforeAll(async () => {
  write(registry, `UPDATE training_runs SET wandb_run_id = '${NUMERIC}' WHERE run_id = 'row-without-link'`);
  await exportTo(join(folder, 'dataset'), { source: createMemoryHistory(held) }, { registry });
  await runInline(['runs', '--out', 'runs.parquet'], { cwd: folder, env: { RUNLINK_REGISTRY: registry } });
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(`SET file_search_path = '${folder}'`);
});
afterAll(() => duckdb.closeSync());

async function ask(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await duckdb.runAndReadAll(sql)).getRowObjectsJS();
}

const [perRun, perMethod] = readSql('README.md');

describe('DuckDB, by the SQL of the README', () => {
  test('counts the steps of each run and finds its last value, as the source holds them', async () => {
    const rows = await ask(perRun!);
    const logged = [...held].filter(([, { rows }]) => rows.length > 0);
    expect(rows.map(({ run }) => run)).toEqual(logged.map(([run]) => run).sort());
    for (const { run, steps, last_step, last_value } of rows) {
      const history = held.get(String(run))!.rows;
      const numbers = history.filter((row) => typeof row['objective_COMT'] === 'number');
      expect({ run, steps: Number(steps), last_step: Number(last_step), last_value }).toEqual({
        run,
        steps: history.length,
        last_step: history.at(-1)!._step,
        last_value: numbers.at(-1)!['objective_COMT'],
      });
    }
  });

  test('averages the curves of each method, as arithmetic does', async () => {
    const rows = await ask(perMethod!);
    const expected = new Map<string, number[]>();
    for (const [run, { rows }] of held) {
      const no = run === NUMERIC ? 0 : Number(run.slice(3));
      for (const { _step, objective_COMT: value } of rows) {
        if (typeof value !== 'number' || Number.isNaN(value)) continue;
        const key = `${no % 2 === 0 ? 'mgda' : 'pcgrad'} ${_step}`;
        expected.set(key, [...(expected.get(key) ?? []), value]);
      }
    }
    expect(rows).toHaveLength(expected.size);
    for (const { gradient_method, _step, runs, mean } of rows) {
      const values = expected.get(`${String(gradient_method)} ${Number(_step)}`)!;
      expect(Number(runs)).toBe(values.length);
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      if (Number.isFinite(average)) expect(mean).toBeCloseTo(average, 12);
      else expect(mean).toBe(average);
    }
  });

  test('reads the manifest', async () => {
    const [sql] = readSql('src/help/export.md');
    const rows = await ask(sql!);
    expect(Object.fromEntries(rows.map(({ run, rows }) => [run, Number(rows)]))).toEqual(
      Object.fromEntries([...held].map(([run, { rows }]) => [run, rows.length])),
    );
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['complete']));
  });
});

describe('a dataset', () => {
  const files = (run: string): string => `read_parquet('dataset/*/run=${run}/*.parquet', hive_types_autocast = false)`;

  test('has its columns typed, each value under one type, and the partitions decoded', async () => {
    const columns = await ask(`DESCRIBE SELECT * FROM ${files(NUMERIC)}`);
    expect(Object.fromEntries(columns.map((column) => [column['column_name'], column['column_type']]))).toEqual({
      _step: 'BIGINT',
      Weights: 'DOUBLE',
      'Weights:json': 'JSON',
      'a.b/c d': 'DOUBLE',
      'frozen:boolean': 'BOOLEAN',
      objective_COMT: 'DOUBLE',
      'objective_COMT:text': 'VARCHAR',
      'run:metric': 'DOUBLE',
      project: 'VARCHAR',
      run: 'VARCHAR',
    });
    const rows = await ask(`SELECT * FROM ${files(NUMERIC)}`);
    expect(
      rows.map((row) => [row['_step'], row['objective_COMT'], row['objective_COMT:text'], row['a.b/c d']]),
    ).toEqual([
      [0n, 0.5, null, 1],
      [5n, Infinity, null, 2.5],
      [6n, null, 'oom', null],
    ]);
    expect(rows[0]).toMatchObject({ run: NUMERIC, project: 'lab/molecules', 'run:metric': 7 });
    expect(JSON.parse(String(rows[0]!['Weights:json']))).toMatchObject({ values: [3] });
  });

  test('is sorted by step in its files, and tells NaN from what was not logged', async () => {
    const steps = await ask(
      `SELECT _step, isnan(objective_COMT) AS nan, "val/objective COMT.ü" AS val FROM ${files('run5')}`,
    );
    expect(steps.map(({ _step }) => Number(_step))).toEqual(Array.from({ length: 150 }, (_step, no) => no));
    expect(steps.filter(({ nan }) => nan === true).map(({ _step }) => Number(_step))).toEqual([3]);
    expect(steps.filter(({ val }) => val !== null)).toHaveLength(15);
  });
});
