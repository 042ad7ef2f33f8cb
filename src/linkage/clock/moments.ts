import { keyWords } from '../normalize/names.ts';
import type { Records } from '../normalize/records.ts';
import { lowerBound, sortedIndexOf, upperBound } from '../sorted.ts';
import type { ClockSearch, ScannedChannel } from './channels.ts';
import type { RowHits } from './hits.ts';
import { QUARTER } from './row-offsets.ts';
import { findClockPeakOrNull } from './scan.ts';

/** Times that tell the minute, in a crowd of some minutes, single runs out: hours, days and long waits do not. */
const FINE = 60;
const NARROW = 900;
/** Moments whose crowds tell so much of what the best one's tells fit nearly as well. */
const RIVAL_SHARE = 0.7;
/**
 * They are of other runs where most rows meet another one, of so many that meet one by both, and of the same rows: those
 * of another site have a clock of their own.
 */
const OTHER_SHARE = 0.5;
const SAME_SHARE = 0.5;
const LEAST_ROWS = 4;
/** Seconds beside a crowd in which a row's run is looked for as well. */
const BESIDE = 60;
/** Other crowds of the same times that are looked at. */
const MOST_OFFSETS = 32;
/** One of two crowds is so many times tighter, of so many rows at least … */
const TIGHTER = 2;
const LEAST_SCATTERED = 20;
/** … and at a zone, within a delay of so many seconds. */
const MOST_DELAY = 120;
/** Bits that one row counts at most, that all rows together must tell, and by how many standard deviations. */
const MOST_BITS = 5;
const LEAST_BITS = 8;
const DEVIATIONS = 3;
/** Standard deviations by which rows that meet one moment only must be more than those that meet the other only. */
const LONELY_DEVIATIONS = 3;
/** What a column's name says for certain; rows are created, logged and noted at any moment. */
const STARTS = /^(?:start|started|starts|begin|began|launch|launched|submit|submitted|enqueued|queued)$/;
const ENDS = /^(?:end|ended|ends|finish|finished|complete|completed|stop|stopped|done|modified|mtime|saved)$/;

export interface Moment {
  readonly chosen: ScannedChannel;
  /** Other crowds tell as much, so that it is not to be looked for again. */
  readonly isContested: boolean;
  /** Another moment fits as well, by which the rows are those of other runs. */
  readonly isTorn: boolean;
}

/**
 * Which moment of the runs a column tells. Where a loop starts each run as soon as the last one has ended, all rows lie
 * near the start of one run and the end of the one before it, and the clock alone fits both: every row would get its
 * neighbour's run. What else is known of the pairs decides, else the rows at the ends of the loops, else the column's
 * name, else nothing does.
 *
 * @param scanned by what their crowds tell, the most first
 */
export function chooseMomentOrNull(
  records: Records,
  search: ClockSearch,
  scanned: readonly ScannedChannel[],
): Moment | null {
  const [best] = scanned;
  if (best === undefined) return null;
  if (best.channel.quantum > FINE || best.width > NARROW) return { chosen: best, isContested: false, isTorn: false };
  const others = scanned.filter(({ channel }) => channel.row === best.channel.row);
  const rivals = [...others, ...listOtherOffsets(best)].filter(
    ({ crowding }) => crowding >= RIVAL_SHARE * best.crowding,
  );
  const chosen = rivals.reduce((one, other) => (compare(records, search, [one, other]) < 0 ? other : one), best);
  const isTorn = rivals.some((rival) => !(compare(records, search, [chosen, rival]) > 0));
  return { chosen, isContested: rivals.length > 1, isTorn };
}

/**
 * More than 0 where the first of two crowds is meant, or both are of the same runs; less where the second is; 0 where
 * nothing tells.
 */
function compare(records: Records, search: ClockSearch, pair: readonly [ScannedChannel, ScannedChannel]): number {
  const [first, second] = pair;
  const reach = Math.max(first.width, second.width) + BESIDE;
  const [own, other] = [first, second].map((scan) => runsNear(records, { rows: search.rows, reach }, scan));
  if (own === undefined || other === undefined || !meetOthers(own, other)) return 1;
  return (
    leadOf(search, own, other) || leadOfTight(first, second) || leadOfLonely(own, other) || leadOfName(first, second)
  );
}

/** What the column's name says of the moment. */
function leadOfName(first: ScannedChannel, second: ScannedChannel): number {
  if (first.channel === second.channel) return 0;
  const [own, other] = [first, second].map(({ channel }) => isNamed(channel.row.name, channel.runWords));
  return Number(own) - Number(other);
}

/** Where the differences of the same times crowd as well: a job that starts every hour fits the clock of any zone. */
function listOtherOffsets(best: ScannedChannel): ScannedChannel[] {
  const found: ScannedChannel[] = [best];
  while (found.length <= MOST_OFFSETS) {
    const hits = best.hits.map((row) => withoutNear(row, found));
    const peak = findClockPeakOrNull(best.input, hits);
    if (peak === null || peak.crowding < RIVAL_SHARE * best.crowding) break;
    found.push({ ...best, ...peak });
  }
  return found.slice(1);
}

/** The hits of a row outside of crowds that were found. */
function withoutNear(row: RowHits, crowds: readonly ScannedChannel[]): RowHits {
  const isNear = (difference: number): boolean =>
    crowds.some(({ offset, width }) => Math.abs(difference - offset) <= width + BESIDE);
  const kept = [...row.differences.keys()].filter((at) => !isNear(row.differences[at] ?? 0));
  return {
    ...row,
    differences: Float64Array.from(kept, (at) => row.differences[at] ?? 0),
    shares: Float64Array.from(kept, (at) => row.shares[at] ?? 0),
    runs: Int32Array.from(kept, (at) => row.runs[at] ?? 0),
  };
}

