import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linkRun } from '../../src/commands/link.ts';
import { readLinkLog } from '../../src/commands/log.ts';
import { refreshLinks } from '../../src/commands/refresh.ts';
import { rollbackMatch } from '../../src/commands/rollback.ts';
import { verifyRegistry } from '../../src/commands/verify.ts';
import { makeContext } from '../helpers/context.ts';
import { makeDatabase } from '../helpers/database.ts';
import { query, write } from '../helpers/query.ts';
import { startSource } from '../helpers/run-source.ts';
import { FIRST_SECOND, buildServedRun } from '../helpers/wandb.ts';

const context = makeContext();
/** A link, a plan of four and a rollback, written before the ledger had room for ends of runs. */
const DUMP = readFileSync(join(import.meta.dirname, 'ledger-before-ends.sql'), 'utf8');
const OWN_HEAD = 'ce24a6c5e31fa81dfdac4549eec97414749381000861431c75e1e7af5d36cd87';

const makeOld = (): string => makeDatabase(DUMP, 'training_runs.db');
const verify = (registry: string) => verifyRegistry({ context }, { registry });
const columns = (path: string): number => query(path, "SELECT name FROM pragma_table_info('runlink_ledger')").length;

test('a ledger of an earlier runlink verifies, is shown, and is rolled back as it is', async () => {
  const path = makeOld();
  const found = columns(path);
  expect(await verify(path)).toMatchObject({ entries: 6, links: 4, problems: [], head: { hash: OWN_HEAD } });
  expect((await readLinkLog({ registry: path })).entries.map(({ event }) => event)).toContain('rolled-back');
  const selection = { kind: 'rows', keyTexts: ['run-0001'] } as const;
  expect(await rollbackMatch({ context }, { registry: path, selection })).toMatchObject({ undone: 1, exitCode: 0 });
  expect(await verify(path)).toMatchObject({ entries: 7, links: 3, problems: [] });
  expect(columns(path)).toBe(found);
});

test('a refresh widens it, and the chain goes on over old and new entries', async () => {
  const path = makeOld();
  const runs = [2, 3, 5].map((no) =>
    buildServedRun(`w000000${no}`, FIRST_SECOND, { heartbeatAt: '2024-03-01T02:00:00Z' }),
  );
  const { source } = await startSource(runs);
  const report = await refreshLinks({ context, source }, { registry: path, apply: true });
  // Three rows of the plan name another project.
  expect(report).toMatchObject({ asked: 1, elsewhere: { 'lab/molopt': 3 }, written: 1 });
  await linkRun({ context, source }, { registry: path, runId: 'run-0004', wandbRun: 'later004', offline: true });
  expect(await verify(path)).toMatchObject({ entries: 8, links: 5, problems: [] });

  const forge = (set: string): void =>
    write(path, `DROP TRIGGER IF EXISTS runlink_ledger_no_update; UPDATE runlink_ledger SET ${set}`);
  forge(`after_finished_at = '2031-01-01T00:00:00Z' WHERE seq = 7`);
  expect((await verify(path)).problems).toContainEqual({
    kind: 'chain',
    keyText: null,
    words: 'entry 7 was changed after it was written',
  });
  forge(`after_duration_seconds = 1 WHERE seq = 2`);
  expect((await verify(path)).problems.filter(({ kind }) => kind === 'chain')).toHaveLength(2);
});
