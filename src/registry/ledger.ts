import type { Database } from 'better-sqlite3';
import type { Cell } from '../model/cell.ts';
import { END_COLUMNS } from '../model/identity.ts';
import type { RowImage } from '../model/identity.ts';
import type { LedgerEvent } from '../model/ledger.ts';
import { sameKey } from './exact.ts';
import type { TableSql } from './exact.ts';
import { imageParameters } from './exact.ts';
import { GENESIS_HASH, hashEntry, readLedgerLayout } from './ledger-hash.ts';
import type { ChainHead } from './ledger-hash.ts';

/** What an entry says besides the after image, which is read from the row itself. */
export interface NewLedgerEntry {
  readonly event: LedgerEvent;
  readonly key: Cell;
  readonly keyText: string;
  readonly wandbRunId: string;
  readonly planId: string;
  readonly batch: string;
  /**
   * The image that the guarded UPDATE before this has proved to be the row's own, byte by byte; its end columns are those
   * that the entry is about.
   */
  readonly before: RowImage;
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

export function createLedgerWriter(db: Database, sql: TableSql): LedgerWriter {
  const head = db
    .prepare<[], ChainHead>('SELECT seq, hash FROM runlink_ledger ORDER BY seq DESC LIMIT 1')
    .safeIntegers(false);
  const ofRow = prepareEntry(db, {
    after: new Map<string, string>([
      ...sql.identity.map(({ role, column }) => [`after_${role}`, `t.${column}`] as const),
      ...sql.ends.map(
        ({ role, column }) => [`after_${role}`, `CASE WHEN $writes_${role} THEN t.${column} END`] as const,
      ),
    ]),
    from: `FROM ${sql.table} AS t WHERE ${sameKey(`t.${sql.key}`, '$row_key')}`,
  });
  const ofGoneRow = prepareEntry(db, { after: new Map(), from: '' });
  return {
    append: (entry) => {
      const last = head.get() ?? { seq: 0, hash: GENESIS_HASH };
      const parameters = buildParameters(entry, last.seq + 1);
      const text = ofRow.text.get(parameters);
      const { insert } = text === undefined ? ofGoneRow : ofRow;
      const hash = hashEntry(last.hash, text ?? ofGoneRow.text.get(parameters) ?? '');
      insert.run({ ...parameters, prev_hash: last.hash, hash });
      return { seq: last.seq + 1, hash };
    },
  };
}

/** The same values twice: as the canonical text to be hashed, and to be inserted. */
function prepareEntry(
  db: Database,
  { after, from }: { readonly after: ReadonlyMap<string, string>; readonly from: string },
) {
  const { columns, canonicalText } = readLedgerLayout(db);
  const values = columns.map((name) => {
    const value = name.startsWith('after_') ? (after.get(name) ?? 'NULL') : `$${name}`;
    return `${value} AS ${name}`;
  });
  const entry = `SELECT ${values.join(', ')} ${from}`;
  return {
    text: db.prepare<[Record<string, Cell>], string>(`SELECT ${canonicalText} FROM (${entry})`).pluck(),
    insert: db.prepare<[Record<string, Cell>]>(
      `INSERT INTO runlink_ledger (${columns.join(', ')}, prev_hash, hash) SELECT *, $prev_hash, $hash FROM (${entry})`,
    ),
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
    ...Object.fromEntries(END_COLUMNS.map((role) => [`writes_${role}`, role in entry.before ? 1n : 0n])),
    undoes: entry.undoes === null ? null : BigInt(entry.undoes),
    written_by: entry.by,
    written_at: entry.at,
  };
}
