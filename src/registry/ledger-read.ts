import type { Database } from 'better-sqlite3';
import type { Cell } from '../model/cell.ts';
import { END_COLUMNS, IDENTITY_COLUMNS } from '../model/identity.ts';
import type { RowImage } from '../model/identity.ts';
import type { LedgerEntry, LedgerEvent } from '../model/ledger.ts';
import { readLedgerLayout } from './ledger-hash.ts';
import { hasRunlinkTables } from './migration-log.ts';

/** All conditions must hold; without any, the whole ledger. */
export interface LedgerFilter {
  readonly keyText?: string;
  readonly planId?: string;
  readonly wandbRunId?: string;
  readonly event?: LedgerEvent;
}

const CONDITIONS = {
  keyText: 'key_text = $keyText',
  planId: 'plan_id = $planId',
  wandbRunId: 'wandb_run_id = $wandbRunId',
  event: 'event = $event',
} as const;

/** Entries in the order in which they were written; empty where runlink never wrote. Only reads. */
export function readLedger(db: Database, filter: LedgerFilter = {}): readonly LedgerEntry[] {
  if (!hasRunlinkTables(db)) return [];
  const conditions = Object.entries(CONDITIONS).flatMap(([name, sql]) => (name in filter ? [sql] : []));
  const where = ['seq > $after', ...conditions].join(' AND ');
  const read = db
    .prepare<[LedgerFilter & { readonly after: bigint }], LedgerRow>(
      `SELECT ${readLedgerLayout(db).columns.join(', ')}, hash FROM runlink_ledger WHERE ${where} ORDER BY seq LIMIT ${CHUNK}`,
    )
    .safeIntegers(true);
  const entries: LedgerEntry[] = [];
  for (let rows = read.all({ ...filter, after: 0n }); rows.length > 0;) {
    const chunk = rows.map(decodeEntry);
    entries.push(...chunk);
    rows = chunk.length < CHUNK ? [] : read.all({ ...filter, after: BigInt(chunk.at(-1)?.seq ?? 0) });
  }
  return entries;
}

/** Entries read at a time: outside a transaction each read is a short one, since the ledger only grows. */
const CHUNK = 1000;

/** Our own table, whose columns and CHECKs say what each cell is. */
type LedgerRow = Readonly<Record<string, Cell>>;

function decodeEntry(row: LedgerRow): LedgerEntry {
  const text = (name: string): string => String(row[name]);
  return {
    seq: Number(row['seq']),
    event: text('event') === 'applied' ? 'applied' : 'rolled-back',
    key: row['row_key'] ?? null,
    keyText: text('key_text'),
    wandbRunId: text('wandb_run_id'),
    planId: text('plan_id'),
    batch: text('batch'),
    before: decodeImage(row, 'before'),
    after: decodeImage(row, 'after'),
    undoes: row['undoes'] === null ? null : Number(row['undoes']),
    by: text('written_by'),
    at: text('written_at'),
    hash: text('hash'),
  };
}

/** An entry is about an end column where it holds something before or after: what is empty is never written empty. */
function decodeImage(row: LedgerRow, prefix: 'before' | 'after'): RowImage {
  const isThere = (role: string): boolean => (row[`before_${role}`] ?? row[`after_${role}`] ?? null) !== null;
  const roles = [...IDENTITY_COLUMNS, ...END_COLUMNS.filter(isThere)];
  const cells = roles.map((role) => [role, row[`${prefix}_${role}`] ?? null] as const);
  // fromEntries forgets the key type; the list has every identity column.
  return Object.fromEntries(cells) as RowImage;
}

/** Entries that stand: applied and not undone. Per row the last one is what the row should hold. */
export function selectLive(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const undone = new Set(entries.map((entry) => entry.undoes));
  return entries.filter((entry) => entry.event === 'applied' && !undone.has(entry.seq));
}

/** Keys of the rows whose standing link found this name in them. */
export function readLedgerKeysByFormerName(db: Database, name: string): readonly string[] {
  if (!hasRunlinkTables(db)) return [];
  return db
    .prepare<[string], string>(
      `SELECT DISTINCT key_text FROM runlink_ledger WHERE before_run_name = ? AND event = 'applied'
       AND seq NOT IN (SELECT undoes FROM runlink_ledger WHERE undoes IS NOT NULL) ORDER BY key_text`,
    )
    .pluck()
    .all(name);
}
