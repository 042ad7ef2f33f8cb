import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { guardCell, unguardCell } from '../../src/plan/csv-cells.ts';
import { renderCsv } from '../../src/plan/csv.ts';
import { buildCsvRequests, parseDecisionsCsv } from '../../src/plan/csv-import.ts';
import { buildDecisions } from '../../src/plan/review.ts';
import type { PlanFile } from '../../src/planfile/plan-file.ts';
import { openSamplePlan, SAMPLE, sampleRow, sampleRun } from '../helpers/plan-samples.ts';

const MATCH = 'deco_hop_bs96_mgda_i-0abc123';
const AMBIGUOUS = 'deco_hop_bs96_mgda_i-0dup001';
const OVERWRITE = 'qed_bs32_old_link';
const LINKED = 'qed_bs32_linked';

const exportCsv = (plan: PlanFile): string => [...renderCsv(plan.iterateEntries(), plan.sealed.digest)].join('');

function judge(plan: PlanFile, csv: string) {
  const lines = buildCsvRequests(parseDecisionsCsv(csv), plan, plan.sealed.digest);
  const { decisions, problems } = buildDecisions(lines.requests, plan, { name: 'ada', at: '' });
  return {
    unchanged: lines.unchanged,
    decisions: decisions.map(({ keyText, decision, wandbRunId }) => [keyText, decision, wandbRunId]),
    problems: [...lines.problems, ...problems].map(({ kind, text }) => `${kind}: ${text}`),
  };
}

/** Edits the cells of one row as a spreadsheet would. */
function edit(csv: string, keyText: string, cells: object): string {
  const records: Record<string, string>[] = parse(csv, { bom: true, columns: true });
  const columns = Object.keys(records[0]!);
  return stringify(
    records.map((record) => (record['run_id'] === keyText ? { ...record, ...cells } : record)),
    { header: true, columns, record_delimiter: '\r\n', bom: true },
  );
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ',', 'a', '\u202E', '\u0000'), {
      maxLength: 6,
    })
    .map((chars) => chars.join('')),
  fc.constantFrom('=HYPERLINK("http://evil","x")', '@SUM(A1)', '-1+1', "'=1", "''+", '\u001B[2J', '1e5', ' x '),
);

test('no cell begins like a formula, and taking the guard away gives exactly the text', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(guardCell(text)).not.toMatch(/^[=+\-@\t\r\n]/);
      expect(unguardCell(guardCell(text))).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test('whatever rows and runs are called, an exported plan imports as no change at all', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(
        hostile.map((text) => text.toWellFormed()),
        { minLength: 2, maxLength: 2 },
      ),
      fc.array(hostile, { minLength: 4, maxLength: 4 }),
      async ([first, second], [name, url, display, reason]) => {
        const identity = { run_name: name!, wandb_url: url! };
        const plan = await openSamplePlan({
          rows: [sampleRow(first!, identity), sampleRow(second!, identity)],
          runs: SAMPLE.runs.map((run) => sampleRun(run.runId, { displayName: display! })),
          outcomes: [
            { ...SAMPLE.outcomes[0]!, keyText: first!, reason: reason! },
            { ...SAMPLE.outcomes[1]!, keyText: second!, reason: reason! },
          ],
        });
        expect(judge(plan, exportCsv(plan))).toEqual({ unchanged: 2, decisions: [], problems: [] });
      },
    ),
    { numRuns: 60 },
  );
});

test('edited decisions come back as decisions, also from a spreadsheet that writes BOM, CRLF and rounder numbers', async () => {
  const plan = await openSamplePlan();
  const rejected = edit(exportCsv(plan), MATCH, { decision: 'rejected' });
  const chosen = edit(rejected, AMBIGUOUS, { decision: 'accepted', wandb_run_id: 'tie00002', probability: '0.50' });
  const accepted = edit(chosen, OVERWRITE, { decision: 'accepted' });
  expect(judge(plan, accepted)).toEqual({
    unchanged: 2,
    decisions: [
      [MATCH, 'rejected', '3k9xq1ab'],
      [AMBIGUOUS, 'accepted', 'tie00002'],
      [OVERWRITE, 'accepted', 'newlink1'],
    ],
    problems: [],
  });
  expect(judge(plan, edit(exportCsv(plan), MATCH, { decision: 'undecided' })).decisions).toEqual([
    [MATCH, 'undecided', '3k9xq1ab'],
  ]);
});

test('lines and columns that are not needed may be left out', async () => {
  const plan = await openSamplePlan();
  const csv = `decision,wandb_run_id,digest,run_id\nrejected,,${plan.sealed.digest},${MATCH}\n`;
  expect(judge(plan, csv)).toEqual({ unchanged: 0, decisions: [[MATCH, 'rejected', '3k9xq1ab']], problems: [] });
});

