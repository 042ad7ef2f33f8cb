import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlanEntry } from '../../src/model/plan.ts';
import { buildBulkAcceptance } from '../../src/plan/bulk.ts';
import { buildPolicyDecision } from '../../src/plan/policy.ts';
import { createThresholdCounter, THRESHOLDS } from '../../src/plan/thresholds.ts';
import { buildEntries } from '../../src/plan/entries.ts';
import { buildImageRules } from '../../src/plan/images.ts';
import { runUrl, sampleCandidate, sampleOutcome, sampleRow, sampleRun, SCHEMA } from '../helpers/plan-samples.ts';

const PLAN = { minProbability: 0.99, minMargin: 3 };
const CLOCK = { periods: [], words: '' };

interface Line {
  readonly kind: 'match' | 'ambiguous' | 'unmatched';
  readonly run: string;
  readonly probability: number;
  readonly margin: number | null;
  readonly oldLink?: boolean;
}

function buildPlan(lines: readonly Line[]): readonly PlanEntry[] {
  const rows = lines.map(({ oldLink }, no) =>
    sampleRow(`row-${String(no).padStart(3, '0')}`, oldLink === true ? { wandb_run_id: 'gone' } : {}),
  );
  const outcomes = lines.map(({ kind, run, probability, margin }, no) =>
    sampleOutcome(rows[no]!.keyText, {
      kind,
      margin,
      wandbRunId: kind === 'match' ? run : null,
      candidates: [sampleCandidate(run, probability, 9)],
    }),
  );
  const result = { outcomes, clock: CLOCK, health: [] };
  const runs = [...new Set(lines.map(({ run }) => run))].map((run) => sampleRun(run));
  const rules = buildImageRules(SCHEMA, CLOCK);
  return buildEntries({ rows, runs, linked: [], rejected: [], result, rules, runUrl });
}

function countThresholds(entries: readonly PlanEntry[]) {
  const counter = createThresholdCounter(PLAN);
  for (const entry of entries) counter.add(entry);
  return counter.lines();
}

test('each threshold counts the rows that it would accept, and how many of them are wrong', () => {
  const lines = countThresholds(
    buildPlan([
      { kind: 'match', run: 'a', probability: 0.9995, margin: null },
      { kind: 'match', run: 'b', probability: 0.99, margin: 5 },
      { kind: 'ambiguous', run: 'c', probability: 0.9, margin: 4 },
      { kind: 'ambiguous', run: 'd', probability: 0.55, margin: 3 },
    ]),
  );
  expect(lines.map(({ probability, rows }) => [probability, rows])).toEqual([
    [0.5, 4],
    [0.8, 3],
    [0.9, 3],
    [0.95, 2],
    [0.99, 2],
    [0.999, 1],
  ]);
  expect(lines.map(({ expectedWrong }) => expectedWrong)).toEqual(
    [0.5605, 0.1105, 0.1105, 0.0105, 0.0105, 0.0005].map((wrong) => expect.closeTo(wrong, 10)),
  );
});

test('what lacks something else than probability, or overwrites a link, is accepted by no threshold', () => {
  expect(
    countThresholds(
      buildPlan([
        { kind: 'ambiguous', run: 'a', probability: 0.7, margin: 2.9 },
        { kind: 'ambiguous', run: 'b', probability: 0.9999, margin: 30 },
        { kind: 'match', run: 'c', probability: 0.9999, margin: 30, oldLink: true },
        { kind: 'unmatched', run: 'd', probability: 0.6, margin: null },
      ]),
    ),
  ).toEqual([]);
});

test('a plan’s own threshold is among them', () => {
  const counter = createThresholdCounter({ minProbability: 0.97, minMargin: 3 });
  for (const entry of buildPlan([{ kind: 'match', run: 'a', probability: 0.98, margin: 9 }])) counter.add(entry);
  expect(counter.lines().map(({ probability, rows }) => [probability, rows])).toContainEqual([0.97, 1]);
});

const line: fc.Arbitrary<Line> = fc
  .record({
    run: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
    probability: fc.double({ min: 0.51, max: 1, noNaN: true }),
    margin: fc.option(fc.double({ min: 0, max: 20, noNaN: true })),
    isHeld: fc.boolean(),
    oldLink: fc.boolean(),
  })
  .map(({ isHeld, ...rest }) => {
    const isMatch = !isHeld && rest.probability >= PLAN.minProbability && (rest.margin ?? 99) >= PLAN.minMargin;
    return { ...rest, kind: isMatch ? 'match' : 'ambiguous' } as const;
  });

test('it is what `decide --all-above` accepts, and at the plan’s threshold what the policy accepted', () => {
  const distinct = fc.uniqueArray(line, { selector: ({ run }) => run });
  fc.assert(
    fc.property(distinct, (lines) => {
      const entries = buildPlan(lines);
      const counted = countThresholds(entries);
      const waiting = entries.map((entry) => ({
        entry,
        decision: { ...buildPolicyDecision(entry, PLAN.minProbability), decision: 'undecided' as const },
        choice: null,
      }));
      const context = { plan: { readHolders: () => [] }, reviewer: { name: 'ada', at: '2024' }, thresholds: PLAN };
      for (const least of THRESHOLDS) {
        const { decisions } = buildBulkAcceptance(waiting, least, context);
        expect(counted.find(({ probability }) => probability === least)?.rows ?? 0).toBe(decisions.length);
      }
      const byPolicy = entries.filter((entry) => buildPolicyDecision(entry, 0.99).decision === 'accepted');
      expect(counted.find(({ probability }) => probability === 0.99)?.rows ?? 0).toBe(byPolicy.length);
    }),
  );
});

test('a run is counted once, and a higher threshold accepts no more', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const counted = countThresholds(buildPlan(lines));
      expect(counted.every(({ rows }) => rows <= new Set(lines.map(({ run }) => run)).size)).toBe(true);
      const rows = counted.map((item) => item.rows);
      expect(rows).toEqual([...rows].sort((a, b) => b - a));
      expect(counted.every((item) => item.expectedWrong <= item.rows * (1 - item.probability) + 1e-9)).toBe(true);
    }),
  );
});
