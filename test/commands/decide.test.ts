import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { decide } from '../../src/commands/decide.ts';
import type { DecideRequest } from '../../src/commands/decide.ts';
import { renderDecide } from '../../src/commands/decide.render.ts';
import { show } from '../../src/commands/show.ts';
import { renderShow } from '../../src/commands/show.render.ts';
import { ConflictError, LockedError, PlanRefusedError, UsageError } from '../../src/errors.ts';
import { buildDecisions } from '../../src/plan/review.ts';
import type { ReviewRequest } from '../../src/plan/review.ts';
import { openPlanFile } from '../../src/planfile/plan-file.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { makeFolder, writeSamplePlan } from '../helpers/plan-samples.ts';

const MATCH = 'deco_hop_bs96_mgda_i-0abc123';
const AMBIGUOUS = 'deco_hop_bs96_mgda_i-0dup001';
const OVERWRITE = 'qed_bs32_old_link';
const PAGE = { style: PLAIN, width: 100 };

const makePlan = () => writeSamplePlan(join(makeFolder(), 'plan.db'));
const ask = (plan: string, request: DecideRequest) =>
  decide({ context: makeContext({ user: 'ada' }) }, { plan, request });

function readDecision(path: string, keyText: string) {
  const plan = openPlanFile(path, { readonly: true });
  try {
    return plan.readEntryOrNull(keyText);
  } finally {
    plan.close();
  }
}

async function exportCsv(path: string): Promise<string> {
  const report = await show({ context: makeContext() }, { plan: path });
  try {
    return [...renderShow(report, 'csv', PAGE)].join('');
  } finally {
    report.close();
  }
}

test('a decision is in the plan with who and when, and the digest stays', async () => {
  const path = await makePlan();
  const report = await ask(path, { kind: 'choose', row: AMBIGUOUS, wandbRunId: 'tie00002' });
  expect(readDecision(path, AMBIGUOUS)).toMatchObject({
    decision: {
      decision: 'accepted',
      wandbRunId: 'tie00002',
      by: 'reviewer',
      reviewer: 'ada',
      at: '2024-06-01T00:00:00.000Z',
    },
    choice: { after: { wandb_run_id: 'tie00002', run_name: 'swift-fog-2' } },
  });
  expect(renderDecide({ ...report, path: 'backfill.plan' }, PAGE)).toMatchInlineSnapshot(`
    "+ deco_hop_bs96_mgda_i-0dup001  ->  tie00002  accepted

    5 rows: 2 accepted, 1 to decide, 0 rejected, 1 without a run, 1 linked already
    next: runlink apply backfill.plan --registry /data/training_runs.db
    "
  `);
});

test('rows are accepted, rejected and set back together', async () => {
  const path = await makePlan();
  expect((await ask(path, { kind: 'accept', rows: [OVERWRITE, MATCH] })).unchanged).toBe(1);
  expect((await ask(path, { kind: 'reject', rows: [MATCH, AMBIGUOUS] })).decisions).toMatchObject({
    match: { accepted: 1, rejected: 1, undecided: 0 },
    ambiguous: { rejected: 1 },
  });
  const reset = await ask(path, { kind: 'reset', rows: [MATCH, AMBIGUOUS, OVERWRITE] });
  expect(reset.decisions.match).toEqual({ accepted: 0, rejected: 0, undecided: 2 });
});

test('accepting all above a probability says what it left alone', async () => {
  const path = await makePlan();
  const report = await ask(path, { kind: 'accept-above', probability: 0.9 });
  expect(renderDecide({ ...report, path: 'backfill.plan' }, PAGE)).toMatchInlineSnapshot(`
    "? qed_bs32_old_link  left alone: it overwrites a link, a URL or a start time
    nothing to decide

    5 rows: 1 accepted, 2 to decide, 0 rejected, 1 without a run, 1 linked already
    next: runlink apply backfill.plan --registry /data/training_runs.db
    "
  `);
  await expect(ask(path, { kind: 'accept-above', probability: 0.5 })).rejects.toThrow('expected more than 0.5');
});

