import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FaultKind, ScriptedChange } from '../../fixtures/server/options.ts';
import { runAndKill } from '../helpers/kills.ts';
import { openPlanLab, readDraft } from '../helpers/plan-lab.ts';
import type { PlanLab, PlanLabOptions } from '../helpers/plan-lab.ts';
import { runInline } from '../helpers/run-inline.ts';
import type { InlineResult } from '../helpers/run-inline.ts';
import { FIRST_SECOND, buildServedRun } from '../helpers/wandb.ts';

const PART: PlanLabOptions['part'] = { from: 50, rows: 60, runs: 120 };

async function openLab(server: PlanLabOptions['server']): Promise<PlanLab> {
  const lab = await openPlanLab({ part: PART, server: { pageLimit: 20, ...server } });
  onTestFinished(() => lab.server.close());
  return lab;
}

/** Paths are absolute: the command line runs in this process. */
function plan(lab: PlanLab, name: string): Promise<InlineResult> {
  const args = lab.planArgs(join(lab.folder, name));
  return runInline([...args, '--registry', join(lab.folder, 'training_runs.db')], { cwd: lab.folder, env: lab.env });
}

const FAULTS: readonly { readonly kinds: readonly FaultKind[] }[] = [
  { kinds: ['429'] },
  { kinds: ['cut', 'reset'] },
  { kinds: ['429', '500', '502', 'cut'] },
];

test.for(FAULTS)(
  'a listing whose every 4th request fails ends in the same plan as one without faults ($kinds)',
  async ({ kinds }) => {
    const lab = await openLab({});
    expect(await plan(lab, 'straight.plan')).toMatchObject({ code: 0 });
    const clean = lab.server.requests().length;
    lab.server.setFaults({ every: { nth: 4, kinds }, retryAfter: 0 });
    expect(await plan(lab, 'faulty.plan')).toMatchObject({ code: 0 });
    expect(lab.server.requests().length - clean).toBeGreaterThan(clean);
    expect(readDraft(join(lab.folder, 'faulty.plan')).digest).toBe(readDraft(join(lab.folder, 'straight.plan')).digest);
  },
);

/** Early, so that it moves all pages that come later. */
const early = buildServedRun('early001', FIRST_SECOND - 40_000_000);

const CHANGES: readonly {
  readonly name: string;
  readonly changes: readonly ScriptedChange[];
  readonly more: number;
}[] = [
  { name: 'a run appears', changes: [{ afterPages: 2, change: { kind: 'insert', run: early } }], more: 1 },
  {
    name: 'a run appears and goes again',
    changes: [
      { afterPages: 2, change: { kind: 'insert', run: early } },
      { afterPages: 4, change: { kind: 'delete', name: 'early001' } },
    ],
    more: 0,
  },
];

test.for(CHANGES)('where $name in the middle, the plan holds what W&B holds at the end', async ({ changes, more }) => {
  const lab = await openLab({ changes });
  const { code, stderr } = await plan(lab, 'moving.plan');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  const draft = readDraft(join(lab.folder, 'moving.plan'));
  expect(draft.runs).toBe(PART.runs + more);
  expect(draft.digest).not.toBeNull();
});

test('a listing that is not complete is refused by apply with 7, one that is not matched with 4, and the registry is as it was', async () => {
  const lab = await openLab({ latency: 1 });
  const registry = join(lab.folder, 'training_runs.db');
  const apply = (name: string): Promise<InlineResult> =>
    runInline(['apply', join(lab.folder, name), '--registry', registry, '--yes'], { cwd: lab.folder });
  const run = { cwd: lab.folder, env: lab.env };
  const { killed } = await runAndKill(lab.planArgs('half.plan'), run, ({ kill }) => {
    let pages = 0;
    lab.onRequest = ({ operationName }) => {
      if (operationName === 'Runs') pages += 1;
      if (pages === 3) kill();
    };
    return () => (lab.onRequest = () => undefined);
  });
  expect(killed).toBe(true);
  expect(await apply('half.plan')).toMatchObject({ code: 7, stderr: expect.stringContaining('is not complete') });

  rmSync(join(lab.folder, 'half.plan'));
  const limited = await runInline(
    [...lab.planArgs(join(lab.folder, 'half.plan')), '--registry', registry, '--max-changes', '1'],
    run,
  );
  expect(limited.code).toBe(1);
  expect(await apply('half.plan')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('listed but not matched'),
  });
  expect(readDraft(join(lab.folder, 'half.plan'))).toMatchObject({ digest: null, runs: PART.runs });
});
