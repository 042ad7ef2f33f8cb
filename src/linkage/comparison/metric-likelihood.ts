import { unitsByRow } from '../normalize/digits.ts';
import type { PairedMetric } from '../pairing/pair-metrics.ts';
import { metricBackground } from './metric-background.ts';
import { groupRows } from './sibling-spread.ts';

/** Relative spreads between what the row kept and what the run says; 0 is mere rounding. */
export const SPREADS = [0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.02, 0.03, 0.06, 0.12, 0.3] as const;

/** What is known of a metric's column before any run is looked at. */
export interface MetricSide {
  readonly rowValues: Float64Array;
  readonly runValues: Float64Array;
  /** Unit of the last digit that the row kept, by row. */
  readonly units: Float64Array;
  /** Density of the row's value among all rows. */
  readonly background: Float64Array;
}

/** Beyond this many standard deviations a density is nothing. */
const FARTHEST_Z = 7;
const ROUNDING_SIGMA = 0.29;
const HALF_UNIT = 0.5000001;

/** @param settings what the metrics may depend on: columns of codes by row, −1 being missing */
export function buildMetricSides(metrics: readonly PairedMetric[], settings: readonly Int32Array[]): MetricSide[] {
  const units = unitsByRow(metrics);
  const groups = groupRows(metrics.length === 0 ? [] : settings);
  return metrics.map(({ rowValues, runValues }, at) => {
    const own = units[at] ?? new Float64Array(rowValues.length).fill(1);
    return { rowValues, runValues, units: own, background: metricBackground(rowValues, own, groups) };
  });
}

/**
 * Multiplies `products[spread]` by the density ratio of the row's value given the run's, for each spread.
 *
 * @param stray P(the row kept another reading of this metric than the run did): then the ratio is 1
 * @returns false where either side lacks the metric and nothing was multiplied
 */
export function multiplyRatios(
  side: MetricSide,
  { row, run, stray }: { readonly row: number; readonly run: number; readonly stray: number },
  products: Float64Array,
): boolean {
  const own = side.rowValues[row] ?? Number.NaN;
  const other = side.runValues[run] ?? Number.NaN;
  if (Number.isNaN(own) || Number.isNaN(other)) return false;
  const gap = { gap: Math.abs(own - other), size: Math.abs(other), unit: side.units[row] ?? 1 };
  const scale = (1 - stray) / (side.background[row] ?? 1);
  // from the widest spread down: where the gap is too wide for one of them, it is for all that are narrower
  let at = SPREADS.length - 1;
  for (; at >= 0; at--) {
    const density = spreadDensity(gap, SPREADS[at] ?? 0);
    if (density === 0) break;
    products[at] = (products[at] ?? 0) * (scale * density + stray);
  }
  for (; at >= 0; at--) products[at] = (products[at] ?? 0) * stray;
  return true;
}

interface Gap {
  readonly gap: number;
  /** Of the run's value. */
  readonly size: number;
  readonly unit: number;
}

/** Density of the row's value given the run's: a box one unit wide, or a normal curve as wide as spread and rounding. */
function spreadDensity({ gap, size, unit }: Gap, spread: number): number {
  if (spread === 0) return gap <= HALF_UNIT * unit ? 1 / unit : 0;
  const wide = spread * size;
  const rounding = ROUNDING_SIGMA * unit;
  const variance = wide * wide + rounding * rounding;
  const square = gap * gap;
  if (square > FARTHEST_Z * FARTHEST_Z * variance) return 0;
  return Math.exp((-0.5 * square) / variance) / Math.sqrt(2 * Math.PI * variance);
}

/** The highest density that a run at least `distance` away from the row's value can give. */
export function peakBeyond(at: { own: number; unit: number; distance: number }, spread: number): number {
  if (spread === 0) return at.distance > HALF_UNIT * at.unit ? 0 : 1 / at.unit;
  const size = Math.abs(at.own);
  const peakOf = (other: number): number =>
    spreadDensity({ gap: Math.abs(size - other), size: other, unit: at.unit }, spread);
  // a smaller run value has a narrower curve: the peak lies a little below the row's own value
  if (at.distance === 0)
    return 1 / Math.sqrt(2 * Math.PI * ((spread * size * 0.7) ** 2 + (ROUNDING_SIGMA * at.unit) ** 2));
  return 1.1 * Math.max(peakOf(size + at.distance), peakOf(Math.abs(size - at.distance)));
}
