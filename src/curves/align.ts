import type { Points } from './curve.ts';

/** More different x values than this, as clock times have, are replaced by as many evenly spaced ones. */
const MOST_X = 10_000;

/** What the curves of a group are at one x. */
export interface AlignedStats {
  readonly x: Float64Array;
  readonly counts: Float64Array;
  readonly mean: Float64Array;
  /** Sample standard deviation; NaN below two curves. */
  readonly deviation: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/**
 * Brings curves with different x values together by the rule "last value, within the run's own range": at each x that any
 * curve has, a curve counts with its last value at or before x, from its first point to its last one and not beyond.
 * Nothing is interpolated or extended, so a mean is over the curves that live there, and a curve in a gap does not count.
 */
export function alignCurves(curves: readonly Points[], mostX = MOST_X): AlignedStats {
  const x = listXs(curves, mostX);
  const column = (): Float64Array => new Float64Array(x.length);
  const stats = { x, counts: column(), mean: column(), deviation: column(), min: column(), max: column() };
  const places = curves.map(() => -1);
  const values = new Float64Array(curves.length);
  x.forEach((at, index) => {
    let count = 0;
    curves.forEach((curve, no) => {
      const value = valueAt(curve, at, { places, no });
      if (!Number.isNaN(value)) values[count++] = value;
    });
    describe(values.subarray(0, count), stats, index);
  });
  return stats;
}

/** Moves the curve's place up to x: each curve is walked once, as x only grows. */
function valueAt(
  { x, y }: Points,
  at: number,
  { places, no }: { readonly places: number[]; readonly no: number },
): number {
  let place = places[no] ?? -1;
  while ((x[place + 1] ?? Infinity) <= at) place += 1;
  places[no] = place;
  return place < 0 || at > (x.at(-1) ?? -Infinity) ? Number.NaN : (y[place] ?? Number.NaN);
}

function describe(values: Float64Array, stats: AlignedStats, index: number): void {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  stats.counts[index] = count;
  stats.mean[index] = mean;
  stats.deviation[index] = count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1));
  stats.min[index] = count === 0 ? Number.NaN : values.reduce((least, value) => Math.min(least, value));
  stats.max[index] = count === 0 ? Number.NaN : values.reduce((most, value) => Math.max(most, value));
}

function listXs(curves: readonly Points[], mostX: number): Float64Array {
  const distinct = new Set<number>();
  for (const { x } of curves) for (const value of x) distinct.add(value);
  for (const value of listPauses(curves)) distinct.add(value);
  const sorted = Float64Array.from(distinct).sort();
  if (sorted.length <= mostX) return sorted;
  const [from = 0, to = 0] = [sorted[0], sorted.at(-1)];
  return Float64Array.from({ length: mostX }, (_item, no) =>
    no === mostX - 1 ? to : from + ((to - from) * no) / (mostX - 1),
  );
}

/** Where a stretch begins in which no run lives, so that a line has a gap there and does not bridge it. */
function listPauses(curves: readonly Points[]): readonly number[] {
  const ranges = curves
    .flatMap(({ x }) => (x.length === 0 ? [] : [{ from: x[0] ?? 0, to: x.at(-1) ?? 0 }]))
    .sort((a, b) => a.from - b.from);
  const pauses: number[] = [];
  let end = ranges[0]?.to ?? 0;
  for (const { from, to } of ranges) {
    const between = Number.isInteger(end) && Number.isInteger(from) ? end + 1 : end + (from - end) / 1e6;
    if (between > end && between < from) pauses.push(between);
    end = Math.max(end, to);
  }
  return pauses;
}
