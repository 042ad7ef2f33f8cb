import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../fixtures/server/server.ts';
import type { JournalMode } from '../helpers/apply-lab.ts';
import { afterFileEvent, killsWanted, runAndKill } from '../helpers/kills.ts';
import { query } from '../helpers/query.ts';
import { fillRows, makeRegistry } from '../helpers/registry.ts';
import { makeRegistryPlan, pairRows } from '../helpers/registry-plan.ts';
import { findBrokenInvariants, readState } from '../helpers/registry-state.ts';
import { runRunlink } from '../helpers/run-cli.ts';
import type { CliResult } from '../helpers/run-cli.ts';
import { runInline } from '../helpers/run-inline.ts';
import { startTrainer } from '../helpers/trainer.ts';
import { FIRST_SECOND, buildProject, buildServedRun } from '../helpers/wandb.ts';

/** Linked rows of runs that have ended since. */
const LIVE = 300;

interface Lab {
  readonly folder: string;
  readonly registry: string;
  readonly plan: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A plan of so many rows that waits, beside linked rows that are to be refreshed. */
async function openLab(planned: number, journalMode: JournalMode): Promise<Lab> {
  const { path: registry } = makeRegistry({
    journalMode,
    fill: (db) => {
      fillRows(planned)(db);
      db.exec(`
        ALTER TABLE training_runs ADD COLUMN wandb_run_id TEXT;
        ALTER TABLE training_runs ADD COLUMN finished_at TEXT;
        ALTER TABLE training_runs ADD COLUMN duration_seconds REAL;
        WITH RECURSIVE n(no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < ${LIVE})
        INSERT INTO training_runs (run_id, run_name, status, wandb_run_id)
          SELECT printf('live-%04d', no), 'x', 'running', printf('w%07d', 900000 + no) FROM n`);
    },
  });
  const plan = await makeRegistryPlan(registry, { runsByKey: pairRows(planned) });
  const folder = dirname(registry);
  const runs = Array.from({ length: LIVE }, (_item, index) =>
    buildServedRun(`w0${900_001 + index}`, FIRST_SECOND, { heartbeatAt: '2024-03-01T02:00:00Z' }),
  );
  const server = await startServer({ project: buildProject(runs) });
  onTestFinished(() => server.close());
  const env = {
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
    WANDB_ENTITY: 'lab',
    WANDB_PROJECT: 'molecules',
  };
  return { folder, registry, plan, env };
}

function copyOf(lab: Lab): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'runlink-refresh-'));
  cpSync(lab.folder, folder, { recursive: true });
  return { ...lab, folder, registry: join(folder, 'training_runs.db') };
}

const REFRESH = ['refresh', '--running', '--apply', '--json'];

function refresh({ registry, folder, env }: Lab): Promise<CliResult> {
  return runRunlink([...REFRESH, '--registry', registry], { cwd: folder, env });
}

async function expectVerified({ registry, folder }: Lab): Promise<void> {
  expect(findBrokenInvariants(registry)).toEqual([]);
  expect((await runInline(['verify', '--registry', registry], { cwd: folder })).code).toBe(0);
}

test.for(['wal', 'delete'] as const)(
  'two refreshes go along with an apply and with a Python job that writes all the time; nothing is lost (%s)',
  async (journalMode) => {
    const lab = await openLab(300, journalMode);
    const trainer = await startTrainer(lab.registry);
    const apply = runRunlink(['apply', lab.plan, '--registry', lab.registry, '--yes', '--no-backup', '--json'], {
      cwd: lab.folder,
    });
    const [applied, ...refreshed] = await Promise.all([apply, refresh(lab), refresh(lab)]);
    const { writes, errors } = await trainer.stop();
    expect(errors).toEqual([]);
    expect(writes).toBeGreaterThan(0);
    expect(applied).toMatchObject({ code: 0 });
    expect(JSON.parse(applied.stdout)).toMatchObject({ written: 300, problems: [] });
    expect(refreshed.map(({ code, stderr }) => [code, stderr])).toEqual(
      [0, 0].map((code) => [code, expect.any(String)]),
    );
    const reports = refreshed.map(({ stdout }) => JSON.parse(stdout) as { written: number; left: unknown[] });
    expect(reports.map(({ left }) => left)).toEqual([[], []]);
    expect(reports.reduce((sum, { written }) => sum + written, 0)).toBe(LIVE);
    expect(
      query(
        lab.registry,
        "SELECT count(*) AS n FROM training_runs WHERE run_id LIKE 'live-%' AND finished_at = '2024-03-01T02:00:00Z' AND status = 'not_running'",
      ),
    ).toEqual([{ n: LIVE }]);
    expect(readState(lab.registry).ledger).toHaveLength(300 + LIVE);
    await expectVerified(lab);
  },
);

test.for(['wal', 'delete'] as const)(
  'killed in the middle and run to the end, a refresh leaves what an uninterrupted one leaves (%s)',
  async (journalMode, { task }) => {
    const template = await openLab(1, journalMode);
    const straight = copyOf(template);
    expect((await refresh(straight)).code).toBe(0);
    const expected = readState(straight.registry);
    expect(expected.ledger).toHaveLength(LIVE);

    const lab = copyOf(template);
    const isJournal = (name: string): boolean => /^training_runs\.db-(wal|journal)$/.test(name);
    const args = [...REFRESH, '--registry', lab.registry];
    let kills = 0;
    for (let no = 1; no <= killsWanted(2); no += 1) {
      const moment = afterFileEvent({ folder: lab.folder, name: isJournal, nth: 4 + 5 * no });
      const { killed } = await runAndKill(args, { cwd: lab.folder, env: lab.env }, moment);
      if (!killed) break;
      kills += 1;
      task.meta.kills = kills;
      expect(findBrokenInvariants(lab.registry).filter((what) => !what.startsWith('rows without their entry'))).toEqual(
        [],
      );
    }
    expect(kills).toBeGreaterThan(0);
    expect((await refresh(lab)).code).toBe(0);
    expect(readState(lab.registry)).toEqual(expected);
    await expectVerified(lab);
  },
);
