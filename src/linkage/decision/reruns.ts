import type { Records } from '../normalize/records.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { StandInShare } from './stand-ins.ts';

/** Bits from which a time says which of two equal runs is meant. */
const AGREES = 1;
/** Runs that start so many seconds apart are no copies of one. */
const APART = 3600;
/** Fewer runs with metrics tell no habit. */
const LEAST_RUNS = 20;

/** Share of the runs that are gone at least: where each has a twin, rows do not show it. */
const LEAST_GONE = 0.1;
/** Runs by their start, of which a run and as many before as behind it tell how many of its time were run again. */
const BESIDE = 12;

/**
 * How likely a run only repeats the row's own, which is gone. Where seeds are fixed, an experiment that is run again on
 * another day gives the same metrics to the last digit; where many runs of that time have such a twin, one that is alone
 * has lost it as often as rows have lost their runs, and a row without a time is as likely of the one as of the other.
 */
export function learnReruns(records: Records, model: LearnedModel): StandInShare {
  const { candidates, comparisons, population, posterior } = model;
  let shares: Float64Array | null = null; // most registries have times, and never ask
  const time = comparisons.find(({ name }) => name === 'time');
  const gone = Math.max(LEAST_GONE, 1 - posterior.expectedLinks / Math.max(1, population.rows));
  return (edge) => {
    const row = candidates.rows[edge] ?? 0;
    const run = candidates.runs[edge] ?? 0;
    if (time !== undefined && !time.isMissing(row, run) && time.weigh(row, run) >= AGREES) return 0;
    shares ??= twinShares(records, model);
    const repeated = Math.min(1, (shares[run] ?? 0) / Math.max(1 - gone, Number.EPSILON));
    const lost = repeated * gone;
    return lost / (lost + 1 - repeated) / 2;
  };
}

/** By run, the share of the runs with metrics that started next to it which another one repeats; 0 for those without. */
function twinShares({ run }: Records, { paired }: LearnedModel): Float64Array {
  const { createdAt } = run.times;
  const shares = new Float64Array(createdAt.length);
  const groups = new Map<string, number[]>();
  for (let at = 0; at < createdAt.length; at++) {
    const signature = signatureOf(paired, at);
    if (signature !== '') groups.set(signature, [...(groups.get(signature) ?? []), at]);
  }
  const isTwin = (at: number, group: readonly number[]): boolean =>
    group.some((other) => Math.abs((createdAt[other] ?? Number.NaN) - (createdAt[at] ?? Number.NaN)) > APART);
  const measured = [...groups.values()]
    .flatMap((group) => group.map((at) => ({ at, isTwin: isTwin(at, group) })))
    .toSorted((a, b) => (createdAt[a.at] ?? 0) - (createdAt[b.at] ?? 0) || a.at - b.at);
  if (measured.length < LEAST_RUNS) return shares;
  for (const [place, { at }] of measured.entries()) {
    const beside = measured.slice(Math.max(0, place - BESIDE), place + BESIDE + 1);
    shares[at] = beside.filter((other) => other.isTwin).length / beside.length;
  }
  return shares;
}

/** All that rows could tell of a run by its metrics and settings; empty where it has no metric. */
function signatureOf({ measured, fields }: LearnedModel['paired'], run: number): string {
  const metrics = measured.map(({ runValues }) => runValues[run] ?? Number.NaN);
  if (metrics.every((value) => Number.isNaN(value))) return '';
  return [...metrics, ...fields.map(({ runCodes }) => runCodes[run] ?? -1)].join(' ');
}
