import { digitsOf, unitOf } from '../normalize/digits.ts';
import type { PairedMetric } from '../pairing/pair-metrics.ts';
import { buildSortedIndex, lowerBound, upperBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison, SearchStep } from './comparison.ts';

/** Relative spreads between what the row kept and what the run says; 0 is mere rounding. */
const SCALES = [0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.02, 0.03, 0.06, 0.12, 0.3] as const;
/** Pseudo-links before learning, and how they spread: half rounding only, a quarter each at 0.1 % and 1 %. */
const PRIOR_LINKS = 20;
const PRIOR_DISAGREE = 0.1;
const LEAST_BITS = -6;
/** Search windows round a row's value: this relative spread and mere rounding. */
const WINDOWS = [0, 0.003, 0.03] as const;

/**
 * All final metrics together: a mixture over spreads, the same spread for all metrics of a pair, because they agree or
 * disagree together (best instead of last value kept, another step). Digits and rarity of the values carry the weight.
 */
export function buildMetricsComparison(metrics: readonly PairedMetric[]): Comparison {
  const backgrounds = metrics.map(metricBackground);
  const sorted = metrics.map((metric) => buildSortedIndex(metric.runValues));
  let shares: number[] = priorShares();
  let disagree: number = PRIOR_DISAGREE;

  /** Σ over spreads of share · Π density ratio, one term a spread; null where no metric is on both sides. */
  const terms = (row: number, run: number): number[] | null => {
    let found = false;
    const products = [...shares];
    for (const [at, metric] of metrics.entries()) {
      const own = metric.rowValues[row] ?? Number.NaN;
      const other = metric.runValues[run] ?? Number.NaN;
      if (Number.isNaN(own) || Number.isNaN(other)) continue;
      found = true;
      const base = backgrounds[at]?.[row] ?? 1;
      const unit = unitOf(own, metric.rounding);
      for (let scale = 0; scale < SCALES.length; scale++) {
        const density = spreadDensity({ own, other, unit }, SCALES[scale] ?? 0);
        products[scale] = (products[scale] ?? 0) * (density / base);
      }
    }
    return found ? products : null;
  };
  const isMissing = (row: number, run: number): boolean =>
    metrics.every(
      (metric) =>
        Number.isNaN(metric.rowValues[row] ?? Number.NaN) || Number.isNaN(metric.runValues[run] ?? Number.NaN),
    );
  /** The most that runs outside of a window (in relative spread) can reach; −1 is no window at all. */
  const boundOf = (row: number, window: number): number => {
    let best = disagree;
    for (let scale = 0; scale < SCALES.length; scale++) {
      let product = shares[scale] ?? 0;
      for (const [at, metric] of metrics.entries()) {
        const own = metric.rowValues[row] ?? Number.NaN;
        if (Number.isNaN(own)) continue;
        const unit = unitOf(own, metric.rounding);
        const distance = window < 0 ? 0 : radiusOf(own, unit, window);
        const density = peakBeyond({ own, unit, distance }, SCALES[scale] ?? 0);
        product *= Math.max(1, density / (backgrounds[at]?.[row] ?? 1));
      }
      best += product;
    }
    return Math.max(0, log2(best));
  };

  return {
    name: 'metrics',
    isMissing,
    weigh(row, run) {
      const found = terms(row, run);
      if (found === null) return 0;
      return Math.max(LEAST_BITS, log2(found.reduce((sum, term) => sum + term, disagree)));
    },
    learn(links) {
      const counts = priorShares().map((share) => share * PRIOR_LINKS);
      let disagreeing = PRIOR_DISAGREE * PRIOR_LINKS;
      forEachLink(links, (row, run, probability) => {
        const found = terms(row, run);
        if (found === null) return;
        const all = found.reduce((sum, term) => sum + term, disagree);
        for (const [scale, term] of found.entries()) counts[scale] = (counts[scale] ?? 0) + (probability * term) / all;
        disagreeing += (probability * disagree) / all;
      });
      const total = counts.reduce((sum, count) => sum + count, disagreeing);
      shares = counts.map((count) => count / total);
      disagree = disagreeing / total;
    },
    steps(row) {
      const found: SearchStep[] = [{ bound: boundOf(row, -1), size: 0 }];
      for (const window of WINDOWS) {
        let size = 0;
        forEachWindow({ metrics, sorted, row, window }, (from, to) => (size += to - from));
        found.push({ bound: boundOf(row, window), size });
      }
      return found;
    },
    collect({ row, step }, sink) {
      const window = WINDOWS[step - 1] ?? 0;
      forEachWindow({ metrics, sorted, row, window }, (from, to, index) => {
        for (let at = from; at < to; at++) sink(index.records[at] ?? 0);
      });
    },
    describe: (row, run) => describeMetrics(metrics, row, run),
    health: () => metrics.map((metric) => `column ${metric.column} measures what summary ${metric.key} measures`),
  };
}

