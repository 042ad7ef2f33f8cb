import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Change, FaultKind, ScriptedChange } from '../../fixtures/server/options.ts';
import type { ServedRun } from '../../fixtures/server/project.ts';
import { IncompleteListingError } from '../../src/errors.ts';
import { createMemoryStore } from '../helpers/memory-store.ts';
import { FIRST_SECOND, buildServedRun, runName, withSource } from '../helpers/wandb.ts';

const NO_KEYS = { config: [], summary: [] };

/** A few hundred runs, many of them in one second. */
const project = fc
  .record({ count: fc.integer({ min: 0, max: 260 }), perSecond: fc.constantFrom(1, 3, 50, 1000) })
  .map(({ count, perSecond }) =>
    Array.from({ length: count }, (_item, no) =>
      buildServedRun(runName(no), FIRST_SECOND + Math.floor(no / perSecond)),
    ),
  );

/** Changes before the nth request. Each run is named once, so that the outcome does not depend on their order. */
const script = fc
  .array(
    fc.record({
      no: fc.integer({ min: 0, max: 259 }),
      kind: fc.constantFrom('insert', 'move-in', 'delete', 'move-out'),
      afterRequests: fc.integer({ min: 0, max: 16 }),
    }),
    { maxLength: 8 },
  )
  .map((items) => items.filter(({ no }, at) => items.findIndex((other) => other.no === no) === at));

type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

function buildChanges(
  runs: readonly ServedRun[],
  items: Script,
): readonly (ScriptedChange & { afterRequests: number })[] {
  return items.flatMap(({ no, kind, afterRequests }) => {
    if (kind === 'insert' || kind === 'move-in') {
      const change: Change = { kind, run: buildServedRun(`n${no}`, FIRST_SECOND - 3 + no) };
      return [{ change, afterRequests }];
    }
    return no < runs.length ? [{ change: { kind, name: runName(no) }, afterRequests }] : [];
  });
}

/** What the server holds while it answers its nth request. */
function namesAt(
  requestNo: number,
  runs: readonly ServedRun[],
  changes: readonly (ScriptedChange & { afterRequests: number })[],
): readonly string[] {
  const names = new Set(runs.map((run) => run.name));
  for (const { change, afterRequests } of changes) {
    if (afterRequests >= requestNo) continue;
    if (change.kind === 'insert' || change.kind === 'move-in') names.add(change.run.name);
    if (change.kind === 'delete' || change.kind === 'move-out') names.delete(change.name);
  }
  return [...names].sort();
}

const scenario = fc.record({
  runs: project,
  items: script,
  pageLimit: fc.constantFrom(3, 20, 100, 1000),
  concurrency: fc.integer({ min: 1, max: 4 }),
  unsortedTies: fc.boolean(),
  kinds: fc.subarray<FaultKind>(['429', '500', '502', 'cut']),
});

/** False where the listing says itself that it is incomplete; any other failure is a failure of the test. */
async function isComplete(listing: Promise<unknown>): Promise<boolean> {
  try {
    await listing;
    return true;
  } catch (error) {
    if (error instanceof IncompleteListingError) return false;
    throw error;
  }
}

test('whatever changes while a project is listed, the snapshot is what W&B holds at the end, or the listing fails', async () => {
  let complete = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async ({ runs, items, concurrency, kinds, pageLimit, unsortedTies }) => {
      const changes = buildChanges(runs, items);
      const faults = { unsortedTies, every: { nth: 5, kinds } };
      await withSource(
        runs,
        async ({ source, server }) => {
          const store = createMemoryStore();
          if (!(await isComplete(source.listRuns({ keys: NO_KEYS, concurrency, store })))) return;
          complete += 1;
          const held = store.runs().map((run) => run.runId);
          expect(held.sort()).toEqual(namesAt(server.requests().length, runs, changes));
        },
        { server: { pageLimit, changes, faults } },
      );
    }),
    { numRuns: 60 },
  );
  // Six walks are enough for eight changes: giving up has to be the exception.
  expect(complete).toBeGreaterThan(45);
});
