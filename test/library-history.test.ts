import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServerHandle } from '../fixtures/server/server.ts';
import { startServer } from '../fixtures/server/server.ts';
import {
  getRunById,
  histograms,
  RunlinkError,
  scanHistories,
  scanHistory,
  StoppedError,
  systemMetrics,
  UsageError,
} from '../src/index.ts';
import type { HistoryCheck, HistoryRow } from '../src/index.ts';
import { expectRows } from './helpers/expect-rows.ts';
import { buildLoggedRun, expectedRows } from './helpers/history.ts';
import { FIRST_SECOND, buildProject, buildServedRun } from './helpers/wandb.ts';

const RECIPE = { rows: 400, sparse: { reward: 10, grad: 100 }, histograms: { grad: 'packedBins' } } as const;

let server: ServerHandle;
let wandb: { readonly project: string; readonly baseUrl: string; readonly apiKey: string };

beforeAll(async () => {
  const runs = [
    buildLoggedRun('a', RECIPE, { generatedEvents: 3, config: '{"lr":{"value":0.1},"_wandb":{"value":{"t":1}}}' }),
    ...Array.from({ length: 40 }, (_item, no) => buildLoggedRun(`r${no}`, { seed: no, rows: 10 + no })),
    buildServedRun('empty', FIRST_SECOND),
  ];
  server = await startServer({ project: buildProject(runs), latency: 5 });
  wandb = { project: 'lab/molecules', baseUrl: server.url, apiKey: server.apiKey };
});
afterAll(() => server.close());

it('gives a run with config, summary and all its logged steps', async () => {
  const { history, check, ...run } = await getRunById('a', wandb);
  expectRows(history, expectedRows(RECIPE));
  expect(check.verdict).toBe('complete');
  expect(run).toMatchObject({
    id: 'a',
    name: 'run-a',
    url: `${server.url}/lab/molecules/runs/a`,
    state: 'finished',
    createdAt: '2024-03-01T00:00:00.000Z',
    heartbeatAt: null,
    summary: { loss: 0.5 },
    metrics: { loss: { number: 400 }, reward: { number: 40 }, grad: { histogram: 4 } },
  });
  expect(run.config).toEqual({ lr: 0.1 });
});

it('takes some metrics and some steps, and the project from the path of the run', async () => {
  const { baseUrl, apiKey } = wandb;
  const options = { baseUrl, apiKey, keys: ['reward'], minStep: 100, maxStep: 129 };
  const { history } = await getRunById('lab/molecules/a', options);
  expect(history.map((row) => row._step)).toEqual([100, 110, 120]);
  const rows: HistoryRow[] = [];
  for await (const row of scanHistory(`${baseUrl}/lab/molecules/runs/a`, options)) rows.push(row);
  expect(rows).toEqual(history);
});

it('walks the steps one by one, says at the end whether they are all, and can be left early', async () => {
  const rows: HistoryRow[] = [];
  const checks: HistoryCheck[] = [];
  for await (const row of scanHistory('a', { ...wandb, onEnd: (check) => void checks.push(check) })) rows.push(row);
  expectRows(rows, expectedRows(RECIPE));
  expect(checks).toMatchObject([{ steps: 400, logged: 400, verdict: 'complete' }]);
  for await (const row of scanHistory('a', wandb)) if (row._step === 2) break;
  const stopped = scanHistory('a', { ...wandb, signal: AbortSignal.abort() }).next();
  await expect(stopped).rejects.toThrow(StoppedError);
});

it('reads one metric of many runs in the order of the ids, in one request each and two for what they are', async () => {
  const ids = [...Array.from({ length: 40 }, (_item, no) => `r${39 - no}`), 'nobody', 'empty'];
  const asked = server.requests().length;
  const lengths: Record<string, number> = {};
  for await (const { runId, info, rows } of scanHistories(ids, { ...wandb, keys: ['loss'] })) {
    lengths[runId] = rows.length;
    expect(info === null).toBe(runId === 'nobody');
  }
  expect(Object.keys(lengths)).toEqual(ids);
  expect(Object.values(lengths)).toEqual([...Array.from({ length: 40 }, (_item, no) => 49 - no), 0, 0]);
  expect(server.requests().length - asked).toBeLessThanOrEqual(40 + 2);
  expect(server.peakConcurrency()).toBeLessThanOrEqual(8);
});

it('gives histograms as edges and counts, and system metrics by time', async () => {
  const [first, ...others] = await histograms('a', 'grad', wandb);
  expect(others.map(({ _step }) => _step)).toEqual([100, 200, 300]);
  expect(first).toMatchObject({ _step: 0, edges: expect.arrayContaining([-1, -0.875, 1]) });
  expect([first!.edges.length, first!.counts.length]).toEqual([17, 16]);
  expect((await systemMetrics('a', wandb)).map((row) => row['_runtime'])).toEqual([0.25, 30.25, 60.25]);
});

it('throws typed errors for what is not there', async () => {
  await expect(getRunById('nobody', wandb)).rejects.toThrow(RunlinkError);
  await expect(getRunById('a', { ...wandb, keys: ['los'] })).rejects.toThrow(UsageError);
  await expect(histograms('a', 'loss', wandb)).rejects.toMatchObject({ hint: 'Histograms of this run: "grad".' });
  await expect(systemMetrics('nobody', wandb)).rejects.toThrow('W&B has no run nobody in lab/molecules');
});
