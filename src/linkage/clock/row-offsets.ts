import { learnDelays, NEAR } from './delays.ts';
import type { RowHits } from './hits.ts';

/** Zones differ by as many seconds. */
export const QUARTER = 900;
/** Zones from −14 to +14 hours. */
export const MOST_QUARTERS = 56;
export const STATES = 2 * MOST_QUARTERS + 1;
/**
 * Nats that a change of zone costs, and that all changes together must gain over none. Nearly all changes are by whole
 * hours; where runs start every minute, some others fit by chance for a while.
 */
const SWITCH_COST = { hours: 12, parts: 36 } as const;
const QUARTERS_AN_HOUR = 4;
const LEAST_GAIN = 10;
/** Share of rows that say nothing of the zone. */
const NOISE = 0.1;
const LOG_NOISE = Math.log(NOISE);

/**
 * The clock's offset by row. Summer time and journeys change a naive clock's zone, so the zone is followed through time
 * by the Viterbi algorithm over offsets in steps of a quarter of an hour; without a clear gain one offset serves all.
 *
 * @param offset the one offset that fits most rows, in seconds
 */
export function findRowOffsets(rowSeconds: Float64Array, hits: readonly RowHits[], offset: number): Float64Array {
  const constant = new Float64Array(rowSeconds.length).fill(offset);
  const sorted = hits.toSorted((a, b) => a.own - b.own);
  if (sorted.length < 2) return constant;
  const densityAt = learnDelays(sorted, offset);
  const emissions = sorted.map((row) => emissionOf(row, offset, densityAt));
  const path = followZone(emissions);
  let gain = 0;
  for (const [at, state] of path.entries()) {
    gain += (emissions[at]?.[state] ?? 0) - (emissions[at]?.[MOST_QUARTERS] ?? 0);
    if (at > 0) gain -= costOf(path[at - 1] ?? state, state);
  }
  if (gain < LEAST_GAIN) return constant;
  return rowSeconds.map((seconds) => offset + QUARTER * (stateAt(sorted, path, seconds) - MOST_QUARTERS));
}

/** ln P(the row's differences | zone), up to a constant, for zones around the one offset. */
function emissionOf(row: RowHits, offset: number, densityAt: (distance: number) => number): Float64Array {
  const mass = new Float64Array(STATES);
  for (let at = 0; at < row.differences.length; at++) {
    const quarters = ((row.differences[at] ?? 0) - offset) / QUARTER;
    const nearest = Math.round(quarters);
    const state = nearest + MOST_QUARTERS;
    if (state < 0 || state >= STATES) continue;
    const distance = (quarters - nearest) * QUARTER;
    if (Math.abs(distance) < NEAR) mass[state] = (mass[state] ?? 0) + (row.shares[at] ?? 0) * densityAt(distance);
  }
  let mean = 0;
  for (let state = 0; state < STATES; state++) mean += mass[state] ?? 0;
  mean /= STATES;
  for (let state = 0; state < STATES; state++) mass[state] = mean === 0 ? 0 : natsOf(mass[state] ?? 0, mean);
  return mass;
}

/** What a row tells of a zone that has so much of it, where all zones have so much on average. */
export function natsOf(own: number, mean: number): number {
  // most zones have no mass at all
  return own === 0 ? LOG_NOISE : Math.log(NOISE + ((1 - NOISE) * own) / mean);
}

/** The likeliest zone of each row, from the first to the last, as a number of quarters above −`MOST_QUARTERS`. */
export function followZone(emissions: readonly Float64Array[]): number[] {
  let scores: Float64Array = new Float64Array(STATES);
  const cameFrom: Int16Array[] = [];
  for (const emission of emissions) {
    const from = new Int16Array(STATES);
    scores = stepOn(scores, emission, from);
    cameFrom.push(from);
  }
  const path: number[] = [];
  let state = indexOfMost(scores);
  for (let at = emissions.length - 1; at >= 0; at--) {
    path.push(state);
    state = cameFrom[at]?.[state] ?? state;
  }
  return path.reverse();
}

/**
 * The scores after one more row. A zone is kept, or changed from the best of all zones or the best of those that lie whole
 * hours away.
 *
 * @param from filled in: the zone of the row before, by zone
 */
function stepOn(scores: Float64Array, emission: Float64Array, from: Int16Array): Float64Array {
  const next = new Float64Array(STATES);
  const anywhere = indexOfMost(scores);
  for (let quarter = 0; quarter < QUARTERS_AN_HOUR; quarter++) {
    const hoursAway = indexOfMost(scores, quarter);
    for (let state = quarter; state < STATES; state += QUARTERS_AN_HOUR) {
      from[state] = state;
      let score = scores[state] ?? 0;
      const moved = (scores[anywhere] ?? 0) - costOf(anywhere, state);
      if (moved > score) {
        score = moved;
        from[state] = anywhere;
      }
      const hours = (scores[hoursAway] ?? 0) - costOf(hoursAway, state);
      if (hours > score) {
        score = hours;
        from[state] = hoursAway;
      }
      next[state] = score + (emission[state] ?? 0);
    }
  }
  return next;
}

function costOf(from: number, to: number): number {
  if (from === to) return 0;
  return (to - from) % QUARTERS_AN_HOUR === 0 ? SWITCH_COST.hours : SWITCH_COST.parts;
}

/** @param quarter of the states to look at, all where left out; the one offset goes first where they are alike */
function indexOfMost(values: Float64Array, quarter?: number): number {
  const step = quarter === undefined ? 1 : QUARTERS_AN_HOUR;
  const first = quarter ?? 0;
  let best = MOST_QUARTERS % step === first % step ? MOST_QUARTERS : first;
  for (let at = first; at < values.length; at += step) if ((values[at] ?? 0) > (values[best] ?? 0)) best = at;
  return best;
}

/** The zone of the row before and after which the moment lies; between two zones that of the nearer row. */
function stateAt(sorted: readonly RowHits[], path: readonly number[], seconds: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle]?.own ?? 0) <= seconds) low = middle;
    else high = middle - 1;
  }
  const before = sorted[low]?.own ?? seconds;
  const after = sorted[low + 1]?.own ?? Infinity;
  const nearest = Number.isNaN(seconds) || seconds - before <= after - seconds ? low : low + 1;
  return path[nearest] ?? MOST_QUARTERS;
}
