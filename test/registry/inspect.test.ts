import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { EMPTY_CONFIG } from '../../src/registry/config.ts';
import { inspectRegistry } from '../../src/registry/inspect.ts';
import { probeWriters } from '../../src/registry/inspect-writers.ts';
import { acquireLock } from '../../src/registry/lock.ts';
import { insertRows, makeDatabase } from '../helpers/database.ts';

const SQL =
  'CREATE TABLE runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, run_name TEXT, task TEXT, bs INTEGER, method TEXT)';

test('rows are counted by what a backfill means for them', () => {
  const path = makeDatabase((db) => {
    db.exec(SQL);
    insertRows(db, 'runs', [
      { run_id: 'a', wandb_run_id: 'w1', run_name: 'sunny-sky-1', task: 'deco_hop', bs: 96n, method: 'mgda' },
      { run_id: 'b', wandb_run_id: 'w1', task: 'deco_hop', bs: 96n },
      {
        run_id: 'c',
        wandb_run_id: '',
        run_name: 'deco_hop_bs96_mgda_i-0abc',
        task: 'deco_hop',
        bs: 96n,
        method: 'mgda',
      },
      { run_id: 'zinc_BS8', run_name: null, task: 'zinc', bs: 8n, method: 'mgda' },
      { run_id: 'e', run_name: 'brave-bird-8', task: 'zinc', bs: 8n, method: 'mgda' },
      { run_id: 'f', run_name: 'zinc again', task: 'zinc', bs: 16n },
    ]);
  });
  expect(inspectRegistry(path, EMPTY_CONFIG).states).toEqual({
    rows: 6,
    linked: 2,
    synthetic: 2,
    unlinked: 2,
    linkedRunIds: ['w1'],
    sharedRunIds: ['w1'],
  });
});

test('tells the file’s own facts', () => {
  const path = makeDatabase((db) => {
    db.pragma('page_size = 1024');
    db.pragma('journal_mode = wal');
    db.exec(SQL);
  });
  expect(inspectRegistry(path, EMPTY_CONFIG)).toMatchObject({
    path,
    config: null,
    sqliteVersion: expect.stringMatching(/^3\.\d+\.\d+$/),
    journalMode: 'wal',
    pageSize: 1024,
    pageCount: 3,
    lockHolder: null,
    networkFileSystem: null,
  });
});

test('names the invocation that holds our own lock', () => {
  const path = makeDatabase(SQL);
  const lock = acquireLock(path, { command: 'apply 3f2a90c1d4e7', now: () => Date.UTC(2024, 0, 1) });
  expect(inspectRegistry(path, EMPTY_CONFIG).lockHolder).toMatchObject({
    command: 'apply 3f2a90c1d4e7',
    pid: process.pid,
  });
  lock.release();
  expect(inspectRegistry(path, EMPTY_CONFIG).lockHolder).toBeNull();
});

const systemListsLocks = existsSync('/proc/locks');

describe.each(['delete', 'wal'])('in journal mode %s', (mode) => {
  test.runIf(systemListsLocks)('a program in the middle of a transaction is seen, one that only reads is not', () => {
    const path = makeDatabase((db) => {
      db.pragma(`journal_mode = ${mode}`);
      db.exec(`${SQL}; INSERT INTO runs (run_id) VALUES ('a')`);
    });
    const db = new Database(path);
    db.exec('BEGIN');
    db.prepare('SELECT * FROM runs').all();
    expect(probeWriters(path)).toEqual({ kind: 'seen', writers: [] });
    db.exec('UPDATE runs SET bs = 1');
    const seen = probeWriters(path);
    db.exec('COMMIT');
    expect(seen).toEqual({ kind: 'seen', writers: [{ pid: process.pid, program: expect.stringMatching(/./) }] });
    expect(probeWriters(path)).toEqual({ kind: 'seen', writers: [] });
    db.close();
  });
});

test('where the system does not list its locks, the answer is "unknown"', () => {
  expect(probeWriters(makeDatabase(SQL), '/nowhere/locks')).toEqual({
    kind: 'unknown',
    why: 'this system does not list its file locks',
  });
});
