import { expect, test } from 'vitest';

import { StoppedError } from '../../src/errors.ts';
import { createMemoryStore } from '../helpers/memory-store.ts';
import type { MemoryStore } from '../helpers/memory-store.ts';
import { FIRST_SECOND, buildServedRun, buildServedRuns, openTestSource, withSource } from '../helpers/wandb.ts';

const NO_KEYS = { config: [], summary: [] };
const RUNS = buildServedRuns(1200, 3600);

/** Aborts in the middle of the nth page being saved, which is where a kill hurts most. */
function stopAfterPages(store: MemoryStore, pages: number, controller: AbortController): MemoryStore {
  let saved = 0;
  return {
    ...store,
    savePage: async (page) => {
      await store.savePage(page);
      saved += 1;
      if (saved === pages) controller.abort();
    },
  };
}

async function stopListing(
  store: MemoryStore,
  pages: number,
  source: Parameters<typeof openTestSource>[0],
): Promise<void> {
  const controller = new AbortController();
  const own = openTestSource(source);
  const stopping = stopAfterPages(store, pages, controller);
  const listing = own.listRuns({ keys: NO_KEYS, concurrency: 1, store: stopping, signal: controller.signal });
  await expect(listing).rejects.toThrow(StoppedError);
  await own.close();
}

test('a stopped listing says that the same command resumes, with exit 130', async () => {
  await withSource(RUNS, async ({ source }) => {
    const controller = new AbortController();
    controller.abort();
    const store = createMemoryStore();
    const listing = source.listRuns({ keys: NO_KEYS, concurrency: 4, store, signal: controller.signal });
    await expect(listing).rejects.toMatchObject({ code: 130, hint: expect.stringContaining('same command') });
  });
});

test('after a stop only the rest is asked for, wherever it stopped', async () => {
  for (const pages of [1, 5, 10, 13]) {
    await withSource(
      RUNS,
      async ({ source, server }) => {
        const store = createMemoryStore();
        await stopListing(store, pages, server);
        const before = server.requests().length;
        const held = store.runs().length;
        await source.listRuns({ keys: NO_KEYS, concurrency: 1, store });
        const asked = server.requests().slice(before);
        const pagesAsked = asked.filter((request) => request.operationName === 'Runs').length;
        expect(
          store
            .runs()
            .map((run) => run.runId)
            .sort(),
        ).toEqual(RUNS.map((run) => run.name));
        // Pages of 100 that overlap by one run, a short page more for each of the two windows.
        expect(pagesAsked).toBeLessThanOrEqual(Math.ceil((1200 - held) / 99) + 2);
        expect(store.calls).not.toContain('restartWindow');
      },
      { server: { pageLimit: 100 } },
    );
  }
});

test('a complete listing that is asked for again costs one request, the proof', async () => {
  await withSource(RUNS, async ({ source, server }) => {
    const store = createMemoryStore();
    await source.listRuns({ keys: NO_KEYS, concurrency: 4, store });
    const before = server.requests().length;
    const report = await source.listRuns({ keys: NO_KEYS, concurrency: 4, store });
    expect(server.requests().length - before).toBe(1);
    expect(report).toMatchObject({ runs: 1200, requests: 1 });
  });
});

test('what changed ahead of the cursor while nobody listened is noticed on resuming', async () => {
  await withSource(
    RUNS,
    async ({ source, server }) => {
      const store = createMemoryStore();
      await stopListing(store, 3, server);
      server.deleteRun('r00005');
      server.insertRun(buildServedRun('new', FIRST_SECOND + 1));
      server.insertRun(buildServedRun('newer', FIRST_SECOND + 2));
      await source.listRuns({ keys: NO_KEYS, concurrency: 2, store });
      const ids = store.runs().map((run) => run.runId);
      expect(ids).toHaveLength(1201);
      expect(ids).toEqual(expect.arrayContaining(['new', 'newer']));
      expect(ids).not.toContain('r00005');
    },
    { server: { pageLimit: 100 } },
  );
});

test('a quarantined run stays in the report of the call that resumes', async () => {
  await withSource(
    buildServedRuns(150, 60),
    async ({ source, server }) => {
      const store = createMemoryStore();
      await source.listRuns({ keys: NO_KEYS, concurrency: 1, store });
      const again = openTestSource(server);
      const report = await again.listRuns({ keys: NO_KEYS, concurrency: 1, store });
      await again.close();
      expect(report.quarantined).toHaveLength(1);
      expect(report.runs).toBe(149);
    },
    { server: { pageLimit: 40, faults: { broken: { names: ['r00077'], fields: 'any' } } } },
  );
});

test('a failure in one window leaves nothing under way behind the caller', async () => {
  await withSource(
    RUNS,
    async ({ source }) => {
      const store = createMemoryStore();
      const failing: MemoryStore = {
        ...store,
        savePage: async (page) => {
          if (page.windowNo === 1) throw new Error('disk full');
          await store.savePage(page);
        },
      };
      await expect(source.listRuns({ keys: NO_KEYS, concurrency: 4, store: failing })).rejects.toThrow('disk full');
      const calls = store.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(store.calls).toHaveLength(calls);
    },
    { server: { pageLimit: 50, latency: 3 } },
  );
});
