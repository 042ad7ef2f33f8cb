import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { END_COLUMNS, IDENTITY_COLUMNS } from '../model/identity.ts';

/** What the first entry has as its previous hash. */
export const GENESIS_HASH = '0'.repeat(64);

/** The ledger's columns that each hash covers, in order. */
const LEDGER_COLUMNS: readonly string[] = [
  'seq',
  'event',
  'row_key',
  'key_text',
  'wandb_run_id',
  'plan_id',
  'batch',
  ...IDENTITY_COLUMNS.map((column) => `before_${column}`),
  ...IDENTITY_COLUMNS.map((column) => `after_${column}`),
  'undoes',
  'written_by',
  'written_at',
];

/** Columns that came later; the hash of an entry that holds something in them covers them too, behind the others. */
const END_LEDGER_COLUMNS: readonly string[] = END_COLUMNS.flatMap((column) => [`before_${column}`, `after_${column}`]);

/** What this registry's ledger has for columns: one that runlink has not written to of late lacks the later ones. */
export interface LedgerLayout {
  readonly columns: readonly string[];
  /** SQL for the one text of all columns of an entry that is hashed. */
  readonly canonicalText: string;
}

export function readLedgerLayout(db: Database): LedgerLayout {
  const [later = ''] = END_LEDGER_COLUMNS;
  const found = db.prepare(`SELECT 1 FROM pragma_table_info('runlink_ledger') WHERE name = ?`).get(later);
  if (found === undefined) return { columns: LEDGER_COLUMNS, canonicalText: joinCanonical(LEDGER_COLUMNS) };
  const isOld = `coalesce(${END_LEDGER_COLUMNS.join(', ')}) IS NULL`;
  const ends = `CASE WHEN ${isOld} THEN '' ELSE '|' || ${joinCanonical(END_LEDGER_COLUMNS)} END`;
  return {
    columns: [...LEDGER_COLUMNS, ...END_LEDGER_COLUMNS],
    canonicalText: `${joinCanonical(LEDGER_COLUMNS)} || ${ends}`,
  };
}

/**
 * Made by SQLite so that no value passes through JavaScript: `t` and the bytes in hex for a text (quote() would stop at a
 * NUL), else quote(), which tells 1 from 1.0 and writes all digits; joined by `|`.
 */
function joinCanonical(columns: readonly string[]): string {
  return columns
    .map((column) => `CASE typeof(${column}) WHEN 'text' THEN 't' || hex(${column}) ELSE quote(${column}) END`)
    .join(" || '|' || ");
}

/** SHA-256 over the previous entry's hash in hex, a line feed and the entry's canonical text, in hex. */
export function hashEntry(previousHash: string, canonicalText: string): string {
  return createHash('sha256').update(`${previousHash}\n${canonicalText}`).digest('hex');
}

export interface ChainHead {
  /** 0 where the ledger is empty. */
  readonly seq: number;
  readonly hash: string;
}

export interface ChainReport {
  readonly head: ChainHead;
  /** What does not hold, in the order of the entries. */
  readonly breaks: readonly { readonly seq: number; readonly words: string }[];
}

interface ChainRow {
  readonly seq: number;
  readonly prev_hash: string;
  readonly hash: string;
  readonly text: string;
}

/** Entries read at a time; each read is a short transaction of its own, since the ledger only grows. */
const CHUNK = 1000;

/** Recomputes every hash. A broken entry is reported once; the chain is followed on from what it says. */
export function verifyChain(db: Database): ChainReport {
  const { canonicalText } = readLedgerLayout(db);
  const read = db
    .prepare<[number], ChainRow>(
      `SELECT seq, prev_hash, hash, ${canonicalText} AS text FROM runlink_ledger WHERE seq > ? ORDER BY seq LIMIT ${CHUNK}`,
    )
    .safeIntegers(false);
  const breaks: { seq: number; words: string }[] = [];
  let head: ChainHead = { seq: 0, hash: GENESIS_HASH };
  for (let rows = read.all(0); rows.length > 0; rows = read.all(head.seq)) {
    for (const row of rows) {
      const words = findBreakOrNull(head, row);
      if (words !== null) breaks.push({ seq: row.seq, words });
      head = { seq: row.seq, hash: row.hash };
    }
  }
  return { head, breaks };
}

function findBreakOrNull(head: ChainHead, row: ChainRow): string | null {
  if (row.seq !== head.seq + 1) return `entry ${row.seq} follows entry ${head.seq}: ${row.seq - head.seq - 1} are gone`;
  if (row.prev_hash !== head.hash) return `entry ${row.seq} does not continue the hash of entry ${head.seq}`;
  if (row.hash !== hashEntry(row.prev_hash, row.text)) return `entry ${row.seq} was changed after it was written`;
  return null;
}
