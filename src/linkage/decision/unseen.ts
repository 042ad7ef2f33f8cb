import type { LinkageOptions, LinkOutcome } from '../../model/linkage.ts';
import { SUREST } from '../../model/linkage.ts';

/** The options as the evidence must meet them, so that what is claimed meets those of the user; above 1 nothing does. */
export function demandOfEvidence(options: LinkageOptions): LinkageOptions {
  return { ...options, minProbability: options.minProbability / SUREST };
}

/** What may be claimed of a probability that comes from evidence alone. */
export function claimOf(probability: number): number {
  return SUREST * probability;
}

/**
 * Takes from all probabilities what no evidence shows: a row that somebody edited, or a run that was deleted and of which
 * another repeats every number. In registries made over real projects about one in two thousand links that nothing spoke
 * against was of this kind, so that nothing is claimed to be surer.
 */
export function leaveForUnseen(outcome: LinkOutcome): LinkOutcome {
  return {
    ...outcome,
    probability: outcome.probability === null ? null : claimOf(outcome.probability),
    candidates: outcome.candidates.map((candidate) => ({ ...candidate, probability: claimOf(candidate.probability) })),
  };
}
