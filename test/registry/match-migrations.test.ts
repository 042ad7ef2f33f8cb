import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { EMPTY_IMAGE } from '../../src/model/identity.ts';
import type { AcceptedMatch } from '../../src/model/ledger.ts';
import { runMatchMigrations } from '../../src/registry/match-migrations.ts';
import type { MatchOutcome, PaceReport } from '../../src/registry/match-migrations.ts';
import { buildRound } from '../../src/registry/match-round.ts';
import { readLog } from '../../src/registry/migration-log.ts';
import { verifyChain } from '../../src/registry/ledger-hash.ts';
import { openRegistryForWriting } from '../../src/registry/open.ts';
import { StoppedError } from '../../src/errors.ts';
import { FULL_TABLE_SQL, buildMatch, buildMatches, fillRows, makeRegistry, readContent } from '../helpers/registry.ts';
import type { RegistryFile } from '../helpers/registry.ts';

const DIGEST = 'abcdef0123456789'.repeat(4);

async function apply(
  { path, schema }: RegistryFile,
  matches: readonly AcceptedMatch[],
  options: { readonly signal?: AbortSignal; readonly onBatch?: () => void } = {},
): Promise<{ readonly outcomes: readonly MatchOutcome[]; readonly pace: PaceReport }> {
  const db = openRegistryForWriting(path);
  const outcomes: MatchOutcome[] = [];
  try {
    const pace = await runMatchMigrations(db, {
      schema,
      round: buildRound(DIGEST, matches, readLog(db)),
      now: () => Date.UTC(2026, 0, 1),
      lockTimeoutMs: 5000,
      signal: options.signal ?? new AbortController().signal,
      say: () => {},
      onBatch: (batch) => {
        outcomes.push(...batch);
        options.onBatch?.();
      },
    });
    return { outcomes, pace };
  } finally {
    db.close();
  }
}

const kinds = (outcomes: readonly MatchOutcome[]): readonly string[] =>
  outcomes.map(({ outcome }) => (outcome.kind === 'skipped' ? outcome.reason : outcome.kind));

function query(path: string, sql: string): unknown[] {
  const db = new Database(path, { readonly: true });
  const rows = db.prepare(sql).all();
  db.close();
  return rows;
}

test('every accepted match is written once, with its ledger entry, link and log row', async () => {
  const registry = makeRegistry({ fill: fillRows(240) });
  const { outcomes } = await apply(registry, buildMatches(240));
  expect(new Set(kinds(outcomes))).toEqual(new Set(['written']));
  expect(query(registry.path, 'SELECT name, rows FROM runlink_log')).toEqual([
    { name: '0001-runlink-tables', rows: 0 },
    { name: '0002-identity-columns', rows: 0 },
    { name: '0003-ledger-ends', rows: 0 },
    { name: 'abcdef012345-b0001', rows: 100 },
    { name: 'abcdef012345-b0002', rows: 100 },
    { name: 'abcdef012345-b0003', rows: 40 },
  ]);
  expect(query(registry.path, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 240 }]);
  expect(query(registry.path, 'SELECT count(*) AS n FROM runlink_links')).toEqual([{ n: 240 }]);
  expect(
    query(registry.path, `SELECT wandb_run_id, run_name, status FROM training_runs WHERE run_id = 'run-0007'`),
  ).toEqual([{ wandb_run_id: 'w0000007', run_name: 'sunny-sky-w0000007', status: 'not_running' }]);
});

test('a second run of the same plan finds nothing to do and changes no byte of the content', async () => {
  const registry = makeRegistry({ fill: fillRows(120) });
  await apply(registry, buildMatches(120));
  const before = query(registry.path, 'SELECT * FROM runlink_ledger');
  const { outcomes, pace } = await apply(registry, buildMatches(120));
  expect(outcomes).toEqual([]);
  expect(pace.transactions).toBe(0);
  expect(query(registry.path, 'SELECT * FROM runlink_ledger')).toEqual(before);
});

