import type { IdentityImage } from './identity.ts';
import type { Candidate } from './linkage.ts';
import type { RegistryIdentity } from './registry.ts';
import type { ListingWindow, QuarantinedRun } from './snapshot.ts';
import type { Cell } from './cell.ts';
import type { ClockPeriod } from './clock.ts';
import type { TimeFormat } from './time.ts';

export const PLAN_FORMAT_VERSION = 1;

export const ENTRY_KINDS = ['match', 'ambiguous', 'unmatched', 'linked'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export const DECISIONS = ['accepted', 'rejected', 'undecided'] as const;
export type Decision = (typeof DECISIONS)[number];

/** Where a proposed `started_at` comes from. */
export const START_SOURCES = ['kept', 'metadata', 'summary', 'created'] as const;
export type StartSource = (typeof START_SOURCES)[number];

/** A run that an entry could be given, with the after image that this choice would write. */
export interface PlanCandidate extends Candidate {
  readonly after: IdentityImage;
  readonly startSource: StartSource;
}

/** One row's line in the plan. The proposal part never changes once the plan is sealed. */
export interface PlanEntry {
  readonly key: Cell;
  readonly keyText: string;
  readonly kind: EntryKind;
  /** The run proposed (`match`) or already linked (`linked`); null otherwise. */
  readonly wandbRunId: string | null;
  readonly probability: number | null;
  readonly weight: number | null;
  readonly margin: number | null;
  readonly reason: string;
  readonly before: IdentityImage;
  /** What the proposal writes; equals `before` where nothing is proposed. */
  readonly after: IdentityImage;
  readonly startSource: StartSource | null;
  readonly candidates: readonly PlanCandidate[];
}

/** What happens to an entry; the one part of a plan that people change. */
export interface EntryDecision {
  readonly keyText: string;
  readonly decision: Decision;
  /** The run that the decision is about; another one than proposed where a person chose it. */
  readonly wandbRunId: string | null;
  readonly by: 'policy' | 'reviewer';
  /** Name of the reviewer and ISO time; null for the policy. */
  readonly reviewer: string | null;
  readonly at: string | null;
}

/** The run that a decision is about, and what accepting it writes. */
export type PlanChoice = Pick<PlanCandidate, 'wandbRunId' | 'displayName' | 'after' | 'startSource'>;

export interface DecidedEntry {
  readonly entry: PlanEntry;
  readonly decision: EntryDecision;
  /** The run that the decision is about; null where it is about none, and for rows that are linked already. */
  readonly choice: PlanChoice | null;
}

export interface PlanHeader {
  readonly formatVersion: number;
  readonly toolVersion: string;
  readonly registry: RegistryIdentity;
  readonly baseUrl: string;
  readonly entity: string;
  readonly project: string;
  /** The W&B filter of the listing, as JSON text. */
  readonly filters: string;
  readonly minProbability: number;
  readonly minMargin: number;
}

/** How a run becomes the identity columns of this registry, so that a run chosen later is written like the others. */
export interface ImageRules {
  readonly statusWords: { readonly running: string; readonly not_running: string };
  readonly startedAtFormat: TimeFormat;
  /** What the registry's naive times are ahead of UTC, and when. */
  readonly clockPeriods: readonly ClockPeriod[];
}

/** What came of hiding links that are known and matching their rows again. */
export interface EvaluationCounts {
  /** Rows whose link can be hidden, and those whose link was. */
  readonly linked: number;
  readonly hidden: number;
  /** The match is the run that the row was linked to; it is another one; the row was left open. */
  readonly right: number;
  readonly wrong: number;
  readonly abstained: number;
}

/** What the sealing of a plan adds. */
export interface PlanSummary {
  readonly clock: string;
  readonly health: readonly string[];
  readonly imageRules: ImageRules;
  /** Absent where too few rows are linked to tell anything. */
  readonly evaluation?: EvaluationCounts;
}

export interface SealedPlan {
  readonly header: PlanHeader;
  readonly summary: PlanSummary;
  readonly windows: readonly ListingWindow[];
  readonly quarantined: readonly QuarantinedRun[];
  /** SHA-256 over the proposal part, hex; its first 12 digits name the plan. */
  readonly digest: string;
}

export interface PlanCounts {
  /** Runs in the snapshot, rows in the registry. */
  readonly runs: number;
  readonly rows: number;
  readonly match: number;
  readonly ambiguous: number;
  readonly unmatched: number;
  readonly linked: number;
}

/** How many entries of a kind stand at each decision. */
export type DecisionCounts = Readonly<Record<EntryKind, Readonly<Record<Decision, number>>>>;

/** The name under which a plan's batches are logged and shown. */
export function planIdOfDigest(digest: string): string {
  return digest.slice(0, 12);
}
