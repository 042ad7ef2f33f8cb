import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Cell } from '../../src/model/cell.ts';
import { renderCell } from '../../src/model/cell.ts';
import { EMPTY_IMAGE } from '../../src/model/identity.ts';
import type { IdentityImage } from '../../src/model/identity.ts';
import type { AcceptedMatch } from '../../src/model/ledger.ts';
import type { RegistrySchema } from '../../src/model/registry.ts';
import { makeFolder } from './folder.ts';

/** A table as labs keep it; the link columns are added by `apply`. */
export const TABLE_SQL = `CREATE TABLE training_runs (
  run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, created_at TEXT, batch_size INTEGER, lr REAL, final_metrics_json TEXT
)`;

/** The same after `apply`, with types that people really declare. */
export const FULL_TABLE_SQL = `CREATE TABLE training_runs (
  run_id TEXT PRIMARY KEY, wandb_run_id TEXT, wandb_url TEXT, run_name TEXT, status TEXT, started_at, batch_size INTEGER
)`;

export interface RegistryFile {
  readonly path: string;
  readonly schema: RegistrySchema;
}

export interface RegistryFileOptions {
  readonly tableSql?: string;
  readonly journalMode?: 'wal' | 'delete';
  readonly fill?: (db: Database.Database) => void;
}

/** A real SQLite file in a folder of its own. */
export function makeRegistry(options: RegistryFileOptions = {}): RegistryFile {
  const path = join(makeFolder(), 'training_runs.db');
  const db = new Database(path);
  db.pragma(`journal_mode = ${options.journalMode ?? 'delete'}`);
  db.exec(options.tableSql ?? TABLE_SQL);
  options.fill?.(db);
  const names = new Set(db.prepare<[], string>("SELECT name FROM pragma_table_info('training_runs')").pluck().all());
  db.close();
  return { path, schema: buildSchema(names) };
}

/** What reading the schema finds of such a table, as far as writing needs it. */
function buildSchema(names: ReadonlySet<string>): RegistrySchema {
  const orNull = (name: string): string | null => (names.has(name) ? name : null);
  return {
    table: 'training_runs',
    key: 'run_id',
    identity: {
      wandb_run_id: orNull('wandb_run_id'),
      wandb_url: orNull('wandb_url'),
      run_name: orNull('run_name'),
      status: orNull('status'),
      started_at: orNull('started_at'),
    },
    createdAt: orNull('created_at'),
    finishedAt: null,
    durationSeconds: null,
    finalMetrics: [],
    hyperparameters: ['batch_size'],
    columns: [],
    statusWords: { running: 'running', not_running: 'not_running' },
    oddities: [],
    schemaHash: 'made by hand',
    evidence: {},
  };
}

/** `run-0001`, … with synthetic names and no links. */
export function fillRows(count: number): (db: Database.Database) => void {
  return (db) => {
    const insert = db.prepare('INSERT INTO training_runs (run_id, run_name, status, batch_size) VALUES (?, ?, ?, 96)');
    db.transaction(() => {
      for (let no = 1; no <= count; no += 1) insert.run(rowKey(no), `deco_hop_bs96_mgda_i-${no}`, 'running');
    })();
  };
}

function rowKey(no: number): string {
  return `run-${String(no).padStart(4, '0')}`;
}

/** What a plan accepts for such rows. */
export function buildMatch(key: Cell, wandbRunId: string, images: Partial<AcceptedMatch> = {}): AcceptedMatch {
  const before: IdentityImage = { ...EMPTY_IMAGE, ...images.before };
  return {
    key,
    keyText: renderCell(key),
    wandbRunId,
    decidedBy: 'policy',
    by: 'policy',
    ...images,
    before,
    after: {
      wandb_run_id: wandbRunId,
      wandb_url: `https://wandb.ai/lab/chem/runs/${wandbRunId}`,
      run_name: `sunny-sky-${wandbRunId}`,
      status: 'not_running',
      started_at: '2026-01-02T03:04:05Z',
      ...images.after,
    },
  };
}

/** One match per row of `fillRows`. */
export function buildMatches(count: number): readonly AcceptedMatch[] {
  return Array.from({ length: count }, (_item, index) =>
    buildMatch(rowKey(index + 1), `w${String(index + 1).padStart(7, '0')}`, {
      before: { ...EMPTY_IMAGE, run_name: `deco_hop_bs96_mgda_i-${index + 1}`, status: 'running' },
    }),
  );
}

/** Every value of the table with its storage class, exactly, sorted by key; the given columns only. */
export function readContent(path: string, columns: readonly string[]): readonly string[] {
  const db = new Database(path, { readonly: true });
  const exact = columns.map(
    (column) =>
      `typeof(${column}) || ':' || CASE typeof(${column}) WHEN 'text' THEN hex(${column}) ELSE quote(${column}) END`,
  );
  const rows = db
    .prepare<[], string>(`SELECT ${exact.join(" || ' ' || ")} FROM training_runs ORDER BY run_id`)
    .pluck()
    .all();
  db.close();
  return rows;
}
