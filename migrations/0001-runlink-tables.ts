import { IDENTITY_COLUMNS } from '../src/model/identity.ts';
import type { SchemaMigration } from './schema-migration.ts';

/** A column without a type has no affinity: whatever storage class a cell of the registry has, it keeps here. */
const images = (prefix: string): string => IDENTITY_COLUMNS.map((column) => `${prefix}_${column}`).join(',\n  ');

const TABLES = `
-- Which migrations ran: umzug's log. A match migration's row is the first write of its transaction.
CREATE TABLE runlink_log (
  name TEXT PRIMARY KEY NOT NULL,
  plan_id TEXT,
  digest TEXT,
  batch_no INTEGER,
  rows INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  key_column TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  applied_at TEXT NOT NULL
);

-- Every change that runlink made, in order; each entry's hash covers the entry before it.
CREATE TABLE runlink_ledger (
  seq INTEGER PRIMARY KEY NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('applied', 'rolled-back')),
  row_key,
  key_text TEXT NOT NULL,
  wandb_run_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  batch TEXT NOT NULL,
  ${images('before')},
  ${images('after')},
  undoes INTEGER CHECK ((undoes IS NOT NULL) = (event = 'rolled-back')),
  written_by TEXT NOT NULL,
  written_at TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX runlink_ledger_by_row ON runlink_ledger (key_text, seq);
-- No entry is undone twice.
CREATE UNIQUE INDEX runlink_ledger_by_undone ON runlink_ledger (undoes) WHERE undoes IS NOT NULL;
CREATE TRIGGER runlink_ledger_no_update BEFORE UPDATE ON runlink_ledger
  BEGIN SELECT RAISE(ABORT, 'runlink_ledger is append-only'); END;
CREATE TRIGGER runlink_ledger_no_delete BEFORE DELETE ON runlink_ledger
  BEGIN SELECT RAISE(ABORT, 'runlink_ledger is append-only'); END;
-- Stops INSERT OR REPLACE too, which deletes without firing a delete trigger.
CREATE TRIGGER runlink_ledger_no_gap BEFORE INSERT ON runlink_ledger
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM runlink_ledger)
  BEGIN SELECT RAISE(ABORT, 'runlink_ledger entries are numbered without gaps'); END;

-- One run, one row: both sides unique.
CREATE TABLE runlink_links (
  wandb_run_id TEXT PRIMARY KEY NOT NULL,
  row_key UNIQUE NOT NULL,
  key_text TEXT NOT NULL
);

-- Pairs that a person took back; no plan proposes them again by itself.
CREATE TABLE runlink_rejections (
  key_text TEXT NOT NULL,
  wandb_run_id TEXT NOT NULL,
  rejected_by TEXT NOT NULL,
  rejected_at TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (key_text, wandb_run_id)
);
`;

/**
 * Our own tables. They stand in the registry file, so that they commit with the rows that they speak of. No STRICT and
 * nothing newer than SQLite 3.9: the training jobs' Python may be old, and it parses the whole schema.
 */
export const runlinkTables: SchemaMigration = { name: '0001-runlink-tables', buildSql: () => TABLES };
