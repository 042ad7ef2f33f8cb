import type { LinkOutcome } from '../../../src/model/linkage.ts';

export interface Score {
  readonly possible: number;
  readonly proposed: number;
  readonly right: number;
  readonly wrong: number;
  /** Expected calibration error over all shown candidates, ten bins of equal count. */
  readonly calibrationError: number;
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
    calibrationError: calibrationErrorOf(outcomes, truth),
    mistakes: [...wrong.map((outcome) => describe(outcome, truth)), ...missed(outcomes, truth)],
  };
}

function calibrationErrorOf(outcomes: readonly LinkOutcome[], truth: ReadonlyMap<string, string>): number {
  const pairs = outcomes
    .filter((outcome) => outcome.kind !== 'unmatched')
    .flatMap((outcome) =>
      outcome.candidates.map((candidate) => ({
        said: candidate.probability,
        isTrue: truth.get(outcome.keyText) === candidate.wandbRunId ? 1 : 0,
      })),
    )
    .toSorted((a, b) => a.said - b.said);
  if (pairs.length === 0) return 0;
  let error = 0;
  const size = Math.ceil(pairs.length / 10);
  for (let from = 0; from < pairs.length; from += size) {
    const bin = pairs.slice(from, from + size);
    const gap = bin.reduce((sum, pair) => sum + pair.said - pair.isTrue, 0);
    error += Math.abs(gap) / pairs.length;
  }
  return error;
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
