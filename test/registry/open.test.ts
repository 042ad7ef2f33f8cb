import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { LockedError, RunlinkError } from '../../src/errors.ts';
import { EMPTY_CONFIG } from '../../src/registry/config.ts';
import { inspectRegistry } from '../../src/registry/inspect.ts';
import { openRegistryForWriting, openRegistryReadOnly } from '../../src/registry/open.ts';
import { makeDatabase, makeFolder, withReadOnly } from '../helpers/database.ts';

const TABLE = "CREATE TABLE runs (run_id TEXT PRIMARY KEY, n INTEGER); INSERT INTO runs VALUES ('a', 9007199254740993)";

function errorOf(open: () => unknown): RunlinkError {
  try {
    open();
  } catch (error) {
    if (error instanceof RunlinkError) return error;
    throw error;
  }
  throw new Error('it opened');
}

test('a missing registry is not created, and the nearest databases of the folder are named', () => {
  const folder = dirname(makeDatabase(TABLE, 'training_runs.db'));
  writeFileSync(join(folder, 'zebra.sqlite'), '');
  const error = errorOf(() => openRegistryReadOnly(join(folder, 'trainig_runs.db')));
  expect(error.message).toBe(`there is no registry at "${join(folder, 'trainig_runs.db')}"`);
  expect(error.hint).toContain(
    `Did you mean "${join(folder, 'training_runs.db')}" or "${join(folder, 'zebra.sqlite')}"?`,
  );
  expect(existsSync(join(folder, 'trainig_runs.db'))).toBe(false);
});

test('a missing folder and a folder without databases are explained', () => {
  expect(errorOf(() => openRegistryReadOnly('/nowhere/at/all.db')).hint).toContain('--registry FILE');
  expect(errorOf(() => openRegistryReadOnly(join(makeFolder(), 'x.db'))).hint).toContain('RUNLINK_REGISTRY');
});

test('a folder is refused with the databases in it', () => {
  const path = makeDatabase(TABLE);
  const error = errorOf(() => openRegistryReadOnly(dirname(path)));
  expect(error.message).toContain('is a folder');
  expect(error.hint).toContain(path);
});

test('a file of another kind is refused as no database, or an encrypted one', () => {
  const path = join(makeFolder(), 'notes.txt');
  writeFileSync(path, 'these are notes, not a database at all\n'.repeat(50));
  const error = errorOf(() => openRegistryReadOnly(path));
  expect(error.message).toContain('is not an SQLite database, or it is encrypted');
  expect(error.cause).toBeInstanceOf(Database.SqliteError);
});

test('a registry that a writer left in the middle of a transaction is not called damaged', () => {
  const path = makeDatabase((db) => {
    db.exec('CREATE TABLE runs (run_id TEXT PRIMARY KEY, payload TEXT)');
    db.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO runs SELECT i, hex(randomblob(400)) FROM n',
    );
  });
  // A copy of the file and its journal, taken while a transaction has reached the disk, is what a crash leaves behind.
  const crashed = join(makeFolder(), 'registry.db');
  const db = new Database(path);
  db.pragma('cache_size = 1');
  db.exec('BEGIN; UPDATE runs SET payload = hex(randomblob(400))');
  copyFileSync(path, crashed);
  copyFileSync(`${path}-journal`, `${crashed}-journal`);
  db.exec('ROLLBACK');
  db.close();
  const error = errorOf(() => openRegistryReadOnly(crashed));
  expect(error.message).toContain('an earlier writer crashed');
  expect(error.message).toContain('SQLITE_READONLY_ROLLBACK');
  expect(error.hint).toContain('Open it once for writing');
  openRegistryForWriting(crashed).close();
  openRegistryReadOnly(crashed).close();
});

test('while another program commits, the reader says that it is locked', () => {
  const path = makeDatabase(TABLE);
  const writer = new Database(path);
  writer.exec('BEGIN EXCLUSIVE');
  try {
    const error = errorOf(() => openRegistryReadOnly(path));
    expect(error).toBeInstanceOf(LockedError);
    expect(error.message).toContain(path);
  } finally {
    writer.close();
  }
});

test('SQLite itself refuses a write on a read-only registry, and whole numbers keep all digits', () => {
  withReadOnly(makeDatabase(TABLE), (db) => {
    expect(() => db.exec("INSERT INTO runs VALUES ('b', 1)")).toThrow(/readonly/);
    expect(db.prepare('SELECT n FROM runs').pluck().get()).toBe(9007199254740993n);
  });
});

test.each(['wal', 'delete', 'truncate', 'persist'])(
  'opening for writing leaves journal mode %s and the user’s marks',
  (mode) => {
    const path = makeDatabase((db) => {
      db.pragma(`journal_mode = ${mode}`);
      db.exec(TABLE);
      db.exec('PRAGMA user_version = 7; PRAGMA application_id = 99');
    });
    const db = openRegistryForWriting(path);
    db.exec('UPDATE runs SET n = 1');
    // Modes other than WAL belong to a connection; none of ours is set.
    expect(db.pragma('journal_mode', { simple: true })).toBe(mode === 'wal' ? 'wal' : 'delete');
    expect(db.pragma('synchronous', { simple: true })).toBe(2n);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1n);
    db.close();
    withReadOnly(path, (reader) => {
      expect(reader.pragma('user_version', { simple: true })).toBe(7n);
      expect(reader.pragma('application_id', { simple: true })).toBe(99n);
    });
  },
);

test.each(['file:x.db?mode=memory', 'weird name #1%20 ünï.db', "it's.db"])(
  'a file called %s is that file, not a URI',
  (name) => {
    const path = join(makeFolder(), name);
    const plain = makeDatabase(TABLE);
    copyFileSync(plain, path);
    withReadOnly(path, (db) => expect(db.prepare('SELECT run_id FROM runs').pluck().get()).toBe('a'));
  },
);

test('a registry with a damaged page is called damaged, with what to do', () => {
  const path = makeDatabase(`CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, created_at TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO runs SELECT 'row number ' || i, 'finished', '2024-03-01' FROM n`);
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096 * 2, 4096 * 8);
  writeFileSync(path, bytes);
  const error = errorOf(() => inspectRegistry(path, EMPTY_CONFIG));
  expect(error.message).toContain('is a damaged SQLite database');
  expect(error.hint).toContain('restore a backup');
});
