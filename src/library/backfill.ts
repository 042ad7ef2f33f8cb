import * as apply from '../commands/apply.ts';
import * as plan from '../commands/plan.ts';
import * as rollback from '../commands/rollback.ts';
import * as verify from '../commands/verify.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../model/linkage.ts';
import { buildContext, withSource } from './open.ts';
import type { CallerOptions, ProjectOptions } from './open.ts';

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

export type PlanBackfillOptions = CallerOptions &
  ProjectOptions &
  Optional<plan.PlanOptions, 'concurrency' | 'minMargin' | 'minProbability'>;

/**
 * Lists the project's runs, matches the registry's rows to them and writes a sealed plan to `options.out`. The registry is
 * opened read-only. Called again with the same options after a crash, it goes on where it stood.
 *
 * @throws IncompleteListingError where the listing cannot be proved complete
 * @throws PlanRefusedError where `out` is a finished plan already
 */
export async function planBackfill(options: PlanBackfillOptions): Promise<plan.PlanReport> {
  return await withSource(options, (deps) =>
    plan.planBackfill(deps, { concurrency: 4, ...DEFAULT_LINKAGE_OPTIONS, ...options }),
  );
}

export type ApplyPlanOptions = CallerOptions & Optional<apply.ApplyOptions, 'backup' | 'requireDecisions'>;

/**
 * Writes the accepted matches of a sealed plan, after a verified backup. Nobody is asked. Killed and called again, it goes
 * on; nothing is written twice. Rows that drifted are left alone and listed in the report.
 *
 * @throws PlanRefusedError, UndecidedError before anything is written; LockedError; StoppedError at a batch's end
 */
export async function applyPlan(options: ApplyPlanOptions): Promise<apply.ApplyReport> {
  return await apply.applyPlan(
    { context: buildContext(options) },
    { backup: true, requireDecisions: false, ...options },
  );
}

export type RollbackMatchOptions = CallerOptions & rollback.RollbackOptions;

/**
 * Takes matches back: of rows, of a plan, or all. The pairs are remembered and not proposed again.
 *
 * @throws UsageError where the ledger has nothing of a row or plan; LockedError
 */
export async function rollbackMatch(options: RollbackMatchOptions): Promise<rollback.RollbackReport> {
  return await rollback.rollbackMatch({ context: buildContext(options) }, options);
}

export type VerifyRegistryOptions = CallerOptions & ProjectOptions & verify.VerifyOptions;

/** Compares ledger and rows; with `remote` also asks W&B whether each linked run is there. Writes nothing. */
export async function verifyRegistry(options: VerifyRegistryOptions): Promise<verify.VerifyReport> {
  if (options.remote !== true) return await verify.verifyRegistry({ context: buildContext(options) }, options);
  return await withSource(options, (deps) => verify.verifyRegistry(deps, options));
}
