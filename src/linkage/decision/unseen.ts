import type { LinkageOptions } from '../../model/linkage.ts';
import { SUREST } from '../../model/linkage.ts';

/** The options as the evidence must meet them, so that what is claimed meets those of the user; above 1 nothing does. */
export function demandOfEvidence(options: LinkageOptions): LinkageOptions {
  return { ...options, minProbability: options.minProbability / SUREST };
}

/**
 * What may be claimed of a probability that comes from evidence alone, which does not show a row that somebody edited, or
 * a run that was deleted and of which another repeats every number. In registries made over real projects about one in two
 * thousand links that nothing spoke against was of this kind, so that nothing is claimed to be surer.
 */
export function claimOf(probability: number): number {
  return SUREST * probability;
}

/** The probability that the evidence gives to what is claimed with this one. */
export function evidenceOf(claim: number): number {
  return claim / SUREST;
}
