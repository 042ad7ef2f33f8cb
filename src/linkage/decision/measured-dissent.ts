import { agreementsOf, meanBits } from './agreements.ts';
import { tellsStartsApart } from './bursts.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { MetricsComparison } from '../comparison/metrics.ts';
import { SettingsComparison } from '../comparison/settings.ts';
import { keepBest } from './kept-best.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { Records } from '../normalize/records.ts';
import { findNamedMetrics, haveStrangeMetrics } from '../pairing/named-metrics.ts';
import type { SurePair } from '../pairing/refine.ts';
import { areNearerThanSiblings } from './siblings.ts';

/** Links on which a measured value is on both sides before it is judged, and the share of the sure ones that they are. */
const LEAST_LINKS = 10;
const LEAST_SHARE = 0.3;
/** Share of these links on which metrics have to agree as far as the rows kept them. */
const MOSTLY = 0.6;
/** Bits on average from which a comparison tells one run of a setting from another. */
const TELLS = 1.5;
const MINUTE = 60;
/** Comparisons of what only one run has, whatever its settings. */
export const OF_ONE_RUN: ReadonlySet<string> = new Set(['time', 'duration', 'text']);
/** Bits on average below which durations contradict the links. */
const CONTRADICTS = -2;

/**
 * What was measured and speaks against the links as a whole, as a sentence; null where nothing does.
 *
 * Two people who train the same grid of settings have rows and runs with the same settings throughout, and similar
 * scores; what never repeats is a figure to its last digit, a start or a duration. And the evaluation of a model has its
 * name, its settings and its scores, but takes minutes where the training took a day.
 *
 * @param sure pairs that are as good as certain
 */
export function findDissentOrNull(
  { records, model }: { readonly records: Records; readonly model: LearnedModel },
  sure: readonly SurePair[],
): string | null {
  const { comparisons } = model;
  const duration = comparisons.find(({ name }) => name === 'duration');
  const isFar = duration !== undefined && meanBits(duration, measuredBy(duration, sure)) < CONTRADICTS;
  if (isFar) return 'runs and rows are of two kinds of jobs: their durations differ by far on most of the links';
  const metrics = findToldMetrics({ records, model }, sure);
  if (metrics === undefined) return findStrangenessOrNull({ records, model }, sure);
  const agreements = agreementsOf(metrics, sure);
  const share = agreements.filter(Boolean).length / agreements.length;
  const settings = comparisons.find((comparison) => comparison instanceof SettingsComparison);
  if (share >= MOSTLY || areRunsTold({ records, model }, sure)) return null;
  if (settings !== undefined && keepBest({ metrics, settings }, sure)) return null;
  const percent = `${(100 * share).toFixed(0)} %`;
  return `settings alone speak for the links: final metrics agree on ${percent} of them, and nothing else measured does`;
}

/**
 * Where rows and runs have times and measured values, and neither meets, what is left are settings: who runs a script with
 * the seed that it comes with draws the same ones.
 */
function findStrangenessOrNull(
  { records, model }: { readonly records: Records; readonly model: LearnedModel },
  sure: readonly SurePair[],
): string | null {
  if (sure.length < LEAST_LINKS || !haveOwnTimes(records, sure) || !haveStrangeMetrics(records, model.paired))
    return null;
  if (areRunsTold({ records, model }, sure)) return null;
  return 'settings alone speak for the links: neither times nor final metrics of rows and runs have to do with each other';
}

/** Whether most rows have a time of their own, rather than the day of an import. */
function haveOwnTimes({ row }: Records, sure: readonly SurePair[]): boolean {
  return row.times.some(({ seconds, quantum }) => {
    const own = sure.map((pair) => seconds[pair.row] ?? Number.NaN).filter((time) => !Number.isNaN(time));
    return quantum <= MINUTE && new Set(own).size > sure.length / 2;
  });
}

/**
 * The final metrics that are on both sides of enough links: those that are compared, else those that bear the same name.
 * Where another's values lie apart from the rows', no pairing comes of them.
 */
function findToldMetrics(
  { records, model }: { readonly records: Records; readonly model: LearnedModel },
  sure: readonly SurePair[],
): MetricsComparison | undefined {
  const compared = model.comparisons.find((comparison) => comparison instanceof MetricsComparison);
  if (compared !== undefined && areEnough(agreementsOf(compared, sure), sure)) return compared;
  const named = new MetricsComparison(findNamedMetrics(records, sure), []);
  return areEnough(agreementsOf(named, sure), sure) ? named : undefined;
}

/** Whether anything tells one run of a setting from another. */
function areRunsTold(
  { records, model: { comparisons } }: { readonly records: Records; readonly model: LearnedModel },
  sure: readonly SurePair[],
): boolean {
  const settings = comparisons.find((comparison) => comparison instanceof SettingsComparison);
  return comparisons.some((one) => tellsRuns(one, { records, settings }, sure));
}

/**
 * Whether a comparison tells one run of a setting from another. The same job takes as long on the same hardware, whoever
 * starts it: durations that are nearer to the row's own run than to those of nearly the same settings are of one run. And
 * who runs the same script in the same week starts the same jobs in the same order.
 */
function tellsRuns(
  comparison: Comparison,
  { records, settings }: { readonly records: Records; readonly settings: SettingsComparison | undefined },
  sure: readonly SurePair[],
): boolean {
  if (!OF_ONE_RUN.has(comparison.name) || meanBits(comparison, sure) < TELLS) return false;
  if (comparison.name === 'time') return tellsStartsApart(comparison, records, sure);
  if (comparison.name !== 'duration' || settings === undefined) return true;
  return areNearerThanSiblings(settings, sure, (row, run) =>
    comparison.isMissing(row, run) ? Number.NaN : -comparison.weigh(row, run),
  );
}

/** The pairs that a comparison can speak for; none where these are too few. */
function measuredBy(comparison: Comparison, sure: readonly SurePair[]): readonly SurePair[] {
  const pairs = sure.filter(({ row, run }) => !comparison.isMissing(row, run));
  return areEnough(pairs, sure) ? pairs : [];
}

function areEnough(some: readonly unknown[], sure: readonly SurePair[]): boolean {
  return some.length >= Math.max(LEAST_LINKS, LEAST_SHARE * sure.length);
}
