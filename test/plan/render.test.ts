import { expect, test } from 'vitest';
import type { DecidedEntry } from '../../src/model/plan.ts';
import { renderEntryDetail } from '../../src/plan/render-detail.ts';
import { renderPlanDiff } from '../../src/plan/render-diff.ts';
import { renderPlanMarkdown } from '../../src/plan/render-markdown.ts';
import { renderPlanReport } from '../../src/plan/render-report.ts';
import { renderPlanTable } from '../../src/plan/render-table.ts';
import { buildPlanReport } from '../../src/plan/report.ts';
import type { PlanView } from '../../src/plan/view.ts';
import type { EntrySelection } from '../../src/planfile/entries.ts';
import { widthOf } from '../../src/text/fit.ts';
import { COLOURED, PLAIN } from '../../src/text/style.ts';
import { openSamplePlan, SAMPLE, sampleOutcome, sampleRow, sampleRun } from '../helpers/plan-samples.ts';
import type { Sample, SampleOptions } from '../helpers/plan-samples.ts';

const PAGE = { style: PLAIN, width: 100 };
const HOSTILE = '\u001B[2J\u202Eevil|<b>`x`\n\r\u0007';

async function viewOf(
  sample: Sample = SAMPLE,
  selection: EntrySelection = {},
  options: SampleOptions = {},
): Promise<PlanView> {
  const plan = await openSamplePlan(sample, options);
  return {
    path: 'backfill.plan',
    sealed: plan.sealed,
    counts: plan.readCounts(),
    decisions: plan.readDecisionCounts(),
    entries: { [Symbol.iterator]: () => plan.iterateEntries(selection) },
    filtered: Object.keys(selection).length > 0,
  };
}

/** With the plan's id, which depends on nothing but the sample, left out. */
const read = (view: PlanView, pieces: Iterable<string> | string): string =>
  [...(typeof pieces === 'string' ? [pieces] : pieces)].join('').replaceAll(view.sealed.digest.slice(0, 12), 'PLANID');

const hostileSample: Sample = {
  rows: [sampleRow(HOSTILE, { wandb_run_id: HOSTILE, status: HOSTILE }), sampleRow(`2${HOSTILE}`)],
  runs: [sampleRun('3k9xq1ab', { displayName: HOSTILE }), sampleRun('tie00002', { displayName: HOSTILE })],
  outcomes: [
    { ...SAMPLE.outcomes[0]!, keyText: HOSTILE, reason: HOSTILE },
    sampleOutcome(`2${HOSTILE}`, { reason: HOSTILE }),
  ],
};

test('the dry-run report shows what is dangerous first, and the next commands', async () => {
  const view = await viewOf();
  expect(read(view, renderPlanReport(buildPlanReport(view), PAGE))).toMatchInlineSnapshot(`
    "Plan PLANID  backfill.plan
      registry  /data/training_runs.db, table training_runs, 5 rows
      project   lab/molopt at https://api.wandb.ai, 6 runs, listing complete
      clock     the registry clock is 2 h ahead of UTC

      +  2  match      1 accepted, 1 to decide
      ?  1  ambiguous  left alone until a person chooses
      -  1  unmatched  no run found; left alone
      =  1  linked     linked already; their runs are out of reach

    Would overwrite a link, a URL or a start time (1)

    ~ qed_bs32_old_link  ->  newlink1 "calm-sea-9"
        p 0.9951, margin 9.5, waits for a decision; the metrics agree to 4 digits; the link that it has
        is not among the listed runs
      ~ wandb_run_id  "gone1234" -> "newlink1"
      ~ wandb_url     "https://wandb.…/runs/gone1234" -> "https://wandb.ai/lab/molopt/runs/newlink1"
      ~ run_name      "qed_bs32_old_link" -> "calm-sea-9"
      ~ status        "running" -> "not_running"
      + started_at    NULL -> "2024-05-01T10:00:00Z"  (W&B's createdAt)

    Weakest of the accepted matches

    + deco_hop_bs96_mgda_i-0abc123  ->  3k9xq1ab "fresh-sun-12"
        p 0.9987, margin 11.5, accepted; created 41 s before the run, and lr and batch size agree

    Ambiguous: a person has to choose (1)

    ? deco_hop_bs96_mgda_i-0dup001
        margin 0.0; tie00001 and tie00002 fit equally well
          tie00001  "swift-fog-1"                                       p 0.5000    +8.0
          tie00002  "swift-fog-2"                                       p 0.5000    +8.0

    Unmatched (1)

      -     1  no run was created within a day of the row
               deco_hop_bs64_sum_i-0lost42

    What each threshold would accept, and how many of it wrong

      0.5    1  less than 0.1 wrong
      0.8    1  less than 0.1 wrong
      0.9    1  less than 0.1 wrong
      0.95   1  less than 0.1 wrong
      0.99   1  less than 0.1 wrong  <- this plan
      0.999  0

    What the accepted matches write

      wandb_run_id  + 1 filled
      wandb_url     + 1 filled
      run_name                  ~ 1 replaced
      status                    ~ 1 replaced
      started_at    + 1 filled

      where started_at comes from
            1  when W&B made the run (createdAt)

    How the matching fared

      - expects 3.1 links

    Nothing was written to the registry. Next:

      runlink show backfill.plan --format diff                       # every change, field by field
      runlink show backfill.plan --run RUN_ID                        # a row with all its evidence
      runlink decide backfill.plan RUN_ID --choose WANDB_RUN_ID      # or --accept, --reject
      runlink apply backfill.plan --registry /data/training_runs.db  # writes 1 row
    "
  `);
});

