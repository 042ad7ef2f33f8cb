import { describe, expect, it } from 'vitest';
import { createCandidateBuilder } from '../../src/linkage/blocking/candidates.ts';
import type { Candidates } from '../../src/linkage/blocking/candidates.ts';
import { searchCandidates } from '../../src/linkage/blocking/search.ts';
import type { Comparison } from '../../src/linkage/comparison/comparison.ts';
import { createDecider } from '../../src/linkage/decision/decide.ts';
import { learnModel } from '../../src/linkage/weights/learn.ts';
import { sumOfWeights } from '../../src/linkage/weights/rounds.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import type { Records } from '../../src/linkage/normalize/records.ts';
import { solveCompetition } from '../../src/linkage/posterior/competition.ts';
import { buildEvidence } from '../helpers/worlds/evidence.ts';
import type { Evidence } from '../helpers/worlds/evidence.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import type { Random } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';
import { PLAIN_WORLD, buildWorld } from '../helpers/worlds/world.ts';
import type { WorldKnobs } from '../helpers/worlds/world.ts';

const DEPTH = 12;
const EPSILON = 1e-9;

type Searched = Pick<Records, 'rows' | 'runs' | 'openRows' | 'freeRuns' | 'rejectedByRow'>;

/** Every pair weighed: those at the floor and within reach of their row's best pair. */
function weighAllPairs(records: Searched, comparisons: readonly Comparison[], floor: number): Candidates {
  const builder = createCandidateBuilder();
  for (const row of records.rows.keys()) {
    if (records.openRows[row] !== 1) continue;
    const weights = records.runs.map((_run, run) => {
      const isOut = records.freeRuns[run] !== 1 || records.rejectedByRow.get(row)?.has(run) === true;
      return isOut ? -Infinity : sumOfWeights(comparisons, row, run);
    });
    const least = Math.max(floor, Math.max(...weights) - DEPTH) - EPSILON;
    for (const [run, weight] of weights.entries()) if (weight >= least) builder.add(row, run, weight);
  }
  return builder.build(records.rows.length, new Uint8Array(records.rows.length));
}

/** Bare evidence as records: some rows and runs are linked already, some pairs rejected. */
function recordsOf({ rowCount, runCount }: Evidence, random: Random): Records {
  const rows = Array.from({ length: rowCount }, (_item, row) => rowOf(`row-${row}`, {}));
  const runs = Array.from({ length: runCount }, (_item, run) => runOf(`run-${run}`, '2024-05-01'));
  const records = buildRecords(inputOf(rows, runs));
  const rejected = Array.from(
    { length: runCount === 0 ? 0 : random.integer(0, 4) },
    () => [random.integer(0, rowCount), new Set([random.integer(0, runCount - 1)])] as const,
  );
  return {
    ...records,
    openRows: Uint8Array.from(rows, () => (random.chance(0.9) ? 1 : 0)),
    freeRuns: Uint8Array.from(runs, () => (random.chance(0.9) ? 1 : 0)),
    rejectedByRow: new Map(rejected),
  };
}

/** The first place where two sets of candidates differ; null where they are the same to the bit. */
function findDifference(found: Candidates, expected: Candidates): string | null {
  for (const part of ['rows', 'runs', 'weights', 'cutRows'] as const) {
    if (found[part].length !== expected[part].length) return `${found[part].length} ${part}`;
    const at = found[part].findIndex((value, index) => value !== expected[part][index]);
    if (at >= 0) return `${part}[${at}] ${found[part][at]} instead of ${expected[part][at]}`;
  }
  return null;
}

/** A run outside of a step's list that gets more than the step's bound, as words; null where there is none. */
function findEscaped(comparison: Comparison, { runCount }: Evidence, row: number): string | null {
  const weights = Array.from({ length: runCount }, (_item, run) => comparison.weigh(row, run));
  for (const [step, { bound, size }] of comparison.steps(row).entries()) {
    const listed = new Set<number>();
    if (step > 0) comparison.collect({ row, step }, (run) => listed.add(run));
    if (listed.size > size) return `${comparison.name}: ${listed.size} runs in a list of ${size}`;
    for (const [run, weight] of weights.entries()) {
      // written so that NaN escapes as well
      if (listed.has(run) || weight <= bound + EPSILON) continue;
      return `${comparison.name}, row ${row}, step ${step}: run ${run} has ${weight} bits, above ${bound}`;
    }
  }
  return null;
}

const INPUTS = 500;
const FLOORS = [-20, 0, 3, 8, 25];

