import { calibrationErrorOf, scoreOutcomes } from '../worlds/score.ts';
import { keyOf } from './link-lists.ts';
import type { LinkedLists } from './link-lists.ts';

interface Labelled {
  readonly truth: string;
}

export interface Count {
  readonly right: number;
  readonly wrong: number;
}

export interface ListScore {
  /** Links that the truth has. */
  readonly possible: number;
  readonly links: Count;
  /** Wrong links that the probabilities of the links admit: Σ (1 − p). */
  readonly admitted: number;
  /** The matches that a plan would propose. */
  readonly plan: Count;
  /** Pairs whose probability by themselves is 0.99 or more, same weights, as if nothing competed. */
  readonly pairwise: Count;
  readonly calibrationError: number;
}

/** log2 of the odds of 0.99. */
const PAIRWISE_BITS = Math.log2(99);

/** Counts with the truth that the comparisons never saw. */
export function scoreLists(
  { model, links, outcomes }: LinkedLists,
  { rows, runs }: { readonly rows: readonly Labelled[]; readonly runs: readonly Labelled[] },
): ListScore {
  const runByTruth = new Map(runs.map((run, number) => [run.truth, number]));
  const count = (pairs: readonly { readonly row: number; readonly run: number }[]): Count => {
    const right = pairs.filter(({ row, run }) => runByTruth.get(rows[row]?.truth ?? '') === run).length;
    return { right, wrong: pairs.length - right };
  };
  const truth = new Map<string, string>();
  for (const [row, { truth: name }] of rows.entries()) {
    const run = runByTruth.get(name);
    if (run !== undefined) truth.set(keyOf(row), keyOf(run));
  }
  const score = scoreOutcomes(outcomes, truth);
  return {
    possible: truth.size,
    links: count(links),
    admitted: links.reduce((sum, link) => sum + 1 - link.probability, 0),
    plan: { right: score.right, wrong: score.wrong },
    pairwise: count(surePairs(model)),
    calibrationError: calibrationErrorOf(score.claims),
  };
}

function surePairs({ candidates, posterior, population }: LinkedLists['model']): { row: number; run: number }[] {
  const share = posterior.expectedLinks / (population.rows * population.runs);
  const least = PAIRWISE_BITS - Math.log2(share / (1 - share));
  const pairs = Array.from(candidates.weights, (weight, edge) => ({
    weight,
    row: candidates.rows[edge] ?? 0,
    run: candidates.runs[edge] ?? 0,
  }));
  return pairs.filter(({ weight }) => weight >= least);
}

export interface SummedScore extends ListScore {
  /** Least recall of the links in one of the scores. */
  readonly worstRecall: number;
}

/** Counts are summed, the calibration error is averaged. */
export function sumScores(scores: readonly ListScore[]): SummedScore {
  const sum = (read: (score: ListScore) => number): number => scores.reduce((total, score) => total + read(score), 0);
  const sumCount = (read: (score: ListScore) => Count): Count => ({
    right: sum((score) => read(score).right),
    wrong: sum((score) => read(score).wrong),
  });
  return {
    possible: sum((score) => score.possible),
    links: sumCount((score) => score.links),
    admitted: sum((score) => score.admitted),
    plan: sumCount((score) => score.plan),
    pairwise: sumCount((score) => score.pairwise),
    calibrationError: sum((score) => score.calibrationError) / scores.length,
    worstRecall: Math.min(...scores.map((score) => score.links.right / score.possible)),
  };
}
