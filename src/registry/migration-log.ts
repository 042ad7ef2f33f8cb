import type { Database } from 'better-sqlite3';
import { ConflictError } from '../errors.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { ORIGIN } from './origin.ts';

/** One migration that ran, as the registry itself remembers it. */
export interface LogRow {
  readonly name: string;
  /** Null for schema migrations. */
  readonly planId: string | null;
  /** Names the exact list of matches of a round, see `buildRound`. */
  readonly digest: string | null;
  readonly batchNo: number | null;
  /** Matches in the batch, skipped ones included. */
  readonly rows: number;
  readonly toolVersion: string;
  readonly host: string;
  readonly pid: number;
  /** ISO time, UTC. */
  readonly appliedAt: string;
}

export type NewLogRow = Pick<LogRow, 'name' | 'planId' | 'digest' | 'batchNo' | 'rows' | 'appliedAt'>;

/** Whether runlink has ever written to this registry. */
export function hasRunlinkTables(db: Database): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'runlink_log'`).get() !== undefined;
}

/** In the order in which they were applied; empty where runlink never wrote. Only reads. */
export function readLog(db: Database): readonly LogRow[] {
  if (!hasRunlinkTables(db)) return [];
  return db
    .prepare<[], LogRow>(
      `SELECT name, plan_id AS planId, digest, batch_no AS batchNo, rows, tool_version AS toolVersion, host, pid,
         applied_at AS appliedAt FROM runlink_log ORDER BY rowid`,
    )
    .safeIntegers(false)
    .all();
}

export function isLogged(db: Database, name: string): boolean {
  return hasRunlinkTables(db) && db.prepare('SELECT 1 FROM runlink_log WHERE name = ?').get(name) !== undefined;
}

/** The primary key refuses a name that is there: a second runner fails here, before it touches a row. */
export function writeLogRow(db: Database, schema: RegistrySchema, row: NewLogRow): void {
  db.prepare(
    `INSERT INTO runlink_log (name, plan_id, digest, batch_no, rows, table_name, key_column, tool_version, host, pid, applied_at)
     VALUES ($name, $planId, $digest, $batchNo, $rows, $table, $key, $toolVersion, $host, $pid, $appliedAt)`,
  ).run({
    ...row,
    batchNo: row.batchNo === null ? null : BigInt(row.batchNo),
    rows: BigInt(row.rows),
    table: schema.table,
    key: schema.key,
    toolVersion: ORIGIN.toolVersion,
    host: ORIGIN.host,
    pid: BigInt(ORIGIN.pid),
  });
}

/**
 * The ledger names rows by key alone, so one registry file keeps one ledger of one table.
 *
 * @throws ConflictError where the ledger in this file was begun for another table or key column
 */
export function assertSameTable(db: Database, schema: RegistrySchema): void {
  if (!hasRunlinkTables(db)) return;
  const begun = db
    .prepare<[], { table: string; key: string }>(
      'SELECT table_name AS "table", key_column AS "key" FROM runlink_log ORDER BY rowid LIMIT 1',
    )
    .get();
  if (begun === undefined || (begun.table === schema.table && begun.key === schema.key)) return;
  throw new ConflictError(
    `the ledger in this registry belongs to table "${begun.table}" with key "${begun.key}", and now table "${schema.table}" with key "${schema.key}" is asked for`,
    { hint: 'Name that table and key in runlink.json again; a second table needs a registry file of its own.' },
  );
}
