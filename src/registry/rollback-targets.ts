import type { Database } from 'better-sqlite3';
import { UsageError } from '../errors.ts';
import { isRefresh } from '../model/ledger.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import { readLedger, selectLive } from './ledger-read.ts';
import type { RollbackTarget } from './rollback-classes.ts';

/** What to roll back. There is no default: a rollback without a target would undo everything. */
export type RollbackSelection =
  | {
      readonly kind: 'rows';
      readonly keyTexts: readonly string[];
      /** Only what refreshes wrote since the link; the link stays. */
      readonly keepLink?: boolean;
    }
  | { readonly kind: 'plan'; readonly planId: string }
  | { readonly kind: 'all' };

/**
 * The selected entries, last written first, which is the order in which they have to be undone.
 *
 * @throws UsageError where the ledger has nothing of a row or a plan
 */
export function findRollbackTargets(db: Database, selection: RollbackSelection): readonly RollbackTarget[] {
  const targets = selectTargets(db, selection);
  return [...targets].sort((a, b) => b.entry.seq - a.entry.seq);
}

function selectTargets(db: Database, selection: RollbackSelection): readonly RollbackTarget[] {
  switch (selection.kind) {
    case 'rows': {
      const find = selection.keepLink === true ? refreshesOfRow : linkOfRow;
      return [...new Set(selection.keyTexts)].flatMap((keyText) => find(readLedger(db, { keyText }), keyText));
    }
    case 'plan':
      return targetsOfPlan(readLedger(db), selection.planId);
    case 'all':
      return selectLive(readLedger(db)).map(openTarget);
  }
}

function openTarget(entry: LedgerEntry): RollbackTarget {
  return { entry, undone: false, supersededBy: null };
}

/**
 * The link that stands with what refreshes wrote on top of it, so that the row returns to what stood before the link; or
 * the last entry where all were undone.
 */
function linkOfRow(entries: readonly LedgerEntry[], keyText: string): readonly RollbackTarget[] {
  const live = selectLive(entries);
  const link = live.findLast((entry) => !isRefresh(entry));
  const open = live.filter(({ seq }) => seq >= (link?.seq ?? 0));
  if (open.length > 0) return open.map(openTarget);
  const last = entries.findLast((entry) => entry.event === 'applied');
  if (last !== undefined) return [{ entry: last, undone: true, supersededBy: null }];
  throw neverWrote(keyText, 'wrote');
}

function refreshesOfRow(entries: readonly LedgerEntry[], keyText: string): readonly RollbackTarget[] {
  const live = selectLive(entries);
  const link = live.findLast((entry) => !isRefresh(entry));
  const open = live.filter(({ seq }) => seq > (link?.seq ?? 0));
  if (open.length > 0) return open.map(openTarget);
  const last = entries.findLast((entry) => entry.event === 'applied' && isRefresh(entry));
  if (last !== undefined) return [{ entry: last, undone: true, supersededBy: null }];
  throw neverWrote(keyText, 'refreshed');
}

function neverWrote(keyText: string, verb: 'wrote' | 'refreshed'): UsageError {
  return new UsageError(`runlink never ${verb} row "${keyText}"`, {
    hint: '`runlink log` lists the rows that it wrote.',
  });
}

function targetsOfPlan(entries: readonly LedgerEntry[], planId: string): readonly RollbackTarget[] {
  const ofPlan = entries.filter((entry) => entry.event === 'applied' && entry.planId === planId);
  if (ofPlan.length === 0) {
    const known = [...new Set(entries.map((entry) => entry.planId))].join(', ');
    throw new UsageError(`the ledger has no entry of plan "${planId}"`, {
      hint: known === '' ? 'Nothing was applied to this registry.' : `Plans in the ledger: ${known}.`,
    });
  }
  const live = selectLive(entries);
  const liveSeqs = new Set(live.map((entry) => entry.seq));
  const laterByRow = Map.groupBy(
    live.filter((entry) => entry.planId !== planId),
    (entry) => entry.keyText,
  );
  const targets = ofPlan.flatMap((entry) => {
    const undone = !liveSeqs.has(entry.seq);
    const later = (laterByRow.get(entry.keyText) ?? []).filter(({ seq }) => seq > entry.seq);
    const supersededBy = later.findLast((other) => !isRefresh(other)) ?? null;
    const refreshes = undone || supersededBy !== null ? [] : later.map(openTarget);
    return [{ entry, undone, supersededBy }, ...refreshes];
  });
  return [...new Map(targets.map((target) => [target.entry.seq, target])).values()];
}
