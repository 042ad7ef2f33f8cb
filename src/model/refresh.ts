import type { Cell } from './cell.ts';
import type { EndColumn, ImageColumn, RowImage } from './identity.ts';

/** A linked row as the registry holds it, with what the ledger says about it. */
export interface LinkedRow {
  readonly key: Cell;
  readonly keyText: string;
  readonly wandbRunId: string;
  /** The identity columns, and the end columns that the table has. */
  readonly image: RowImage;
  /** Null where runlink never wrote the row. */
  readonly standing: RowStanding | null;
}

export interface RowStanding {
  /** What the row should hold: an end column only where a refresh filled it. */
  readonly expected: RowImage;
  /** What stood in those end columns before. */
  readonly former: Readonly<Partial<Record<EndColumn, Cell>>>;
  /** The run that runlink linked or refreshed the row with. */
  readonly wandbRunId: string;
  /** The link was written without asking W&B, and no refresh has completed it yet. */
  readonly isOffline: boolean;
}

export const REFRESH_EVENTS = ['ended', 'resumed', 'renamed', 'completed', 'noted'] as const;

/**
 * What happened to a run since its row was written; `completed`: its link was written offline; `noted`: the row says what
 * W&B says already, by another hand than runlink's, so only the ledger is brought up to it.
 */
export type RefreshEvent = (typeof REFRESH_EVENTS)[number];

/** What a refresh of one row writes. */
export interface RowRefresh {
  readonly before: RowImage;
  readonly after: RowImage;
  readonly changed: readonly ImageColumn[];
  readonly events: readonly RefreshEvent[];
  /** Columns that were edited since runlink wrote them, with W&B saying something else: they stay as they are. */
  readonly edited: readonly ImageColumn[];
  /** Columns that stay empty because their times carry no zone. */
  readonly withoutZone: readonly ImageColumn[];
  /** W&B's word for the state where it is one that runlink does not know; the status stays as it is. */
  readonly unknownState: string | null;
}
