import { expect, test } from 'vitest';

import type { FaultKind, RecordedRequest } from '../../fixtures/server/options.ts';
import { StoppedError } from '../../src/errors.ts';
import type { HistoryRow } from '../../src/model/history.ts';
import { expectRows } from '../helpers/expect-rows.ts';
import { buildLoggedRun, expectedRows, readHistory } from '../helpers/history.ts';
import { withSource } from '../helpers/wandb.ts';

const METRICS = Array.from({ length: 30 }, (_item, no) => `metric_${no}`);
const RECIPE = { rows: 2000, metrics: METRICS };
const RUN = buildLoggedRun('a', RECIPE);

const isRows = ({ operationName }: RecordedRequest): boolean => operationName === 'HistoryRows';

test.each<[string, readonly FaultKind[]]>([
  ['429, with Retry-After and with RateLimit-Reset', ['429', '429-reset']],
  ['500 in JSON, 502 in HTML, 503 in plain text', ['500', '502', '503']],
  ['bodies cut in their middle and dropped connections', ['cut', 'reset']],
])('a history comes through %s at each 3rd request', async (_title, kinds) => {
  await withSource(
    [RUN],
    async ({ source }) => {
      const { rows, check } = await readHistory(source.history, { runId: 'a' });
      expectRows(rows, expectedRows(RECIPE));
      expect(check.verdict).toBe('complete');
    },
    { server: { faults: { every: { nth: 3, kinds } } } },
  );
});

test('a server that fails for large answers is asked for smaller ones', async () => {
  const isLarge = ({ variables }: RecordedRequest): boolean =>
    Number(variables['maxStep']) - Number(variables['minStep']) > 200;
  await withSource(
    [RUN],
    async ({ source, lines }) => {
      const { rows } = await readHistory(source.history, { runId: 'a' });
      expectRows(rows, expectedRows(RECIPE));
      expect(lines.some((line) => line.includes('asking for fewer at once'))).toBe(true);
    },
    { server: { faults: { choose: (_no, request) => (isRows(request) && isLarge(request) ? '502' : null) } } },
  );
});

test('a server that is away in the middle is an explained failure', async () => {
  await withSource([RUN], async ({ source, server }) => {
    server.setFaults({ choose: (_no, request) => (isRows(request) ? '503' : null) });
    await expect(readHistory(source.history, { runId: 'a' })).rejects.toMatchObject({
      message: expect.stringContaining('W&B failed to answer'),
      hint: expect.stringContaining('again'),
    });
  });
});

test('a run that is deleted in the middle is an error that says so', async () => {
  await withSource(
    [RUN],
    async ({ source }) => {
      const rows: HistoryRow[] = [];
      const read = async (): Promise<void> => {
        for await (const chunk of source.history.scanHistory({ runId: 'a' })) rows.push(...chunk);
      };
      await expect(read()).rejects.toMatchObject({
        message: 'W&B has no run a in lab/molecules',
        hint: expect.stringContaining('deleted or moved'),
      });
      expectRows(rows, expectedRows(RECIPE).slice(0, rows.length));
    },
    { server: { changes: [{ change: { kind: 'delete', name: 'a' }, afterRequests: 2 }] } },
  );
});

test('a run that grows while it is read gives each step once, up to where it stood at the end', async () => {
  const grown = (rows: number) => ({ generated: { seed: 1, rows, metrics: ['loss'] } });
  const run = buildLoggedRun('a', grown(4000).generated, { state: 'running' });
  const update = (rows: number, afterRequests: number) => ({
    change: { kind: 'update', name: 'a', fields: grown(rows) } as const,
    afterRequests,
  });
  await withSource(
    [run],
    async ({ source, server }) => {
      const { rows, check } = await readHistory(source.history, { runId: 'a' });
      expect(rows.map((row) => row._step)).toEqual(Array.from({ length: 4700 }, (_item, step) => step));
      expect(check).toMatchObject({ steps: 4700, logged: 4700, verdict: 'complete' });
      expect(server.requests().filter(({ operationName }) => operationName === 'HistoryCounts')).toHaveLength(3);
    },
    { server: { changes: [update(4500, 2), update(4700, 4)] } },
  );
});

test('a run that is rewound while it is read is told, and is not called complete', async () => {
  const recipe = { rows: 400, metrics: ['loss'] };
  const change = {
    kind: 'update',
    name: 'a',
    fields: { generated: { seed: 1, ...recipe, rows: 100 } },
  } as const;
  await withSource(
    [buildLoggedRun('a', recipe, { state: 'running' })],
    async ({ source, lines }) => {
      const { check } = await readHistory(source.history, { runId: 'a' });
      expect(check.verdict).toBe('incomplete');
      expect(lines.join('\n')).toContain('run a was rewound to step 99 while it was read');
    },
    { server: { changes: [{ change, afterRequests: 2 }] } },
  );
});

test('a rewound run, whose last step went down, is read up to its new end', async () => {
  await withSource([buildLoggedRun('a', { rows: 300 })], async ({ source, server }) => {
    expect((await readHistory(source.history, { runId: 'a' })).check.steps).toBe(300);
    server.updateRun('a', { generated: { seed: 2, rows: 120, metrics: ['loss'] } });
    const { rows, check } = await readHistory(source.history, { runId: 'a' });
    expectRows(rows, expectedRows({ seed: 2, rows: 120, metrics: ['loss'] }));
    expect(check.verdict).toBe('complete');
  });
});

test('rows that W&B counts and does not send are told by number and by metric', async () => {
  const recipe = { rows: 500, sparse: { reward: 100 } };
  await withSource(
    [buildLoggedRun('a', recipe)],
    async ({ source, lines }) => {
      const { check } = await readHistory(source.history, { runId: 'a' });
      expect(check).toMatchObject({ steps: 498, logged: 500, verdict: 'incomplete' });
      expect(check.missing).toContainEqual({ key: 'reward', logged: 5, arrived: 4 });
      expect(lines).toEqual(['not all of run a arrived: 498 of 500 logged steps']);
    },
    { server: { faults: { lostSteps: [100, 101] } } },
  );
});

test.each(['before the first request', 'between two chunks'])('an aborted reading stops %s', async (when) => {
  const stop = new AbortController();
  await withSource([RUN], async ({ source, server }) => {
    if (when === 'before the first request') stop.abort();
    const rows: HistoryRow[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of source.history.scanHistory({ runId: 'a', signal: stop.signal })) {
        rows.push(...chunk);
        stop.abort();
      }
    };
    await expect(read()).rejects.toThrow(StoppedError);
    expect(server.requests().length).toBeLessThanOrEqual(when === 'between two chunks' ? 11 : 0);
    // What was read stands, and the rest follows on it.
    const next = (rows.at(-1)?._step ?? -1) + 1;
    const rest = await readHistory(source.history, { runId: 'a', minStep: next });
    expectRows([...rows, ...rest.rows], expectedRows(RECIPE));
  });
});
