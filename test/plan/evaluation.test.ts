import { expect, test } from 'vitest';
import { buildEvaluation, countVerdicts, sayEvaluation } from '../../src/plan/evaluation.ts';
import { sampleCandidate, sampleOutcome, sampleRun } from '../helpers/plan-samples.ts';

const HIDDEN = ['a', 'b', 'c', 'd'].map((name) => ({ keyText: `row-${name}`, wandbRunId: `run-${name}` }));
const OUTCOMES = [
  sampleOutcome('row-d', { reason: 'no run comes near' }),
  sampleOutcome('row-c', {
    kind: 'ambiguous',
    candidates: [sampleCandidate('run-x', 0.6, 3), sampleCandidate('run-c', 0.3, 2)],
    reason: '2 runs fit alike',
  }),
  sampleOutcome('row-b', {
    kind: 'match',
    wandbRunId: 'run-x',
    candidates: [sampleCandidate('run-x', 0.995, 9), sampleCandidate('run-b', 0.004, 1)],
    reason: 'carried by time',
  }),
  sampleOutcome('row-a', { kind: 'match', wandbRunId: 'run-a', candidates: [sampleCandidate('run-a', 0.999, 20)] }),
  sampleOutcome('row-open', { kind: 'match', wandbRunId: 'run-y', candidates: [sampleCandidate('run-y', 0.999, 20)] }),
];
const RUNS = ['a', 'b', 'c', 'd', 'x'].map((name) => sampleRun(`run-${name}`));

test('right, wrong and left open are told apart, with intervals, and other rows do not count', () => {
  const evaluation = buildEvaluation(7, { hidden: HIDDEN, outcomes: OUTCOMES }, RUNS);
  expect(evaluation.counts).toEqual({ linked: 7, hidden: 4, right: 1, wrong: 1, abstained: 2 });
  expect(evaluation.precision).toMatchObject({ hits: 1, trials: 2, share: 0.5 });
  expect(evaluation.recall).toMatchObject({ hits: 1, trials: 4, share: 0.25 });
  expect(evaluation.claimedWrong).toBeCloseTo(0.006, 10);
  expect(evaluation.calibration.bins.map(({ from, came }) => [from, came.hits, came.trials])).toEqual([
    [0.5, 0, 1],
    [0.99, 0, 1],
    [0.999, 1, 1],
  ]);
});

test('mistakes and open rows are named, with both runs and the reason', () => {
  const { wrong, abstained } = buildEvaluation(4, { hidden: HIDDEN, outcomes: OUTCOMES }, RUNS);
  expect(wrong).toEqual([
    {
      keyText: 'row-b',
      verdict: 'wrong',
      kind: 'match',
      trueRun: { wandbRunId: 'run-b', displayName: 'name-of-run-b' },
      chosenRun: { wandbRunId: 'run-x', displayName: 'name-of-run-x' },
      probability: 0.995,
      trueProbability: 0.004,
      reason: 'carried by time',
    },
  ]);
  expect(
    abstained.map(({ keyText, kind, trueProbability, reason }) => [keyText, kind, trueProbability, reason]),
  ).toEqual([
    ['row-c', 'ambiguous', 0.3, '2 runs fit alike'],
    ['row-d', 'unmatched', null, 'no run comes near'],
  ]);
});

test('the order of outcomes changes nothing, and a row that the matching lost is a bug', () => {
  const evaluation = buildEvaluation(4, { hidden: HIDDEN, outcomes: OUTCOMES }, RUNS);
  const turned = { hidden: HIDDEN.toReversed(), outcomes: OUTCOMES.toReversed() };
  expect(buildEvaluation(4, turned, RUNS.toReversed())).toEqual(evaluation);
  expect(() => countVerdicts(4, { hidden: HIDDEN, outcomes: OUTCOMES.slice(1) })).toThrow(/left out row "row-d"/);
});

test('nothing hidden is no share, rather than a perfect one', () => {
  const evaluation = buildEvaluation(0, { hidden: [], outcomes: OUTCOMES }, RUNS);
  expect(evaluation).toMatchObject({ precision: null, recall: null, calibration: { bins: [], error: null } });
});

test('the result fits one line, whether all or some rows were hidden', () => {
  const counts = { linked: 412, hidden: 412, right: 405, wrong: 0, abstained: 7 };
  expect(sayEvaluation(counts)).toBe('on your 412 linked rows: 405 found again, 0 wrong, 7 left open');
  expect(sayEvaluation({ linked: 4120, hidden: 500, right: 498, wrong: 1, abstained: 1 })).toBe(
    'on 500 of your 4,120 linked rows: 498 found again, 1 wrong, 1 left open',
  );
});
