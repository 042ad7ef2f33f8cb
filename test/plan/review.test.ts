import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DecidedEntry } from '../../src/model/plan.ts';
import { buildBulkAcceptance } from '../../src/plan/bulk.ts';
import { buildDecisions } from '../../src/plan/review.ts';
import type { ReviewAction, ReviewRequest } from '../../src/plan/review.ts';
import {
  openSamplePlan,
  SAMPLE,
  sampleCandidate,
  sampleOutcome,
  sampleRow,
  sampleRun,
} from '../helpers/plan-samples.ts';

const MATCH = 'deco_hop_bs96_mgda_i-0abc123';
const AMBIGUOUS = 'deco_hop_bs96_mgda_i-0dup001';
const UNMATCHED = 'deco_hop_bs64_sum_i-0lost42';
const OVERWRITE = 'qed_bs32_old_link';
const LINKED = 'qed_bs32_linked';
const REVIEWER = { name: 'ada', at: '2024-06-01T00:00:00.000Z' };

const ask = (keyText: string, action: ReviewAction | ReviewAction['kind'], where = ''): ReviewRequest => ({
  keyText,
  action: typeof action === 'string' ? ({ kind: action } as ReviewAction) : action,
  where,
});
const choose = (wandbRunId: string): ReviewAction => ({ kind: 'choose', wandbRunId });

async function judge(...requests: ReviewRequest[]) {
  const plan = await openSamplePlan();
  const { decisions, unchanged, problems } = buildDecisions(requests, plan, REVIEWER);
  const short = decisions.map(({ keyText, decision, wandbRunId }) => [keyText, decision, wandbRunId]);
  return { short, decisions, unchanged, problems: problems.map(({ kind, text }) => `${kind}: ${text}`) };
}

test('accepting, rejecting, choosing and taking back say who decided and when', async () => {
  const { decisions, short, problems } = await judge(
    ask(OVERWRITE, 'accept'),
    ask(MATCH, 'reject'),
    ask(AMBIGUOUS, choose('tie00002')),
  );
  expect(problems).toEqual([]);
  expect(short).toEqual([
    [OVERWRITE, 'accepted', 'newlink1'],
    [MATCH, 'rejected', '3k9xq1ab'],
    [AMBIGUOUS, 'accepted', 'tie00002'],
  ]);
  expect(decisions[0]).toMatchObject({ by: 'reviewer', reviewer: 'ada', at: REVIEWER.at });
  expect((await judge(ask(MATCH, 'reset'))).short).toEqual([[MATCH, 'undecided', '3k9xq1ab']]);
});

test('a run of the snapshot that is no candidate can be chosen, and then says what it writes', async () => {
  expect((await judge(ask(UNMATCHED, choose('spare001')))).short).toEqual([[UNMATCHED, 'accepted', 'spare001']]);
  const plan = await openSamplePlan();
  const { entry } = plan.readEntryOrNull(UNMATCHED)!;
  expect(plan.readChoiceOrNull(entry, 'spare001')).toEqual({
    wandbRunId: 'spare001',
    displayName: 'lone-oak-3',
    startSource: 'created',
    after: {
      wandb_run_id: 'spare001',
      wandb_url: 'https://wandb.ai/lab/molopt/runs/spare001',
      run_name: 'lone-oak-3',
      status: 'not_running',
      started_at: '2024-05-01T10:00:00Z',
    },
  });
});

test('what is decided like that already is no change, whoever decided it', async () => {
  expect(await judge(ask(MATCH, 'accept'), ask(OVERWRITE, 'reset'))).toMatchObject({
    short: [],
    unchanged: 2,
    problems: [],
  });
});

const matching = (pattern: RegExp): string => expect.stringMatching(pattern);

test.each([
  ['an unknown row', ask('nobody', 'accept'), 'usage: row "nobody" is not in this plan'],
  [
    'a linked row',
    ask(LINKED, 'reject'),
    `usage: row "${LINKED}" is linked to linked01 already; there is nothing to decide`,
  ],
  [
    'an ambiguous row without a choice',
    ask(AMBIGUOUS, 'accept'),
    matching(/^usage: .* choose one, for example tie00001 or tie00002$/),
  ],
  ['a row without any candidate', ask(UNMATCHED, 'accept'), matching(/name one with --choose$/)],
  [
    'a run that was not listed',
    ask(MATCH, choose('zzz')),
    matching(/^usage: run "zzz" chosen for row .* is not among the listed runs/),
  ],
  [
    "a linked row's run",
    ask(MATCH, choose('linked01')),
    `taken: run linked01 for row "${MATCH}" is taken by row "${LINKED}"`,
  ],
  [
    "an accepted row's run",
    ask(AMBIGUOUS, choose('3k9xq1ab')),
    `taken: run 3k9xq1ab for row "${AMBIGUOUS}" is taken by row "${MATCH}"`,
  ],
  ['a line that is refused', ask('nobody', 'accept', 'line 7: '), 'usage: line 7: row "nobody" is not in this plan'],
])('refused: %s', async (_case, request, problem) => {
  expect((await judge(request)).problems).toEqual([problem]);
});

