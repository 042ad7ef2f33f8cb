import { describe, expect, it } from 'vitest';
import { searchCandidates } from '../../src/linkage/blocking/search.ts';
import { learnModel, sumOfWeights } from '../../src/linkage/learn.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { PLAIN_WORLD, buildWorld } from '../helpers/worlds/world.ts';
import type { WorldKnobs } from '../helpers/worlds/world.ts';

const HARD: readonly Partial<WorldKnobs>[] = [
  {},
  { missing: 0.4, seeds: false },
  { batch: 8, seeds: false, sweeps: 4 },
  { metrics: false, timeText: 'none' },
  { timeText: 'day', metricNoise: 0.02, metricDigits: 2, durations: 'minutes' },
  { nightSyncs: 0.5, copies: 0.2 },
  { naming: 'typos', runNaming: 'same', settings: false, durations: 'none' },
];

describe('searchCandidates', () => {
  it('finds exactly the pairs that comparing everything with everything finds', () => {
    for (const [index, knobs] of HARD.entries()) {
      const world = buildWorld({ ...PLAIN_WORLD, rows: 40, sweeps: 6, ...knobs }, index + 1);
      const records = buildRecords(world.input);
      const { comparisons } = learnModel(records);
      for (const floor of [2, 8]) {
        const depth = 12;
        const found = searchCandidates(records, { comparisons, floor, depth });
        for (const row of records.rows.keys()) {
          const all = records.runs.map((_run, run) => sumOfWeights(comparisons, row, run));
          const least = Math.max(floor, Math.max(...all) - depth);
          const expected = all.flatMap((weight, run) => (weight >= least ? [run] : []));
          const own = Array.from(found.runs.subarray(found.starts[row], found.starts[row + 1]));
          expect({ index, floor, row, runs: own }).toEqual({ index, floor, row, runs: expected });
        }
      }
    }
  });

  it('offers no run that is linked already and no pair that a person took back', () => {
    const world = buildWorld({ ...PLAIN_WORLD, rows: 40, linked: 0.4 }, 3);
    const [keyText, wandbRunId] = [...world.truth][0]!;
    const records = buildRecords({ ...world.input, rejected: [{ keyText, wandbRunId }] });
    const { candidates } = learnModel(records);
    const taken = new Set(world.input.linked.map((link) => link.wandbRunId));
    for (const [edge, run] of candidates.runs.entries()) {
      const { runId } = records.runs[run]!;
      expect(taken.has(runId)).toBe(false);
      expect(runId === wandbRunId && records.rows[candidates.rows[edge]!]!.keyText === keyText).toBe(false);
    }
  });
});
