import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { GeneratedHistory } from '../../fixtures/server/generated.ts';
import type { ServedRun } from '../../fixtures/server/project.ts';
import type { HistoryRow } from '../../src/model/history.ts';
import type { RunHistoryInfo } from '../../src/model/history.ts';
import { expectRows } from '../helpers/expect-rows.ts';
import { buildLoggedRun, expectedRows, readHistory } from '../helpers/history.ts';
import { FIRST_SECOND, buildServedRun, holdUntilTogether, withSource } from '../helpers/wandb.ts';

const METRICS = Array.from({ length: 20 }, (_item, no) => `metric_${no}`);

test.each<[string, Partial<GeneratedHistory>]>([
  ['a small one', {}],
  ['one of many windows', { rows: 6000, metrics: METRICS }],
  ['sparse steps', { rows: 2500, stride: 61, metrics: METRICS }],
  ['steps that start at a million', { rows: 3000, firstStep: 1_000_000, metrics: METRICS }],
  ['one row at a far step', { rows: 1, firstStep: 1_907_359 }],
  ['gaps', { rows: 3000, gap: { every: 250, steps: 100_000 }, metrics: METRICS }],
  ['NaN as bare tokens', { rows: 800, nonFinite: 'tokens', metrics: METRICS }],
  ['NaN as strings', { rows: 800, nonFinite: 'strings', metrics: METRICS }],
  ['sparse metrics and histograms', { rows: 2000, sparse: { reward: 50, h: 10 }, histograms: { h: 'packedBins' } }],
])('a history arrives whole, sorted, each step once: %s', async (_title, recipe) => {
  await withSource([buildLoggedRun('a', recipe)], async ({ source, server }) => {
    const { rows, check } = await readHistory(source.history, { runId: 'a' });
    expectRows(rows, expectedRows(recipe));
    expect(check).toEqual({ steps: rows.length, logged: rows.length, missing: [], verdict: 'complete' });
    expect(server.peakConcurrency()).toBeLessThanOrEqual(8);
  });
});

test('few rows cost few requests, however far apart their steps are', async () => {
  const recipe = { rows: 400, firstStep: 5_000_000, stride: 5000 };
  await withSource([buildLoggedRun('a', recipe)], async ({ source, server }) => {
    expectRows((await readHistory(source.history, { runId: 'a' })).rows, expectedRows(recipe));
    expect(server.requests().map(({ operationName }) => operationName)).toEqual(['HistoryStart', 'HistoryRows']);
  });
});

test('a run whose counts are known and whose rows fit one answer costs one request', async () => {
  const runs = [buildLoggedRun('a', { rows: 900 }), buildLoggedRun('b', { rows: 5000 })];
  await withSource(runs, async ({ source, server }) => {
    const [a, b, none] = (await source.history.fetchHistoryInfos(['b', 'a', 'nobody'])) as RunHistoryInfo[];
    expect([a!.run.runId, b!.run.runId, none]).toEqual(['b', 'a', null]);
    expect(a).toMatchObject({ lastStep: 4999, lineCount: 5000, run: { config: { lr: 0.1, seed: 1 } } });
    expect(a!.metrics.get('loss')).toEqual({ counts: { number: 5000 } });
    const { rows } = await readHistory(source.history, { runId: 'b', keys: ['loss'], info: a! });
    expectRows(rows, expectedRows({ rows: 5000 }, ['loss']));
    expect(server.requests()).toHaveLength(2);
  });
});

test('several keys that were logged on different steps are joined on the step, and nothing is lost', async () => {
  const recipe = { rows: 4000, metrics: ['loss', 'val', 'test'], sparse: { val: 7, test: 100 } };
  await withSource([buildLoggedRun('a', recipe)], async ({ source }) => {
    const keys = ['val', 'test'];
    const { rows, check } = await readHistory(source.history, { runId: 'a', keys });
    expectRows(rows, expectedRows(recipe, keys));
    expect(rows.find((row) => row._step === 100)).not.toHaveProperty('val');
    expect(rows.find((row) => row._step === 7)).not.toHaveProperty('test');
    expect(check).toMatchObject({ logged: null, missing: [], verdict: 'complete' });
  });
});

test('more keys than specs fit are picked from whole rows', async () => {
  const recipe = { rows: 1500, metrics: METRICS, sparse: { metric_3: 40 } };
  await withSource([buildLoggedRun('a', recipe)], async ({ source, server }) => {
    const keys = METRICS.slice(0, 9);
    expectRows((await readHistory(source.history, { runId: 'a', keys })).rows, expectedRows(recipe, keys));
    expect(server.requests().some(({ operationName }) => operationName === 'HistorySpecs')).toBe(false);
  });
});