test('all requests are judged together: a run may pass from row to row, but not to two', async () => {
  const passed = await judge(ask(AMBIGUOUS, choose('3k9xq1ab')), ask(MATCH, 'reject'));
  expect(passed.problems).toEqual([]);
  const doubled = await judge(ask(AMBIGUOUS, choose('tie00001')), ask(UNMATCHED, choose('tie00001'), 'line 3: '));
  expect(doubled.problems).toEqual([
    `taken: run tie00001 for row "${AMBIGUOUS}" is taken by row "${UNMATCHED}"`,
    `taken: line 3: run tie00001 for row "${UNMATCHED}" is taken by row "${AMBIGUOUS}"`,
  ]);
  expect((await judge(ask(MATCH, 'reject'), ask(MATCH, 'reject'))).problems).toEqual([
    `usage: row "${MATCH}" is named twice`,
  ]);
});

test('whatever is asked for: where nothing is refused, no run has two rows', async () => {
  const plan = await openSamplePlan();
  const keys = fc.constantFrom(MATCH, AMBIGUOUS, UNMATCHED, OVERWRITE, LINKED, 'nobody');
  const runIds = SAMPLE.runs.map((run) => run.runId);
  const actions = fc.oneof(
    fc.constantFrom<ReviewAction[]>({ kind: 'accept' }, { kind: 'reject' }, { kind: 'reset' }),
    fc.constantFrom(...runIds, 'zzz').map(choose),
  );
  const requests = fc.uniqueArray(fc.record({ keyText: keys, action: actions, where: fc.constant('') }), {
    selector: (request) => request.keyText,
    minLength: 1,
  });
  const before = [...plan.iterateEntries()];
  fc.assert(
    fc.property(requests, (asked) => {
      const { decisions, problems } = buildDecisions(asked, plan, REVIEWER);
      fc.pre(problems.length === 0);
      const changed = new Map(decisions.map((decision) => [decision.keyText, decision]));
      const holders = before.flatMap(({ entry, decision }) => {
        const now = changed.get(entry.keyText) ?? decision;
        return now.decision === 'accepted' ? [now.wandbRunId] : entry.kind === 'linked' ? [entry.wandbRunId] : [];
      });
      expect(new Set(holders).size).toBe(holders.length);
      expect(holders).not.toContain(null);
    }),
    { numRuns: 300 },
  );
});

const bulk = async (entries: Iterable<DecidedEntry>, probability: number) => {
  const plan = await openSamplePlan();
  const outcome = buildBulkAcceptance(entries, probability, {
    plan,
    reviewer: REVIEWER,
    thresholds: { minProbability: 0.99, minMargin: 3 },
  });
  return { accepted: outcome.decisions.map((item) => [item.keyText, item.wandbRunId]), skipped: outcome.skipped };
};

test('accepting all above a probability takes the best candidate of what waits, but overwrites no link', async () => {
  const sample = {
    ...SAMPLE,
    outcomes: SAMPLE.outcomes.map((outcome) =>
      outcome.keyText === AMBIGUOUS
        ? {
            ...outcome,
            margin: 4,
            candidates: [sampleCandidate('tie00001', 0.93, 9), sampleCandidate('tie00002', 0.05, 5)],
          }
        : outcome,
    ),
  };
  const waiting = [...(await openSamplePlan(sample)).iterateEntries({ decisions: ['undecided'] })];
  expect(await bulk(waiting, 0.9)).toEqual({
    accepted: [[AMBIGUOUS, 'tie00001']],
    skipped: [{ keyText: OVERWRITE, why: 'it overwrites a link, a URL or a start time' }],
  });
  expect((await bulk(waiting, 0.94)).accepted).toEqual([]);
});

test('accepting all above a probability leaves runs alone that two rows would get or one row has', async () => {
  const rows = ['a', 'b', 'c', 'd'].map((key) => sampleRow(key));
  const near = (keyText: string, runId: string) =>
    sampleOutcome(keyText, { kind: 'ambiguous', candidates: [sampleCandidate(runId, 0.95, 9)] });
  const outcomes = [near('a', 'tie00001'), near('b', 'tie00001'), near('c', '3k9xq1ab'), near('d', 'spare001')];
  const waiting = [...(await openSamplePlan({ rows, runs: SAMPLE.runs, outcomes })).iterateEntries()];
  const { accepted, skipped } = await bulk(waiting, 0.9);
  expect(accepted).toEqual([['d', 'spare001']]);
  expect(skipped.map(({ keyText }) => keyText)).toEqual(['a', 'b', 'c']);
  expect(skipped[2]?.why).toBe(`run 3k9xq1ab for row "c" is taken by row "${MATCH}"`);
});

test('accepting all above a probability leaves alone what the matching held back though it was probable', async () => {
  const rows = ['close', 'below', 'held'].map((key) => sampleRow(key));
  const near = (keyText: string, probability: number, margin: number | null) =>
    sampleOutcome(keyText, {
      kind: 'ambiguous',
      margin,
      reason: 'only one kind of evidence speaks for the best run',
      candidates: [sampleCandidate(`run-${keyText}`, probability, 9)],
    });
  const runs = rows.map((row) => sampleRun(`run-${row.keyText}`));
  const outcomes = [near('close', 0.95, 2.5), near('below', 0.95, null), near('held', 0.9999, null)];
  const waiting = [...(await openSamplePlan({ rows, runs, outcomes })).iterateEntries()];
  expect(await bulk(waiting, 0.9)).toEqual({
    accepted: [['below', 'run-below']],
    skipped: [
      { keyText: 'close', why: 'another pair is only 2.5 bits behind' },
      { keyText: 'held', why: 'only one kind of evidence speaks for the best run' },
    ],
  });
});
