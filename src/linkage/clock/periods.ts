import type { ClockPeriod } from '../../model/clock.ts';

/** One sure pair: when its run began, or ended where rows are written then, and what the row's naive time was ahead of that. */
export interface ZoneWitness {
  /** Epoch seconds, UTC. */
  readonly start: number;
  readonly zoneMinutes: number;
}

/** Witnesses on each side that outvote one whose row was written late or whose run was synced late. */
const NEIGHBOURS = 3;

/**
 * The periods of a naive clock: each witness takes the zone of most of its neighbours in time, and a change of zone lies
 * half way between the two witnesses that it separates. Summer time and journeys come out as periods; single outliers
 * (a slow start, an offline sync) do not.
 */
export function buildClockPeriods(witnesses: readonly ZoneWitness[]): readonly ClockPeriod[] {
  const sorted = witnesses.toSorted((a, b) => a.start - b.start || a.zoneMinutes - b.zoneMinutes);
  const periods: ClockPeriod[] = [];
  for (const [index, { start }] of sorted.entries()) {
    const zoneMinutes = commonZone(sorted.slice(Math.max(0, index - NEIGHBOURS), index + NEIGHBOURS + 1));
    const before = sorted[index - 1];
    if (before === undefined) periods.push({ from: null, zoneMinutes });
    else if (periods.at(-1)?.zoneMinutes !== zoneMinutes) {
      periods.push({ from: Math.round((before.start + start) / 2) * 1000, zoneMinutes });
    }
  }
  return periods;
}

/** The most frequent; of equally frequent ones the smallest, so that the order of input does not matter. */
export function commonZone(witnesses: readonly ZoneWitness[]): number {
  const counts = new Map<number, number>();
  for (const { zoneMinutes } of witnesses) counts.set(zoneMinutes, (counts.get(zoneMinutes) ?? 0) + 1);
  const [best] = [...counts].toSorted(([a, countA], [b, countB]) => countB - countA || a - b);
  return best?.[0] ?? 0;
}
