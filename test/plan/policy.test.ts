import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_IMAGE, IDENTITY_COLUMNS } from '../../src/model/identity.ts';
import { ENTRY_KINDS } from '../../src/model/plan.ts';
import type { PlanEntry } from '../../src/model/plan.ts';
import { buildPolicyDecision } from '../../src/plan/policy.ts';

const ENTRY: PlanEntry = {
  key: 'k',
  keyText: 'k',
  kind: 'match',
  wandbRunId: 'r1',
  probability: 0.995,
  weight: 12,
  margin: 5,
  reason: '',
  before: { ...EMPTY_IMAGE, run_name: 'synthetic', status: 'running' },
  after: { wandb_run_id: 'r1', wandb_url: 'u', run_name: 'n', status: 'not_running', started_at: 's' },
  startSource: 'created',
  candidates: [],
};

test('a match at the threshold that fills, renames and ends is accepted by policy', () => {
  expect(buildPolicyDecision(ENTRY, 0.995)).toEqual({
    keyText: 'k',
    decision: 'accepted',
    wandbRunId: 'r1',
    by: 'policy',
    reviewer: null,
    at: null,
  });
  expect(buildPolicyDecision(ENTRY, 0.9951).decision).toBe('undecided');
});

test.each(['wandb_run_id', 'wandb_url', 'started_at'] as const)('a match that replaces %s waits', (column) => {
  const before = { ...ENTRY.before, [column]: 'somebody put this here' };
  expect(buildPolicyDecision({ ...ENTRY, before }, 0.9)).toMatchObject({ decision: 'undecided', wandbRunId: 'r1' });
});

test('policy accepts nothing but matches, and nothing that replaces a link', () => {
  const cell = fc.constantFrom(null, '', ' ', 'x', 'r1', 5n, 5);
  const image = fc.record(Object.fromEntries(IDENTITY_COLUMNS.map((column) => [column, cell])));
  fc.assert(
    fc.property(fc.constantFrom(...ENTRY_KINDS), fc.double({ min: 0, max: 1 }), image, (kind, probability, cells) => {
      const before = { ...EMPTY_IMAGE, ...cells };
      const { decision } = buildPolicyDecision({ ...ENTRY, kind, probability, before }, 0.99);
      const isEmpty = (value: unknown): boolean => value === null || String(value).trim() === '';
      const keepsLink = isEmpty(before.wandb_run_id) || before.wandb_run_id === 'r1';
      const keepsOthers = isEmpty(before.wandb_url) && isEmpty(before.started_at);
      const isSafe = kind === 'match' && probability >= 0.99 && keepsLink && keepsOthers;
      expect(decision).toBe(isSafe ? 'accepted' : 'undecided');
    }),
  );
});
