import { UsageError } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import type { DecidedEntry, Decision, EntryKind } from '../model/plan.ts';
import type { PlanView } from '../plan/view.ts';
import type { EntrySelection } from '../planfile/entries.ts';
import { openPlanFile } from '../planfile/plan-file.ts';
import type { PlanFile } from '../planfile/plan-file.ts';

export interface ShowOptions {
  readonly plan: string;
  readonly kinds?: readonly EntryKind[];
  readonly decisions?: readonly Decision[];
  /** Key of one row: all its candidates with the waterfall of each. */
  readonly run?: string;
}

/** Reads the file while it is rendered, so it has to be closed after that. */
export interface ShowReport extends PlanView {
  /** The one entry that was asked for; null where a list was. */
  readonly detail: DecidedEntry | null;
  close(): void;
}

/**
 * Opens a sealed plan for showing it. Read-only, and asks neither the registry nor W&B.
 *
 * @throws PlanRefusedError, IncompleteListingError where the file is no plan, unfinished, or changed since it was sealed
 * @throws UsageError where the plan has no such row
 */
export async function show(_deps: { readonly context: InvocationContext }, options: ShowOptions): Promise<ShowReport> {
  const plan = openPlanFile(options.plan, { readonly: true });
  try {
    const detail = options.run === undefined ? null : readDetail(plan, options.run);
    return {
      path: options.plan,
      sealed: plan.sealed,
      counts: plan.readCounts(),
      decisions: plan.readDecisionCounts(),
      entries: detail === null ? { [Symbol.iterator]: () => plan.iterateEntries(buildSelection(options)) } : [detail],
      filtered: options.kinds !== undefined || options.decisions !== undefined || detail !== null,
      detail,
      close: () => plan.close(),
    };
  } catch (error) {
    plan.close();
    throw error;
  }
}

function buildSelection({ kinds, decisions }: ShowOptions): EntrySelection {
  return { ...(kinds === undefined ? {} : { kinds }), ...(decisions === undefined ? {} : { decisions }) };
}

function readDetail(plan: PlanFile, keyText: string): DecidedEntry {
  const decided = plan.readEntryOrNull(keyText);
  if (decided !== null) return decided;
  throw new UsageError(`row ${JSON.stringify(keyText)} is not in plan ${plan.path}`, {
    hint: `List the rows: runlink show ${plan.path}`,
  });
}
