import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { HistoryRow } from '../../src/model/history.ts';
import { exportTo, hashTree, makeDatasetFolder, makeLinkedRegistry } from '../helpers/export-lab.ts';
import { createMemoryHistory } from '../helpers/memory-history.ts';

const METRICS = 9;
const STEPS = 600;
const LONG: readonly HistoryRow[] = Array.from({ length: STEPS }, (_row, step) => ({
  _step: step,
  ...Object.fromEntries(Array.from({ length: METRICS }, (_metric, no) => [`m${no}`, step + no])),
}));

const registry = makeLinkedRegistry(8);
const only = { registry, where: ['run_id=row-0'], partCells: 5000 };

test('a long run has several parts; it is whole or absent, and a shorter one leaves none of them behind', async () => {
  const folder = makeDatasetFolder();
  const list = (): readonly string[] => globSync('**/*.parquet', { cwd: folder }).sort();
  const long = createMemoryHistory(new Map([['run0', { rows: LONG }]]), { chunk: 100 });
  expect(await exportTo(folder, { source: long }, only)).toMatchObject({ exported: 1, rows: STEPS });
  expect(list().map((path) => path.split('/').at(-1))).toEqual(['part-00000.parquet', 'part-00001.parquet']);
  const before = hashTree(folder);
  await exportTo(folder, { source: long }, { ...only, refresh: true });
  expect(hashTree(folder)).toEqual(before);

  const gone = createMemoryHistory(new Map([['run0', { rows: LONG, goneAt: STEPS - 10 }]]), { chunk: 100 });
  const failed = await exportTo(folder, { source: gone }, { ...only, refresh: true });
  expect(failed).toMatchObject({ exported: 0, runs: 0, rows: 0, exitCode: 1 });
  expect(list()).toEqual([]);

  await exportTo(folder, { source: long }, only);
  const short = createMemoryHistory(new Map([['run0', { rows: LONG.slice(0, 50) }]]));
  expect(await exportTo(folder, { source: short }, only)).toMatchObject({ exported: 1, rows: 50 });
  expect(list()).toHaveLength(1);
});

test('steps that come out of order, or fewer than W&B counts, fail the run', async () => {
  const source = createMemoryHistory(new Map([['run0', { rows: [LONG[1]!, LONG[0]!, LONG[2]!] }]]));
  const disordered = await exportTo(makeDatasetFolder(), { source }, only);
  expect(disordered.failed).toEqual([
    expect.objectContaining({ error: expect.stringContaining('step 0 came after step 1') }),
  ]);

  const whole = createMemoryHistory(new Map([['run0', { rows: LONG.slice(0, 20) }]]));
  const lossy = {
    ...whole,
    scanHistory: (query: Parameters<typeof whole.scanHistory>[0]) => {
      const { onEnd } = query;
      return (async function* scan() {
        for await (const rows of whole.scanHistory(query)) yield rows.slice(1);
        onEnd?.({ steps: 19, logged: 20, missing: [], verdict: 'incomplete' });
      })();
    },
  };
  const report = await exportTo(makeDatasetFolder(), { source: lossy }, only);
  expect(report.failed).toEqual([expect.objectContaining({ run: 'run0', error: 'W&B sent 19 of 20 logged steps' })]);
});
