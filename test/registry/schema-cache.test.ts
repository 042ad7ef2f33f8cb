import { utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { queryRuns } from '../../src/commands/runs.ts';
import type { RegistrySchema } from '../../src/model/registry.ts';
import { withRegistryReadOnly } from '../../src/registry/session.ts';
import { makeDatabase } from '../helpers/database.ts';
import { write } from '../helpers/query.ts';

function makeSettled(): string {
  const registry = makeDatabase(
    "CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, created_at TEXT); INSERT INTO runs VALUES ('a', 'running', NULL)",
  );
  const before = new Date(Date.now() - 60_000);
  utimesSync(registry, before, before);
  return registry;
}

const read = (registry: string): Promise<RegistrySchema> => withRegistryReadOnly({ registry }, ({ schema }) => schema);

test('a schema is read once, and again when the file changed', async () => {
  const registry = makeSettled();
  const first = await read(registry);
  expect(await read(registry)).toBe(first);
  write(registry, 'ALTER TABLE runs ADD COLUMN lr REAL');
  expect(await queryRuns({ lr: null }, { registry })).toHaveLength(1);
  await sleep(150);
  const second = await read(registry);
  expect(second).not.toBe(first);
  expect(await read(registry)).toBe(second);
  expect(await withRegistryReadOnly({ registry, lockTimeoutMs: 5 }, ({ schema }) => schema)).toBe(second);
});

test('a file that was just written is not trusted', async () => {
  const registry = makeSettled();
  await read(registry);
  for (const day of ['2024-02-01', '2024-03-01', '2024-04-01']) {
    write(registry, `UPDATE runs SET created_at = '${day}'`);
    expect(await queryRuns({}, { registry, since: day, until: '2025' })).toHaveLength(1);
  }
  write(registry, 'UPDATE runs SET created_at = NULL');
  await expect(queryRuns({}, { registry, since: '2024' })).rejects.toThrow('says when a run started');
});
