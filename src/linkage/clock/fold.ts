import { lowerBound } from '../sorted.ts';
import type { RowHits, ScanInput } from './hits.ts';
import { QUARTER } from './row-offsets.ts';

/** Seconds that the delays of one zone spread over. */
const WIDTHS = [10, 30, 60, 120] as const;
/** Shares of the rows that a crowd may hold: of some registries most rows have no run. */
export const CROWD_SHARES = [0.5, 0.2, 0.08] as const;
/** Nats below which there is no crowd. */
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
 * hour. A wide window is anchored there; its own middle may lie between two zones. So is one of a single zone that is wide
 * because most rows have no run and meet those of their neighbours.
 */
export function findFoldedCrowdOrNull(
  hits: readonly RowHits[],
  window: Stretch,
  { quantum, isZoned }: Pick<ScanInput, 'quantum' | 'isZoned'>,
): FoldedCrowd | null {
  if (quantum >= QUARTER / 2 || window.width < QUARTER) return null;
  const periods = isZoned ? [window.width] : [QUARTER, window.width];
  const found = WIDTHS.filter((width) => width >= quantum).flatMap((width) =>
    periods.flatMap((period) => foldAt(hits, window, { width, period }) ?? []),
  );
  const [best] = found.toSorted((a, b) => b.gain - a.gain || a.width - b.width);
  if (best === undefined) return null;
  return { from: fullestPeriod(hits, window, best), width: best.width, gain: best.gain };
}

interface Fold {
  readonly width: number;
  /** Seconds after which the places come again: those between zones, or as many as the window has. */
  readonly period: number;
}

interface Residue extends Fold {
  /** Seconds after the beginning of a period. */
  readonly residue: number;
  readonly gain: number;
}

/** The place in the period, in steps of half a width, at which most rows crowd; its gain over an even spread. */
function foldAt(hits: readonly RowHits[], window: Stretch, fold: Fold): Residue | null {
  const { width, period } = fold;
  const bins = Math.round((2 * period) / width);
  const rows = hits.flatMap((row) => foldRow(row, window, { period, bins }) ?? []);
  const sums = new Float64Array(bins);
  for (const own of rows) own.forEach((share, bin) => (sums[bin] = (sums[bin] ?? 0) + share));
  const best = sums.reduce((most, sum, bin) => (sum > (sums[most] ?? 0) ? bin : most), 0);
  const chance = width / period;
  const gains = CROWD_SHARES.map((share) =>
    rows.reduce((sum, own) => sum + Math.log(1 - share + (share * (own.get(best) ?? 0)) / chance), -Math.log(bins)),
  );
  const gain = Math.max(...gains);
  return gain > LEAST_GAIN ? { ...fold, gain, residue: (best * width) / 2 } : null;
}

/** The row's likeliest pair at each place; each place is two bins wide. Null where the row has no pair in the window. */
function foldRow(
  { differences, shares }: RowHits,
  { from, width }: Stretch,
  { period, bins }: { readonly period: number; readonly bins: number },
): Map<number, number> | null {
  const start = lowerBound(differences, from);
  const end = lowerBound(differences, from + width);
  if (start === end) return null;
  const own = new Map<number, number>();
  for (let at = start; at < end; at++) {
    const bin = Math.min(bins - 1, Math.floor((residueOf(differences[at] ?? 0, period) * bins) / period));
    const share = shares[at] ?? 0;
    const before = (bin + bins - 1) % bins;
    own.set(bin, Math.max(own.get(bin) ?? 0, share));
    own.set(before, Math.max(own.get(before) ?? 0, share));
  }
  return own;
}

function residueOf(difference: number, period: number): number {
  return difference - Math.floor(difference / period) * period;
}

/** Where the period begins that most rows are in. */
function fullestPeriod(hits: readonly RowHits[], window: Stretch, { residue, width, period }: Residue): number {
  const mass = new Map<number, number>();
  for (const { differences, shares } of hits) {
    const end = lowerBound(differences, window.from + window.width);
    for (let at = lowerBound(differences, window.from); at < end; at++) {
      const number = Math.floor(((differences[at] ?? 0) - residue) / period);
      if ((differences[at] ?? 0) - residue - number * period >= width) continue;
      mass.set(number, (mass.get(number) ?? 0) + (shares[at] ?? 0));
    }
  }
  const [number] = [...mass].toSorted(([a, x], [b, y]) => y - x || a - b)[0] ?? [0];
  return residue + number * period;
}
