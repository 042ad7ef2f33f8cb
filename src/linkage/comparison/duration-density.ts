import { buildSortedIndex, lowerBound, upperBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { backgroundDensity } from './background.ts';
import { forEachLink } from './comparison.ts';
import type { RunSink, SoftLinks } from './comparison.ts';
import type { DensitySettings } from './density-grid.ts';
import { boxShape, DifferenceDensity, laplaceShape } from './difference-density.ts';

/** A row's duration and the readings of a run's length, in seconds; NaN is missing. */
export interface DurationInput {
  readonly rowSeconds: Float64Array;
  readonly runLengths: readonly Float64Array[];
  /** Smallest step of the row's durations: 60 for a column of minutes, 0 for fractions of a second. */
  readonly quantum: number;
  /** Kinds of rows whose durations differ of themselves: with final metrics or without, as crashed ones are. */
  readonly rowClasses: Uint8Array;
}

const KERNEL_WIDTHS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024] as const;
/** Pseudo-links: a difference of some seconds or minutes, a ratio near 1, nothing in common. */
const PRIOR = { difference: 6, ratio: 2, none: 1 } as const;
/** Spread of the logarithm of the ratio. */
const RATIO_SCALE = 0.03;
/** Fewer rows of a kind have no distribution of their own. */
const LEAST_CLASS = 12;
/** Seconds; ten times the widest default shape. */
const FARTHEST = 3000;
/** Windows reach to where the density is this many bits below its most. */
const STEPS_BELOW = [4, 6, 8, 10, 12, 14, 16] as const;
/** Seconds that windows are widened by: a difference may be rounded into a cell from just outside of it. */
const EDGE = 1e-6;
export const DURATION_STEPS = STEPS_BELOW.length;

/** Two readings of a run's length within this share, or these seconds, say the same. */
const SAME_LENGTH = { share: 0.1, seconds: 60 } as const;
/** Runs on which two readings must meet before one of them alone is doubted. */
const LEAST_BOTH = 20;

/** Shares of links whose durations differ by seconds, by a percentage, or have nothing in common. */
interface Mixture {
  readonly difference: number;
  readonly ratio: number;
  readonly none: number;
}

/** How durations differ: by some seconds from one of the readings, by some percent, or without any relation. */
export class DurationDensity {
  /** Density of each row's duration among all rows. */
  readonly background: Float64Array;
  readonly #input: DurationInput;
  readonly #sorted: readonly SortedIndex[];
  readonly #densities: readonly DifferenceDensity[];
  #mixture: Mixture = shareOut(PRIOR);
  #readingShares: readonly number[];
  /** Of the shapes as they were learned last; null until a search asks, as most rounds of learning need none. */
  #windows: Windows | null = null;
  /** Differences beyond this are no small ones under any shape. */
  readonly #farthest: number;
  /** P(a reading is right where it is the only one), by reading. */
  readonly #trust: readonly number[];
  /** What each reading explains of the pair that was asked for last. */
  readonly #readings: Float64Array;

  constructor(input: DurationInput) {
    this.#input = input;
    this.background = durationBackground(input);
    this.#sorted = input.runLengths.map((lengths) => buildSortedIndex(lengths));
    this.#densities = createReadingDensities(input.runLengths.length, input.quantum);
    this.#readingShares = input.runLengths.map(() => 1 / input.runLengths.length);
    this.#readings = new Float64Array(input.runLengths.length);
    this.#trust = input.runLengths.map((lengths, at) => trustOf(lengths, input.runLengths.toSpliced(at, 1)));
    this.#farthest = FARTHEST * (1 + input.quantum / 300);
  }

