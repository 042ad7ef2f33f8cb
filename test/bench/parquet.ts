// How fast Parquet is written, and how large it gets: `node test/bench/parquet.ts [ROWS] [METRICS]`, 200,000 steps of 20
// metrics if not said. Beside it, the same table as JSON lines and, written from one of our files, by DuckDB's own writer.
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { encodeParquet } from '../../src/dataset/parquet.ts';
import type { DataCell, DataTable } from '../../src/model/table.ts';
import { makeFolder } from '../helpers/folder.ts';

const [rows = 200_000, metrics = 20] = process.argv.slice(2).map(Number);

/** Curves as they are logged: noise on a trend, every tenth metric only each fiftieth step. */
function makeRows(): readonly (readonly DataCell[])[] {
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: rows }, (_row, step) => [
    step,
    1_700_000_000 + step * 0.73,
    ...Array.from({ length: metrics }, (_metric, no) =>
      no % 10 === 9 && step % 50 !== 0 ? null : Math.exp(-step / rows) * (no + 1) + 0.01 * random(),
    ),
  ]);
}

const table: DataTable = {
  columns: [
    { name: '_step', type: 'integer' },
    { name: '_timestamp', type: 'real' },
    ...Array.from({ length: metrics }, (_metric, no) => ({ name: `metric_${no}`, type: 'real' as const })),
  ],
  rows: makeRows(),
};

function show(what: string, seconds: number, bytes: number): void {
  const perSecond = Math.round(rows / seconds).toLocaleString('en');
  console.log(`${what.padEnd(34)} ${seconds.toFixed(2)} s  ${perSecond} rows/s  ${(bytes / 1e6).toFixed(1)} MB`);
}

function measure<T>(run: () => T): { readonly result: T; readonly seconds: number } {
  const started = performance.now();
  const result = run();
  return { result, seconds: (performance.now() - started) / 1000 };
}

const folder = makeFolder();
try {
  console.log(`${rows.toLocaleString('en')} rows, ${table.columns.length} columns, Node ${process.version}`);
  const ours = measure(() => encodeParquet(table));
  show('Parquet, ours', ours.seconds, ours.result.byteLength);
  const json = measure(() => {
    let bytes = 0;
    for (const row of table.rows) bytes += JSON.stringify(row).length + 1;
    return bytes;
  });
  show('JSON lines, JSON.stringify alone', json.seconds, json.result);
  writeFileSync(join(folder, 'ours.parquet'), ours.result);
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run('SET threads = 1');
  await duckdb.run(`CREATE TABLE t AS SELECT * FROM '${join(folder, 'ours.parquet')}'`);
  const started = performance.now();
  await duckdb.run(`COPY t TO '${join(folder, 'theirs.parquet')}' (FORMAT parquet, COMPRESSION snappy)`);
  const seconds = (performance.now() - started) / 1000;
  show('Parquet, DuckDB from its own memory', seconds, statSync(join(folder, 'theirs.parquet')).size);
  console.log(
    `ours takes ${(ours.seconds / seconds).toFixed(1)} times as long as DuckDB, ${(ours.seconds / json.seconds).toFixed(1)} times as long as JSON.stringify`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
