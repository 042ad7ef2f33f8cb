import type { PairedMetric } from '../pairing/pair-metrics.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { jointLikeliness } from './joint-likeliness.ts';
import { SPREADS, buildMetricSides, multiplyRatios, peakBeyond } from './metric-likelihood.ts';
import type { MetricSide } from './metric-likelihood.ts';
import { describeMetrics } from './metric-words.ts';
import { MetricLists, radiusOf } from './metric-lists.ts';
import type { Outside } from './metric-lists.ts';
import { sameValues } from './same-values.ts';

/**
 * Pseudo-links before learning, and how they spread: half rounding only, a quarter each at 0.1 % and 1 %. A registry has
 * one habit: some dozens of links that are exact to the digit leave little room for one that is nearly so, and what was
 * thought before fades, down to a few pseudo-links, by so many for each link.
 */
const PRIOR_LINKS = { most: 20, least: 5, fading: 1 / 4 } as const;
const PRIOR_DISAGREE = 0.1;
/** Pseudo-links of each metric, and the share of them on which it alone is another reading than the run's. */
const MOST_STRAY = 0.6;
const PRIOR_STRAY = { share: 0.02, links: 20 } as const;
const LEAST_BITS = -6;
/** Figures of fewer units than these, two digits, agree by chance. */
const TELLING_UNITS = 100;

/**
 * All final metrics together: a mixture over spreads, the same spread for all metrics of a pair, because they agree or
 * disagree together (best instead of last value kept, another step). Digits and rarity of the values carry the weight.
 */
export class MetricsComparison implements Comparison {
  readonly name = 'metrics';
  readonly #metrics: readonly PairedMetric[];
  readonly #settings: readonly Int32Array[];
  readonly #sides: readonly MetricSide[];
  readonly #lists: MetricLists;
  readonly #mixture: SpreadMixture;

  /** @param settings what the metrics may depend on: columns of codes by row, −1 being missing */
  constructor(metrics: readonly PairedMetric[], settings: readonly Int32Array[]) {
    this.#metrics = metrics;
    this.#settings = settings;
    this.#sides = buildMetricSides(metrics, settings);
    this.#lists = new MetricLists(this.#sides);
    this.#mixture = new SpreadMixture(this.#sides);
  }