test('the diff shows changed fields in order of danger', async () => {
  const view = await viewOf();
  expect(read(view, renderPlanDiff(view, PAGE))).toMatchInlineSnapshot(`
    "plan PLANID  lab/molopt -> /data/training_runs.db, table training_runs
    + fill   ~ overwrite   ? needs review   = linked

    Overwrites a link, a URL or a start time (1)

    ~ qed_bs32_old_link  ->  newlink1 "calm-sea-9"
        p 0.9951, margin 9.5, waits for a decision; the metrics agree to 4 digits; the link that it has
        is not among the listed runs
      ~ wandb_run_id  "gone1234" -> "newlink1"
      ~ wandb_url     "https://wandb.…/runs/gone1234" -> "https://wandb.ai/lab/molopt/runs/newlink1"
      ~ run_name      "qed_bs32_old_link" -> "calm-sea-9"
      ~ status        "running" -> "not_running"
      + started_at    NULL -> "2024-05-01T10:00:00Z"  (W&B's createdAt)

    Needs review (1)

    ? deco_hop_bs96_mgda_i-0dup001
        margin 0.0; tie00001 and tie00002 fit equally well
          tie00001  "swift-fog-1"                                       p 0.5000    +8.0
          tie00002  "swift-fog-2"                                       p 0.5000    +8.0

    Fills (1)

    + deco_hop_bs96_mgda_i-0abc123  ->  3k9xq1ab "fresh-sun-12"
        p 0.9987, margin 11.5, accepted; created 41 s before the run, and lr and batch size agree
      + wandb_run_id  NULL -> "3k9xq1ab"
      + wandb_url     NULL -> "https://wandb.ai/lab/molopt/runs/3k9xq1ab"
      ~ run_name      "deco_hop_bs96_mgda_i-0abc123" -> "fresh-sun-12"
      ~ status        "running" -> "not_running"
      + started_at    NULL -> "2024-05-01T10:00:00Z"  (W&B's createdAt)

    5 rows: 1 accepted, 2 to decide, 0 rejected, 1 without a run, 1 linked already
    "
  `);
});

test('the diff of a selection shows every entry that was asked for', async () => {
  const view = await viewOf(SAMPLE, { kinds: ['unmatched', 'linked'] });
  expect(read(view, renderPlanDiff(view, PAGE))).toMatchInlineSnapshot(`
    "plan PLANID  lab/molopt -> /data/training_runs.db, table training_runs
    + fill   ~ overwrite   ? needs review   = linked

    No run found (1)

    - deco_hop_bs64_sum_i-0lost42
        no run was created within a day of the row

    Linked already (1)

    = qed_bs32_linked
        linked to linked01 already

    5 rows: 1 accepted, 2 to decide, 0 rejected, 1 without a run, 1 linked already
    "
  `);
});

test('the table has one line an entry', async () => {
  const view = await viewOf();
  expect(read(view, renderPlanTable(view, PAGE))).toMatchInlineSnapshot(`
    "   row                           run       name                 p  margin  decision
    -  deco_hop_bs64_sum_i-0lost42
    +  deco_hop_bs96_mgda_i-0abc123  3k9xq1ab  "fresh-sun-12"  0.9987    11.5  accepted
    ?  deco_hop_bs96_mgda_i-0dup001            2 candidates    0.5000     0.0  undecided
    =  qed_bs32_linked               linked01
    ~  qed_bs32_old_link             newlink1  "calm-sea-9"    0.9951     9.5  undecided

    5 rows: 1 accepted, 2 to decide, 0 rejected, 1 without a run, 1 linked already
    "
  `);
});

