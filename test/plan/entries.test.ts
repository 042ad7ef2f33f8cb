import { expect, test } from 'vitest';
import type { KnownLink } from '../../src/model/linkage.ts';
import { buildEntries, buildKnownLinks } from '../../src/plan/entries.ts';
import { buildImageRules } from '../../src/plan/images.ts';
import {
  runUrl,
  SAMPLE,
  sampleCandidate,
  sampleOutcome,
  sampleRow,
  sampleRun,
  SCHEMA,
} from '../helpers/plan-samples.ts';
import type { Sample } from '../helpers/plan-samples.ts';

function entriesOf({ rows, runs, outcomes }: Sample, rejected: readonly KnownLink[] = []) {
  const clock = { periods: [], words: '' };
  const linked = buildKnownLinks(rows, new Set(runs.map((run) => run.runId)));
  const result = { outcomes, clock, health: [] };
  return buildEntries({ rows, runs, linked, rejected, result, rules: buildImageRules(SCHEMA, clock), runUrl });
}

test('every row becomes one entry, sorted by key, each candidate with what choosing it writes', () => {
  const entries = entriesOf(SAMPLE);
  expect(entries.map((entry) => entry.keyText)).toEqual(SAMPLE.rows.map((row) => row.keyText).sort());
  const ambiguous = entries.find((entry) => entry.kind === 'ambiguous');
  expect(ambiguous?.after).toEqual(ambiguous?.before);
  expect(ambiguous?.candidates.map((candidate) => candidate.after.run_name)).toEqual(['swift-fog-1', 'swift-fog-2']);
});

test('integer keys come in the order of numbers, before texts', () => {
  const keys = [10n, 9n, 'a', 1.5, '1'];
  const rows = keys.map((key) => ({ ...sampleRow(`${typeof key} ${key}`), key }));
  const outcomes = rows.map((row) => sampleOutcome(row.keyText, {}));
  expect(entriesOf({ rows, runs: [], outcomes }).map((entry) => entry.key)).toEqual([1.5, 9n, 10n, '1', 'a']);
});

test('a linked row stays as it is, and a row with a link to nowhere is matched and says so', () => {
  const entries = entriesOf(SAMPLE);
  const linked = entries.find((entry) => entry.kind === 'linked');
  expect(linked).toMatchObject({ wandbRunId: 'linked01', after: linked?.before, candidates: [], startSource: null });
  expect(entries.find((entry) => entry.keyText === 'qed_bs32_old_link')?.reason).toBe(
    'the metrics agree to 4 digits; the link that it has is not among the listed runs',
  );
});

test('links are read whatever their type and the spaces around them', () => {
  const rows = [sampleRow('a', { wandb_run_id: ' x1 ' }), sampleRow('b', { wandb_run_id: 12n }), sampleRow('c')];
  expect(buildKnownLinks(rows, new Set(['x1', '12']))).toEqual([
    { keyText: 'a', wandbRunId: 'x1' },
    { keyText: 'b', wandbRunId: '12' },
  ]);
});

test('two rows that are linked to one run name each other', () => {
  const rows = ['a', 'b', 'c'].map((key) => sampleRow(key, { wandb_run_id: 'linked01' }));
  expect(entriesOf({ rows, runs: SAMPLE.runs, outcomes: [] }).map((entry) => entry.reason)).toEqual([
    'linked to linked01 already, as are b, c',
    'linked to linked01 already, as are a, c',
    'linked to linked01 already, as are a, b',
  ]);
});

test('rows that share a key, rows without an outcome and candidates that were not listed are no plan', () => {
  const runs = [sampleRun('r')];
  const row = sampleRow('a');
  const outcome = sampleOutcome('a', {});
  expect(() => entriesOf({ rows: [row, row], runs, outcomes: [outcome] })).toThrow(
    'two rows of the registry have the key "a"',
  );
  expect(() => entriesOf({ rows: [row], runs, outcomes: [] })).toThrow('the matching left out row "a"');
  const unlisted = { ...outcome, candidates: [sampleCandidate('zz', 0.9, 5)] };
  expect(() => entriesOf({ rows: [row], runs, outcomes: [unlisted] })).toThrow('candidate zz is not in the snapshot');
  const unfounded = { ...outcome, kind: 'match', wandbRunId: 'r' } as const;
  expect(() => entriesOf({ rows: [row], runs, outcomes: [unfounded] })).toThrow('run r is proposed but no candidate');
});

test('a row whose match was taken back says so', () => {
  const [row] = SAMPLE.outcomes;
  const keyText = row?.keyText ?? '';
  const entries = entriesOf(SAMPLE, [{ keyText, wandbRunId: 'bad0run1' }]);
  const reasons = entries.filter(({ reason }) =>
    reason.endsWith('; bad0run1 was taken back and is not proposed again'),
  );
  expect(reasons.map((entry) => entry.keyText)).toEqual([keyText]);
});
