import { PlanRefusedError } from '../errors.ts';
import type { AcceptedMatch } from '../model/ledger.ts';
import { planIdOfDigest } from '../model/plan.ts';
import type { DecidedEntry, SealedPlan } from '../model/plan.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { openPlanFile } from '../planfile/plan-file.ts';

/** A plan as `apply` and `status` need it: proved unchanged, and what its decisions say now. */
export interface AcceptedPlan {
  readonly path: string;
  readonly planId: string;
  readonly sealed: SealedPlan;
  /** In the plan's order. */
  readonly matches: readonly AcceptedMatch[];
  /** Matches and ambiguous entries that wait for a decision. */
  readonly undecided: number;
  readonly rejected: number;
}

/** @throws PlanRefusedError, IncompleteListingError, UsageError as `openPlanFile` says */
export function readAcceptedPlan(path: string): AcceptedPlan {
  const plan = openPlanFile(path, { readonly: true });
  try {
    const counts = plan.readDecisionCounts();
    const selection = { kinds: ['match', 'ambiguous', 'unmatched'], decisions: ['accepted'] } as const;
    return {
      path,
      planId: planIdOfDigest(plan.sealed.digest),
      sealed: plan.sealed,
      matches: [...plan.iterateEntries(selection)].map(buildAcceptedMatch),
      undecided: counts.match.undecided + counts.ambiguous.undecided,
      rejected: counts.match.rejected + counts.ambiguous.rejected,
    };
  } finally {
    plan.close();
  }
}

function buildAcceptedMatch({ entry, decision, choice }: DecidedEntry): AcceptedMatch {
  if (choice === null) throw new Error(`entry ${JSON.stringify(entry.keyText)} is accepted for no run`);
  return {
    key: entry.key,
    keyText: entry.keyText,
    wandbRunId: choice.wandbRunId,
    before: entry.before,
    after: choice.after,
    decidedBy: decision.by,
    by: decision.reviewer ?? decision.by,
  };
}

/**
 * A registry may have been moved, and it grows while jobs train; but table, key and definition must be those that the
 * plan was made for. What each row holds is compared row by row later.
 *
 * @returns what is different without being in the way
 * @throws PlanRefusedError
 */
export function assertPlanFits(
  plan: Pick<AcceptedPlan, 'path' | 'sealed'>,
  schema: RegistrySchema,
  registry: string,
): readonly string[] {
  const { path, table, keyColumn, schemaHash } = plan.sealed.header.registry;
  const isSameTable = table === schema.table && keyColumn === schema.key;
  if (!isSameTable || schemaHash !== schema.schemaHash) {
    const [found, expected] = isSameTable
      ? [`definition ${schema.schemaHash.slice(0, 12)}`, `definition ${schemaHash.slice(0, 12)}`]
      : [`table "${schema.table}" with key "${schema.key}"`, `table "${table}" with key "${keyColumn}"`];
    throw new PlanRefusedError(
      `the plan ${plan.path} is not for this registry: found ${found} in ${registry}, expected ${expected} of ${path}`,
      { hint: 'Nothing was written. Give the registry that the plan was made for, or make a new plan.' },
    );
  }
  return path === registry ? [] : [`the plan was made for ${path}; table, key and definition are the same here`];
}
