import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordedRequest } from '../../fixtures/server/options.ts';
import { windowFilter } from '../../src/wandb/filters.ts';
import { killsWanted, runAndKill } from '../helpers/kills.ts';
import type { Moment } from '../helpers/kills.ts';
import { isJournalHot, openPlanLab, readDraft } from '../helpers/plan-lab.ts';
import type { DraftState, PlanLab, PlanLabOptions } from '../helpers/plan-lab.ts';
import { runRunlink } from '../helpers/run-cli.ts';
import { runInline } from '../helpers/run-inline.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import type { Random } from '../helpers/worlds/random.ts';

const PLAN = 'killed.plan';
const KILLS_A_ROUND = 7;

interface World extends PlanLabOptions {
  readonly name: string;
  readonly seed: number;
}

const WORLDS: readonly World[] = [
  { name: 'small pages', seed: 1, part: { from: 0, rows: 110, runs: 180 }, server: { latency: 2, pageLimit: 12 } },
  { name: 'other rows', seed: 2, part: { from: 200, rows: 130, runs: 220 }, server: { latency: 1, pageLimit: 25 } },
  {
    name: 'many windows',
    seed: 3,
    part: { from: 100, rows: 70, runs: 140 },
    strangers: 2600,
    server: { latency: 4, pageLimit: 150 },
  },
];

const isPage = ({ operationName }: RecordedRequest): boolean => operationName === 'Runs';

/** When the nth page is asked for, or the nth request of any kind. */
function atRequest(lab: PlanLab, nth: number, counts: (request: RecordedRequest) => boolean): Moment {
  return ({ kill }) => {
    let seen = 0;
    lab.onRequest = (request) => {
      if (counts(request)) seen += 1;
      if (seen === nth) kill();
    };
    return () => (lab.onRequest = () => undefined);
  };
}

/** Some time after the last request so far: where all pages are there, that is in the matching. */
function afterRequests(lab: PlanLab, delayMs: number, isDue: () => boolean = () => true): Moment {
  return ({ kill }) => {
    let last = Infinity;
    lab.onRequest = ({ operationName }) => {
      last = operationName === 'Counts' ? performance.now() : Infinity;
    };
    const timer = setInterval(() => {
      if (performance.now() - last >= delayMs && isDue()) kill();
    }, 1);
    return () => {
      lab.onRequest = () => undefined;
      clearInterval(timer);
    };
  };
}

/** First while it lists, then while it matches, then inside the transaction that seals. */
function chooseMoment(lab: PlanLab, kills: number, random: Random): Moment {
  const path = join(lab.folder, PLAN);
  if (kills === 0) return atRequest(lab, random.integer(1, 4), () => true);
  if (kills < 4) return atRequest(lab, random.integer(2, 4), isPage);
  if (kills % 2 === 0) return afterRequests(lab, random.integer(5, 150));
  return afterRequests(lab, 60, () => isJournalHot(path));
}

type Phase = 'listing' | 'matching' | 'sealing' | 'sealed';

function phaseOf({ digest, windows, isHot }: DraftState): Phase {
  if (digest !== null) return 'sealed';
  if (windows.length === 0 || windows.some(({ state }) => state !== 'complete')) return 'listing';
  return isHot ? 'sealing' : 'matching';
}

/** One page of one window, whoever asks for it. */
const pageKey = (filters: unknown, after: unknown): string => JSON.stringify([filters, after ?? null]);

/** The pages that the file does not have and that may have been asked for: the next one of each window. */
function findUnfinished({ windows }: DraftState): ReadonlySet<string> {
  const keys = windows.flatMap(({ from_second: from, to_second: to, state, cursor }) => {
    if (state === 'complete') return [];
    const [after] = cursor === null ? [null] : (JSON.parse(cursor) as [string | null]);
    return [pageKey(JSON.stringify(windowFilter({ from, to })), after)];
  });
  return new Set(keys);
}

function pagesOf(lab: PlanLab, from: number): readonly string[] {
  return lab.server
    .requests()
    .slice(from)
    .filter(isPage)
    .map(({ variables }) => pageKey(variables['filters'], variables['after']));
}

async function openLab(world: World): Promise<PlanLab> {
  const lab = await openPlanLab(world);
  onTestFinished(() => lab.server.close());
  return lab;
}

const phases: Phase[] = [];