  likelihood(row: number, run: number): number {
    const { ratio, none } = this.#explain(row, run);
    let sum = ratio + none;
    for (let at = 0; at < this.#readings.length; at++) sum += this.#readings[at] ?? 0;
    return sum;
  }

  mostAt(row: number): number {
    const own = this.#input.rowSeconds[row] ?? 0;
    return this.#bound(row, this.#windowsNow().most, ratioDensity(own, own));
  }

  /** The most that runs outside of a step's windows reach. */
  mostOutside(row: number, step: number): number {
    const own = this.#input.rowSeconds[row] ?? 0;
    const { radii, limits } = this.#windowsNow();
    return this.#bound(row, limits[step] ?? 0, ratioDensity(own, own + (radii[step] ?? 0)));
  }

  countIn(row: number, step: number): number {
    let count = 0;
    this.#forEachWindow({ row, step }, (from, to) => (count += to - from));
    return count;
  }

  collectIn(at: { readonly row: number; readonly step: number }, sink: RunSink): void {
    this.#forEachWindow(at, (from, to, { records }) => {
      for (let position = from; position < to; position++) sink(records[position] ?? 0);
    });
  }

  learn(links: SoftLinks): void {
    const counts = { difference: PRIOR.difference, ratio: PRIOR.ratio, none: PRIOR.none } as Record<
      keyof Mixture,
      number
    >;
    const perReading = this.#readingShares.map(() => 1);
    const samples = this.#readingShares.map(() => ({ differences: [] as number[], weights: [] as number[] }));
    forEachLink(links, (row, run, probability) => {
      const own = this.#input.rowSeconds[row] ?? Number.NaN;
      const { ratio, none } = this.#explain(row, run);
      const all = this.#readings.reduce((sum, reading) => sum + reading, ratio + none);
      if (Number.isNaN(own) || all === none) return;
      counts.ratio += (probability * ratio) / all;
      counts.none += (probability * none) / all;
      for (let at = 0; at < this.#readings.length; at++) {
        const reading = this.#readings[at] ?? 0;
        if (reading <= 0) continue;
        const weight = (probability * reading) / all;
        counts.difference += weight;
        perReading[at] = (perReading[at] ?? 0) + weight;
        samples[at]?.differences.push((this.#input.runLengths[at]?.[run] ?? 0) - own);
        samples[at]?.weights.push(weight);
      }
    });
    this.#mixture = shareOut(counts);
    const total = perReading.reduce((sum, count) => sum + count, 0);
    this.#readingShares = perReading.map((count) => count / total);
    for (const [at, density] of this.#densities.entries()) {
      density.learn(samples[at] ?? { differences: [], weights: [] });
    }
    this.#windows = null;
  }

  /** Fills the shares of the readings; what no reading explains is returned. */
  #explain(row: number, run: number): { readonly ratio: number; readonly none: number } {
    const { runLengths, rowSeconds } = this.#input;
    const own = rowSeconds[row] ?? Number.NaN;
    let there = 0;
    let trust = 0;
    for (let at = 0; at < runLengths.length; at++) {
      if (Number.isNaN(runLengths[at]?.[run] ?? Number.NaN)) continue;
      trust = there === 0 ? (this.#trust[at] ?? 1) : 1;
      there += this.#readingShares[at] ?? 0;
    }
    let ratio = 0;
    for (let at = 0; at < runLengths.length; at++) {
      const length = runLengths[at]?.[run] ?? Number.NaN;
      this.#readings[at] = 0;
      if (Number.isNaN(length) || there === 0) continue;
      const share = (trust * (this.#readingShares[at] ?? 0)) / there;
      ratio += share * ratioDensity(own, length);
      if (Math.abs(length - own) > this.#farthest) continue;
      this.#readings[at] = share * this.#mixture.difference * (this.#densities[at]?.at(length - own) ?? 0);
    }
    const none = this.#mixture.none + (1 - trust) * (1 - this.#mixture.none);
    return { ratio: this.#mixture.ratio * ratio, none: none * (this.background[row] ?? 0) };
  }

  #bound(row: number, difference: number, ratio: number): number {
    const { difference: byDifference, ratio: byRatio, none } = this.#mixture;
    // a reading that is not trusted moves its share to none, which then stays below the background itself
    return Math.max(
      byDifference * difference + byRatio * ratio + none * (this.background[row] ?? 0),
      this.background[row] ?? 0,
    );
  }

  #windowsNow(): Windows {
    return (this.#windows ??= findWindows(this.#densities));
  }

  #forEachWindow(
    { row, step }: { readonly row: number; readonly step: number },
    visit: (from: number, to: number, index: SortedIndex) => void,
  ): void {
    const own = this.#input.rowSeconds[row] ?? 0;
    const radius = this.#windowsNow().radii[step] ?? 0;
    for (const index of this.#sorted) {
      visit(lowerBound(index.values, own - radius), upperBound(index.values, own + radius), index);
    }
  }
}

/** Share of the runs with a second reading on which that says the same: a run uploaded later lives a minute only. */
function trustOf(lengths: Float64Array, others: readonly Float64Array[]): number {
  let both = 0;
  let same = 0;
  for (const [run, length] of lengths.entries()) {
    const other = others.find((reading) => !Number.isNaN(reading[run] ?? Number.NaN))?.[run] ?? Number.NaN;
    if (Number.isNaN(length - other)) continue;
    both++;
    if (Math.abs(length - other) <= Math.max(SAME_LENGTH.seconds, SAME_LENGTH.share * other)) same++;
  }
  return both < LEAST_BOTH ? 1 : (same + 1) / (both + 1);
}

function createReadingDensities(count: number, quantum: number): DifferenceDensity[] {
  // what was rounded lies within half a step, all over it
  const rounded = quantum > 1 ? [boxShape(-quantum / 2, quantum / 2, 4)] : [];
  const step = Math.max(1, quantum / 8);
  const settings: DensitySettings = {
    halfCells: 10_000,
    resolution: quantum > 0 ? Math.max(1, quantum / 16) : 0.1,
    scales: [...(quantum > 0 ? [] : [0.1, 0.3]), ...KERNEL_WIDTHS.map((width) => width * step)],
    shapes: [...rounded, laplaceShape(30 + quantum, 4), laplaceShape(300 + quantum, 2)],
  };
  const first = new DifferenceDensity(settings);
  return Array.from({ length: count }, (_item, at) => (at === 0 ? first : new DifferenceDensity(settings, first)));
}

function shareOut(counts: Mixture): Mixture {
  const total = counts.difference + counts.ratio + counts.none;
  return { difference: counts.difference / total, ratio: counts.ratio / total, none: counts.none / total };
}

interface Windows {
  /** The highest density at all. */
  readonly most: number;
  /** Half-widths of the search windows, by step. */
  readonly radii: readonly number[];
  /** The highest density of a difference outside of them. */
  readonly limits: readonly number[];
}

function findWindows(densities: readonly DifferenceDensity[]): Windows {
  const most = Math.max(...densities.map((density) => density.most()));
  const beyond = Math.max(...densities.map((density) => density.mostBeyond()));
  const limits = STEPS_BELOW.map((below) => most * 2 ** -below);
  return {
    most,
    radii: limits.map((limit) => radiusOf(densities, limit)),
    limits: limits.map((limit) => Math.max(limit, beyond)),
  };
}

/** Differences farther from 0 than this stay at or below the limit. */
function radiusOf(densities: readonly DifferenceDensity[], limit: number): number {
  const ends = densities.flatMap((density) => density.intervalsAbove(limit).flat().map(Math.abs));
  return Math.max(0, ...ends) + EDGE;
}

/** Among the rows of the same kind, where these are enough to tell. */
function durationBackground({ rowSeconds, rowClasses }: DurationInput): Float64Array {
  const logs = rowSeconds.map((value) => (value > 0 ? Math.log(value) : Number.NaN));
  const kernel = { halfWidth: 0.25, flatShare: 0.1, leastRange: 12 };
  const all = backgroundDensity(logs, kernel);
  for (const kind of new Set(rowClasses)) {
    const own = logs.map((value, row) => (rowClasses[row] === kind ? value : Number.NaN));
    if (own.filter((value) => !Number.isNaN(value)).length < LEAST_CLASS) continue;
    const within = backgroundDensity(own, kernel);
    for (const [row, density] of within.entries()) if (!Number.isNaN(density)) all[row] = density;
  }
  return all.map((density, row) => density / Math.max(rowSeconds[row] ?? 1, 0.5));
}

/** Laplace on the logarithm of the ratio, as a density per second of the row's duration. */
function ratioDensity(own: number, length: number): number {
  if (own <= 0 || length <= 0) return 0;
  return Math.exp(-Math.abs(Math.log(length / own)) / RATIO_SCALE) / (2 * RATIO_SCALE * own);
}