  /** Whether it would compare the same with these metrics and settings of the same records. */
  compares(metrics: readonly PairedMetric[], settings: readonly Int32Array[]): boolean {
    const isSame = (own: PairedMetric, other: PairedMetric | undefined): boolean =>
      own.column === other?.column && own.key === other.key && sameValues(own.runValues, other.runValues);
    return (
      haveSame(this.#metrics, metrics, isSame) && haveSame(this.#settings, settings, (own, other) => own === other)
    );
  }

  weigh(row: number, run: number): number {
    const likelihood = this.#mixture.likelihoodOrNull(row, run);
    return likelihood === null ? 0 : Math.max(LEAST_BITS, log2(likelihood));
  }

  isMissing(row: number, run: number): boolean {
    return this.#mixture.likelihoodOrNull(row, run) === null;
  }

  get metricCount(): number {
    return this.#sides.length;
  }

  /**
   * The row's value of a metric less the run's, in units of the last digit that the row kept; NaN where the value has
   * less than three digits or one side lacks it.
   */
  gapOf(metric: number, row: number, run: number): number {
    const side = this.#sides[metric];
    const own = side?.rowValues[row] ?? Number.NaN;
    const unit = side?.units[row] ?? 1;
    return Math.abs(own) < TELLING_UNITS * unit ? Number.NaN : (own - (side?.runValues[run] ?? Number.NaN)) / unit;
  }

  /**
   * Whether most of a pair's metrics agree to the last digit that the row kept; null where no metric of three digits or
   * more is on both sides.
   */
  agreesOrNull(row: number, run: number): boolean | null {
    let [compared, agreeing] = [0, 0];
    for (let metric = 0; metric < this.#sides.length; metric++) {
      const gap = Math.abs(this.gapOf(metric, row, run));
      if (Number.isNaN(gap)) continue;
      compared++;
      if (gap <= 1) agreeing++;
    }
    return compared === 0 ? null : agreeing > compared / 2;
  }

  learn(links: SoftLinks): void {
    this.#mixture.learn(links);
  }

  steps(row: number, mostSize = Infinity): readonly SearchStep[] {
    const lists = this.#lists.listsOf(row, mostSize);
    return [
      { bound: this.most(row), size: 0 },
      ...lists.map(({ outside, size }) => ({ bound: this.#mixture.boundOutside(row, outside), size })),
    ];
  }

  most(row: number): number {
    return this.#mixture.boundOutside(row, null);
  }

  collect({ row, step }: { readonly row: number; readonly step: number }, sink: RunSink): void {
    this.#lists.collect(row, step - 1, sink);
  }

  describe(row: number, run: number): ComparisonWords {
    const speaksFor = this.weigh(row, run) > 0;
    return describeMetrics(this.#metrics, this.#sides, { row, run, speaksFor });
  }

  health(): readonly string[] {
    return this.#metrics.map((metric) => `column ${metric.column} measures what summary ${metric.key} measures`);
  }
}

function haveSame<T>(
  own: readonly T[],
  others: readonly T[],
  isSame: (one: T, other: T | undefined) => boolean,
): boolean {
  return own.length === others.length && own.every((one, at) => isSame(one, others[at]));
}

class SpreadMixture {
  readonly #sides: readonly MetricSide[];
  /** How much likelier a row's metrics are together than one by one. */
  readonly #together: Float64Array;
  #shares: readonly number[] = priorShares();
  #disagree: number = PRIOR_DISAGREE;
  /** P(a metric alone is another reading, the best for the last), by metric. */
  readonly #stray: Float64Array;
  /** Share · Π density ratio of the pair that was asked for last, by spread. */
  readonly #terms = new Float64Array(SPREADS.length);
  /** Density ratios of one metric alone. */
  readonly #ratios = new Float64Array(SPREADS.length);
  readonly #beyond: RatiosBeyond;

  constructor(sides: readonly MetricSide[]) {
    this.#sides = sides;
    this.#beyond = new RatiosBeyond(sides);
    this.#stray = new Float64Array(sides.length).fill(PRIOR_STRAY.share);
    this.#together = jointLikeliness(sides.map((side) => side.rowValues));
  }

  /** Density ratio of a pair; null where no metric is on both sides. */
  likelihoodOrNull(row: number, run: number): number | null {
    return this.#fillTerms(row, run) ? this.#sumOfTerms() : null;
  }

  /** The most bits that runs outside of a list reach; null is no list. */
  boundOutside(row: number, outside: Outside | null): number {
    const one = this.#beyond.tableOf(row, outside?.one ?? null);
    const rest = this.#beyond.tableOf(row, outside?.rest ?? null);
    const size = this.#sides.length;
    let best = this.#disagree;
    for (let at = 0; at < SPREADS.length; at++) {
      best += (this.#shares[at] ?? 0) * mostRatio(one, rest, { from: at * size, to: (at + 1) * size });
    }
    return Math.max(0, log2(best));
  }

  learn(links: SoftLinks): void {
    const counts = priorShares().map(() => 0);
    let disagreeing = 0;
    const strays = this.#sides.map(() => ({
      astray: PRIOR_STRAY.share * PRIOR_STRAY.links,
      seen: Number(PRIOR_STRAY.links),
    }));
    forEachLink(links, (row, run, probability) => {
      if (!this.#fillTerms(row, run)) return;
      const all = this.#sumOfTerms();
      for (let at = 0; at < counts.length; at++) {
        counts[at] = (counts[at] ?? 0) + (probability * (this.#terms[at] ?? 0)) / all;
      }
      disagreeing += (probability * this.#disagree) / all;
      this.#countStrays(strays, { row, run, share: probability / all });
    });
    for (const [at, { astray, seen }] of strays.entries()) this.#stray[at] = Math.min(MOST_STRAY, astray / seen);
    const seen = counts.reduce((sum, count) => sum + count, disagreeing);
    const prior = Math.max(PRIOR_LINKS.least, PRIOR_LINKS.most - PRIOR_LINKS.fading * seen);
    this.#shares = priorShares().map((share, at) => ((counts[at] ?? 0) + prior * share) / (seen + prior));
    this.#disagree = (disagreeing + prior * PRIOR_DISAGREE) / (seen + prior);
  }

  /** How much of a link's agreement goes without one of its metrics. Alone, a metric cannot go astray: it disagrees. */
  #countStrays(
    counts: readonly { astray: number; seen: number }[],
    link: { readonly row: number; readonly run: number; readonly share: number },
  ): void {
    if (this.#sides.length < 2) return;
    for (let at = 0; at < this.#sides.length; at++) {
      const side = this.#sides[at];
      const count = counts[at];
      const stray = this.#stray[at] ?? 0;
      this.#ratios.fill(1);
      if (side === undefined || count === undefined) continue;
      if (!multiplyRatios(side, { row: link.row, run: link.run, stray }, this.#ratios)) continue;
      for (let spread = 0; spread < SPREADS.length; spread++) {
        const share = link.share * (this.#terms[spread] ?? 0);
        count.seen += share;
        count.astray += (share * stray) / Math.max(this.#ratios[spread] ?? 1, stray);
      }
    }
  }

  #fillTerms(row: number, run: number): boolean {
    for (let at = 0; at < this.#terms.length; at++) this.#terms[at] = this.#shares[at] ?? 0;
    let compared = 0;
    const isSingle = this.#sides.length < 2;
    for (let at = 0; at < this.#sides.length; at++) {
      const side = this.#sides[at];
      const stray = isSingle ? 0 : (this.#stray[at] ?? 0);
      if (side !== undefined && multiplyRatios(side, { row, run, stray }, this.#terms)) compared++;
    }
    const together = this.#together[row] ?? 1;
    if (compared > 1 && together > 1) {
      const share = together ** ((compared - 1) / (this.#sides.length - 1));
      for (let at = 0; at < this.#terms.length; at++) this.#terms[at] = (this.#terms[at] ?? 0) / share;
    }
    return compared > 0;
  }

  #sumOfTerms(): number {
    let sum = this.#disagree;
    // by number, as wherever pairs are weighed: iterating a typed array makes an object for each element
    for (let at = 0; at < this.#terms.length; at++) sum += this.#terms[at] ?? 0;
    return sum;
  }
}

function priorShares(): number[] {
  const agree = 1 - PRIOR_DISAGREE;
  return SPREADS.map((spread) => {
    const own = spread === 0 ? 0.5 : spread === 1e-3 || spread === 0.01 ? 0.25 : 0;
    return agree * (0.98 * own + 0.02 / SPREADS.length);
  });
}

/**
 * The highest density ratios that runs beyond a window round a row's value can have, by spread and metric. All lists of a
 * row share them, so they are kept until another row is asked for.
 */
class RatiosBeyond {
  readonly #sides: readonly MetricSide[];
  #asked = -1;
  /** By window, that of no window first. */
  #tables: (Float64Array | undefined)[] = [];

  constructor(sides: readonly MetricSide[]) {
    this.#sides = sides;
  }

  /** The metrics of one spread stand side by side; NaN where the row lacks the metric. */
  tableOf(row: number, window: number | null): Float64Array {
    if (row !== this.#asked) this.#tables = [];
    this.#asked = row;
    return (this.#tables[window === null ? 0 : window + 1] ??= this.#fill(row, window));
  }

  #fill(row: number, window: number | null): Float64Array {
    const table = new Float64Array(SPREADS.length * this.#sides.length).fill(Number.NaN);
    for (const [at, side] of this.#sides.entries()) {
      const own = side.rowValues[row] ?? Number.NaN;
      if (Number.isNaN(own)) continue;
      const unit = side.units[row] ?? 1;
      const beyond = { own, unit, distance: window === null ? 0 : radiusOf(own, unit, window) };
      for (let spread = 0; spread < SPREADS.length; spread++) {
        const peak = peakBeyond(beyond, SPREADS[spread] ?? 0);
        table[spread * this.#sides.length + at] = Math.max(1, peak / (side.background[row] ?? 1));
      }
    }
    return table;
  }
}

/** Of one spread: all metrics beyond window `rest`, save one that is beyond window `one` only. */
function mostRatio(one: Float64Array, rest: Float64Array, { from, to }: { from: number; to: number }): number {
  let product = 1;
  let nearer = 1;
  for (let at = from; at < to; at++) {
    const ratio = rest[at] ?? 1;
    if (Number.isNaN(ratio)) continue;
    product *= ratio;
    if (one !== rest) nearer = Math.max(nearer, (one[at] ?? 1) / ratio);
  }
  return product * nearer;
}
