import { describe, expect, it } from 'vitest';
import { RunlinkError } from '../../src/errors.ts';
import type { ProjectSource } from '../../src/wandb/run-source.ts';
import { createMemoryStore } from '../helpers/memory-store.ts';
import { FIRST_SECOND, buildServedRun, buildServedRuns, runName, withSource } from '../helpers/wandb.ts';

const BROKEN = runName(17);
const IDS = Array.from({ length: 60 }, (_item, no) => runName(no));
const FAULTS = { broken: { names: [BROKEN], fields: 'heavy' } } as const;

const lookUps: Readonly<
  Record<string, (source: ProjectSource, ids: readonly string[]) => Promise<ReadonlyMap<string, unknown>>>
> = {
  'fetched by id': (source, ids) => source.fetchRunsById(ids),
  'opened by id': (source, ids) => source.openRuns(ids),
  'with what they logged': async (source, ids) => {
    const infos = await source.history.fetchHistoryInfos(ids);
    return new Map(ids.map((id, no) => [id, infos[no]] as const).filter(([, info]) => info !== null));
  },
};

describe.each(Object.entries(lookUps))('of runs %s', (_title, lookUp) => {
  it('one that breaks the answer is told with the reason, the others come, and few more requests are made', async () => {
    await withSource(
      buildServedRuns(60, 60),
      async ({ source, server }) => {
        const runs = await lookUp(source, [...IDS, 'nobody']);
        expect([...runs.keys()].sort()).toEqual(IDS);
        const errors = [...runs].filter(([, run]) => run instanceof RunlinkError);
        expect(errors).toMatchObject([
          [
            BROKEN,
            {
              message: expect.stringMatching(new RegExp(`^W&B fails to give run ${BROKEN}: W&B failed .*panic`)),
              hint: expect.stringContaining('again later'),
            },
          ],
        ]);
        expect(server.requests().length).toBeLessThan(32);
      },
      { server: { faults: FAULTS } },
    );
  });

  it('one that cannot be understood is told with what was found, and nothing is asked twice for it', async () => {
    const odd = buildServedRun('odd', FIRST_SECOND, { createdAt: '2024-03-01T10' });
    await withSource([odd, ...buildServedRuns(3, 60)], async ({ source, server }) => {
      const runs = await lookUp(source, ['odd', ...IDS.slice(0, 3)]);
      expect(runs.size).toBe(4);
      expect(runs.get('odd')).toMatchObject({
        message:
          'W&B fails to give run odd: W&B says that run odd was created at "2024-03-01T10", expected an ISO time',
      });
      expect(runs.get(runName(2))).not.toBeInstanceOf(RunlinkError);
      expect(server.requests().length).toBeLessThan(10);
    });
  });

  it('none counts as broken where the server is away', async () => {
    await withSource(buildServedRuns(3, 60), async ({ source, server }) => {
      await lookUp(source, [runName(0)]);
      server.setFaults({ choose: () => '503' });
      await expect(lookUp(source, IDS.slice(0, 3))).rejects.toThrow('W&B failed to answer');
    });
  });
});

it('a listing puts a run aside that cannot be understood', async () => {
  const odd = buildServedRun('odd', FIRST_SECOND + 90, { createdAt: '2024-03-01T10' });
  await withSource([odd, ...buildServedRuns(5, 60)], async ({ source }) => {
    const keys = { config: [], summary: [] };
    const report = await source.listRuns({ keys, concurrency: 1, store: createMemoryStore() });
    expect(report.runs).toBe(5);
    expect(report.quarantined).toMatchObject([{ runId: 'odd', error: expect.stringContaining('"2024-03-01T10"') }]);
  });
});
