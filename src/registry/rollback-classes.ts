import { cellsEqual } from '../model/cell.ts';
import { holdsImage, listImageColumns } from '../model/identity.ts';
import type { RowImage } from '../model/identity.ts';
import type { LedgerEntry, RollbackClass } from '../model/ledger.ts';

/** An entry that a rollback was asked for, with what stands in the ledger about it. */
export interface RollbackTarget {
  readonly entry: LedgerEntry;
  /** It was rolled back before. */
  readonly undone: boolean;
  /** A later entry on the same row that still stands and is not to be undone along with it. */
  readonly supersededBy: LedgerEntry | null;
}

export interface RollbackMode {
  /** Restore only the fields that are still as runlink wrote them. */
  readonly keepEdited: boolean;
  /** Restore all fields, whatever they hold now. */
  readonly force: boolean;
}

export function classifyTarget(target: RollbackTarget, now: RowImage | null): RollbackClass {
  const { entry, undone, supersededBy } = target;
  if (undone) return 'repeat';
  if (supersededBy !== null) return 'superseded';
  if (now === null) return 'missing-row';
  if (holdsImage(now, entry.after)) return 'clean';
  return holdsImage(now, entry.before) ? 'already-undone' : 'edited';
}

/** Whether the class lets the rollback go on; what it then does is `restoreImage`. */
export function isRefused(rollbackClass: RollbackClass, mode: RollbackMode): boolean {
  switch (rollbackClass) {
    case 'clean':
    case 'already-undone':
    case 'repeat':
      return false;
    case 'edited':
      return !mode.keepEdited && !mode.force;
    case 'missing-row':
      return !mode.force;
    case 'superseded':
    case 'constraint':
      return true;
  }
}

/** What the row holds after the rollback. */
export function restoreImage(entry: LedgerEntry, now: RowImage, mode: RollbackMode): RowImage {
  const ours = listImageColumns(entry.after).filter(
    (role) => mode.force || cellsEqual(now[role] ?? null, entry.after[role] ?? null),
  );
  return { ...now, ...Object.fromEntries(ours.map((role) => [role, entry.before[role] ?? null])) };
}
