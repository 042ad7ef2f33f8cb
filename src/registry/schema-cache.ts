import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { RegistrySchema } from '../model/registry.ts';

/** Registries whose schema is kept, in a program that asks several. */
const MOST_KEPT = 16;
/** File systems tell times in ticks: a file that was just written may be written again and look the same. */
const SETTLED_MS = 100;

const kept = new Map<string, { readonly stamp: string; readonly schema: RegistrySchema }>();

/**
 * Reading a schema looks at thousands of rows, which takes as long as a query that counts a million. A program that asks
 * again, of a file that nobody has written to since, gets the schema that was read.
 *
 * @param id what the schema depends on besides the file
 */
export function readSchemaOnce(
  db: Database,
  { path, id }: { readonly path: string; readonly id: string },
  read: () => RegistrySchema,
): RegistrySchema {
  const key = `${path}\0${id}`;
  // Looked at, never opened: to close the registry's file would drop this process's locks on it.
  const stats = [path, `${path}-wal`].map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }));
  const version: unknown = db.pragma('schema_version', { simple: true });
  const files = stats.map((stat) =>
    stat === undefined ? '-' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`,
  );
  const stamp = [String(version), ...files].join(' ');
  const found = kept.get(key);
  if (found?.stamp === stamp) return found.schema;
  const schema = read();
  kept.delete(key);
  const isSettled = stats.every((stat) => stat === undefined || Number(stat.mtimeMs) < Date.now() - SETTLED_MS);
  if (isSettled) kept.set(key, { stamp, schema });
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return schema;
}
