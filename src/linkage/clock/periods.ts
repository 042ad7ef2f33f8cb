import type { ClockPeriod } from '../../model/clock.ts';
import { thinOut } from '../thin-out.ts';
import { followZone, MOST_QUARTERS, natsOf, STATES } from './row-offsets.ts';

/** One sure pair: when its run began, or ended where rows are written then, and what the row's naive time was ahead of that. */
export interface ZoneWitness {
  /** Epoch seconds, UTC. */
  readonly start: number;
  readonly zoneMinutes: number;
}

const QUARTER = 15;
/** More show no other change. */
const MOST_WITNESSES = 10_000;

/**
 * The periods of a naive clock: the zone is followed through time by the Viterbi algorithm, and a change lies half way
 * between the two witnesses that it separates. Summer time and journeys come out as periods; a few rows in a row that were
 * written late, or whose runs were tried again or synced late, do not.
 */
export function buildClockPeriods(witnesses: readonly ZoneWitness[]): readonly ClockPeriod[] {
  const all = witnesses.toSorted((a, b) => a.start - b.start || a.zoneMinutes - b.zoneMinutes);
  const sorted = thinOut(all, MOST_WITNESSES);
  const usual = commonZone(sorted);
  const emissions = new Map<number, Float64Array>();
  const emissionOf = (quarters: number): Float64Array => {
    const emission = emissions.get(quarters) ?? buildEmission(quarters);
    emissions.set(quarters, emission);
    return emission;
  };
  const path = followZone(sorted.map(({ zoneMinutes }) => emissionOf((zoneMinutes - usual) / QUARTER)));
  const periods: ClockPeriod[] = [];
  for (const [index, { start }] of sorted.entries()) {
    const zoneMinutes = usual + QUARTER * ((path[index] ?? MOST_QUARTERS) - MOST_QUARTERS);
    const before = sorted[index - 1];
    if (before === undefined) periods.push({ from: null, zoneMinutes });
    else if (periods.at(-1)?.zoneMinutes !== zoneMinutes) {
      periods.push({ from: Math.round((before.start + start) / 2) * 1000, zoneMinutes });
    }
  }
  return periods;
}

/** @param quarters by which the witness lies beside the usual zone */
function buildEmission(quarters: number): Float64Array {
  const emission = new Float64Array(STATES).fill(natsOf(0, 1));
  const state = quarters + MOST_QUARTERS;
  if (state >= 0 && state < STATES) emission[state] = natsOf(STATES, 1);
  return emission;
}

/** The most frequent; of equally frequent ones the smallest, so that the order of input does not matter. */
export function commonZone(witnesses: readonly ZoneWitness[]): number {
  const counts = new Map<number, number>();
  for (const { zoneMinutes } of witnesses) counts.set(zoneMinutes, (counts.get(zoneMinutes) ?? 0) + 1);
  const [best] = [...counts].toSorted(([a, countA], [b, countB]) => countB - countA || a - b);
  return best?.[0] ?? 0;
}
