import type { KnownLink, LinkOutcome, OutcomeKind } from '../model/linkage.ts';
import type { EvaluationCounts } from '../model/plan.ts';
import type { Run } from '../model/run.ts';
import { buildCalibration } from './calibration.ts';
import type { Calibration } from './calibration.ts';
import { wilsonIntervalOrNull } from './interval.ts';
import type { ShareInterval } from './interval.ts';
import { count, groupDigits } from './words.ts';

/** Fewer links than this say too little to be worth a line in a plan. */
export const LEAST_LINKS = 30;

type Verdict = 'right' | 'wrong' | 'abstained';

/** What the matching made of a row whose link it did not see. */
export interface HiddenOutcome {
  readonly keyText: string;
  readonly verdict: Verdict;
  readonly kind: OutcomeKind;
  readonly trueRun: RunName;
  /** The run of the match; null where the row was left open. */
  readonly chosenRun: RunName | null;
  /** Of the best candidate, and of the true run where it is among the candidates. */
  readonly probability: number | null;
  readonly trueProbability: number | null;
  readonly reason: string;
}

export interface RunName {
  readonly wandbRunId: string;
  readonly displayName: string | null;
}

export interface Evaluation {
  readonly counts: EvaluationCounts;
  /** Right among right and wrong; right among all hidden. Null where there are none. */
  readonly precision: ShareInterval | null;
  readonly recall: ShareInterval | null;
  /** Σ (1 − probability) over the matches: how many wrong ones the probabilities themselves admit. */
  readonly claimedWrong: number;
  /** Of the best candidates of matches and ambiguous rows. */
  readonly calibration: Calibration;
  /** The most certain first. */
  readonly wrong: readonly HiddenOutcome[];
  /** By row. */
  readonly abstained: readonly HiddenOutcome[];
}

export interface HiddenResult {
  readonly hidden: readonly KnownLink[];
  /** At least those of the hidden rows. */
  readonly outcomes: readonly LinkOutcome[];
}

/** Counts only: what a plan keeps. */
export function countVerdicts(linked: number, { hidden, outcomes }: HiddenResult): EvaluationCounts {
  const counts = { linked, hidden: hidden.length, right: 0, wrong: 0, abstained: 0 };
  for (const { link, outcome } of pairUp({ hidden, outcomes })) counts[judge(outcome, link)] += 1;
  return counts;
}

/** Compares outcomes with the links that were hidden from them, over all folds. */
export function buildEvaluation(linked: number, result: HiddenResult, runs: readonly Run[]): Evaluation {
  const counts = countVerdicts(linked, result);
  const pairs = pairUp(result);
  const proposed = pairs.filter(({ outcome }) => outcome.kind !== 'unmatched');
  const forecasts = proposed.flatMap(({ outcome: { candidates }, link }) =>
    candidates.slice(0, 1).map((best) => ({
      probability: best.probability,
      isTrue: best.wandbRunId === link.wandbRunId,
    })),
  );
  const namesById = new Map(runs.map((run) => [run.runId, run.displayName]));
  const items = pairs.map(({ link, outcome }) => describe(link, outcome, namesById));
  items.sort((a, b) => (a.keyText < b.keyText ? -1 : 1));
  return {
    counts,
    precision: wilsonIntervalOrNull(counts.right, counts.right + counts.wrong),
    recall: wilsonIntervalOrNull(counts.right, counts.hidden),
    claimedWrong: pairs.reduce((sum, { outcome }) => sum + claimWrong(outcome), 0),
    calibration: buildCalibration(forecasts),
    wrong: items.filter((item) => item.verdict === 'wrong').sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0)),
    abstained: items.filter((item) => item.verdict === 'abstained'),
  };
}

interface Pair {
  readonly link: KnownLink;
  readonly outcome: LinkOutcome;
}

function pairUp({ hidden, outcomes }: HiddenResult): readonly Pair[] {
  const outcomesByKey = new Map(outcomes.map((outcome) => [outcome.keyText, outcome]));
  return hidden.map((link) => {
    const outcome = outcomesByKey.get(link.keyText);
    if (outcome === undefined) throw new Error(`the matching left out row ${JSON.stringify(link.keyText)}`);
    return { link, outcome };
  });
}

function judge({ wandbRunId }: LinkOutcome, link: KnownLink): Verdict {
  if (wandbRunId === null) return 'abstained';
  return wandbRunId === link.wandbRunId ? 'right' : 'wrong';
}

function claimWrong({ kind, probability }: LinkOutcome): number {
  return kind === 'match' && probability !== null ? 1 - probability : 0;
}

function describe(link: KnownLink, outcome: LinkOutcome, namesById: ReadonlyMap<string, string | null>): HiddenOutcome {
  const nameRun = (wandbRunId: string): RunName => ({ wandbRunId, displayName: namesById.get(wandbRunId) ?? null });
  const { keyText, kind, wandbRunId, probability, candidates, reason } = outcome;
  const truth = candidates.find((candidate) => candidate.wandbRunId === link.wandbRunId);
  return {
    keyText,
    verdict: judge(outcome, link),
    kind,
    trueRun: nameRun(link.wandbRunId),
    chosenRun: wandbRunId === null ? null : nameRun(wandbRunId),
    probability,
    trueProbability: truth?.probability ?? null,
    reason,
  };
}

/** "on your 412 linked rows: 405 found again, 0 wrong, 7 left open" */
export function sayEvaluation({ linked, hidden, right, wrong, abstained }: EvaluationCounts): string {
  const some = hidden === linked ? '' : `${groupDigits(hidden)} of `;
  const parts = [
    `${groupDigits(right)} found again`,
    `${groupDigits(wrong)} wrong`,
    `${groupDigits(abstained)} left open`,
  ];
  return `on ${some}your ${count(linked, 'linked row')}: ${parts.join(', ')}`;
}
