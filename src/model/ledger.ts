import type { Cell } from './cell.ts';
import type { RowImage } from './identity.ts';

export const LEDGER_EVENTS = ['applied', 'rolled-back'] as const;
export type LedgerEvent = (typeof LEDGER_EVENTS)[number];

/** One line of the append-only ledger in the registry file. */
export interface LedgerEntry {
  /** 1, 2, 3, … without gaps. */
  readonly seq: number;
  readonly event: LedgerEvent;
  readonly key: Cell;
  readonly keyText: string;
  readonly wandbRunId: string;
  /** Plan digest's first 12 digits, or `link` for a link by hand, or `refresh`. */
  readonly planId: string;
  readonly batch: string;
  readonly before: RowImage;
  readonly after: RowImage;
  /** The `applied` entry that this `rolled-back` entry undoes; null for `applied`. */
  readonly undoes: number | null;
  readonly by: string;
  /** ISO time, UTC. */
  readonly at: string;
  /** SHA-256 over the previous entry's hash and this entry, hex. */
  readonly hash: string;
}

/** What the ledger has in place of a plan's id and a batch's name where one row is linked by hand or by its own job. */
export const LINK = 'link';
/** The batch of a link that was written without asking W&B. */
export const LINK_OFFLINE = 'link-offline';
/** What it has where a refresh wrote. */
export const REFRESH = 'refresh';
/** The batch of a refresh of a row of which other columns were edited: it stands for the columns that it changed alone. */
export const REFRESH_PART = 'refresh-part';

/** Whether the entry left the link as it was. */
export function isRefresh({ planId }: Pick<LedgerEntry, 'planId'>): boolean {
  return planId === REFRESH;
}

/** One accepted entry as `apply` writes it. */
export interface AcceptedMatch {
  readonly key: Cell;
  readonly keyText: string;
  readonly wandbRunId: string;
  readonly before: RowImage;
  readonly after: RowImage;
  /** Only a reviewer may bring back a pair that was rolled back. */
  readonly decidedBy: 'policy' | 'reviewer';
  /** Name for the ledger. */
  readonly by: string;
}

/** How a row stands against its ledger entry when a rollback is asked for. */
export const ROLLBACK_CLASSES = [
  'clean',
  'edited',
  'already-undone',
  'repeat',
  'missing-row',
  'superseded',
  'constraint',
] as const;
export type RollbackClass = (typeof ROLLBACK_CLASSES)[number];
