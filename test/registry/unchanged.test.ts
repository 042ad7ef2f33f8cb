import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { doctor } from '../../src/commands/doctor.ts';
import { queryRuns, runs } from '../../src/commands/runs.ts';
import { inspectRegistry } from '../../src/registry/inspect.ts';
import { EMPTY_CONFIG } from '../../src/registry/config.ts';
import { readRow, readRows } from '../../src/registry/rows.ts';
import { readSchema } from '../../src/registry/schema.ts';
import { makeContext } from '../helpers/context.ts';
import { makeDatabase, makeFolder, withReadOnly } from '../helpers/database.ts';

const SQL = `CREATE TABLE runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, status TEXT, created_at TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  INSERT INTO runs SELECT 'r' || i, NULL, 'finished', datetime(1700000000 + i, 'unixepoch') FROM n`;

const READERS: Readonly<Record<string, (path: string) => unknown>> = {
  'reading schema and rows': (path) =>
    withReadOnly(path, (db) => {
      const schema = readSchema(db);
      expect(readRows(db, schema)).toHaveLength(300);
      expect(readRow(db, schema, 'r7')).not.toBeNull();
    }),
  'looking at it': (path) => inspectRegistry(path, EMPTY_CONFIG),
  doctor: async (registry) => await doctor({ context: makeContext() }, { registry }),
  runs: async (registry) =>
    await runs({ context: makeContext() }, { registry, since: '2023', order: '-created_at' }, ({ blocks }) => [
      ...blocks,
    ]),
  queryRuns: async (registry) => await queryRuns({ status: 'not_running' }, { registry }),
};

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe.each(['delete', 'wal'])('in journal mode %s the registry keeps its bytes after', (mode) => {
  test.each(Object.keys(READERS))('%s', async (name) => {
    const path = makeDatabase((db) => {
      db.pragma(`journal_mode = ${mode}`);
      db.exec(SQL);
    });
    const before = hashOf(path);
    await READERS[name]?.(path);
    expect(hashOf(path)).toBe(before);
  });
});

test('a WAL that a running program has not yet written back is read, and neither it nor the registry changes', async () => {
  const path = makeDatabase((db) => {
    db.pragma('journal_mode = wal');
    db.exec(SQL);
  });
  const writer = new Database(path);
  writer.exec("UPDATE runs SET status = 'running' WHERE run_id = 'r9'");
  // Copies are hashed: reading the live files here would drop the writer's locks.
  const folder = makeFolder();
  copyFileSync(path, join(folder, 'registry.db'));
  copyFileSync(`${path}-wal`, join(folder, 'registry.db-wal'));
  writer.close();
  const copy = join(folder, 'registry.db');
  const before = [hashOf(copy), hashOf(`${copy}-wal`)];
  expect((await queryRuns({ status: 'running' }, { registry: copy })).map((row) => row['run_id'])).toEqual(['r9']);
  expect([hashOf(copy), hashOf(`${copy}-wal`)]).toEqual(before);
});