test('markdown is tables for a pull request', async () => {
  const view = await viewOf(SAMPLE, { kinds: ['match'] });
  expect(read(view, renderPlanMarkdown(view))).toMatchInlineSnapshot(`
    "# Plan PLANID

    lab/molopt → /data/training_runs.db, table training_runs

    | runs | rows | match | ambiguous | unmatched | linked |
    |---:|---:|---:|---:|---:|---:|
    | 6 | 5 | 2 | 1 | 1 | 1 |

    | row | kind | decision | run | name | p | changes | reason |
    |---|---|---|---|---|---:|---|---|
    | deco_hop_bs96_mgda_i-0abc123 | match | accepted | 3k9xq1ab | fresh-sun-12 | 0.9987 | wandb_run_id: NULL → 3k9xq1ab<br>wandb_url: NULL → https&#58;//wandb.ai/lab/molopt/runs/3k9xq1ab<br>run_name: deco_hop_bs96_mgda_i-0abc123 → fresh-sun-12<br>status: running → not_running<br>started_at: NULL → 2024-05-01T10:00:00Z | created 41 s before the run, and lr and batch size agree |
    | qed_bs32_old_link | match | undecided | newlink1 | calm-sea-9 | 0.9951 | wandb_run_id: gone1234 → newlink1<br>wandb_url: https&#58;//wandb.ai/lab/molopt/runs/gone1234 → https&#58;//wandb.ai/lab/molopt/runs/newlink1<br>run_name: qed_bs32_old_link → calm-sea-9<br>status: running → not_running<br>started_at: NULL → 2024-05-01T10:00:00Z | the metrics agree to 4 digits; the link that it has is not among the listed runs |
    "
  `);
});

test('one entry is shown with all candidates and the waterfall of each', async () => {
  const plan = await openSamplePlan();
  const decided = plan.readEntryOrNull('deco_hop_bs96_mgda_i-0abc123')!;
  expect([...renderEntryDetail(decided, PAGE)].join('')).toMatchInlineSnapshot(`
    "+ deco_hop_bs96_mgda_i-0abc123                                             match, accepted by policy
        created 41 s before the run, and lr and batch size agree

      + wandb_run_id NULL -> "3k9xq1ab"
      + wandb_url    NULL -> "https://wandb.ai/lab/molopt/runs/3k9xq1ab"
      ~ run_name     "deco_hop_bs96_mgda_i-0abc123" -> "fresh-sun-12"
      ~ status       "running" -> "not_running"
      + started_at   NULL -> "2024-05-01T10:00:00Z"
        started_at: when W&B made the run (createdAt)

      1   3k9xq1ab  "fresh-sun-12"                                        proposed  p 0.9987  +14.3 bits
          https://wandb.ai/lab/molopt/runs/3k9xq1ab
            prior        -9.3  ████████              1 of 600 pairs is a match
            created_at  +23.5  ████████████████████  created 41 s before the run
            sum         +14.3  bits

      2   tie00002  "swift-fog-2"                                                    p 0.0004  +2.8 bits
          https://wandb.ai/lab/molopt/runs/tie00002
            prior        -9.3  ███████████████       1 of 600 pairs is a match
            created_at  +12.0  ████████████████████  created 41 s before the run
            sum          +2.8  bits
    "
  `);
});

