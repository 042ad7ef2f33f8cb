import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { copyLab, makeApplyTemplate } from '../helpers/apply-lab.ts';
import type { ApplyLab, JournalMode } from '../helpers/apply-lab.ts';
import { afterFileEvent, afterTalk, killsWanted, runAndKill, whenSeen } from '../helpers/kills.ts';
import type { KilledResult, Moment } from '../helpers/kills.ts';
import { query } from '../helpers/query.ts';
import { countLogged, findBrokenInvariants, readState } from '../helpers/registry-state.ts';
import { runInline } from '../helpers/run-inline.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import type { Random } from '../helpers/worlds/random.ts';

/** Twelve batches. */
const ROWS = 1200;
const KILLS_A_ROUND = 6;

const isDraft = (name: string): boolean => name.includes('.runlink-draft-');
const isLock = (name: string): boolean => name.endsWith('.runlink-lock');
/** The journal of the registry itself, in either mode; not the ones of the lock and of the backup. */
const isJournal = (name: string): boolean => /^training_runs\.db-(wal|journal)$/.test(name);

function killApply({ folder, registry, plan }: ApplyLab, moment: Moment): Promise<KilledResult> {
  return runAndKill(['apply', plan, '--registry', registry, '--yes'], { cwd: folder }, moment);
}

/** Anywhere between the lock and the receipt: by the clock, inside a transaction, or at a batch's end. */
function chooseMoment({ folder, registry }: ApplyLab, random: Random): Moment {
  switch (random.integer(0, 4)) {
    case 0:
      return afterFileEvent({ folder, name: isLock, nth: 1, delayMs: random.integer(0, 400) });
    case 1:
    case 2:
      return afterFileEvent({ folder, name: isJournal, nth: random.integer(1, 60) });
    case 3:
      return afterTalk(random.integer(1, 5), random.integer(0, 30));
    default: {
      const logged = countLogged(registry) + random.integer(1, 4);
      return whenSeen(() => countLogged(registry) >= logged);
    }
  }
}

async function expectWritten(lab: ApplyLab, journalMode: JournalMode): Promise<void> {
  expect(findBrokenInvariants(lab.registry)).toEqual([]);
  expect(readState(lab.registry).ledger).toHaveLength(ROWS);
  const verified = await runInline(['verify', '--registry', lab.registry, '--json'], { cwd: lab.folder });
  expect(JSON.parse(verified.stdout)).toMatchObject({ entries: ROWS, links: ROWS, problems: [] });
  expect(verified.code).toBe(0);
  const leftovers = readdirSync(lab.folder).filter((name) => isDraft(name) || name.endsWith('.draft'));
  expect(leftovers).toEqual([]);
  expect(query(lab.registry, 'PRAGMA journal_mode')).toEqual([{ journal_mode: journalMode }]);
}

test.for(['wal', 'delete'] as const)(
  'killed at any moment and run to the end, an apply leaves what an uninterrupted one leaves (%s)',
  async (journalMode, { task }) => {
    const random = createRandom(journalMode === 'wal' ? 1 : 2);
    const template = await makeApplyTemplate(ROWS, journalMode);
    const straight = copyLab(template);
    expect((await straight.run('apply', straight.plan, '--yes')).code).toBe(0);
    await expectWritten(straight, journalMode);
    const expected = readState(straight.registry);

    const wanted = killsWanted(10);
    let kills = 0;
    let resumed = 0;
    while (kills < wanted) {
      const lab = copyLab(template);
      for (let no = 0; no < KILLS_A_ROUND; no += 1) {
        const { killed, code, stderr } = await killApply(lab, chooseMoment(lab, random));
        if (!killed) expect([code, stderr]).toEqual([0, expect.any(String)]);
        if (!killed) break;
        kills += 1;
        task.meta.kills = kills;
        // The other half of the time the next invocation itself meets what the dead one left.
        if (random.chance(0.5)) expect(findBrokenInvariants(lab.registry)).toEqual([]);
      }
      const before = countWritten(lab);
      if (before > 0 && before < ROWS) resumed += 1;
      const last = await lab.run('apply', lab.plan, '--yes', '--json');
      expect(last).toMatchObject({ code: 0 });
      expect(JSON.parse(last.stdout)).toMatchObject({ written: ROWS - before, alreadyWritten: before, skipped: [] });
      await expectWritten(lab, journalMode);
      expect(readState(lab.registry)).toEqual(expected);
    }
    expect(resumed).toBeGreaterThan(0);
  },
);

