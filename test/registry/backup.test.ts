import { mkdirSync, readdirSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { ConflictError, LockedError, StoppedError } from '../../src/errors.ts';
import { findBackupOrNull, writeBackup } from '../../src/registry/backup.ts';
import { openRegistryForWriting } from '../../src/registry/open.ts';
import { query } from '../helpers/query.ts';
import { fillRows, makeRegistry } from '../helpers/registry.ts';
import { startTrainer } from '../helpers/trainer.ts';

const WHERE = { id: '0123456789ab', timeoutMs: 2000 } as const;

test('a backup made while a training job writes is whole, and leaves nothing beside it', async () => {
  for (const journalMode of ['wal', 'delete'] as const) {
    const { path, schema } = makeRegistry({ journalMode, fill: fillRows(5000) });
    const db = openRegistryForWriting(path);
    const trainer = await startTrainer(path);
    const backup = await writeBackup(db, { ...WHERE, registry: path, schema });
    const { errors } = await trainer.stop();
    db.close();
    expect(errors).toEqual([]);
    expect(query(backup, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(query(backup, `SELECT count(*) AS n FROM training_runs WHERE run_id NOT LIKE 'trainer-%'`)).toEqual([
      { n: 5000 },
    ]);
    const others = readdirSync(dirname(path)).filter((name) => !/^training_runs\.db(-wal|-shm)?$/.test(name));
    expect(others.filter((name) => !name.startsWith('training_runs.db.0123456789ab.backup'))).toEqual([]);
  }
});

test('a registry that stays locked gives no backup, and a stop while waiting for it is heard', async () => {
  const { path, schema } = makeRegistry({ fill: fillRows(5) });
  const db = openRegistryForWriting(path);
  const other = new Database(path);
  other.exec('BEGIN EXCLUSIVE');
  const options = { ...WHERE, registry: path, schema };
  await expect(writeBackup(db, { ...options, timeoutMs: 250 })).rejects.toThrow(LockedError);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  await expect(writeBackup(db, { ...options, timeoutMs: 60_000, signal: stop.signal })).rejects.toThrow(StoppedError);
  other.exec('ROLLBACK');
  other.close();
  expect(await findBackupOrNull(options)).toBeNull();
  db.close();
});

test('drafts of killed invocations are cleared away, and a damaged backup is not taken for one', async () => {
  const { path, schema } = makeRegistry({ fill: fillRows(2000) });
  mkdirSync(`${dirname(path)}/.training_runs.db.runlink-draft-abc123`);
  const db = openRegistryForWriting(path);
  const options = { ...WHERE, registry: path, schema };
  const backup = await writeBackup(db, options);
  db.close();
  expect(await findBackupOrNull(options)).toBe(backup);
  expect(readdirSync(dirname(path)).filter((name) => name.startsWith('.'))).toEqual([]);
  truncateSync(backup, 8192);
  await expect(findBackupOrNull(options)).rejects.toThrow(ConflictError);
});
