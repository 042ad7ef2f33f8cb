import { meetsExactly } from '../clock/channels.ts';
import { DurationComparison } from '../comparison/duration.ts';
import { MetricsComparison } from '../comparison/metrics.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { Records } from '../normalize/records.ts';
import { findNamedMetrics } from '../pairing/named-metrics.ts';
import type { SurePair } from '../pairing/refine.ts';
import { agreementsOf, meanBits } from './agreements.ts';

/** Fewer links were chosen among so few pairs that a duration or a clock fits some of them by chance. */
const MANY_LINKS = 10;
/** Share of the links on which a measured value is on both sides before it is judged. */
const LEAST_SHARE = 0.3;
/** Shares of these from which it agrees, and up to which it differs: of strangers' links one in six does by chance. */
const MOSTLY = 0.6;
const HARDLY = 0.35;
/** Bits of a few links' times, on average, that no clock gives which was found on these very links. */
const TOLD_BITS = 9;
const MINUTE = 60;

/** What a measured value says of the links as a whole; null where it says neither. */
type Verdict = 'agrees' | 'differs' | null;

/**
 * Whether rows and runs are of two teams that went through the same jobs, as a sentence; null where nothing shows it.
 *
 * Who runs the script of another project has its settings, its order and nearly its pace, so that some clock fits, found
 * on these very pairs; a nightly build even starts at the same minute. But no job is measured twice alike: neither its
 * final metrics meet to the digits kept, nor its durations within a hundredth. Where both are told, and neither does, no
 * clock outweighs them; where one is told, a clock that meets within minutes throughout does, as an evaluation or a queue
 * may have measured otherwise.
 *
 * @param sure pairs that are as good as certain
 */
export function findStrangersOrNull(
  { records, model }: { readonly records: Records; readonly model: LearnedModel },
  sure: readonly SurePair[],
): string | null {
  if (sure.length === 0) return null;
  const metrics = judge(agreementsOfMetrics(records, model, sure), sure);
  const duration = model.comparisons.find((comparison) => comparison instanceof DurationComparison);
  const durations = judge(agreementsOf(duration, sure), sure);
  if (!isDoubted({ metrics, durations }, sure)) return null;
  if (!isContradicted({ metrics, durations }, sure) && areTimesTold(records, model, sure)) return null;
  const parts = [
    ...(metrics === 'differs' ? ['final metrics to the digits kept'] : []),
    ...(durations === 'differs' ? ['durations within 1 %'] : []),
  ];
  return `runs and rows may be of two teams with the same jobs: hardly any link agrees in ${parts.join(' or in ')}`;
}

interface Verdicts {
  readonly metrics: Verdict;
  readonly durations: Verdict;
}

/** Whether no clock outweighs what differs: both do, or of a few links the metrics, for which nothing else speaks. */
function isContradicted({ metrics, durations }: Verdicts, sure: readonly SurePair[]): boolean {
  if (metrics !== 'differs') return false;
  return durations === 'differs' || (durations === null && sure.length < MANY_LINKS);
}

/** Whether one differs and the other does not speak for the links, as durations do for a few of them by chance. */
function isDoubted({ metrics, durations }: Verdicts, sure: readonly SurePair[]): boolean {
  if (metrics === 'differs') return durations !== 'agrees' || sure.length < MANY_LINKS;
  return durations === 'differs' && metrics !== 'agrees';
}

/**
 * Whether times meet by a clock that stands out. Days tell no clock, and are judged with the rest; times for which no clock
 * was found speak against the links.
 */
function areTimesTold({ row }: Records, { channels, comparisons }: LearnedModel, sure: readonly SurePair[]): boolean {
  if (sure.length >= MANY_LINKS) {
    if (channels.length === 0) return row.times.length === 0;
    return channels.some((channel) => channel.quantum > MINUTE || meetsExactly(channel));
  }
  const time = comparisons.find(({ name }) => name === 'time');
  return time !== undefined && meanBits(time, sure) >= TOLD_BITS;
}

/** The metrics that are compared, else those that bear the same name, as another's values may lie apart. */
function agreementsOfMetrics(records: Records, { comparisons }: LearnedModel, sure: readonly SurePair[]): boolean[] {
  const compared = agreementsOf(
    comparisons.find((comparison) => comparison instanceof MetricsComparison),
    sure,
  );
  if (compared.length >= leastOf(sure)) return compared;
  return agreementsOf(new MetricsComparison(findNamedMetrics(records, sure, leastOf(sure)), []), sure);
}

function judge(agreements: readonly boolean[], sure: readonly SurePair[]): Verdict {
  if (agreements.length < leastOf(sure)) return null;
  const share = agreements.filter(Boolean).length / agreements.length;
  if (share >= MOSTLY) return 'agrees';
  return share <= HARDLY ? 'differs' : null;
}

/** Of a few links one has to do: nothing else tells of them. */
function leastOf(sure: readonly SurePair[]): number {
  return sure.length < MANY_LINKS ? 1 : Math.max(MANY_LINKS, LEAST_SHARE * sure.length);
}
