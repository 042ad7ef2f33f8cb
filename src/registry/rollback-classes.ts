import { cellsEqual } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityImage } from '../model/identity.ts';
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

export function classifyTarget(target: RollbackTarget, now: IdentityImage | null): RollbackClass {
  const { entry, undone, supersededBy } = target;
  if (undone) return 'repeat';
  if (supersededBy !== null) return 'superseded';
  if (now === null) return 'missing-row';
  if (imagesEqual(now, entry.after)) return 'clean';
  return imagesEqual(now, entry.before) ? 'already-undone' : 'edited';
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
export function restoreImage(entry: LedgerEntry, now: IdentityImage, mode: RollbackMode): IdentityImage {
  const cells = IDENTITY_COLUMNS.map((role) => {
    const isOurs = mode.force || cellsEqual(now[role], entry.after[role]);
    return [role, isOurs ? entry.before[role] : now[role]] as const;
  });
  // fromEntries forgets the key type; the list has every identity column.
  return Object.fromEntries(cells) as IdentityImage;
}

function imagesEqual(a: IdentityImage, b: IdentityImage): boolean {
  return IDENTITY_COLUMNS.every((role) => cellsEqual(a[role], b[role]));
}