test('first and last step are inclusive, whichever way the rows are asked for', async () => {
  await withSource([buildLoggedRun('a')], async ({ source }) => {
    for (const keys of [undefined, ['loss']]) {
      const query = { runId: 'a', minStep: 20, maxStep: 29, ...(keys === undefined ? {} : { keys }) };
      const { rows, check } = await readHistory(source.history, query);
      expect(rows.map((row) => row._step)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
      expect(check.verdict).toBe('unknown');
    }
  });
});

test('NaN and infinities are numbers, a logged null is null, and what was not logged is not there', async () => {
  const history = [
    '{"_step":0,"loss":NaN,"note":"NaN is no \\"Infinity\\""}',
    '{"_step":1,"loss":"Infinity","grad":{"max":-Infinity}}',
    '{"_step":2,"loss":null}',
    '{"_step":3,"other":1}',
  ];
  await withSource([buildServedRun('a', FIRST_SECOND, { history })], async ({ source }) => {
    const { rows } = await readHistory(source.history, { runId: 'a' });
    expect(rows).toEqual([
      { _step: 0, loss: Number.NaN, note: 'NaN is no "Infinity"' },
      { _step: 1, loss: Infinity, grad: { max: -Infinity } },
      { _step: 2, loss: null },
      { _step: 3, other: 1 },
    ]);
    const loss = await readHistory(source.history, { runId: 'a', keys: ['loss'] });
    expect(loss.rows.map((row) => row['loss'])).toEqual([Number.NaN, Infinity, null]);
  });
});

test.each<[string, Partial<ServedRun>]>([
  ['no history at all', {}],
  ['an empty history', { history: [] }],
])('a run with %s gives nothing, and that is complete', async (_title, fields) => {
  await withSource([buildServedRun('a', FIRST_SECOND, fields)], async ({ source }) => {
    const [info] = await source.history.fetchHistoryInfos(['a']);
    expect(info).toMatchObject({ lastStep: -1, lineCount: 0, metrics: new Map() });
    expect(await readHistory(source.history, { runId: 'a' })).toEqual({
      rows: [],
      chunks: 0,
      check: { steps: 0, logged: 0, missing: [], verdict: 'complete' },
    });
  });
});

test('a run that is not there is an error that names it', async () => {
  await withSource([], async ({ source }) => {
    await expect(readHistory(source.history, { runId: 'nobody' })).rejects.toMatchObject({
      message: 'W&B has no run nobody in lab/molecules',
      hint: expect.stringContaining('--project'),
    });
  });
});

test('whatever the steps and whatever was logged at them, every row comes once and in order', async () => {
  const steps = fc.uniqueArray(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (given, wide) => {
      const sorted = given.toSorted((a, b) => a - b);
      const pad = 'x'.repeat(10);
      const history = sorted.map((step, no) =>
        JSON.stringify({ _step: step, ...(no % 2 === 0 ? { even: no } : { odd: no }), [`text${no % wide}`]: pad }),
      );
      await withSource([buildServedRun('a', FIRST_SECOND, { history })], async ({ source }) => {
        const { rows, check } = await readHistory(source.history, { runId: 'a' });
        expect(rows).toEqual(history.map((text) => JSON.parse(text) as HistoryRow));
        expect(check.verdict).toBe('complete');
        const odd = await readHistory(source.history, { runId: 'a', keys: ['odd', 'even'] });
        expect(odd.rows.map((row) => row._step)).toEqual(sorted);
      });
    }),
    { numRuns: 15 },
  );
});

test('where counts and steps mislead, windows with too many rows are cut until nothing is sampled away', async () => {
  const recipe = { rows: 12_000, metrics: ['loss'] };
  await withSource([buildLoggedRun('a', recipe)], async ({ source }) => {
    const [info] = (await source.history.fetchHistoryInfos(['a'])) as RunHistoryInfo[];
    // As if a lagging server counted a hundredth of the rows: one window is planned where one does not suffice.
    const lagging = { ...info!, lineCount: 300, metrics: new Map() };
    const { rows, check } = await readHistory(source.history, { runId: 'a', info: lagging });
    expectRows(rows, expectedRows(recipe));
    expect(check.steps).toBe(12_000);
  });
});

test('histories of many runs at once share the one pool', async () => {
  const runs = Array.from({ length: 12 }, (_item, no) =>
    buildLoggedRun(`r${no}`, { rows: 2000, seed: no, metrics: METRICS }),
  );
  await withSource(
    runs,
    async ({ source, server }) => {
      const read = await Promise.all(
        runs.map(({ name }) => readHistory(source.history, { runId: name, keys: ['metric_1'] })),
      );
      expect(read.map(({ rows }) => rows.length)).toEqual(runs.map(() => 2000));
      expect(server.peakConcurrency()).toBe(8);
    },
    { server: { onRequest: holdUntilTogether('HistoryStart', 8) } },
  );
});

test('a reader that stops early leaves nothing under way, and little was fetched ahead', async () => {
  const recipe = { rows: 20_000, metrics: METRICS };
  await withSource([buildLoggedRun('a', recipe)], async ({ source, server }) => {
    const rows: HistoryRow[] = [];
    for await (const chunk of source.history.scanHistory({ runId: 'a' })) {
      rows.push(...chunk);
      break;
    }
    expectRows(rows, expectedRows(recipe).slice(0, rows.length));
    await source.fetchRunCount();
    // The start, eight windows, one more when the first was read; of those under way some may not have left any more.
    expect(server.requests().length).toBeLessThanOrEqual(1 + 8 + 1 + 1);
  });
});

test('system metrics come by time, as numbers', async () => {
  const events = ['{"system.cpu":2,"_timestamp":20.5}', '{"system.cpu":"NaN","_timestamp":10}'];
  const runs = [
    buildServedRun('a', FIRST_SECOND, { events }),
    buildServedRun('b', FIRST_SECOND, { generatedEvents: 12_000 }),
  ];
  await withSource(runs, async ({ source, lines }) => {
    expect(await source.history.fetchSystemMetrics('a')).toEqual([
      { 'system.cpu': Number.NaN, _timestamp: 10 },
      { 'system.cpu': 2, _timestamp: 20.5 },
    ]);
    expect(lines).toEqual([]);
    expect(await source.history.fetchSystemMetrics('b')).toHaveLength(10_000);
    expect(lines).toEqual(['W&B sampled the system metrics of run b: 10000 of 12000 rows']);
  });
});
