import type { DecidedEntry, DecisionCounts, PlanCounts, SealedPlan } from '../model/plan.ts';

/** A plan as the renderers take it. The entries can be walked several times and need not fit into memory. */
export interface PlanView {
  /** The plan file as the user named it. */
  readonly path: string;
  readonly sealed: SealedPlan;
  readonly counts: PlanCounts;
  readonly decisions: DecisionCounts;
  /** Those that were asked for. */
  readonly entries: Iterable<DecidedEntry>;
  /** Whether `entries` is a selection. */
  readonly filtered: boolean;
}