function isNamed(column: string, runWords: string): boolean {
  const words = keyWords(column);
  return words.some((word) => (runWords === 'ends' ? ENDS : STARTS).test(word));
}

/** Runs by row, the one whose time lies nearest first; rows that have none within reach are missing. */
type NearRuns = ReadonlyMap<number, readonly number[]>;

function runsNear(
  { freeRuns }: Records,
  { rows, reach }: { readonly rows: readonly number[]; readonly reach: number },
  { channel, offset }: ScannedChannel,
): NearRuns {
  const { runSeconds, otherSeconds } = channel;
  const indexes = [runSeconds, ...(otherSeconds === null ? [] : [otherSeconds])].map((seconds) =>
    sortedIndexOf(seconds, freeRuns),
  );
  const found = new Map<number, readonly number[]>();
  for (const row of rows) {
    const moment = (channel.row.seconds[row] ?? Number.NaN) + offset;
    const near: { readonly run: number; readonly distance: number }[] = [];
    for (const { values, records } of indexes) {
      const end = upperBound(values, moment + reach);
      for (let at = lowerBound(values, moment - reach); at < end; at++)
        near.push({ run: records[at] ?? -1, distance: Math.abs((values[at] ?? Number.NaN) - moment) });
    }
    near.sort((a, b) => a.distance - b.distance || a.run - b.run);
    if (near.length > 0)
      found.set(
        row,
        near.map(({ run }) => run),
      );
  }
  return found;
}

/** Whether most rows that meet runs by both meet none by both. */
function meetOthers(own: NearRuns, others: NearRuns): boolean {
  const both = [...own].filter(([row]) => others.has(row));
  const apart = both.filter(([row, runs]) => others.get(row)?.some((run) => runs.includes(run)) === false);
  const isOfSameRows = both.length >= LEAST_ROWS && both.length > SAME_SHARE * Math.min(own.size, others.size);
  return isOfSameRows && apart.length > OTHER_SHARE * both.length;
}

/** Bits by which the other evidence, and links that are known, prefer the first runs to the second; 0 where they do not tell. */
function leadOf({ weigh, labels }: ClockSearch, first: NearRuns, second: NearRuns): number {
  let sum = 0;
  let squares = 0;
  for (const [row, [run = -1]] of first) {
    const [other = -1] = second.get(row) ?? [];
    if (other === -1 || other === run) continue;
    const label = labels.get(row);
    const lead =
      label === undefined
        ? weigh(row, run, -Infinity) - weigh(row, other, -Infinity)
        : MOST_BITS * (Number(run === label) - Number(other === label));
    const bits = Math.min(MOST_BITS, Math.max(-MOST_BITS, lead));
    sum += bits;
    squares += bits * bits;
  }
  return Math.abs(sum) >= LEAST_BITS && Math.abs(sum) >= DEVIATIONS * Math.sqrt(squares) ? sum : 0;
}

/**
 * Rows that the first meets and the second does not, less the others, where they differ by more than chance. Runs that are
 * missing inside of a loop make as many of the one as of the other kind: a row has its start and no end before it, or no
 * start and an end before it. At the ends of the loop only the moment that is meant has a run.
 */
function leadOfLonely(first: NearRuns, second: NearRuns): number {
  const lonely = (one: NearRuns, other: NearRuns): number => [...one.keys()].filter((row) => !other.has(row)).length;
  const [own, others] = [lonely(first, second), lonely(second, first)];
  return Math.abs(own - others) > LONELY_DEVIATIONS * Math.sqrt(own + others) ? own - others : 0;
}

/**
 * Of two zones of one clock that fit alike, the one whose delays scatter by far less is meant: jobs start on the hour more
 * or less, and each row is written right beside its own. What is no zone proves nothing in this way: a row that is written
 * when the run before it has ended lies nearer to that one's start, if all of them take as long. Nor does an end prove
 * anything against a start: it lies nearer to such a row than the row's own run, which has to load its data first.
 */
function leadOfTight(first: ScannedChannel, second: ScannedChannel): number {
  const [own, other] = [first, second].map(scatterOf);
  if (own === undefined || other === undefined) return 0;
  const lead = Math.log2(other / own);
  if (!(Math.abs(lead) >= Math.log2(TIGHTER))) return 0;
  const [tight, loose] = lead > 0 ? [first, second] : [second, first];
  const isOneMoment = first.channel === second.channel;
  return isZone(tight) && (isOneMoment || !isZone(loose)) ? lead : 0;
}

function isZone({ offset, input }: ScannedChannel): boolean {
  const zone = input.isZoned ? 0 : QUARTER * Math.round(offset / QUARTER);
  return Math.abs(offset - zone) <= MOST_DELAY;
}

/** Half of the rows' likeliest differences in a crowd lie within so many seconds. */
function scatterOf({ hits, offset, width }: ScannedChannel): number {
  const inside = hits.flatMap(({ differences, shares }) => {
    const near = [...differences.keys()].filter((at) => Math.abs((differences[at] ?? 0) - offset) <= width + BESIDE);
    const likeliest = near.toSorted((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0))[0];
    return likeliest === undefined ? [] : [differences[likeliest] ?? 0];
  });
  const sorted = inside.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return sorted.length < LEAST_SCATTERED ? Number.NaN : Math.max(1, at(3 / 4) - at(1 / 4));
}
