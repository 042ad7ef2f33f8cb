import type { LinkOutcome } from '../../../src/model/linkage.ts';

/** A probability that was shown, and whether the pair is a link. */
export interface Claim {
  readonly said: number;
  readonly isTrue: boolean;
}

export interface Score {
  readonly possible: number;
  readonly proposed: number;
  readonly right: number;
  readonly wrong: number;
  /** Wrong matches that their probabilities admit: Σ (1 − p). */
  readonly admitted: number;
  /** From which the expected calibration error is had, of one world or of many. */
  readonly claims: readonly Claim[];
  readonly mistakes: readonly string[];
}

export function scoreOutcomes(outcomes: readonly LinkOutcome[], truth: ReadonlyMap<string, string>): Score {
  const matches = outcomes.filter((outcome) => outcome.kind === 'match');
  const wrong = matches.filter((outcome) => truth.get(outcome.keyText) !== outcome.wandbRunId);
  return {
    possible: truth.size,
    proposed: matches.length,
    right: matches.length - wrong.length,
    wrong: wrong.length,
    admitted: matches.reduce((sum, { probability }) => sum + 1 - (probability ?? 1), 0),
    claims: claimsOf(outcomes, truth),
    mistakes: [...wrong.map((outcome) => describe(outcome, truth)), ...missed(outcomes, truth)],
  };
}

/** What is said of every candidate of the rows that are proposed or ambiguous. */
function claimsOf(outcomes: readonly LinkOutcome[], truth: ReadonlyMap<string, string>): Claim[] {
  const shown = outcomes.filter((outcome) => outcome.kind !== 'unmatched');
  return shown.flatMap(({ keyText, candidates }) =>
    candidates.map(({ probability, wandbRunId }) => ({
      said: probability,
      isTrue: truth.get(keyText) === wandbRunId,
    })),
  );
}

const BINS = 10;

/** Expected calibration error: bins of equal count, or of equal width in probability (Guo et al. 2017). */
export function calibrationErrorOf(claims: readonly Claim[], bins: 'count' | 'width' = 'count'): number {
  const sorted = claims.toSorted((a, b) => a.said - b.said);
  const size = Math.ceil(sorted.length / BINS);
  const binOf = ({ said }: Claim, at: number): number =>
    bins === 'count' ? Math.floor(at / size) : Math.min(BINS - 1, Math.floor(said * BINS));
  const gaps = new Float64Array(BINS);
  for (const [at, claim] of sorted.entries()) gaps[binOf(claim, at)]! += claim.said - Number(claim.isTrue);
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / Math.max(1, claims.length);
}

function missed(outcomes: readonly LinkOutcome[], truth: ReadonlyMap<string, string>): string[] {
  return outcomes
    .filter((outcome) => outcome.kind !== 'match' && truth.has(outcome.keyText))
    .slice(0, 5)
    .map((outcome) => `missed: ${describe(outcome, truth)}`);
}

function describe(outcome: LinkOutcome, truth: ReadonlyMap<string, string>): string {
  const lines = outcome.candidates.slice(0, 3).map((candidate) => {
    const mark = truth.get(outcome.keyText) === candidate.wandbRunId ? '*' : ' ';
    const bars = candidate.evidence
      .map((item) => `${item.comparison} ${item.weight.toFixed(1)} ${item.words}`)
      .join(' | ');
    return `   ${mark} ${candidate.wandbRunId} p=${candidate.probability.toFixed(4)} w=${candidate.weight.toFixed(1)}: ${bars}`;
  });
  return [
    `${outcome.keyText} ${outcome.kind} margin ${outcome.margin}: ${outcome.reason} (truth ${truth.get(outcome.keyText)})`,
    ...lines,
  ].join('\n');
}
