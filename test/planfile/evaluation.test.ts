import { expect, test } from 'vitest';
import { PLAN_FORMAT_VERSION } from '../../src/model/plan.ts';
import { openSamplePlan, SAMPLE } from '../helpers/plan-samples.ts';

const EVALUATION = { linked: 412, hidden: 412, right: 405, wrong: 0, abstained: 7 };

test('what was found out on linked rows is sealed with the proposal', async () => {
  const [plan, same, other] = await Promise.all(
    [EVALUATION, EVALUATION, { ...EVALUATION, wrong: 1 }].map((evaluation) => openSamplePlan(SAMPLE, { evaluation })),
  );
  expect(plan?.sealed.summary.evaluation).toEqual(EVALUATION);
  expect(same?.sealed.digest).toBe(plan?.sealed.digest);
  expect(other?.sealed.digest).not.toBe(plan?.sealed.digest);
});

test('a plan without it, as one of an earlier version, is of the same format and reads as before', async () => {
  const { sealed } = await openSamplePlan();
  expect(sealed.header.formatVersion).toBe(PLAN_FORMAT_VERSION);
  expect(sealed.summary).not.toHaveProperty('evaluation');
});

test('the runs of the snapshot come sorted by run id', async () => {
  const plan = await openSamplePlan();
  expect(plan.readRuns().map(({ runId }) => runId)).toEqual(SAMPLE.runs.map(({ runId }) => runId).sort());
});
