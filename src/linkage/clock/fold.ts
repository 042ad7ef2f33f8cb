import { lowerBound } from '../sorted.ts';
import type { RowHits } from './hits.ts';

/** Zones differ by multiples of a quarter of an hour. */
const ZONE_STEP = 900;
/** Seconds that the delays of one zone spread over. */
const WIDTHS = [10, 30, 60, 120] as const;
/** Share of the rows that the crowd holds, and nats below which there is none. */
const CROWD_SHARE = 0.5;
const LEAST_GAIN = 8;

/** A stretch of differences, in seconds. */
export interface Stretch {
  readonly from: number;
  readonly width: number;
}

/** The fullest stretch of one zone, and the nats by which the rows' hits crowd at its place in the quarter of an hour. */
export interface FoldedCrowd extends Stretch {
  readonly gain: number;
}

/**
 * Summer time and journeys spread the differences over hours, but all of them crowd at one place within a quarter of an
 * hour. A wide window is anchored there; its own middle may lie between two zones.
 *
 * @param quantum step of the coarser side in seconds
 */
export function findFoldedCrowdOrNull(hits: readonly RowHits[], window: Stretch, quantum: number): FoldedCrowd | null {
  if (quantum >= ZONE_STEP / 2 || window.width < ZONE_STEP) return null;
  const found = WIDTHS.filter((width) => width >= quantum).flatMap((width) => foldAt(hits, window, width) ?? []);
  const [best] = found.toSorted((a, b) => b.gain - a.gain || a.width - b.width);
  if (best === undefined) return null;
  return { from: fullestZone(hits, window, best), width: best.width, gain: best.gain };
}

interface Residue {
  /** Seconds after the quarter of an hour. */
  readonly residue: number;
  readonly width: number;
  readonly gain: number;
}

/** The place in the quarter, in steps of half a width, at which most rows crowd; its gain over an even spread. */
function foldAt(hits: readonly RowHits[], window: Stretch, width: number): Residue | null {
  const bins = Math.round((2 * ZONE_STEP) / width);
  const rows = hits.flatMap((row) => foldRow(row, window, bins) ?? []);
  const sums = new Float64Array(bins);
  for (const own of rows) for (let bin = 0; bin < bins; bin++) sums[bin] = (sums[bin] ?? 0) + (own[bin] ?? 0);
  let best = 0;
  for (const [bin, sum] of sums.entries()) if (sum > (sums[best] ?? 0)) best = bin;
  const chance = width / ZONE_STEP;
  let gain = -Math.log(bins);
  for (const own of rows) gain += Math.log(1 - CROWD_SHARE + (CROWD_SHARE * (own[best] ?? 0)) / chance);
  return gain > LEAST_GAIN ? { gain, width, residue: (best * width) / 2 } : null;
}

/** The row's likeliest pair at each place; each place is two bins wide. Null where the row has no pair in the window. */
function foldRow({ differences, shares }: RowHits, { from, width }: Stretch, bins: number): Float64Array | null {
  const start = lowerBound(differences, from);
  const end = lowerBound(differences, from + width);
  if (start === end) return null;
  const own = new Float64Array(bins);
  for (let at = start; at < end; at++) {
    const bin = Math.min(bins - 1, Math.floor((residueOf(differences[at] ?? 0) * bins) / ZONE_STEP));
    const share = shares[at] ?? 0;
    own[bin] = Math.max(own[bin] ?? 0, share);
    const before = (bin + bins - 1) % bins;
    own[before] = Math.max(own[before] ?? 0, share);
  }
  return own;
}

function residueOf(difference: number): number {
  return difference - Math.floor(difference / ZONE_STEP) * ZONE_STEP;
}

/** Where the zone begins that most rows are in. */
function fullestZone(hits: readonly RowHits[], window: Stretch, { residue, width }: Residue): number {
  const mass = new Map<number, number>();
  for (const { differences, shares } of hits) {
    const end = lowerBound(differences, window.from + window.width);
    for (let at = lowerBound(differences, window.from); at < end; at++) {
      const quarter = Math.floor(((differences[at] ?? 0) - residue) / ZONE_STEP);
      if ((differences[at] ?? 0) - residue - quarter * ZONE_STEP >= width) continue;
      mass.set(quarter, (mass.get(quarter) ?? 0) + (shares[at] ?? 0));
    }
  }
  const [quarter] = [...mass].toSorted(([a, x], [b, y]) => y - x || a - b)[0] ?? [0];
  return residue + quarter * ZONE_STEP;
}