test('a stop at a batch’s end leaves whole batches, and going on gives what an uninterrupted run gives', async () => {
  const [stopped, straight] = [makeRegistry({ fill: fillRows(240) }), makeRegistry({ fill: fillRows(240) })];
  const stop = new AbortController();
  await expect(apply(stopped, buildMatches(240), { signal: stop.signal, onBatch: () => stop.abort() })).rejects.toThrow(
    StoppedError,
  );
  expect(query(stopped.path, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 100 }]);
  await apply(stopped, buildMatches(240));
  await apply(straight, buildMatches(240));
  for (const table of ['training_runs', 'runlink_ledger', 'runlink_links']) {
    expect(query(stopped.path, `SELECT * FROM ${table}`)).toEqual(query(straight.path, `SELECT * FROM ${table}`));
  }
});

test('a row that drifted is skipped with what it holds and what was expected; the rest is written', async () => {
  const registry = makeRegistry({ fill: fillRows(3) });
  const db = new Database(registry.path);
  db.exec(`UPDATE training_runs SET status = 'stopped' WHERE run_id = 'run-0002'`);
  db.exec(`DELETE FROM training_runs WHERE run_id = 'run-0003'`);
  db.close();
  const { outcomes } = await apply(registry, buildMatches(3));
  expect(kinds(outcomes)).toEqual(['written', 'drift', 'missing-row']);
  expect(outcomes[1]?.outcome).toMatchObject({ words: 'status is "stopped", the plan expects "running"' });
  expect(query(registry.path, `SELECT status FROM training_runs WHERE run_id = 'run-0002'`)).toEqual([
    { status: 'stopped' },
  ]);
});

test('drift is exact: another storage class, another case under NOCASE, 1 for 1.0 are all another value', async () => {
  const registry = makeRegistry({
    tableSql:
      'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id, wandb_url, run_name TEXT COLLATE NOCASE, status, started_at)',
    fill: (db) =>
      db.exec(
        `INSERT INTO training_runs (run_id, run_name, started_at) VALUES ('a', 'Name', 1), ('b', 'name', 1.0), ('c', 'name', '1'), ('d', 'name', 1)`,
      ),
  });
  const before = { ...EMPTY_IMAGE, run_name: 'name', started_at: 1n };
  const matches = ['a', 'b', 'c', 'd'].map((key) => buildMatch(key, `w-${key}`, { before }));
  expect(kinds((await apply(registry, matches)).outcomes)).toEqual(['drift', 'drift', 'drift', 'written']);
});

test('two rows never get one run: not from one plan, not from the table, not from our own links', async () => {
  const registry = makeRegistry({
    tableSql: FULL_TABLE_SQL,
    fill: (db) =>
      db.exec(
        `INSERT INTO training_runs (run_id, wandb_run_id) VALUES ('a', NULL), ('b', NULL), ('c', NULL), ('d', 'taken')`,
      ),
  });
  const matches = [buildMatch('a', 'one'), buildMatch('b', 'one'), buildMatch('c', 'taken')];
  const { outcomes } = await apply(registry, matches);
  expect(kinds(outcomes)).toEqual(['written', 'run-taken', 'run-taken']);
  expect(outcomes[2]?.outcome).toMatchObject({ words: 'run taken is linked to row d already' });
  const db = new Database(registry.path);
  db.exec(`UPDATE training_runs SET wandb_run_id = NULL WHERE run_id = 'a'`);
  db.close();
  const [again] = (await apply(registry, [buildMatch('b', 'one')])).outcomes;
  expect(again?.outcome).toMatchObject({ reason: 'run-taken' });
});

test('a value that the column would store as another one is refused, and the row stays as it was', async () => {
  const registry = makeRegistry({
    tableSql:
      "CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id STRING, wandb_url TEXT, run_name TEXT, status TEXT CHECK (status <> 'no'), started_at)",
    fill: (db) => db.exec(`INSERT INTO training_runs (run_id) VALUES ('a'), ('b'), ('c')`),
  });
  const refused = buildMatch('c', 'fine', { after: { ...buildMatch('c', 'fine').after, status: 'no' } });
  const { outcomes } = await apply(registry, [buildMatch('a', '12e4'), buildMatch('b', '12345678'), refused]);
  expect(kinds(outcomes)).toEqual(['constraint', 'written', 'constraint']);
  expect(query(registry.path, 'SELECT run_id, wandb_run_id FROM training_runs')).toEqual([
    { run_id: 'a', wandb_run_id: null },
    { run_id: 'b', wandb_run_id: 12345678 },
    { run_id: 'c', wandb_run_id: null },
  ]);
  expect(query(registry.path, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 1 }]);
});

