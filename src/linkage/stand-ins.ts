import { searchCandidates } from './blocking/search.ts';
import { sumOfWeights } from './learn.ts';
import type { LearnedModel } from './learn.ts';
import type { Records } from './normalize/records.ts';
import type { SurePair } from './pairing/refine.ts';
import { thinOut } from './thin-out.ts';

/** Sure pairs whose run is looked away from; fewer tell nothing. */
const LEAST_PAIRS = 30;
const MOST_PAIRS = 1000;
/** Rivals so many bits below the least that counts, and below a row's best, take next to nothing from it. */
const SLACK = 3;
const DEPTH = 6;
/** Bits are counted in steps of this size, and smoothed by a normal curve of this standard deviation … */
const STEP = 0.25;
const DEVIATION = 1;
/** … which is cut off here. */
const REACH = 4 * DEVIATION;
/** Of a run that other rows have, this share is free at least. */
const LEAST_FREE = 1e-9;
/** More bits than these are certain, and no number for long. */
const MOST_BITS = 300;

/** Share of the pairs with so many bits, the prior's among them, whose run only stands in for one that is gone. */
export type StandInShare = (bits: number) => number;

/**
 * Learns how good the next best run looks to a row whose own run is gone: deleted, of another project, never logged.
 *
 * The weights say how a run's values differ from those of any other; a try again minutes later, with the same settings
 * and nearly the same result, is no other run like any. So the runs of sure pairs are looked away from, and what fits
 * their rows then is what takes the place of a run that is gone. As many rows as are expected to have no run, times how
 * often they find one that good, are the wrong ones among all pairs that are (Efron 2008, local false discovery rate).
 *
 * @param sure pairs that are as good as certain, known links among them
 * @param least bits from which a pair could be a match
 */
export function learnStandIns(
  { records, model }: { readonly records: Records; readonly model: LearnedModel },
  sure: readonly SurePair[],
  least: number,
): StandInShare {
  const pairs = thinOut(sure, MOST_PAIRS);
  if (pairs.length < LEAST_PAIRS) return () => 0;
  const { population, posterior } = model;
  const standIns = findStandIns({ records, model }, pairs, least).filter((bits) => bits >= least);
  if (standIns.length === 0) return () => 0;
  // those that stand in count as links so far
  const found = standIns.length / pairs.length;
  const gone = Math.max(0, population.rows - posterior.expectedLinks) / Math.max(1 - found, 1 / pairs.length);
  const wrong = smoothCounts(standIns);
  const all = smoothCounts(bitsOfBest(model).filter((bits) => bits >= least));
  return (bits) => {
    const near = all(bits);
    return Math.min((gone / pairs.length) * wrong(bits), near) / (near + 1);
  };
}

/**
 * For each pair the bits of the best run beside its own, given that others have runs too. One that beats the own run is
 * no stand-in: somebody linked the row to a wrong one.
 */
function findStandIns(
  { records, model }: { readonly records: Records; readonly model: LearnedModel },
  pairs: readonly SurePair[],
  least: number,
): number[] {
  const rejectedByRow = new Map(records.rejectedByRow);
  for (const { row, run } of pairs) rejectedByRow.set(row, new Set([...(rejectedByRow.get(row) ?? []), run]));
  const { comparisons, posterior } = model;
  const floor = least - SLACK - posterior.priorBits;
  const rows = pairs.map(({ row }) => row);
  const found = searchCandidates({ ...records, rejectedByRow }, { comparisons, floor, depth: DEPTH, rows });
  const freeFor = freeRuns(records, model);
  return pairs.flatMap(({ row, run }) => {
    const bits: number[] = [];
    for (let edge = found.starts[row] ?? 0; edge < (found.starts[row + 1] ?? 0); edge++) {
      const free = freeFor(row, found.runs[edge] ?? 0);
      bits.push((found.weights[edge] ?? 0) + posterior.priorBits + Math.log2(free));
    }
    const own = sumOfWeights(model.comparisons, row, run) + posterior.priorBits;
    return bits.length === 0 || Math.max(...bits) > own ? [] : [bitsBesideRivals(bits)];
  });
}

/** Bits of the best against no link and against all others. */
function bitsBesideRivals(bits: readonly number[]): number {
  const best = Math.max(...bits);
  const others = bits.toSpliced(bits.indexOf(best), 1);
  return best - Math.log2(others.reduce((odds, own) => odds + 2 ** Math.min(MOST_BITS, own), 1));
}

/** P(no other row than this one has the run). */
function freeRuns(records: Records, { candidates, posterior }: LearnedModel): (row: number, run: number) => number {
  const taken = new Float64Array(records.runs.length);
  for (let edge = 0; edge < candidates.rows.length; edge++) {
    const run = candidates.runs[edge] ?? 0;
    taken[run] = (taken[run] ?? 0) + (posterior.probabilities[edge] ?? 0);
  }
  return (row, run) => {
    let own = 0;
    for (let edge = candidates.starts[row] ?? 0; edge < (candidates.starts[row + 1] ?? 0); edge++) {
      if (candidates.runs[edge] === run) own = posterior.probabilities[edge] ?? 0;
    }
    return Math.max(LEAST_FREE, 1 - (taken[run] ?? 0) + own);
  };
}

/** Bits of each row's best pair. */
function bitsOfBest({ candidates, posterior }: LearnedModel): number[] {
  const bits: number[] = [];
  for (let row = 0; row < candidates.starts.length - 1; row++) {
    let best = -1;
    for (let edge = candidates.starts[row] ?? 0; edge < (candidates.starts[row + 1] ?? 0); edge++) {
      if ((posterior.probabilities[edge] ?? 0) > (posterior.probabilities[best] ?? 0)) best = edge;
    }
    if (best >= 0) bits.push((candidates.weights[best] ?? 0) + posterior.priorBits);
  }
  return bits;
}

/** How many of the numbers lie near one, the nearer the more. */
function smoothCounts(numbers: readonly number[]): (near: number) => number {
  const counts = new Map<number, number>();
  for (const number of numbers) {
    const step = Math.round(number / STEP);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return (near) => {
    let sum = 0;
    const middle = Math.round(near / STEP);
    for (let away = -REACH / STEP; away <= REACH / STEP; away++) {
      sum += (counts.get(middle + away) ?? 0) * Math.exp(-0.5 * ((away * STEP) / DEVIATION) ** 2);
    }
    return sum;
  };
}