function countWritten({ registry }: ApplyLab): number {
  return readState(registry).ledger.length;
}

/** All rows of the user's, without the identity columns that were added and hold nothing. */
function readUserRows(path: string): Readonly<Record<string, readonly string[]>> {
  const { rowsByTable } = readState(path);
  const rows = (rowsByTable['training_runs'] ?? []).map((row) => row.replace(/(, null NULL){3}$/, ''));
  return { ...rowsByTable, training_runs: rows };
}

interface Phase {
  readonly name: string;
  readonly moment: (lab: ApplyLab, attempt: number) => Moment;
  readonly isHit: (lab: ApplyLab) => boolean;
}

const PHASES: readonly Phase[] = [
  {
    name: 'its backup',
    moment: ({ folder }) => afterFileEvent({ folder, name: isDraft, nth: 1 }),
    isHit: (lab) => readdirSync(lab.folder).some(isDraft) && !hasBackup(lab),
  },
  {
    name: 'its schema migrations',
    moment: ({ folder, registry }, attempt) =>
      attempt % 2 === 0
        ? afterFileEvent({ folder, name: isJournal, nth: 1 + attempt })
        : whenSeen(() => countLogged(registry) === 1),
    isHit: (lab) => hasBackup(lab) && readState(lab.registry).log.length < 2,
  },
];

function hasBackup({ folder }: ApplyLab): boolean {
  return readdirSync(folder).some((name) => name.endsWith('.backup'));
}

test.for(PHASES)('killed in $name, an apply is whole when it is run again', async ({ moment, isHit }, { task }) => {
  const template = await makeApplyTemplate(ROWS, 'delete');
  const original = readUserRows(template.registry);
  for (let hits = 0, attempt = 0; hits < 2; attempt += 1) {
    expect(attempt).toBeLessThan(20);
    const lab = copyLab(template);
    const { killed } = await killApply(lab, moment(lab, attempt));
    if (killed) task.meta.kills = (task.meta.kills ?? 0) + 1;
    if (!killed || !isHit(lab)) continue;
    hits += 1;
    expect(findBrokenInvariants(lab.registry)).toEqual([]);
    expect(readState(lab.registry).ledger).toEqual([]);
    const last = await runInline(['apply', lab.plan, '--registry', lab.registry, '--yes', '--json'], {
      cwd: lab.folder,
    });
    expect(last).toMatchObject({ code: 0 });
    const { backup } = JSON.parse(last.stdout) as { backup: string };
    expect(readUserRows(backup)).toEqual(original);
    await expectWritten(lab, 'delete');
  }
});

test.for(['wal', 'delete'] as const)(
  'killed in a rollback of a plan and run to the end, every row has its former values (%s)',
  async (journalMode, { task }) => {
    const random = createRandom(3);
    const template = await makeApplyTemplate(1000, journalMode);
    const original = readUserRows(template.registry);
    const lab = copyLab(template);
    const applied = await runInline(['apply', lab.plan, '--registry', lab.registry, '--yes', '--json'], {
      cwd: lab.folder,
    });
    const { planId } = JSON.parse(applied.stdout) as { planId: string };
    const args = ['rollback', '--plan', planId, '--registry', lab.registry, '--yes', '--json'];
    const wanted = killsWanted(3);
    let kills = 0;
    for (let attempt = 0; kills < wanted && attempt < 20 * wanted; attempt += 1) {
      const moment =
        attempt % 2 === 0
          ? afterFileEvent({ folder: lab.folder, name: isJournal, nth: random.integer(1, 12) })
          : afterTalk(1, random.integer(0, 10));
      const { killed, code } = await runAndKill(args, { cwd: lab.folder }, moment);
      if (!killed) expect(code).toBe(0);
      if (!killed) break;
      kills += 1;
      task.meta.kills = kills;
      if (random.chance(0.5)) expect(findBrokenInvariants(lab.registry)).toEqual([]);
    }
    expect(kills).toBeGreaterThan(0);
    const last = await lab.run('rollback', '--plan', planId, '--yes', '--json');
    expect(last.code).toBe(0);
    expect(findBrokenInvariants(lab.registry)).toEqual([]);
    const { ledger, links, rejections } = readState(lab.registry);
    expect([ledger.length, links.length, rejections.length]).toEqual([2000, 0, 1000]);
    expect(readUserRows(lab.registry)).toEqual(original);
    expect((await runInline(['verify', '--registry', lab.registry], { cwd: lab.folder })).code).toBe(0);
  },
);
