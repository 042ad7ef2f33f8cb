import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const GRID = [1, 2, 4].flatMap((heads) =>
  [128, 256, 512].flatMap((width) => [0, 1, 2, 3, 4, 5].map((seed) => ({ heads, width, seed }))),
);

/** A grid of settings, trained once by the registry's people and, where `noise` is not 0, once more by others. */
function gridOf({ noise }: { readonly noise: number }): LinkageInput {
  const random = createRandom(11);
  const jobs = GRID.map((settings) => ({ settings, f1: random.integer(700_000, 900_000) / 1e6 }));
  const rows = jobs.map(({ settings, f1 }, no) =>
    rowOf(`row-${no}`, { created_at: null, ...settings, f1: Number(f1.toFixed(3)) }),
  );
  const runs = jobs.map(({ settings, f1 }, no) =>
    runOf(`run${no}`, new Date(Date.UTC(2025, 1, 1, no)).toISOString(), {
      config: settings,
      summary: { f1: f1 + noise * random.between(-1, 1) },
    }),
  );
  return inputOf(rows, runs);
}

describe('a grid of settings that two people trained', () => {
  it('is linked by its settings where the scores agree to their last digit', () => {
    const { outcomes } = linkRecords(gridOf({ noise: 0 }));
    expect(
      outcomes.filter(
        ({ kind, keyText, wandbRunId }) => kind === 'match' && wandbRunId === keyText.replace('row-', 'run'),
      ),
    ).toHaveLength(GRID.length);
  });

  it('is not linked where they are similar only', () => {
    const { outcomes } = linkRecords(gridOf({ noise: 0.006 }));
    expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
    expect(outcomes[0]?.reason).toMatch(/^settings alone speak for the links: final metrics agree on \d+ % of them/);
  });
});
