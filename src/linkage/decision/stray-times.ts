import type { LearnedModel } from '../weights/learn.ts';
import type { SurePair } from '../pairing/refine.ts';
import { leastBitsAlone } from '../posterior/competition.ts';
import type { Objection } from './weakness.ts';

/** Bits from which a pair's times agree. */
const AGREES = 1;
/** Times hold where no more of the sure pairs than this stray, among as many as can show it. */
const MOST_STRAYS = 1 / 50;
const LEAST_PAIRS = 50;

/**
 * Finds pairs whose times do not agree, in a registry where nearly all sure pairs' do, and which only their final metrics
 * carry. A fork begins with the metrics of its parent and a copy bears the original's, so that metrics may be another
 * run's; names and settings that single the run out are enough.
 *
 * @param sure pairs that are as good as certain
 * @returns what speaks against a pair; null where nothing does
 */
export function createTimeCheck(model: LearnedModel, sure: readonly SurePair[]): (edge: number) => Objection | null {
  const time = model.comparisons.find(({ name }) => name === 'time');
  const metrics = model.comparisons.find(({ name }) => name === 'metrics');
  const strays = (row: number, run: number): boolean =>
    time !== undefined && !time.isMissing(row, run) && time.weigh(row, run) <= AGREES;
  const timed = sure.filter(({ row, run }) => time?.isMissing(row, run) === false);
  const straying = timed.filter(({ row, run }) => strays(row, run)).length;
  if (timed.length < LEAST_PAIRS || straying > MOST_STRAYS * timed.length) return () => null;
  const least = leastBitsAlone(model.posterior.expectedLinks, model.population);
  return (edge) => {
    const row = model.candidates.rows[edge] ?? 0;
    const run = model.candidates.runs[edge] ?? 0;
    if (!strays(row, run)) return null;
    const others = (model.candidates.weights[edge] ?? 0) - (metrics?.weigh(row, run) ?? 0);
    if (others >= least) return null;
    const words = time?.describe(row, run).words ?? '';
    return { reason: `metrics alone speak for the best run, and its time against it: ${words}` };
  };
}
