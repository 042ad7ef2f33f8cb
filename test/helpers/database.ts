import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Cell } from '../../src/model/cell.ts';
import { openRegistryReadOnly } from '../../src/registry/open.ts';
import { EMPTY_CONFIG } from '../../src/registry/config.ts';
import type { RegistryConfig } from '../../src/registry/config.ts';
import { readSchema } from '../../src/registry/schema.ts';
import type { RegistrySchema } from '../../src/model/registry.ts';
import { makeFolder } from './folder.ts';

export { makeFolder };

/** A real SQLite file in a folder of its own, built by the given SQL or function and closed. */
export function makeDatabase(build: string | ((db: Database.Database) => void), name = 'registry.db'): string {
  const path = join(makeFolder(), name);
  const db = new Database(path);
  if (typeof build === 'string') db.exec(build);
  else build(db);
  db.close();
  return path;
}

/** Inserts rows given by column name. */
export function insertRows(
  db: Database.Database,
  table: string,
  rows: readonly Readonly<Record<string, Cell>>[],
): void {
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  for (const row of rows) {
    const names = Object.keys(row);
    db.prepare(
      `INSERT INTO ${quote(table)} (${names.map(quote).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    ).run(...Object.values(row));
  }
}

export function readSchemaOf(path: string, config: Partial<RegistryConfig> = {}): RegistrySchema {
  return withReadOnly(path, (db) => readSchema(db, { ...EMPTY_CONFIG, ...config }));
}

export function withReadOnly<T>(path: string, use: (db: Database.Database) => T): T {
  const db = openRegistryReadOnly(path);
  try {
    return use(db);
  } finally {
    db.close();
  }
}
