import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { renderPlanJson } from '../../src/plan/json.ts';
import type { PlanView } from '../../src/plan/view.ts';
import { openSamplePlan, SAMPLE, sampleRow, sampleRun } from '../helpers/plan-samples.ts';
import type { Sample } from '../helpers/plan-samples.ts';

const schema = JSON.parse(readFileSync(new URL('../../fixtures/plan.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

async function readJson(sample: Sample = SAMPLE, { filtered } = { filtered: false }) {
  const plan = await openSamplePlan(sample);
  const view: PlanView = {
    path: plan.path,
    sealed: plan.sealed,
    counts: plan.readCounts(),
    decisions: plan.readDecisionCounts(),
    entries: plan.iterateEntries(),
    filtered,
  };
  return JSON.parse([...renderPlanJson(view)].join(''));
}

test('the JSON of a plan is as the published schema says', async () => {
  const json = await readJson();
  validate(json);
  expect(validate.errors).toBeNull();
  expect(json.counts).toEqual({ runs: 6, rows: 5, match: 2, ambiguous: 1, unmatched: 1, linked: 1 });
  expect(json.entries[1]).toMatchObject({
    runId: 'deco_hop_bs96_mgda_i-0abc123',
    kind: 'match',
    decision: 'accepted',
    decidedBy: 'policy',
    wandbRunId: '3k9xq1ab',
    probability: 0.9987,
    weight: 14.25,
    margin: 11.5,
    before: { wandb_run_id: null, run_name: 'deco_hop_bs96_mgda_i-0abc123', status: 'running' },
    after: { wandb_run_id: '3k9xq1ab', run_name: 'fresh-sun-12', status: 'not_running' },
  });
  expect(json.entries[1].candidates[0].evidence[0]).toEqual({
    comparison: 'prior',
    level: 'prior',
    weight: -9.25,
    words: '1 of 600 pairs is a match',
  });
  expect(json.entries[3]).toMatchObject({ kind: 'linked', wandbRunId: 'linked01', probability: null, candidates: [] });
});

test('thresholds are said of the whole plan only, an evaluation only where there was one', async () => {
  const whole = await readJson();
  expect(whole.evaluation).toBeNull();
  expect(whole.thresholds).toContainEqual({ probability: 0.99, rows: 1, expectedWrong: expect.closeTo(0.0013) });
  const part = await readJson(SAMPLE, { filtered: true });
  validate(part);
  expect(validate.errors).toBeNull();
  expect(part).not.toHaveProperty('thresholds');
});

test('the schema refuses what a plan never says', async () => {
  const json = await readJson();
  for (const broken of [
    { ...json, version: 2 },
    { ...json, digest: 'short' },
    { ...json, counts: { ...json.counts, rows: -1 } },
    { ...json, thresholds: [{ probability: 0.5 }] },
    { ...json, evaluation: { linked: 3 } },
    { ...json, entries: [{ ...json.entries[0], kind: 'maybe' }] },
    { ...json, entries: [{ ...json.entries[0], before: {} }] },
  ]) {
    expect(validate(broken)).toBe(false);
  }
});

test('a plan without entries, and cells that JSON cannot hold, are still JSON', async () => {
  const cells = {
    started_at: 2n ** 60n,
    status: Number.POSITIVE_INFINITY,
    run_name: Buffer.from([1, 255]),
    wandb_url: 7n,
  };
  const sample = {
    rows: [sampleRow('a', cells)],
    runs: [sampleRun('r', { displayName: '</script>\u2028"' })],
    outcomes: [{ ...SAMPLE.outcomes[2]!, keyText: 'a' }],
  };
  const json = await readJson(sample);
  validate(json);
  expect(validate.errors).toBeNull();
  expect(json.entries[0].before).toEqual({
    wandb_run_id: null,
    wandb_url: 7,
    run_name: "x'01ff'",
    status: 'Infinity',
    started_at: '1152921504606846976',
  });
  const empty = await readJson({ rows: [], runs: SAMPLE.runs, outcomes: [] });
  validate(empty);
  expect(validate.errors).toBeNull();
  expect(empty.entries).toEqual([]);
});
