import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput } from '../../src/model/linkage.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { pairSettings, rankSettings } from '../../src/linkage/pairing/pair-settings.ts';
import { refineChoices } from '../../src/linkage/pairing/refine.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const JOBS = Array.from({ length: 150 }, (_item, no) => no);

/**
 * Rows with a day and a score of one decimal, six runs a day. Their other columns mean nothing that a run says: they only
 * hold the numbers that keys of other names hold.
 */
function misread({ areStrangers }: { readonly areStrangers: boolean }): LinkageInput {
  const random = createRandom(11);
  const jobs = JOBS.map((no) => ({ no, start: Date.parse('2025-04-01T06:00:00Z') + no * 4 * 3_600_000 }));
  const scoreOf = (): number => random.between(34, 48);
  const of = (values: readonly number[]): number => values[Math.floor(random.next() * values.length)] ?? 0;
  const drawn = jobs.map((job) => ({ ...job, score: scoreOf() }));
  const rows = drawn.map(({ no, start, score }) =>
    rowOf(`${(no * 7919) % 1009}x`, {
      created_at: new Date(start).toISOString().slice(0, 10),
      rougeL: Number(score.toFixed(1)),
      passes: of([10, 20, 30]),
      draw: of([1, 2, 4]),
      fold: of([64, 128, 256]),
      wave: of([7, 8, 9]),
      shelf: of([11, 12, 13]),
    }),
  );
  const runs = drawn.map(({ no, start, score }) =>
    runOf(`run${no}`, new Date(start + 40_000).toISOString(), {
      config: {
        max_steps: of([10, 20, 30]),
        accumulation: of([1, 2, 4]),
        width: of([64, 128, 256]),
        heads: of([7, 8, 9]),
        depth: of([11, 12, 13]),
      },
      summary: { 'eval/rougeL': areStrangers ? scoreOf() : score + random.between(-0.004, 0.004) },
    }),
  );
  return inputOf(rows, runs);
}

describe('columns that hold the numbers of keys that mean something else', () => {
  it('are doubted where no link is found with them', () => {
    const input = misread({ areStrangers: false });
    const { outcomes, health } = linkRecords(input);
    const matches = outcomes.filter(({ kind }) => kind === 'match');
    expect(matches.length).toBeGreaterThan(0.8 * JOBS.length);
    const runs = new Map(JOBS.map((no) => [`${(no * 7919) % 1009}x`, `run${no}`]));
    expect(matches.filter(({ keyText, wandbRunId }) => runs.get(keyText) !== wandbRunId)).toEqual([]);
    expect(health.join(' ')).not.toMatch(/column (?:passes|draw|fold|wave|shelf) says/);
  });

  it('are no reason to link what another project ran on the same days', () => {
    const { outcomes } = linkRecords(misread({ areStrangers: true }));
    expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
  });
});

it('finds by sure pairs what a column means whose numbers stand in another key as well', () => {
  const methods = ['ppo', 'sac', 'td3'];
  const rows = JOBS.map((no) => rowOf(`row-${no}`, { algo: (no % 3) + 1 }));
  const runs = JOBS.map((no) =>
    runOf(`run-${no}`, '2025-04-01T06:00:00Z', {
      config: { trainer: methods[no % 3] ?? '', n_layers: (Math.floor(no / 3) % 3) + 1 },
    }),
  );
  const records = buildRecords(inputOf(rows, runs));
  const keysWith = (sure: { readonly row: number; readonly run: number }[]): (readonly [string, string])[] =>
    pairSettings(rankSettings(records, new Set()).map((choices) => refineChoices(choices, sure))).map(
      ({ column, key }) => [column.name, key.name] as const,
    );
  const numbers = new Map(records.runs.map(({ runId }, at) => [runId, at]));
  const sure = records.rows.map(({ keyText }, row) => ({ row, run: numbers.get(keyText.replace('row', 'run')) ?? -1 }));
  expect(keysWith([])).toEqual([['algo', 'n_layers']]);
  expect(keysWith(sure)).toEqual([['algo', 'trainer']]);
});
