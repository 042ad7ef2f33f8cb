import { isEmptyCell } from '../model/cell.ts';
import { isRefresh } from '../model/ledger.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import { readLedger, selectLive } from '../registry/ledger-read.ts';
import { readRejections } from '../registry/links.ts';
import { readLockHolderOrNull } from '../registry/lock.ts';
import type { LockHolder } from '../registry/lock.ts';
import { readLog } from '../registry/migration-log.ts';
import type { LogRow } from '../registry/migration-log.ts';
import { iterateRows } from '../registry/rows.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation, RegistrySession } from '../registry/session.ts';
import { readAcceptedPlan } from './accepted-plan.ts';
import { readApply } from './apply-preview.ts';
import type { ApplyPreview } from './apply-preview.ts';

export interface StatusOptions extends RegistryLocation {
  /** Path of a plan file, to say what of it is still to be done. */
  readonly plan?: string;
}

/** What one plan, or linking by hand (`link`), has done. */
export interface PlanStatus {
  readonly planId: string;
  readonly applied: number;
  /** Applied and standing. */
  readonly live: number;
  readonly rolledBack: number;
  /** ISO time of the last entry. */
  readonly lastAt: string;
}

export interface StatusReport {
  readonly registry: string;
  readonly table: string;
  readonly rows: {
    readonly total: number;
    readonly linkedByRunlink: number;
    /** Links that were there without us, for example by the training script itself. */
    readonly linkedOtherwise: number;
    readonly unlinked: number;
  };
  /** In the order of their first entry. */
  readonly plans: readonly PlanStatus[];
  /** Pairs that were taken back. */
  readonly rejections: number;
  readonly lastInvocation: LogRow | null;
  readonly lastEntry: LedgerEntry | null;
  readonly lockHolder: LockHolder | null;
  /** What is left of the plan that was given; null without one. */
  readonly plan: ApplyPreview | null;
}

/** Says what is linked and by whom, what was taken back, and what a plan still has to do. Writes nothing. */
export async function readStatus(options: StatusOptions): Promise<StatusReport> {
  const plan = options.plan === undefined ? null : readAcceptedPlan(options.plan);
  return await withRegistryReadOnly(options, (session) => {
    const report = session.db.transaction(() => readParts(session, options.registry))();
    return { ...report, plan: plan === null ? null : readApply(session, plan, options.registry).preview };
  });
}

function readParts(session: RegistrySession, registry: string): Omit<StatusReport, 'plan'> {
  const { db, schema } = session;
  const entries = readLedger(db);
  return {
    registry,
    table: schema.table,
    rows: countRows(
      session,
      new Set(
        selectLive(entries)
          .filter((entry) => !isRefresh(entry))
          .map(({ keyText }) => keyText),
      ),
    ),
    plans: buildPlanStatuses(entries),
    rejections: readRejections(db).length,
    lastInvocation: readLog(db).at(-1) ?? null,
    lastEntry: entries.at(-1) ?? null,
    lockHolder: readLockHolderOrNull(registry),
  };
}

function countRows({ db, schema }: RegistrySession, ours: ReadonlySet<string>): StatusReport['rows'] {
  const counts = { total: 0, linkedByRunlink: 0, linkedOtherwise: 0, unlinked: 0 };
  for (const { keyText, identity } of iterateRows(db, schema)) {
    counts.total += 1;
    if (isEmptyCell(identity.wandb_run_id)) counts.unlinked += 1;
    else if (ours.has(keyText)) counts.linkedByRunlink += 1;
    else counts.linkedOtherwise += 1;
  }
  return counts;
}

function buildPlanStatuses(entries: readonly LedgerEntry[]): readonly PlanStatus[] {
  const live = new Set(selectLive(entries).map(({ seq }) => seq));
  return [...Map.groupBy(entries, ({ planId }) => planId)].map(([planId, ofPlan]) => {
    const applied = ofPlan.filter(({ event }) => event === 'applied');
    const standing = applied.filter(({ seq }) => live.has(seq)).length;
    const lastAt = ofPlan.at(-1)?.at ?? '';
    return { planId, applied: applied.length, live: standing, rolledBack: applied.length - standing, lastAt };
  });
}
