import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { previewApply } from '../../src/commands/apply-preview.ts';
import { applyPlan } from '../../src/commands/apply.ts';
import { verifyRegistry } from '../../src/commands/verify.ts';
import { openRegistryForWriting } from '../../src/registry/open.ts';
import { applySchemaMigrations, assertColumnsCanBeAdded } from '../../src/registry/schema-migrations.ts';
import { makeContext } from '../helpers/context.ts';
import { makeDatabase, readSchemaOf } from '../helpers/database.ts';
import { query, write } from '../helpers/query.ts';
import { fillRows, makeRegistry } from '../helpers/registry.ts';
import { makeRegistryPlan, pairRows } from '../helpers/registry-plan.ts';

const context = makeContext();

test('names with quotes, spaces and keywords are migrated like any other, and twice is once', () => {
  const { path, schema } = makeRegistry({ tableSql: 'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY)' });
  write(path, 'ALTER TABLE training_runs RENAME TO "select ""from"" runs"');
  const named = { ...schema, table: 'select "from" runs' };
  const db = openRegistryForWriting(path);
  applySchemaMigrations(db, named, 'now');
  applySchemaMigrations(db, named, 'later');
  db.close();
  expect(query(path, `SELECT name FROM pragma_table_info('select "from" runs')`)).toEqual(
    ['run_id', 'wandb_run_id', 'wandb_url', 'run_name', 'status', 'started_at'].map((name) => ({ name })),
  );
  expect(query(path, 'SELECT name, applied_at FROM runlink_log')).toEqual([
    { name: '0001-runlink-tables', applied_at: 'now' },
    { name: '0002-identity-columns', applied_at: 'now' },
    { name: '0003-ledger-ends', applied_at: 'now' },
  ]);
});

test('Python’s own SQLite, whatever its age, reads and writes a migrated registry', async () => {
  const { path } = makeRegistry({ fill: fillRows(2) });
  const plan = await makeRegistryPlan(path, { runsByKey: pairRows(2) });
  await applyPlan({ context }, { registry: path, plan, backup: false, requireDecisions: false });
  const { execFileSync } = await import('node:child_process');
  const script = `import sqlite3,sys
c = sqlite3.connect(sys.argv[1])
c.execute("INSERT INTO training_runs (run_id, wandb_run_id) VALUES ('new', 'n1')")
c.commit()
print(c.execute("SELECT count(*) FROM training_runs WHERE wandb_run_id IS NOT NULL").fetchone()[0], c.execute("PRAGMA integrity_check").fetchone()[0])`;
  expect(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }).trim()).toBe('3 ok');
});

test('a plan stays valid for the registry that its own apply has widened', async () => {
  const { path } = makeRegistry({ fill: fillRows(250) });
  const before = readSchemaOf(path).schemaHash;
  const plan = await makeRegistryPlan(path, { runsByKey: pairRows(250) });
  const stop = new AbortController();
  const stopping = makeContext({ signal: stop.signal, onProgress: () => stop.abort() });
  const options = { registry: path, plan, backup: false, requireDecisions: false };
  await expect(applyPlan({ context: stopping }, options)).rejects.toMatchObject({ code: 130 });
  expect(readSchemaOf(path).schemaHash).toBe(before);
  expect(await previewApply(options)).toMatchObject({ resumes: true, columnsToAdd: [], changes: 150 });
});

test('a column that is there but was not recognised is refused before anything is written, with the config to write', () => {
  const path = makeDatabase('CREATE TABLE t (id TEXT PRIMARY KEY, Status BLOB)');
  const schema = {
    ...makeRegistry().schema,
    table: 't',
    key: 'id',
    columns: readColumns(path),
    identity: { ...makeRegistry().schema.identity, status: null },
  };
  expect(() => assertColumnsCanBeAdded(schema)).toThrow('table "t" has "Status" already');
});

function readColumns(path: string): ReturnType<typeof readSchemaOf>['columns'] {
  const { columns } = readSchemaOf(makeRegistry({ fill: fillRows(1) }).path);
  const [first] = columns;
  const db = new Database(path, { readonly: true });
  const names = db.prepare<[], string>(`SELECT name FROM pragma_table_info('t')`).pluck().all();
  db.close();
  return names.flatMap((name) => (first === undefined ? [] : [{ ...first, name }]));
}

test('a column that was dropped after an apply, and a ledger of another table, are explained', async () => {
  const { path } = makeRegistry({ fill: fillRows(2) });
  const plan = await makeRegistryPlan(path, { runsByKey: pairRows(2) });
  await applyPlan({ context }, { registry: path, plan, backup: false, requireDecisions: false });
  write(path, 'ALTER TABLE training_runs DROP COLUMN wandb_url');
  await expect(verifyRegistry({ context }, { registry: path })).rejects.toThrow('has no column for wandb_url');
  write(path, `ALTER TABLE training_runs ADD COLUMN wandb_url TEXT; UPDATE runlink_log SET table_name = 'other'`);
  await expect(verifyRegistry({ context }, { registry: path })).rejects.toThrow('belongs to table "other"');
});