test('numbers, big integers, blobs and empty texts reach the row and the ledger with their storage class', async () => {
  const registry = makeRegistry({
    tableSql: 'CREATE TABLE training_runs (run_id, wandb_run_id TEXT, wandb_url, run_name, status, started_at)',
    fill: (db) =>
      db.exec(`INSERT INTO training_runs VALUES (9007199254740993, '', 1.0, x'00ff', '1', 9007199254740993)`),
  });
  const before = {
    wandb_run_id: '',
    wandb_url: 1,
    run_name: Buffer.from([0, 255]),
    status: '1',
    started_at: 9007199254740993n,
  };
  const match = buildMatch(9007199254740993n, 'w1', {
    before,
    after: { ...buildMatch(1n, 'w1').after, started_at: 1767225600.25 },
  });
  expect(kinds((await apply(registry, [match])).outcomes)).toEqual(['written']);
  const images = `SELECT typeof(row_key) || quote(row_key) AS key, quote(before_wandb_run_id) AS a, quote(before_wandb_url) AS b,
    quote(before_run_name) AS c, quote(before_status) AS d, quote(before_started_at) AS e, quote(after_started_at) AS f FROM runlink_ledger`;
  expect(query(registry.path, images)).toEqual([
    {
      key: 'integer9007199254740993',
      a: `''`,
      b: '1.0',
      c: `X'00FF'`,
      d: `'1'`,
      e: '9007199254740993',
      f: '1767225600.25',
    },
  ]);
  expect(readContent(registry.path, ['started_at'])).toEqual(['real:1767225600.25']);
});

test('other decisions on the same plan are another round that passes over what is written', async () => {
  const registry = makeRegistry({ fill: fillRows(3) });
  const all = buildMatches(3);
  await apply(registry, all.slice(0, 2));
  const { outcomes } = await apply(registry, all);
  expect(kinds(outcomes)).toEqual(['already-written', 'already-written', 'written']);
  expect(query(registry.path, 'SELECT DISTINCT batch FROM runlink_ledger')).toEqual([
    { batch: 'abcdef012345-b0001' },
    { batch: 'abcdef012345-r2-b0001' },
  ]);
});

test('the ledger refuses changes, deletions and replacements, and a change behind its back is found', async () => {
  const registry = makeRegistry({ fill: fillRows(3) });
  await apply(registry, buildMatches(3));
  const db = new Database(registry.path);
  for (const sql of [
    `UPDATE runlink_ledger SET written_by = 'x'`,
    'DELETE FROM runlink_ledger',
    'INSERT OR REPLACE INTO runlink_ledger SELECT * FROM runlink_ledger WHERE seq = 1',
  ]) {
    expect(() => db.exec(sql)).toThrow(/append-only|without gaps/);
  }
  expect(verifyChain(db).breaks).toEqual([]);
  db.exec(`DROP TRIGGER runlink_ledger_no_update; UPDATE runlink_ledger SET after_status = 'running' WHERE seq = 2`);
  expect(verifyChain(db).breaks).toEqual([{ seq: 2, words: 'entry 2 was changed after it was written' }]);
  db.exec('DROP TRIGGER runlink_ledger_no_delete; DELETE FROM runlink_ledger WHERE seq = 2');
  expect(verifyChain(db).breaks.map(({ seq }) => seq)).toEqual([3]);
  db.close();
});

test('a log with a batch that the plan does not have stops the run before it writes', async () => {
  const registry = makeRegistry({ fill: fillRows(3) });
  await apply(registry, buildMatches(3));
  const db = new Database(registry.path);
  db.exec(`UPDATE runlink_log SET rows = 2 WHERE batch_no = 1`);
  db.close();
  await expect(apply(registry, buildMatches(3))).rejects.toThrow(
    /"abcdef012345-b0001" with 2 rows was applied, expected "abcdef012345-b0001" with 3 rows/,
  );
});
