import type { LinkageOptions } from '../../model/linkage.ts';
import { MEASURED, mostBits } from '../comparison/comparison.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { SettingsComparison } from '../comparison/settings.ts';
import type { LearnedModel } from '../weights/learn.ts';
import { leastBitsAlone } from '../posterior/competition.ts';

/** Bits from which a comparison counts as agreeing, and below which it counts as disagreeing. */
const AGREES = 1;
const DISAGREES = -0.15;
/**
 * A comparison that speaks against a pair with more bits than this, or a trusted setting that differs … Rows are made a
 * little out of turn all the time, so that a place in their order counts as disagreeing from here on only.
 */
const CONTRADICTS = -2.5;
/** … is outweighed by this many bits only. */
const OUTWEIGHED = 25;
/** With many links the model has learned how often a comparison goes astray, so that fewer bits will do. */
const OUTWEIGHED_IF_LEARNED = 10;
const MANY_LINKS = 50;
/** How many bits below what the row could reach at most a pair lies far off. */
const FAR_BELOW = 6;
/** Where one kind of evidence speaks alone, a match may be doubted this many times as much as with two. */
const DOUBT_OF_ONE_KIND = 1 / 10;

/** What speaks against a match, as a sentence. */
export interface Objection {
  readonly reason: string;
  /** Bits with the prior from which a pair is believed all the same. */
  readonly outweighedBy?: number;
  /** P(the pair is the one that is meant, rather than another one that the objection names). */
  readonly share?: number;
}

/** What a high probability may hide: one kind of evidence only, a contradiction, or mere elimination. */
export function findWeakness(model: LearnedModel, edge: number, options: LinkageOptions): Objection | null {
  const row = model.candidates.rows[edge] ?? 0;
  const run = model.candidates.runs[edge] ?? 0;
  const isLearned = hasManyLinks(model);
  let compared = 0;
  let agreeing = 0;
  let disagreeing = 0;
  for (const comparison of model.comparisons) {
    if (comparison.name === 'missingness' || comparison.isMissing(row, run)) continue;
    compared++;
    const bits = comparison.weigh(row, run);
    if (bits > AGREES || (isLearned && isSpotless(comparison, row, run))) agreeing++;
    const isAgainst = bits < (comparison.name === 'order' ? CONTRADICTS : DISAGREES);
    if (isAgainst && comparison.isWithinStep?.(row, run) !== true) disagreeing++;
  }
  const weight = model.candidates.weights[edge] ?? 0;
  const isProven = 1 - (model.posterior.probabilities[edge] ?? 0) <= (1 - options.minProbability) * DOUBT_OF_ONE_KIND;
  if (agreeing < Math.min(isProven ? 1 : 2, compared))
    return { reason: 'only one kind of evidence speaks for the best run' };
  if (agreeing <= disagreeing) return { reason: 'as much speaks against the best run as for it' };
  if (weight < leastBitsAlone(model.posterior.expectedLinks, model.population))
    return { reason: 'the best run is left over rather than recognised' };
  return findContradiction(model, edge);
}

function hasManyLinks({ posterior, labelCount }: LearnedModel): boolean {
  return posterior.expectedLinks + labelCount >= MANY_LINKS;
}

/** Settings that agree throughout could have differed: that they do not is evidence, however common they are. */
function isSpotless(comparison: Comparison, row: number, run: number): boolean {
  return comparison instanceof SettingsComparison && comparison.compare(row, run).differing === 0;
}

function findContradiction(model: LearnedModel, edge: number): Objection | null {
  const row = model.candidates.rows[edge] ?? 0;
  const run = model.candidates.runs[edge] ?? 0;
  const bits = (model.candidates.weights[edge] ?? 0) + model.posterior.priorBits;
  if (bits >= OUTWEIGHED) return null;
  const least = hasManyLinks(model) ? OUTWEIGHED_IF_LEARNED : OUTWEIGHED;
  const object = (words: string, outweighedBy: number): Objection => ({
    reason: `the best run contradicts the row: ${words}`,
    outweighedBy,
  });
  const stray = findStray(model, row, run);
  if (stray !== null) return object(stray.describe(row, run).words, OUTWEIGHED);
  for (const comparison of model.comparisons) {
    // what is not there contradicts nothing
    if (comparison.name === 'missingness' || comparison.isMissing(row, run)) continue;
    if (bits < least && comparison.weigh(row, run) < CONTRADICTS) {
      return object(comparison.describe(row, run).words, least);
    }
    const contradiction = comparison.contradiction?.(row, run) ?? null;
    if (contradiction !== null) return object(contradiction, OUTWEIGHED);
  }
  return null;
}

/**
 * A comparison that contradicts a pair which lies far off in another one too. Either happens to links; both together show
 * a run of another job that shares its settings and scores, as the evaluation of a training does.
 */
function findStray({ comparisons }: LearnedModel, row: number, run: number): Comparison | null {
  let contradicted: Comparison | null = null;
  let far = 0;
  for (const comparison of comparisons) {
    if (!MEASURED.has(comparison.name) || comparison.isMissing(row, run)) continue;
    const bits = comparison.weigh(row, run);
    if (bits < CONTRADICTS) contradicted = comparison;
    if (bits < mostBits(comparison, row) - FAR_BELOW) far++;
  }
  return far >= 2 ? contradicted : null;
}