test('colour marks what the symbols say already', async () => {
  const view = await viewOf(SAMPLE, { kinds: ['match'], decisions: ['undecided'] });
  const coloured = read(view, renderPlanDiff(view, { style: COLOURED, width: 100 }));
  // eslint-disable-next-line no-control-regex -- colour codes
  expect(coloured.replaceAll(/\u001B\[\d+m/g, '')).toBe(read(view, renderPlanDiff(view, PAGE)));
  expect(coloured.split('\n').slice(4, 8).join('\n').replaceAll('\u001B', '␛')).toMatchInlineSnapshot(`
    "
    ␛[33m~␛[39m ␛[1mqed_bs32_old_link␛[22m  ->  newlink1 ␛[36m"calm-sea-9"␛[39m
        ␛[2mp 0.9951, margin 9.5, waits for a decision; the metrics agree to 4 digits; the link that it has␛[22m
        ␛[2mis not among the listed runs␛[22m"
  `);
});

test('hostile names, values and reasons reach no terminal and no markdown as they are', async () => {
  const view = await viewOf(hostileSample);
  const decided = [...view.entries].map((entry) => [...renderEntryDetail(entry, PAGE)].join(''));
  const texts = [
    renderPlanReport(buildPlanReport(view), PAGE),
    ...decided,
    [...renderPlanDiff(view, PAGE)].join(''),
    [...renderPlanTable(view, PAGE)].join(''),
    [...renderPlanMarkdown(view)].join(''),
  ];
  for (const text of texts) {
    // eslint-disable-next-line no-control-regex -- these are the characters that must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
    expect(text).toContain(String.raw`\x1b`.slice(1));
  }
  expect(texts.at(-1)).not.toMatch(/<b>|evil\|/);
});

test.each([40, 80, 100, 160])('what can be cut stays within %i columns', async (width) => {
  const long = 'x'.repeat(90);
  const view = await viewOf({
    rows: [sampleRow(`${long}1`), sampleRow('分子最適化'.repeat(12))],
    runs: [sampleRun('3k9xq1ab', { displayName: long }), sampleRun('tie00002', { displayName: long })],
    outcomes: [
      { ...SAMPLE.outcomes[0]!, keyText: `${long}1` },
      { ...SAMPLE.outcomes[0]!, keyText: '分子最適化'.repeat(12), wandbRunId: 'tie00002' },
    ],
  });
  const texts = [
    ...(width < 80 ? [] : [[...renderPlanTable(view, { style: PLAIN, width })].join('')]),
    ...[...view.entries].map((entry: DecidedEntry) => [...renderEntryDetail(entry, { style: PLAIN, width })].join('')),
  ];
  const tooWide = texts.flatMap((text) => text.split('\n')).filter((line) => widthOf(line) > Math.max(width, 72));
  expect(tooWide).toEqual([]);
});

test('the report says how the matching fared on linked rows, and how to see what went wrong', async () => {
  const counts = { linked: 4120, hidden: 500, right: 490, wrong: 0, abstained: 10 };
  const renderWith = async (evaluation: typeof counts): Promise<string> =>
    renderPlanReport(buildPlanReport(await viewOf(SAMPLE, {}, { evaluation })), { style: PLAIN, width: 120 });
  const good = await renderWith(counts);
  expect(good).toContain('  check     on 500 of your 4,120 linked rows: 490 found again, 0 wrong, 10 left open\n');
  expect(good).not.toContain('runlink evaluate');
  const bad = await renderWith({ ...counts, right: 489, wrong: 1 });
  expect(bad).toContain('runlink evaluate --plan backfill.plan --registry /data/training_runs.db');
});

test('a report of many entries keeps the weakest, counts the rest and groups what is alike', async () => {
  const rows = Array.from({ length: 60 }, (_item, index) => sampleRow(`row-${String(index).padStart(2, '0')}`));
  const runs = rows.map((_row, index) => sampleRun(`run-${index}`));
  const outcomes = rows.map((row, index) => {
    const probability = 0.999 - ((index * 7) % 30) / 10_000;
    const candidate = { ...SAMPLE.outcomes[0]!.candidates[0]!, wandbRunId: `run-${index}`, probability };
    const base = { keyText: row.keyText, margin: null, candidates: [candidate], probability };
    if (index < 30) return sampleOutcome(row.keyText, { ...base, kind: 'match', wandbRunId: `run-${index}` });
    if (index < 45) return sampleOutcome(row.keyText, { ...base, kind: 'ambiguous' });
    return sampleOutcome(row.keyText, { reason: index < 50 ? 'no run of that day' : `nothing like ${row.keyText}` });
  });
  const report = buildPlanReport(await viewOf({ rows, runs, outcomes }));
  const weakest = outcomes
    .filter((outcome) => outcome.kind === 'match')
    .sort((a, b) => a.probability! - b.probability!)
    .slice(0, 8);
  expect(report.weakest.map(({ entry }) => entry.keyText)).toEqual(weakest.map((outcome) => outcome.keyText));
  expect([report.ambiguous.total, report.ambiguous.first.length]).toEqual([15, 8]);
  expect(report.unmatched[0]).toEqual({ reason: 'no run of that day', rows: 5, example: 'row-45' });
  expect(report.unmatched.length).toBe(8);
  expect(report.otherReasons).toEqual({ reasons: 3, rows: 3 });
  expect(report.writes.wandb_run_id).toEqual({ fill: 30, overwrite: 0 });
  const text = renderPlanReport(report, PAGE);
  expect(text).toContain('  and 7 more');
  expect(text).toContain('        3  for 3 other reasons');
});
