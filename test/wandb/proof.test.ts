import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { ProjectApi } from '../../src/wandb/api.ts';
import type { RunFilter } from '../../src/wandb/filters.ts';
import { createPace } from '../../src/wandb/pace.ts';
import { proveWindows } from '../../src/wandb/proof.ts';
import type { Holding, WindowProof } from '../../src/wandb/proof.ts';
import { placeholderId } from '../../src/wandb/quarantine.ts';

/** Proves holdings against a server that holds these ids per window (window n begins at second n). */
async function prove(
  holdings: readonly Holding[],
  served: readonly (readonly string[])[],
): Promise<{ proofs: readonly WindowProof[]; requests: readonly (readonly RunFilter[])[] }> {
  const requests: (readonly RunFilter[])[] = [];
  const api = {
    fetchCounts: async (filters: readonly RunFilter[]) => {
      requests.push(filters);
      return filters.map((filter) => {
        const text = JSON.stringify(filter);
        const no = Number(/"\$gte":"1970-01-01T00:00:(\d\d)Z"/.exec(text)?.[1]);
        const list = /"\$in":(\[.*?\])/.exec(text)?.[1];
        const wanted = list === undefined ? null : new Set(JSON.parse(list) as string[]);
        return (served[no] ?? []).filter((id) => wanted === null || wanted.has(id)).length;
      });
    },
  };
  const still = { now: () => 0, random: () => 0, sleep: async () => undefined, say: () => undefined };
  // The proof asks for counts only; the rest of the interface is not there to be called.
  const context = { api: api as unknown as ProjectApi, pace: createPace(still), signal: undefined };
  return { proofs: await proveWindows(holdings, context), requests };
}

function holding(no: number, runIds: readonly string[]): Holding {
  return { window: { no, from: no, to: no + 1, expected: 0, state: 'open', cursor: null }, runIds };
}

test('a window is complete only when what is counted is held and what is held is counted', async () => {
  const held = [
    holding(0, ['a', 'b']),
    holding(1, ['a', 'b']),
    holding(2, ['a', 'b']),
    holding(3, []),
    holding(4, ['a']),
  ];
  const served = [['a', 'b'], ['a', 'c'], ['a', 'b', 'c'], [], ['a', 'x']];
  const { proofs, requests } = await prove(held, served);
  expect(proofs.map((proof) => proof.isComplete)).toEqual([true, false, false, true, false]);
  expect(proofs[1]).toMatchObject({ counted: 2, found: 1, named: 2 });
  expect(requests).toHaveLength(1);
});

test('a run that W&B cannot name counts as held, but is not looked for', async () => {
  const { proofs, requests } = await prove([holding(0, ['a', placeholderId(0, 1)])], [['a', 'broken']]);
  expect(proofs[0]).toMatchObject({ isComplete: true, counted: 2, found: 1, named: 1 });
  expect(JSON.stringify(requests)).not.toContain('unreadable');
});

test('however many ids there are, each is asked for once, in requests of bounded size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 8 }), async (counts) => {
      const served = counts.map((count, no) => Array.from({ length: count }, (_item, index) => `w${no}r${index}`));
      const { proofs, requests } = await prove(
        served.map((ids, no) => holding(no, ids)),
        served,
      );
      expect(proofs.every((proof) => proof.isComplete)).toBe(true);
      expect(proofs.map((proof) => proof.counted)).toEqual(counts);
      expect(requests.every((filters) => filters.length <= 60)).toBe(true);
      expect(Math.max(...requests.map((filters) => JSON.stringify(filters).length))).toBeLessThan(512 * 1024);
    }),
    { numRuns: 12 },
  );
});
