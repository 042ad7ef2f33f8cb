import { cellsEqual, isEmptyCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityColumn, IdentityImage } from '../model/identity.ts';
import type { DecidedEntry } from '../model/plan.ts';

/** `fill` puts a value where none was; `overwrite` replaces one. */
export interface FieldChange {
  readonly column: IdentityColumn;
  readonly kind: 'fill' | 'overwrite';
  readonly from: Cell;
  readonly to: Cell;
}

/** Synthetic names and stale states are what a backfill is there to replace; any other value was put there by someone. */
const EXPECTED_TO_CHANGE: readonly IdentityColumn[] = ['run_name', 'status'];

export function listChanges(before: IdentityImage, after: IdentityImage): readonly FieldChange[] {
  return IDENTITY_COLUMNS.filter((column) => !cellsEqual(before[column], after[column])).map((column) => ({
    column,
    kind: isEmptyCell(before[column]) ? 'fill' : 'overwrite',
    from: before[column],
    to: after[column],
  }));
}

/** Whether the write would replace a value that nobody expects to be replaced: a link, its URL or a start time. */
export function overwritesLink(before: IdentityImage, after: IdentityImage): boolean {
  return listChanges(before, after).some(
    (change) => change.kind === 'overwrite' && !EXPECTED_TO_CHANGE.includes(change.column),
  );
}

/** In order of danger: what a reviewer has to look at first. */
export const REVIEW_BLOCKS = ['overwrite', 'review', 'fill', 'rejected', 'unmatched', 'linked'] as const;
export type ReviewBlock = (typeof REVIEW_BLOCKS)[number];

export function blockOf(decided: DecidedEntry): ReviewBlock {
  const { entry, decision, choice } = decided;
  if (entry.kind === 'linked') return 'linked';
  if (decision.decision === 'rejected') return 'rejected';
  if (choice !== null && overwritesLink(entry.before, choice.after)) return 'overwrite';
  if (decision.decision === 'accepted') return 'fill';
  return entry.kind === 'unmatched' ? 'unmatched' : 'review';
}
