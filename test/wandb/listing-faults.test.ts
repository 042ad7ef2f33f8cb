import { expect, test } from 'vitest';

import type { FaultKind } from '../../fixtures/server/options.ts';
import { MOST_SERVER_WAIT_MS } from '../../src/wandb/retry-timing.ts';
import { createMemoryStore } from '../helpers/memory-store.ts';
import { FIRST_SECOND, buildServedRun, buildServedRuns, withSource } from '../helpers/wandb.ts';

const NO_KEYS = { config: [], summary: [] };
const RUNS = buildServedRuns(1500, 3600);

test.each<[string, readonly FaultKind[]]>([
  ['429 with Retry-After', ['429']],
  ['429 with RateLimit-Reset only', ['429-reset']],
  ['500 in JSON and 502 in HTML', ['500', '502']],
  ['503 in plain text and a body cut in its middle', ['503', 'cut']],
  ['a connection that is dropped', ['reset']],
])('the listing comes through %s at each 4th request', async (_title, kinds) => {
  await withSource(
    RUNS,
    async ({ source }) => {
      const store = createMemoryStore();
      expect(await source.listRuns({ keys: NO_KEYS, concurrency: 4, store })).toMatchObject({ runs: 1500 });
      expect(new Set(store.runs().map((run) => run.runId)).size).toBe(1500);
    },
    { server: { faults: { every: { nth: 4, kinds } } } },
  );
});

test.each<FaultKind>(['429', '429-reset'])('after a %s the wait that the server names is kept by all', async (kind) => {
  await withSource(
    RUNS,
    async ({ source, waits, lines }) => {
      await source.listRuns({ keys: NO_KEYS, concurrency: 1, store: createMemoryStore() });
      expect(waits.length).toBeGreaterThan(0);
      // Named: 7 s, plus at most half a second that spreads those who wait for the same moment.
      expect(waits.every((wait) => wait >= 7000 && wait <= 7500)).toBe(true);
      expect(lines.filter((line) => line.includes('W&B asks to wait 7 s'))).not.toHaveLength(0);
    },
    { server: { faults: { retryAfter: 7, every: { nth: 3, kinds: [kind] } } } },
  );
});

test('a wait of an hour is cut to five minutes', async () => {
  await withSource(
    buildServedRuns(3, 1),
    async ({ source, waits }) => {
      await source.fetchRunCount();
      expect(waits).toHaveLength(1);
      expect(waits[0]).toBeGreaterThanOrEqual(MOST_SERVER_WAIT_MS);
      expect(waits[0]).toBeLessThan(MOST_SERVER_WAIT_MS + 1000);
    },
    { server: { faults: { retryAfter: 3600, choose: (no) => (no === 1 ? '429' : null) } } },
  );
});

test('a rate limit that never opens is an explained failure, not a loop', async () => {
  await withSource(
    buildServedRuns(3, 1),
    async ({ server, source }) => {
      await expect(source.fetchRunCount()).rejects.toMatchObject({
        code: 1,
        message: expect.stringContaining("W&B's rate limit is used up"),
        hint: expect.stringContaining('--concurrency'),
      });
      expect(server.requests()).toHaveLength(7);
    },
    { server: { faults: { every: { nth: 1, kinds: ['429'] } } } },
  );
});

test('a run whose config breaks the server is taken without config and summary, and told', async () => {
  await withSource(
    RUNS,
    async ({ source, lines }) => {
      const store = createMemoryStore();
      expect(await source.listRuns({ keys: NO_KEYS, concurrency: 2, store })).toMatchObject({
        runs: 1500,
        quarantined: [],
      });
      const run = store.runs().find((item) => item.runId === 'r00700');
      expect(run).toMatchObject({ displayName: 'run-r00700', config: {}, summary: {} });
      expect(store.runs().find((item) => item.runId === 'r00699')?.summary).toMatchObject({ _runtime: 12.5 });
      expect(lines).toContain('run r00700 came without config and summary, which W&B fails to serve');
    },
    { server: { faults: { broken: { names: ['r00700'], fields: 'heavy' } } } },
  );
});

test.each([
  ['in the middle', ['r00700']],
  ['first and last', ['r00000', 'r01499']],
  ['side by side', ['r00200', 'r00201', 'r00202']],
])('runs that break every answer are quarantined and counted: %s', async (_title, names) => {
  await withSource(
    RUNS,
    async ({ source }) => {
      const store = createMemoryStore();
      const report = await source.listRuns({ keys: NO_KEYS, concurrency: 2, store });
      expect(report.runs).toBe(1500 - names.length);
      expect(report.quarantined).toHaveLength(names.length);
      expect(report.quarantined[0]?.error).toContain('panic');
      expect(store.runs().some((run) => names.includes(run.runId))).toBe(false);
    },
    { server: { faults: { broken: { names, fields: 'any' } } } },
  );
});

test('a run that W&B cannot even name is told by its place', async () => {
  await withSource(
    buildServedRuns(30, 60),
    async ({ source }) => {
      const report = await source.listRuns({ keys: NO_KEYS, concurrency: 2, store: createMemoryStore() });
      expect(report.quarantined[0]?.error).toContain('listed right after run r00016: W&B failed to answer');
    },
    { server: { faults: { broken: { names: ['r00017'], fields: 'any' } } } },
  );
});

test('a server that is away for good quarantines nothing', async () => {
  await withSource(buildServedRuns(20, 60), async ({ source, server }) => {
    const store = createMemoryStore();
    server.setFaults({ choose: (_no, request) => (request.operationName === 'Counts' ? null : '502') });
    await source.listRuns({ keys: NO_KEYS, concurrency: 1, store }).catch(() => undefined);
    server.setFaults({});
    const report = await source.listRuns({ keys: NO_KEYS, concurrency: 1, store });
    expect(report).toMatchObject({ runs: 20, quarantined: [] });
  });
});

test('what W&B writes strangely is decoded', async () => {
  const run = buildServedRun('odd', FIRST_SECOND, {
    displayName: null,
    state: 'hibernating',
    createdAt: '2024-03-01T00:00:00',
    heartbeatAt: '2024-03-01T00:01:00',
    config: JSON.stringify('{"lr":{"value":0.1},"_wandb":{"value":{"e":{"x":{"args":["--seed","3"]}}}}}'),
    summaryMetrics: '{"loss":NaN,"best":"-Infinity","_runtime":Infinity}',
  });
  await withSource([run], async ({ source }) => {
    const store = createMemoryStore();
    await source.listRuns({ keys: { config: ['lr'], summary: ['loss', 'best'] }, concurrency: 1, store });
    expect(store.runs()[0]).toMatchObject({
      displayName: null,
      state: 'hibernating',
      createdAt: FIRST_SECOND * 1000,
      heartbeatAt: FIRST_SECOND * 1000 + 60_000,
      summary: { loss: Number.NaN, best: -Infinity, _runtime: Infinity },
    });
  });
});