test.for(WORLDS)(
  'killed at any moment and run to the end, a plan is the plan that would have been ($name)',
  async (world, { task }) => {
    const lab = await openLab(world);
    const random = createRandom(world.seed);
    const run = { cwd: lab.folder, env: lab.env };
    const straight = await runRunlink(lab.planArgs('straight.plan'), run);
    expect(straight).toMatchObject({ code: 0 });
    const expected = readDraft(join(lab.folder, 'straight.plan'));
    expect(expected.runs).toBe((world.strangers ?? 0) + world.part.runs);
    const pagesInAll = new Set(pagesOf(lab, 0)).size;

    let kills = 0;
    for (const wanted = killsWanted(1); kills < wanted; task.meta.kills = kills) {
      const round = await killAgainAndAgain(lab, random);
      expect(round.asked.size).toBe(pagesInAll);
      expect(round.kills).toBeGreaterThanOrEqual(4);
      await expectSealed(lab, expected);
      kills += round.kills;
    }
  },
);

interface Round {
  readonly kills: number;
  /** The pages that were asked for, by whichever invocation. */
  readonly asked: ReadonlySet<string>;
}

/** Makes one plan, killed on the way, and runs it to the end. */
async function killAgainAndAgain(lab: PlanLab, random: Random): Promise<Round> {
  const path = join(lab.folder, PLAN);
  const run = { cwd: lab.folder, env: lab.env };
  removePlan(path);
  const asked = new Set<string>();
  let draft = readDraft(path);
  let kills = 0;
  while (kills < KILLS_A_ROUND && draft.digest === null) {
    const from = lab.server.requests().length;
    const { killed, code } = await runAndKill(lab.planArgs(PLAN), run, chooseMoment(lab, kills, random));
    expectNoPageTwice(lab, from, { asked, unfinished: findUnfinished(draft) });
    draft = readDraft(path);
    if (!killed) expect(code).toBe(0);
    if (!killed) break;
    kills += 1;
    phases.push(phaseOf(draft));
  }
  if (draft.digest !== null) return { kills, asked };
  const from = lab.server.requests().length;
  expect(await runRunlink(lab.planArgs(PLAN), run)).toMatchObject({ code: 0 });
  expectNoPageTwice(lab, from, { asked, unfinished: findUnfinished(draft) });
  return { kills, asked };
}

function removePlan(path: string): void {
  for (const file of [path, `${path}-journal`]) rmSync(file, { force: true });
}

/** As a reader of the plan sees it, who proves the digest over what the file holds. */
async function expectSealed(lab: PlanLab, { digest, runs }: DraftState): Promise<void> {
  const shown = await runInline(['show', join(lab.folder, PLAN), '--format', 'json'], { cwd: lab.folder });
  expect(shown.code).toBe(0);
  expect(JSON.parse(shown.stdout)).toMatchObject({ digest, counts: { runs } });
}

test('killed while it seals, a plan is sealed once, by that invocation or by the next', async ({ task }) => {
  const lab = await openLab(WORLDS[0]!);
  const run = { cwd: lab.folder, env: lab.env };
  const path = join(lab.folder, PLAN);
  expect(await runRunlink(lab.planArgs('straight.plan'), run)).toMatchObject({ code: 0 });
  const expected = readDraft(join(lab.folder, 'straight.plan'));
  for (let hits = 0, attempt = 0; hits < 2; attempt += 1) {
    expect(attempt).toBeLessThan(20);
    removePlan(path);
    const { killed } = await runAndKill(
      lab.planArgs(PLAN),
      run,
      afterRequests(lab, 60, () => isJournalHot(path)),
    );
    if (killed) task.meta.kills = (task.meta.kills ?? 0) + 1;
    const draft = readDraft(path);
    if (!killed || !draft.isHot || draft.windows.some(({ state }) => state !== 'complete')) continue;
    hits += 1;
    phases.push('sealing');
    const again = await runRunlink(lab.planArgs(PLAN), run);
    expect(again.code).toBe(draft.digest === null ? 0 : 4);
    if (draft.digest !== null) expect(again.stderr).toContain('is a finished plan and is not overwritten');
    await expectSealed(lab, expected);
  }
});

test('the kills before came in the listing, in the matching and in the sealing', () => {
  expect(phases).toEqual(expect.arrayContaining(['listing', 'matching', 'sealing']));
});

interface Asked {
  readonly asked: Set<string>;
  readonly unfinished: ReadonlySet<string>;
}

function expectNoPageTwice(lab: PlanLab, from: number, { asked, unfinished }: Asked): void {
  const pages = pagesOf(lab, from);
  expect(pages.filter((page) => asked.has(page) && !unfinished.has(page))).toEqual([]);
  for (const page of pages) asked.add(page);
}
