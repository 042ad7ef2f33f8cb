import { unitsByRow } from '../normalize/digits.ts';
import type { PairedMetric } from '../pairing/pair-metrics.ts';
import { buildSortedIndex } from '../sorted.ts';
import { metricBackground } from './metric-background.ts';

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
  return metrics.map(({ rowValues, runValues }, at) => {
    const own = units[at] ?? new Float64Array(rowValues.length).fill(1);
    return { rowValues, runValues, units: own, background: metricBackground(rowValues, own, settings) };
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

/** Rows that others are held against; more say nothing new. */
const MOST_REFERENCES = 300;
/** Half of a metric's range in ranks, as a share, within which another row counts as alike. */
const ALIKE_RANKS = 0.1;

/**
 * How many times likelier a row's metrics are together than one by one: loss and accuracy of a run say much the same,
 * so two that agree are less than twice the evidence. At least 1; counted among rows alike in rank on every metric.
 */
export function jointLikeliness(columns: readonly Float64Array[]): Float64Array {
  const size = columns[0]?.length ?? 0;
  const ranks = columns.map(ranksOf);
  const stride = Math.max(1, Math.ceil(size / MOST_REFERENCES));
  const references = Int32Array.from({ length: Math.ceil(size / stride) }, (_item, at) => at * stride);
  const tables = ranks.map((rank) => Float64Array.from(references, (row) => rank[row] ?? Number.NaN));
  const likeliness = new Float64Array(size).fill(1);
  for (let row = 0; row < size; row++) {
    const own: number[] = [];
    const others: Float64Array[] = [];
    for (let at = 0; at < ranks.length; at++) {
      const rank = ranks[at]?.[row] ?? Number.NaN;
      if (Number.isNaN(rank)) continue;
      own.push(rank);
      others.push(tables[at] ?? new Float64Array(0));
    }
    if (own.length >= 2) likeliness[row] = likelinessOf(own, others, row % stride === 0 ? row / stride : -1);
  }
  return likeliness;
}

/**
 * @param own the row's ranks
 * @param others the ranks of those that it is held against, metric by metric
 * @param itself where the row stands among them, or −1
 */
function likelinessOf(own: readonly number[], others: readonly Float64Array[], itself: number): number {
  const alone = new Float64Array(own.length);
  let together = 0;
  let references = 0;
  for (let other = 0; other < (others[0]?.length ?? 0); other++) {
    let alike = 0;
    let isThere = other !== itself;
    for (let at = 0; at < own.length; at++) {
      const distance = (own[at] ?? 0) - (others[at]?.[other] ?? Number.NaN);
      if (distance <= ALIKE_RANKS && distance >= -ALIKE_RANKS) alike |= 1 << at;
      else if (Number.isNaN(distance)) isThere = false;
    }
    if (!isThere) continue;
    references++;
    if (alike === 0) continue;
    if (alike === (1 << own.length) - 1) together++;
    for (let at = 0; at < own.length; at++) alone[at] = (alone[at] ?? 0) + ((alike >> at) & 1);
  }
  const expected = alone.reduce((product, count) => product * ((count + 1) / (references + 1)), references + 1);
  return Math.max(1, (together + 1) / (expected + 1));
}

/** Rank of each value among all, 0 to 1; NaN where there is none. */
function ranksOf(values: Float64Array): Float64Array {
  const { records } = buildSortedIndex(values);
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  for (const [rank, record] of records.entries()) ranks[record] = rank / records.length;
  return ranks;
}
