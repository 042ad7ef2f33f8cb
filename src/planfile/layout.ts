import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { PlanRefusedError } from '../errors.ts';
import { PLAN_FORMAT_VERSION } from '../model/plan.ts';
import { imageColumns } from './images.ts';

/** "rlpn": tells `file` and other tools, and us, that a SQLite file is a plan. */
const APPLICATION_ID = 0x726c706e;

/** From the SQLite file format: a header of 100 bytes, the application id at byte 68. */
const SQLITE_MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const APPLICATION_ID_OFFSET = 68;

const GIVE_PLAN = 'Give the file that `runlink plan --out FILE` wrote.';

// The columns that hold registry values have no type: without an affinity SQLite keeps each value's storage class.
const TABLES = [
  `CREATE TABLE header (name TEXT PRIMARY KEY, value) WITHOUT ROWID`,
  `CREATE TABLE windows (no INTEGER PRIMARY KEY, from_second INTEGER, to_second INTEGER, expected INTEGER,
  state TEXT, cursor TEXT)`,
  `CREATE TABLE runs (storage_id TEXT PRIMARY KEY, run_id TEXT, window_no INTEGER, url TEXT, run_json TEXT) WITHOUT ROWID`,
  `CREATE INDEX runs_by_run_id ON runs (run_id)`,
  `CREATE INDEX runs_by_window ON runs (window_no)`,
  `CREATE TABLE quarantined (run_id TEXT PRIMARY KEY, window_no INTEGER, error TEXT) WITHOUT ROWID`,
  `CREATE TABLE entries (no INTEGER PRIMARY KEY, key, key_text TEXT UNIQUE, kind TEXT, wandb_run_id TEXT,
  probability REAL, weight REAL, margin REAL, reason TEXT, ${imageColumns('before')},
  ${imageColumns('after')}, start_source TEXT)`,
  `CREATE INDEX entries_by_run ON entries (wandb_run_id)`,
  `CREATE TABLE candidates (entry_no INTEGER, rank INTEGER, wandb_run_id TEXT, display_name TEXT, probability REAL,
  weight REAL, ${imageColumns('after')}, start_source TEXT, evidence_json TEXT, PRIMARY KEY (entry_no, rank)) WITHOUT ROWID`,
  `CREATE TABLE decisions (key_text TEXT PRIMARY KEY, decision TEXT, wandb_run_id TEXT, decided_by TEXT, reviewer TEXT,
  decided_at TEXT, check_hash TEXT) WITHOUT ROWID`,
  `CREATE INDEX decisions_by_run ON decisions (wandb_run_id)`,
  `CREATE TABLE seal (digest TEXT, file_hash TEXT)`,
] as const;

export function isBlank(db: Database): boolean {
  return readTableSql(db).length === 0;
}

export function createLayout(db: Database): void {
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${PLAN_FORMAT_VERSION}`);
  for (const sql of TABLES) db.exec(sql);
}

/**
 * Looks at the file's first bytes before SQLite opens it: opening the registry by mistake may already write to it.
 *
 * @throws PlanRefusedError where the file holds something else than a plan; an empty file passes
 */
export function assertPlanBytes(path: string): void {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    if (!fstatSync(file).isFile()) throw new PlanRefusedError(`${path} is no file`, { hint: GIVE_PLAN });
    if (readSync(file, header) === 0) return;
  } finally {
    closeSync(file);
  }
  const isSqlite = header.toString('latin1', 0, SQLITE_MAGIC.length) === SQLITE_MAGIC;
  const found = isSqlite ? `application_id ${header.readInt32BE(APPLICATION_ID_OFFSET)}` : 'no SQLite file';
  if (found === `application_id ${APPLICATION_ID}`) return;
  throw new PlanRefusedError(`${path} is not a plan: expected application_id ${APPLICATION_ID}, found ${found}`, {
    hint: GIVE_PLAN,
  });
}

/** @throws PlanRefusedError where the plan is of another format version or laid out otherwise */
export function assertLayout(db: Database, path: string): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version !== PLAN_FORMAT_VERSION) {
    const isNewer = version > PLAN_FORMAT_VERSION;
    throw new PlanRefusedError(`${path} is of another format: expected ${PLAN_FORMAT_VERSION}, found ${version}`, {
      hint: isNewer ? 'Use the runlink that wrote the plan, or a newer one.' : 'Make the plan again.',
    });
  }
  if (readTableSql(db).join('\n') !== [...TABLES].sort().join('\n')) {
    throw new PlanRefusedError(`${path} is damaged: its tables are not those of plan format ${PLAN_FORMAT_VERSION}`, {
      hint: 'Make the plan again.',
    });
  }
}

function readTableSql(db: Database): string[] {
  const sql = db.prepare<[], string>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').pluck().all();
  return sql.sort();
}
