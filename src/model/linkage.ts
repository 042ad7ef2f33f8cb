import type { RegistryClock } from './clock.ts';
import type { RegistryRow, RegistrySchema } from './registry.ts';
import type { Run } from './run.ts';

/** One bar of the waterfall: what one comparison adds to the match weight, in bits (log2 Bayes factor). */
export interface EvidenceItem {
  readonly comparison: string;
  /** The graded outcome, for example `equal`, `within 60 s`, `missing`, `prior`. */
  readonly level: string;
  readonly weight: number;
  /** The same for a person: "metrics agree to 4 digits on 3 of 3 keys". */
  readonly words: string;
}

export interface Candidate {
  readonly wandbRunId: string;
  readonly displayName: string | null;
  /** Posterior given the competition of all rows and runs, and of no run at all. */
  readonly probability: number;
  /** Match weight in bits; equals the sum of the evidence's weights, added in order. */
  readonly weight: number;
  readonly evidence: readonly EvidenceItem[];
}

export type OutcomeKind = 'match' | 'ambiguous' | 'unmatched';

export interface LinkOutcome {
  readonly keyText: string;
  readonly kind: OutcomeKind;
  /** The proposed run of a `match`; null otherwise. */
  readonly wandbRunId: string | null;
  /** Of the best candidate; null where there is none. */
  readonly probability: number | null;
  readonly weight: number | null;
  /** Gap in bits to the runner-up, the smaller of both sides; null where nothing competes. */
  readonly margin: number | null;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** Why it is ambiguous or unmatched, or what carries the match: one sentence. */
  readonly reason: string;
}

/** A registry row whose link is known already. */
export interface KnownLink {
  readonly keyText: string;
  readonly wandbRunId: string;
}

export interface LinkageOptions {
  /** Least posterior to propose a match, 0.5 to `SUREST`; above it nothing is proposed. */
  readonly minProbability: number;
  /** Least gap to the runner-up in bits, on both sides. */
  readonly minMargin: number;
}

/** No probability exceeds this one: what no evidence shows is left for the rest. */
export const SUREST = 0.9995;

export const DEFAULT_LINKAGE_OPTIONS: LinkageOptions = { minProbability: 0.99, minMargin: 3 };

export interface LinkageInput {
  readonly schema: RegistrySchema;
  /** All rows of the registry; those in `linked` serve as labels and keep their runs out of reach. */
  readonly rows: readonly RegistryRow[];
  readonly runs: readonly Run[];
  readonly linked: readonly KnownLink[];
  /** Pairs that a person took back; never proposed again. */
  readonly rejected: readonly KnownLink[];
  readonly options: LinkageOptions;
}

export interface LinkageResult {
  /** One per row that is not in `linked`, in the order of `rows`. */
  readonly outcomes: readonly LinkOutcome[];
  readonly clock: RegistryClock;
  /** Sentences on how the model fared: expected links, what had too little to learn from. */
  readonly health: readonly string[];
}
