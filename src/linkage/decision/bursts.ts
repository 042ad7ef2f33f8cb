import type { Comparison } from '../comparison/comparison.ts';
import type { Records } from '../normalize/records.ts';
import type { SurePair } from '../pairing/refine.ts';
import { thinOut } from '../thin-out.ts';

/**
 * Share of the comparisons that a row's own run has to win. Two series that begin on the same day and each go at their
 * own pace win half of them, and some more since the delays were learned from them; clocks that tell win nearly all.
 */
const WON = 0.9;
/** Bursts that have to be told apart: fewer may lie alike by chance, as all starts of a burst do if one does. */
const LEAST_BURSTS = 10;
const LEAST_COMPARED = 10;
/** Seconds without a start that end a burst: launches of a loop, of an array, of a worker's turn, of a day. */
const PAUSES = [0, 60, 600, 3600, 6 * 3600] as const;
/** Pairs that are looked at, and starts of a burst beside them. */
const MOST_PAIRS = 300;
const MOST_STARTS = 100;

/**
 * Whether times tell a row's own run from those that started before and after it. How late a row is was learned from
 * these very pairs, so that it fits them however wide it is; but what only tells early runs from late ones fits the next
 * start as well. Jobs that a scheduler starts at once need not be told from each other, but from the next such burst.
 *
 * @param sure pairs that are as good as certain
 */
export function tellsStartsApart(time: Comparison, { run: { times } }: Records, sure: readonly SurePair[]): boolean {
  const startOf = ({ run }: SurePair): number => {
    const started = times.startedAt[run] ?? Number.NaN;
    return Number.isNaN(started) ? (times.createdAt[run] ?? 0) : started;
  };
  const starts = sure
    .filter(({ row, run }) => !time.isMissing(row, run))
    .map((pair) => ({ pair, at: startOf(pair) }))
    .toSorted((a, b) => a.at - b.at);
  return PAUSES.some((pause) => tellsBurstsApart(time, splitAt(pause, starts, time)));
}

interface Start {
  readonly pair: SurePair;
  /** In seconds. */
  readonly at: number;
}

type Burst = readonly SurePair[];

/**
 * Where a day or a minute is all that rows know, those of one day are one burst: any run weighs the same for them.
 *
 * @param starts ascending
 */
function splitAt(pause: number, starts: readonly Start[], time: Comparison): Burst[] {
  const bursts: SurePair[][] = [];
  let last: Start | undefined;
  for (const start of starts) {
    const { row, run } = start.pair;
    const isNext = last === undefined || start.at - last.at > pause;
    const saysOther = last === undefined || time.weigh(row, run) !== time.weigh(last.pair.row, run);
    if (isNext && saysOther) bursts.push([]);
    bursts.at(-1)?.push(start.pair);
    last = start;
  }
  return bursts;
}

/** Starts that weigh the same are neither won nor lost. */
function tellsBurstsApart(time: Comparison, bursts: readonly Burst[]): boolean {
  if (bursts.length < LEAST_BURSTS) return false;
  const placed = bursts.flatMap((burst, at) => burst.map((pair) => ({ pair, at })));
  const few = bursts.map((burst) => thinOut(burst, MOST_STARTS));
  let [won, compared] = [0, 0];
  for (const { pair, at } of thinOut(placed, MOST_PAIRS)) {
    const own = time.weigh(pair.row, pair.run);
    for (const beside of [few[at - 1], few[at + 1]]) {
      if (beside === undefined) continue;
      const next = Math.max(...beside.map(({ run }) => time.weigh(pair.row, run)));
      if (own !== next) compared++;
      if (own > next) won++;
    }
  }
  return compared >= LEAST_COMPARED && won >= WON * compared;
}
