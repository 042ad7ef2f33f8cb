import { expect, test } from 'vitest';

import type { Faults } from '../../fixtures/server/options.ts';
import { expectRows } from '../helpers/expect-rows.ts';
import { buildLoggedRun, expectedRows, readHistory } from '../helpers/history.ts';
import { withSource } from '../helpers/wandb.ts';

const METRICS = Array.from({ length: 20 }, (_item, no) => `metric_${no}`);
const RECIPE = {
  rows: 3000,
  metrics: METRICS,
  nonFinite: 'tokens',
  sparse: { metric_1: 50, full: 250, packed: 250 },
  histograms: { full: 'bins', packed: 'packedBins' },
} as const;

test.each([
  ['one file', { before: 3000 }, 0],
  ['several files in any order', { before: 3000, files: 3 }, 0],
  ['files and the live rows after them', { before: 2000, files: 2 }, 1],
])('an exported history is read from %s, without the key', async (_title, parquet, windows) => {
  await withSource([buildLoggedRun('a', RECIPE, { parquet })], async ({ source, server }) => {
    const { rows, check } = await readHistory(source.history, { runId: 'a' });
    expectRows(rows, expectedRows(RECIPE));
    expect(check).toMatchObject({ steps: 3000, verdict: 'complete' });
    const asked = server.requests().map(({ operationName }) => operationName);
    expect(asked.filter((name) => name === 'HistoryRows').length > 0).toBe(windows > 0);
    expect(server.downloads().length).toBeGreaterThan(0);
    expect(server.downloads().filter(({ status }) => status !== 206)).toEqual([]);
    expect(server.downloads().filter(({ headers }) => headers['authorization'] !== undefined)).toEqual([]);
    expect(server.peakConcurrency()).toBeLessThanOrEqual(8);
  });
});

test('only the columns and row groups that are asked for are downloaded', async () => {
  const recipe = { rows: 12_000, metrics: METRICS };
  await withSource([buildLoggedRun('a', recipe, { parquet: { before: 12_000 } })], async ({ source, server }) => {
    const query = { runId: 'a', keys: ['metric_2'], minStep: 3000, maxStep: 7000 };
    const { rows } = await readHistory(source.history, query);
    expectRows(rows, expectedRows(recipe, ['metric_2']).slice(3000, 7001));
    const bytes = server.downloads().map(({ headers }) => /^bytes=(\d+)-(\d+)$/.exec(String(headers['range'])));
    const read = bytes.reduce((sum, range) => sum + (range === null ? 0 : Number(range[2]) + 1 - Number(range[1])), 0);
    expect(read).toBeLessThan(300_000); // of about 1 MB
  });
});

test.each<[string, Faults]>([
  ['expired addresses', { parquet: 'expired' }],
  ['a store that is away', { parquet: 'unavailable' }],
  ['damaged files', { parquet: 'damaged' }],
])('with %s the rows come by windows instead, and that is told without the address', async (_title, faults) => {
  await withSource(
    [buildLoggedRun('a', RECIPE, { parquet: { before: 2500, files: 2 } })],
    async ({ source, lines }) => {
      const { rows, check } = await readHistory(source.history, { runId: 'a' });
      expectRows(rows, expectedRows(RECIPE));
      expect(check.verdict).toBe('complete');
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('the exported files of run a cannot be used');
      expect(lines[0]).not.toMatch(/http|Signature/);
    },
    { server: { faults } },
  );
});

test('a server that knows no exports is asked without them', async () => {
  const recipe = { rows: 800, metrics: METRICS };
  await withSource(
    [buildLoggedRun('a', recipe)],
    async ({ source, server }) => {
      expectRows((await readHistory(source.history, { runId: 'a' })).rows, expectedRows(recipe));
      expect(server.requests().filter(({ query }) => query.includes('parquetHistory'))).toHaveLength(1);
    },
    { server: { faults: { withoutExports: true } } },
  );
});

test('the live rows of a run that is still going on follow the exported ones, each step once', async () => {
  const running = buildLoggedRun('a', RECIPE, { state: 'running', parquet: { before: 2500 } });
  const fields = { generated: { seed: 1, ...RECIPE, rows: 3100 } };
  await withSource(
    [running],
    async ({ source }) => {
      const { rows, check } = await readHistory(source.history, { runId: 'a' });
      expect(rows.map((row) => row._step)).toEqual(Array.from({ length: 3100 }, (_item, step) => step));
      expect(check.verdict).toBe('complete');
    },
    { server: { changes: [{ change: { kind: 'update', name: 'a', fields }, afterRequests: 2 }] } },
  );
});