const matching = (pattern: RegExp): string => expect.stringMatching(pattern);

test.each([
  {
    what: 'an unknown row',
    row: MATCH,
    cells: { run_id: 'nobody' },
    problem: 'usage: line 3: row "nobody" is not in this plan',
  },
  {
    what: 'another plan',
    row: MATCH,
    cells: { digest: 'f'.repeat(64) },
    problem: matching(/^other-plan: line 3: expected a decision about plan "[0-9a-f]{12}", found "ffffffffffff"$/),
  },
  {
    what: 'an edited value',
    row: MATCH,
    cells: { after_run_name: 'mine' },
    problem: `usage: line 3: row "${MATCH}" has an edited value: after_run_name expected "fresh-sun-12", found "mine"`,
  },
  {
    what: 'an edited number',
    row: MATCH,
    cells: { probability: '1' },
    problem: matching(/probability expected "0.9987", found "1"$/),
  },
  {
    what: 'an edited reason',
    row: AMBIGUOUS,
    cells: { decision: 'rejected', reason: '' },
    problem: matching(/reason expected "tie00001 and tie00002 fit equally well", found ""$/),
  },
  {
    what: 'a word that is no decision',
    row: MATCH,
    cells: { decision: 'yes' },
    problem: 'usage: line 3: decision "yes": expected accepted, rejected, undecided',
  },
  {
    what: 'an acceptance of nothing',
    row: AMBIGUOUS,
    cells: { decision: 'accepted' },
    problem: `usage: line 4: row "${AMBIGUOUS}" is accepted without a wandb_run_id`,
  },
  {
    what: 'another run without a decision',
    row: OVERWRITE,
    cells: { wandb_run_id: 'spare001' },
    problem: `usage: line 6: row "${OVERWRITE}" names run "spare001" but is undecided`,
  },
  {
    what: 'a rejection of another run',
    row: OVERWRITE,
    cells: { decision: 'rejected', wandb_run_id: 'spare001' },
    problem: `usage: line 6: row "${OVERWRITE}" names run "spare001" but is rejected`,
  },
  {
    what: 'a linked row',
    row: LINKED,
    cells: { decision: 'rejected' },
    problem: matching(/^usage: line 5: row .* is linked to linked01 already/),
  },
  {
    what: 'a taken run',
    row: AMBIGUOUS,
    cells: { decision: 'accepted', wandb_run_id: 'linked01' },
    problem: matching(/^taken: line 4: run linked01 for row .* is taken by row "qed_bs32_linked"$/),
  },
  {
    what: 'a run that was not listed',
    row: AMBIGUOUS,
    cells: { decision: 'accepted', wandb_run_id: 'zzz' },
    problem: matching(/^usage: line 4: run "zzz" chosen for row/),
  },
])('a line is refused and named: $what', async ({ row, cells, problem }) => {
  const plan = await openSamplePlan();
  expect(judge(plan, edit(exportCsv(plan), row, cells)).problems).toEqual([problem]);
});

test('an export made before a decision still imports after it', async () => {
  const plan = await openSamplePlan();
  const decided = plan.readEntryOrNull(AMBIGUOUS)!;
  const choice = plan.readChoiceOrNull(decided.entry, 'tie00002');
  const later = {
    ...decided,
    choice,
    decision: { ...decided.decision, decision: 'accepted', wandbRunId: 'tie00002' } as const,
  };
  const reader = {
    readEntryOrNull: () => later,
    readHolders: plan.readHolders,
    readChoiceOrNull: plan.readChoiceOrNull,
  };
  const lines = parseDecisionsCsv([...renderCsv([decided], plan.sealed.digest)].join(''));
  expect(buildCsvRequests(lines, reader, plan.sealed.digest)).toMatchObject({
    problems: [],
    requests: [{ keyText: AMBIGUOUS, action: { kind: 'reset' } }],
  });
});

test.each([
  ['', 'the decisions lack the column digest, run_id, decision, wandb_run_id; found none'],
  ['run_id,decision\na,accepted\n', 'the decisions lack the column digest, wandb_run_id; found run_id, decision'],
  ['digest,run_id,decision,wandb_run_id\na,b\n', 'the decisions are no CSV: Invalid Record Length'],
  ['digest,run_id,decision,wandb_run_id\n"a,b,c,d\n', 'the decisions are no CSV: Quote Not Closed'],
])('a file that is no export is refused: %j', (csv, message) => {
  expect(() => parseDecisionsCsv(csv)).toThrow(message);
});