function priorShares(): number[] {
  const agree = 1 - PRIOR_DISAGREE;
  return SCALES.map((scale) => {
    const own = scale === 0 ? 0.5 : scale === 1e-3 || scale === 0.01 ? 0.25 : 0;
    return agree * (0.98 * own + 0.02 / SCALES.length);
  });
}

interface Measured {
  readonly own: number;
  readonly other: number;
  readonly unit: number;
}

/** Density of the row's value given the run's: a box one unit wide, or a normal curve as wide as spread and rounding. */
function spreadDensity({ own, other, unit }: Measured, spread: number): number {
  const gap = Math.abs(own - other);
  if (spread === 0) return gap <= 0.5000001 * unit ? 1 / unit : 0;
  const sigma = Math.hypot(spread * Math.abs(other), 0.29 * unit);
  const z = gap / sigma;
  return z > 8 ? 0 : Math.exp(-0.5 * z * z) / (2.5066 * sigma);
}

/** The highest density that a run at least this far away can give. */
function peakBeyond(at: { own: number; unit: number; distance: number }, spread: number): number {
  if (spread === 0) return at.distance > 0.5000001 * at.unit ? 0 : 1 / at.unit;
  const size = Math.abs(at.own);
  // a smaller run value has a narrower curve; trying both sides and the peak covers the maximum
  const sides = [size + at.distance, Math.max(0, size - at.distance)].map((other) =>
    spreadDensity({ own: size, other, unit: at.unit }, spread),
  );
  const sigma = Math.hypot(spread * Math.max(0, size - 3 * spread * size), 0.29 * at.unit);
  return at.distance === 0 ? 1 / (2.5066 * sigma) : Math.max(...sides) * 1.1;
}

function radiusOf(own: number, unit: number, window: number): number {
  return 0.51 * unit + 4 * window * Math.abs(own);
}

interface WindowSearch {
  readonly metrics: readonly PairedMetric[];
  readonly sorted: readonly SortedIndex[];
  readonly row: number;
  readonly window: number;
}

function forEachWindow(search: WindowSearch, visit: (from: number, to: number, index: SortedIndex) => void): void {
  for (const [at, metric] of search.metrics.entries()) {
    const own = metric.rowValues[search.row] ?? Number.NaN;
    const index = search.sorted[at];
    if (Number.isNaN(own) || index === undefined) continue;
    const radius = radiusOf(own, unitOf(own, metric.rounding), search.window);
    visit(lowerBound(index.values, own - radius), upperBound(index.values, own + radius), index);
  }
}

/** Box kernel at Silverman's width with a flat tenth, and at least half the share of rows with this very value. */
function metricBackground(metric: PairedMetric): Float64Array {
  const sorted = buildSortedIndex(
    metric.rowValues.map((value) => (Number.isFinite(value) ? value : Number.NaN)),
  ).values;
  const size = sorted.length;
  const at = (share: number): number => sorted[Math.floor(share * (size - 1))] ?? 0;
  const range = Math.max((sorted[size - 1] ?? 0) - (sorted[0] ?? 0), 1e-12);
  const spread = Math.min(deviationOf(sorted), (at(0.75) - at(0.25)) / 1.34 || Infinity) || range;
  const width = 1.73 * 0.9 * spread * Math.max(1, size) ** -0.2;
  return metric.rowValues.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    const unit = unitOf(value, metric.rounding);
    const half = Math.max(width, unit);
    const near = upperBound(sorted, value + half) - lowerBound(sorted, value - half);
    const same = upperBound(sorted, value + unit / 2) - lowerBound(sorted, value - unit / 2);
    const local = (0.9 * near) / (size * 2 * half) + 0.1 / Math.max(range, 2 * half);
    return Math.max(local, same > 1 ? same / (2 * size * unit) : 0);
  });
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length));
}

function describeMetrics(metrics: readonly PairedMetric[], row: number, run: number): { level: string; words: string } {
  const agreeing: number[] = [];
  const differ: string[] = [];
  for (const metric of metrics) {
    const own = metric.rowValues[row] ?? Number.NaN;
    const other = metric.runValues[run] ?? Number.NaN;
    if (Number.isNaN(own) || Number.isNaN(other)) continue;
    const gap = Math.abs(own - other);
    const unit = unitOf(own, metric.rounding);
    const digits =
      gap <= 0.5000001 * unit ? digitsOf(own)[1] : Math.floor(-Math.log10(gap / Math.max(Math.abs(own), 1e-12)));
    if (digits >= 2 || gap <= 0.5000001 * unit) agreeing.push(Math.max(1, digits));
    else differ.push(`${metric.column} ${own} but ${metric.key} ${other}`);
  }
  const compared = agreeing.length + differ.length;
  if (compared === 0) return { level: 'missing', words: 'no final metric is on both sides' };
  if (agreeing.length === 0) return { level: 'differs', words: `metrics disagree: ${differ.join('; ')}` };
  const digits = Math.min(...agreeing);
  const words = `metrics agree to ${digits} ${digits === 1 ? 'digit' : 'digits'} on ${agreeing.length} of ${compared} keys`;
  return { level: `${digits} digits`, words: [words, ...differ].join('; ') };
}
