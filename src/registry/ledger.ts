import type { Database } from 'better-sqlite3';
import type { Cell } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityImage } from '../model/identity.ts';
import type { LedgerEvent } from '../model/ledger.ts';
import { sameKey } from './exact.ts';
import type { TableSql } from './exact.ts';
import { imageParameters } from './exact.ts';
import { CANONICAL_TEXT_SQL, GENESIS_HASH, LEDGER_COLUMNS, hashEntry } from './ledger-hash.ts';
import type { ChainHead } from './ledger-hash.ts';

/** What an entry says besides the after image, which is read from the row itself. */
export interface NewLedgerEntry {
  readonly event: LedgerEvent;
  readonly key: Cell;
  readonly keyText: string;
  readonly wandbRunId: string;
  readonly planId: string;
  readonly batch: string;
  /** The image that the guarded UPDATE before this has proved to be the row's own, byte by byte. */
  readonly before: IdentityImage;
  readonly undoes: number | null;
  readonly by: string;
  /** ISO time, UTC. */
  readonly at: string;
}

export interface LedgerWriter {
  /**
   * Appends inside the caller's transaction, after the row was written: the after image is what the row holds now, taken
   * by SQLite itself. All NULL where the row is gone.
   */
  readonly append: (entry: NewLedgerEntry) => ChainHead;
}

export function readChainHead(db: Database): ChainHead {
  return prepareHead(db).get() ?? { seq: 0, hash: GENESIS_HASH };
}

function prepareHead(db: Database) {
  return db
    .prepare<[], ChainHead>('SELECT seq, hash FROM runlink_ledger ORDER BY seq DESC LIMIT 1')
    .safeIntegers(false);
}

export function createLedgerWriter(db: Database, sql: TableSql): LedgerWriter {
  const values = [
    ...['seq', 'event', 'row_key', 'key_text', 'wandb_run_id', 'plan_id', 'batch'].map((name) => `$${name} AS ${name}`),
    ...IDENTITY_COLUMNS.map((role) => `$before_${role} AS before_${role}`),
    ...sql.identity.map(({ role, column }) => `t.${column} AS after_${role}`),
    ...['undoes', 'written_by', 'written_at'].map((name) => `$${name} AS ${name}`),
  ].join(', ');
  const entry = `SELECT ${values} FROM (SELECT 1) LEFT JOIN ${sql.table} AS t ON ${sameKey(`t.${sql.key}`, '$row_key')}`;
  const text = db.prepare<[Record<string, Cell>], string>(`SELECT ${CANONICAL_TEXT_SQL} FROM (${entry})`).pluck();
  const insert = db.prepare<[Record<string, Cell>]>(
    `INSERT INTO runlink_ledger (${LEDGER_COLUMNS.join(', ')}, prev_hash, hash) SELECT *, $prev_hash, $hash FROM (${entry})`,
  );
  const head = prepareHead(db);
  return {
    append: (entry) => {
      const last = head.get() ?? { seq: 0, hash: GENESIS_HASH };
      const parameters = buildParameters(entry, last.seq + 1);
      const hash = hashEntry(last.hash, text.get(parameters) ?? '');
      insert.run({ ...parameters, prev_hash: last.hash, hash });
      return { seq: last.seq + 1, hash };
    },
  };
}

/** Integers go as bigint: better-sqlite3 binds a JavaScript number as REAL. */
function buildParameters(entry: NewLedgerEntry, seq: number): Record<string, Cell> {
  return {
    seq: BigInt(seq),
    event: entry.event,
    row_key: entry.key,
    key_text: entry.keyText,
    wandb_run_id: entry.wandbRunId,
    plan_id: entry.planId,
    batch: entry.batch,
    ...imageParameters('before', entry.before),
    undoes: entry.undoes === null ? null : BigInt(entry.undoes),
    written_by: entry.by,
    written_at: entry.at,
  };
}