test('an edited export is imported as a whole', async () => {
  const path = await makePlan();
  const file = join(makeFolder(), 'decisions.csv');
  const csv = (await exportCsv(path)).replace(`${MATCH},match,accepted`, `${MATCH},match,rejected`);
  writeFileSync(file, csv.replace('ambiguous,undecided,', 'ambiguous,accepted,tie00001'));
  const report = await ask(path, { kind: 'import', file });
  expect(report.changed.map(({ keyText, decision }) => [keyText, decision])).toEqual([
    [MATCH, 'rejected'],
    [AMBIGUOUS, 'accepted'],
  ]);
  expect(report.unchanged).toBe(3);
  writeFileSync(file, await exportCsv(path));
  expect(await ask(path, { kind: 'import', file })).toMatchObject({ changed: [], unchanged: 5 });
});

test('an import with one bad line writes nothing and names every bad line', async () => {
  const path = await makePlan();
  const before = readFileSync(path);
  const file = join(makeFolder(), 'decisions.csv');
  const csv = (await exportCsv(path)).replace(`${MATCH},match,accepted`, `${MATCH},match,rejected`);
  writeFileSync(file, csv.replace('ambiguous,undecided', 'ambiguous,perhaps').replace('calm-sea-9', 'mine'));
  const attempt = ask(path, { kind: 'import', file });
  await expect(attempt).rejects.toThrow(UsageError);
  await expect(attempt).rejects.toThrow(
    /no decision was written:\n {2}line 4: decision "perhaps".*\n {2}line 6: row .* edited value/,
  );
  expect(readFileSync(path)).toEqual(before);
  writeFileSync(file, (await exportCsv(path)).replaceAll(/^[0-9a-f]{64}/gm, 'f'.repeat(64)));
  await expect(ask(path, { kind: 'import', file })).rejects.toThrow(PlanRefusedError);
  await expect(ask(path, { kind: 'import', file: `${file}.none` })).rejects.toThrow(/cannot be read/);
});

test('a run that another row has is a conflict, and nothing is written', async () => {
  const path = await makePlan();
  const before = readFileSync(path);
  await expect(ask(path, { kind: 'choose', row: AMBIGUOUS, wandbRunId: 'linked01' })).rejects.toThrow(ConflictError);
  await expect(ask(path, { kind: 'accept', rows: [OVERWRITE, 'nobody'] })).rejects.toThrow(
    'no decision was written: row "nobody" is not in this plan',
  );
  expect(readFileSync(path)).toEqual(before);
});

test('two reviewers with the plan open: each is judged on what the other wrote', async () => {
  const path = await makePlan();
  const choose = (keyText: string): ReviewRequest => ({
    keyText,
    action: { kind: 'choose', wandbRunId: 'spare001' },
    where: '',
  });
  const [ada, ben] = [openPlanFile(path, { readonly: false }), openPlanFile(path, { readonly: false })];
  try {
    const reviewer = { name: 'ada', at: '' };
    ada.changeDecisions(() => buildDecisions([choose(AMBIGUOUS)], ada, reviewer));
    const { problems } = ben.changeDecisions(() => {
      const outcome = buildDecisions([choose('deco_hop_bs64_sum_i-0lost42')], ben, reviewer);
      return { ...outcome, decisions: [] };
    });
    expect(problems).toMatchObject([{ kind: 'taken' }]);
  } finally {
    ada.close();
    ben.close();
  }
});

test('a plan that another program holds is left alone', async () => {
  const path = await makePlan();
  const holder = new Database(path);
  holder.exec('BEGIN EXCLUSIVE');
  try {
    await expect(ask(path, { kind: 'reject', rows: [MATCH] })).rejects.toThrow(LockedError);
  } finally {
    holder.close();
  }
});
