import { digitsOf } from '../normalize/digits.ts';
import type { PairedMetric } from '../pairing/pair-metrics.ts';
import { buildSortedIndex, lowerBound, upperBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison, ComparisonWords, SearchStep, SoftLinks } from './comparison.ts';
import { SPREADS, buildMetricSide, multiplyRatios, peakBeyond } from './metric-likelihood.ts';
import type { MetricSide } from './metric-likelihood.ts';

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
  const sides = metrics.map(buildMetricSide);
  const sorted = metrics.map((metric) => buildSortedIndex(metric.runValues));
  const mixture = createMixture(sides);
  return {
    name: 'metrics',
    isMissing: (row, run) => mixture.likelihood(row, run) === null,
    weigh(row, run) {
      const likelihood = mixture.likelihood(row, run);
      return likelihood === null ? 0 : Math.max(LEAST_BITS, log2(likelihood));
    },
    learn: (links) => mixture.learn(links),
    steps(row) {
      const found: SearchStep[] = [{ bound: mixture.boundOutside(row, null), size: 0 }];
      for (const window of WINDOWS) {
        let size = 0;
        forEachWindow({ sides, sorted, row, window }, (from, to) => (size += to - from));
        found.push({ bound: mixture.boundOutside(row, window), size });
      }
      return found;
    },
    collect({ row, step }, sink) {
      forEachWindow({ sides, sorted, row, window: WINDOWS[step - 1] ?? 0 }, (from, to, index) => {
        for (let at = from; at < to; at++) sink(index.records[at] ?? 0);
      });
    },
    describe: (row, run) => describeMetrics(metrics, sides, { row, run }),
    health: () => metrics.map((metric) => `column ${metric.column} measures what summary ${metric.key} measures`),
  };
}

interface SpreadMixture {
  /** Density ratio of a pair; null where no metric is on both sides. */
  likelihood(row: number, run: number): number | null;
  /** The most bits that runs outside of a window reach; null is no window. */
  boundOutside(row: number, window: number | null): number;
  learn(links: SoftLinks): void;
}

function createMixture(sides: readonly MetricSide[]): SpreadMixture {
  let shares: readonly number[] = priorShares();
  let disagree: number = PRIOR_DISAGREE;
  const terms = new Float64Array(SPREADS.length);
  const fillTerms = (row: number, run: number): boolean => {
    terms.set(shares);
    let found = false;
    for (const side of sides) if (multiplyRatios(side, { row, run }, terms)) found = true;
    return found;
  };
  const sumOfTerms = (): number => {
    let sum = disagree;
    for (const term of terms) sum += term;
    return sum;
  };
  return {
    likelihood: (row, run) => (fillTerms(row, run) ? sumOfTerms() : null),
    boundOutside(row, window) {
      let best = disagree;
      for (const [at, spread] of SPREADS.entries())
        best += (shares[at] ?? 0) * mostRatio(sides, { row, window, spread });
      return Math.max(0, log2(best));
    },
    learn(links) {
      const counts = priorShares().map((share) => share * PRIOR_LINKS);
      let disagreeing = PRIOR_DISAGREE * PRIOR_LINKS;
      forEachLink(links, (row, run, probability) => {
        if (!fillTerms(row, run)) return;
        const all = sumOfTerms();
        for (const [at, term] of terms.entries()) counts[at] = (counts[at] ?? 0) + (probability * term) / all;
        disagreeing += (probability * disagree) / all;
      });
      const total = counts.reduce((sum, count) => sum + count, disagreeing);
      shares = counts.map((count) => count / total);
      disagree = disagreeing / total;
    },
  };
}

function priorShares(): number[] {
  const agree = 1 - PRIOR_DISAGREE;
  return SPREADS.map((spread) => {
    const own = spread === 0 ? 0.5 : spread === 1e-3 || spread === 0.01 ? 0.25 : 0;
    return agree * (0.98 * own + 0.02 / SPREADS.length);
  });
}

function mostRatio(
  sides: readonly MetricSide[],
  at: { readonly row: number; readonly window: number | null; readonly spread: number },
): number {
  let product = 1;
  for (const side of sides) {
    const own = side.rowValues[at.row] ?? Number.NaN;
    if (Number.isNaN(own)) continue;
    const unit = side.units[at.row] ?? 1;
    const distance = at.window === null ? 0 : radiusOf(own, unit, at.window);
    product *= Math.max(1, peakBeyond({ own, unit, distance }, at.spread) / (side.background[at.row] ?? 1));
  }
  return product;
}

function radiusOf(own: number, unit: number, window: number): number {
  return 0.51 * unit + 4 * window * Math.abs(own);
}

interface WindowSearch {
  readonly sides: readonly MetricSide[];
  readonly sorted: readonly SortedIndex[];
  readonly row: number;
  readonly window: number;
}

function forEachWindow(search: WindowSearch, visit: (from: number, to: number, index: SortedIndex) => void): void {
  for (const [at, side] of search.sides.entries()) {
    const own = side.rowValues[search.row] ?? Number.NaN;
    const index = search.sorted[at];
    if (Number.isNaN(own) || index === undefined) continue;
    const radius = radiusOf(own, side.units[search.row] ?? 1, search.window);
    visit(lowerBound(index.values, own - radius), upperBound(index.values, own + radius), index);
  }
}

function describeMetrics(
  metrics: readonly PairedMetric[],
  sides: readonly MetricSide[],
  { row, run }: { readonly row: number; readonly run: number },
): ComparisonWords {
  const agreeing: number[] = [];
  const differ: string[] = [];
  for (const [at, metric] of metrics.entries()) {
    const own = metric.rowValues[row] ?? Number.NaN;
    const other = metric.runValues[run] ?? Number.NaN;
    if (Number.isNaN(own) || Number.isNaN(other)) continue;
    const gap = Math.abs(own - other);
    const isRounding = gap <= 0.5000001 * (sides[at]?.units[row] ?? 0);
    const digits = isRounding ? digitsOf(own)[1] : Math.floor(-Math.log10(gap / Math.max(Math.abs(own), 1e-12)));
    if (digits >= 2 || isRounding) agreeing.push(Math.max(1, digits));
    else differ.push(`${metric.column} ${own} but ${metric.key} ${other}`);
  }
  const compared = agreeing.length + differ.length;
  if (compared === 0) return { level: 'missing', words: 'no final metric is on both sides' };
  if (agreeing.length === 0) return { level: 'differs', words: `metrics disagree: ${differ.join('; ')}` };
  const digits = Math.min(...agreeing);
  const unit = digits === 1 ? 'digit' : 'digits';
  const words = `metrics agree to ${digits} ${unit} on ${agreeing.length} of ${compared} keys`;
  return { level: `${digits} ${unit}`, words: [words, ...differ].join('; ') };
}