describe('searchCandidates', () => {
  it('finds exactly the pairs, with the same weights, that weighing all pairs finds: 2,500 random inputs', () => {
    for (let seed = 1; seed <= INPUTS; seed++) {
      const random = createRandom(seed);
      const evidence = buildEvidence(random, {
        hasTime: seed % 50 === 0,
        hasDuration: seed % 12 === 0,
        hasOrder: seed % 4 === 0,
      });
      for (const floor of FLOORS) {
        const records = recordsOf(evidence, random);
        const { comparisons } = evidence;
        const found = searchCandidates(records, { comparisons, floor, depth: DEPTH });
        const difference = findDifference(found, weighAllPairs(records, comparisons, floor));
        expect({ seed, floor, difference }).toEqual({ seed, floor, difference: null });
      }
    }
  });

  it('gives no run outside of a list more bits than the bound that stands beside it', () => {
    for (let seed = 1; seed <= INPUTS; seed++) {
      const random = createRandom(7000 + seed);
      const evidence = buildEvidence(random, {
        hasTime: seed % 25 === 0,
        hasDuration: seed % 12 === 0,
        hasOrder: seed % 4 === 0,
      });
      for (const comparison of evidence.comparisons) {
        for (let row = 0; row < evidence.rowCount; row++) {
          const escaped = findEscaped(comparison, evidence, row);
          if (escaped !== null) expect.fail(`seed ${seed}: ${escaped}`);
        }
      }
    }
  });

  it('decides with the pairs that it found as with all pairs', () => {
    for (const [index, knobs] of HARD.entries()) {
      const { input } = buildWorld({ ...PLAIN_WORLD, rows: 30, sweeps: 6, ...knobs }, index + 1);
      const records = buildRecords(input);
      const model = learnModel(records);
      const { comparisons, population, posterior } = model;
      const outcomesOf = (candidates: Candidates): unknown => {
        const solved = solveCompetition(candidates, population, posterior.expectedLinks);
        const decider = createDecider(records, { ...model, candidates, posterior: solved }, input.options);
        return [...records.rows.keys()].filter((row) => records.openRows[row] === 1).map((row) => decider.decide(row));
      };
      const found = searchCandidates(records, { comparisons, floor: 2, depth: DEPTH });
      expect({ index, outcomes: outcomesOf(found) }).toEqual({
        index,
        outcomes: outcomesOf(weighAllPairs(records, comparisons, 2)),
      });
    }
  });

  it('marks the rows that need more looks than it may take, and keeps what it saw of the others', () => {
    const { input } = buildWorld({ ...PLAIN_WORLD, rows: 60, seeds: false, sweeps: 1, metrics: false }, 5);
    const records = buildRecords(input);
    const { comparisons } = learnModel(records);
    const all = weighAllPairs(records, comparisons, 4);
    const found = searchCandidates(records, { comparisons, floor: 4, depth: DEPTH, mostVisits: 3 });
    expect(found.cutRows).toContain(1);
    for (const row of records.rows.keys()) {
      const own = Array.from(found.runs.subarray(found.starts[row], found.starts[row + 1]));
      const expected = Array.from(all.runs.subarray(all.starts[row], all.starts[row + 1]));
      if (found.cutRows[row] === 0) expect(own).toEqual(expected);
    }
  });

  it('leaves a row open, and says so, where more runs fit alike than it keeps', () => {
    const rows = [rowOf('row-a', { task: 'deco', seed: 1 }), rowOf('row-b', { task: 'median', seed: 2 })];
    const runs = Array.from({ length: 300 }, (_item, at) =>
      runOf(`run-${String(at).padStart(3, '0')}`, '2024-05-01T10:00:00Z', {
        config: at === 0 ? { task: 'median', seed: 2 } : { task: 'deco', seed: 1 },
      }),
    );
    const records = buildRecords(inputOf(rows, runs));
    const model = learnModel(records);
    const candidates = searchCandidates(records, { comparisons: model.comparisons, floor: -5, depth: DEPTH });
    expect([...candidates.cutRows]).toEqual([1, 0]);
    expect(candidates.starts[1]).toBe(200);
    const decider = createDecider(
      records,
      { ...model, candidates, posterior: solveCompetition(candidates, model.population, 1) },
      inputOf(rows, runs).options,
    );
    const { kind, reason } = decider.decide(0);
    expect({ kind, reason }).toEqual({
      kind: 'ambiguous',
      reason: 'more runs fit this row alike than could be looked at one by one',
    });
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

  it('takes an infinite metric as none, as of a run that diverged', () => {
    const world = buildWorld({ ...PLAIN_WORLD, rows: 30, linked: 0.3 }, 3);
    const runs = world.input.runs.map((run, at) =>
      at % 4 === 0 ? { ...run, summary: { ...run.summary, loss: Number.POSITIVE_INFINITY } } : run,
    );
    const { candidates } = learnModel(buildRecords({ ...world.input, runs }));
    expect(candidates.rows.length).toBeGreaterThan(15);
    expect(candidates.weights.every((weight) => Number.isFinite(weight))).toBe(true);
  });
});

const HARD: readonly Partial<WorldKnobs>[] = [
  {},
  { missing: 0.4, seeds: false },
  { batch: 8, seeds: false, sweeps: 4 },
  { metrics: false, timeText: 'none' },
  { timeText: 'day', metricNoise: 0.02, metricDigits: 2, durations: 'minutes' },
  { nightSyncs: 0.5, copies: 0.2 },
  { naming: 'typos', runNaming: 'same', settings: false, durations: 'none' },
  { rows: 80, sweeps: 60, metrics: false, timeText: 'none', durations: 'none' },
  { rows: 80, sweeps: 60, metrics: false, timeText: 'day', durations: 'none' },
];
