import type { Database } from 'better-sqlite3';
import { UsageError } from '../errors.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import { readLedger, selectLive } from './ledger-read.ts';
import type { RollbackTarget } from './rollback-classes.ts';

/** What to roll back. There is no default: a rollback without a target would undo everything. */
export type RollbackSelection =
  | { readonly kind: 'rows'; readonly keyTexts: readonly string[] }
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
    case 'rows':
      return [...new Set(selection.keyTexts)].map((keyText) => lastOfRow(readLedger(db, { keyText }), keyText));
    case 'plan':
      return targetsOfPlan(readLedger(db), selection.planId);
    case 'all':
      return selectLive(readLedger(db)).map((entry) => ({ entry, undone: false, supersededBy: null }));
  }
}

/** The entry that stands, or the last one where all were undone. */
function lastOfRow(entries: readonly LedgerEntry[], keyText: string): RollbackTarget {
  const live = selectLive(entries).at(-1);
  if (live !== undefined) return { entry: live, undone: false, supersededBy: null };
  const last = entries.findLast((entry) => entry.event === 'applied');
  if (last !== undefined) return { entry: last, undone: true, supersededBy: null };
  throw new UsageError(`runlink never wrote row "${keyText}"`, {
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
  const foreignByRow = Map.groupBy(
    live.filter((entry) => entry.planId !== planId),
    (entry) => entry.keyText,
  );
  return ofPlan.map((entry) => {
    const later = foreignByRow.get(entry.keyText)?.findLast(({ seq }) => seq > entry.seq);
    return { entry, undone: !liveSeqs.has(entry.seq), supersededBy: later ?? null };
  });
}
