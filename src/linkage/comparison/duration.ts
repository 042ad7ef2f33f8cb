import { backgroundDensity } from './background.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { createDifferenceDensity, laplaceShape } from './difference-density.ts';
import { spell } from './time.ts';

/** A row's duration and the readings of a run's length, in seconds; NaN is missing. */
export interface DurationInput {
  readonly rowSeconds: Float64Array;
  readonly runLengths: readonly Float64Array[];
  /** Smallest step of the row's durations: 60 for a column of minutes, 0 for fractions of a second. */
  readonly quantum: number;
}

const LEAST_BITS = -8;
const KERNEL_WIDTHS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024] as const;
/** Shares before learning: |difference| of some 30 s, of some 300 s, a ratio near 1, nothing in common. */
const PRIOR = { difference: 6, ratio: 2, none: 1 } as const;
/** Spread of the logarithm of the ratio. */
const RATIO_SCALE = 0.03;

/** How long the row says the run took against the run's own readings; whichever reading agrees counts. */
export function buildDurationComparison(input: DurationInput): Comparison {
  const background = durationBackground(input.rowSeconds);
  const resolution = input.quantum > 0 ? Math.max(1, input.quantum / 4) : 0.1;
  const step = Math.max(1, input.quantum / 2);
  const densities = input.runLengths.map(() =>
    createDifferenceDensity({
      resolution,
      scales: [...(input.quantum > 0 ? [] : [0.1, 0.3]), ...KERNEL_WIDTHS.map((width) => width * step)],
      shapes: [laplaceShape(30 + input.quantum, 4), laplaceShape(300 + input.quantum, 2)],
    }),
  );
  let mixture = { difference: 6 / 9, ratio: 2 / 9, none: 1 / 9 };
  let readingShares = input.runLengths.map(() => 1 / input.runLengths.length);

  const parts = (row: number, run: number): { readings: number[]; ratio: number; none: number } => {
    const own = input.rowSeconds[row] ?? Number.NaN;
    const lengths = input.runLengths.map((reading) => reading[run] ?? Number.NaN);
    const there = sumOf(lengths.map((length, at) => (Number.isNaN(length) ? 0 : (readingShares[at] ?? 0))));
    let ratio = 0;
    const readings = lengths.map((length, at) => {
      if (Number.isNaN(length) || there === 0) return 0;
      const share = (readingShares[at] ?? 0) / there;
      ratio += share * ratioDensity(own, length);
      return share * mixture.difference * (densities[at]?.at(length - own) ?? 0);
    });
    return { readings, ratio: mixture.ratio * ratio, none: mixture.none * (background[row] ?? 0) };
  };
  const isMissing = (row: number, run: number): boolean =>
    Number.isNaN(input.rowSeconds[row] ?? Number.NaN) ||
    input.runLengths.every((reading) => Number.isNaN(reading[run] ?? Number.NaN));

  return {
    name: 'duration',
    isMissing,
    weigh(row, run) {
      if (isMissing(row, run)) return 0;
      const { readings, ratio, none } = parts(row, run);
      return Math.max(LEAST_BITS, log2((sumOf(readings) + ratio + none) / (background[row] ?? 1)));
    },
    learn(links) {
      const counts = { difference: PRIOR.difference, ratio: PRIOR.ratio, none: PRIOR.none };
      const perReading = readingShares.map(() => 1);
      const samples = readingShares.map(() => ({ differences: [] as number[], weights: [] as number[] }));
      forEachLink(links, (row, run, probability) => {
        if (isMissing(row, run)) return;
        const { readings, ratio, none } = parts(row, run);
        const all = sumOf(readings) + ratio + none;
        if (all <= 0) return;
        counts.ratio += (probability * ratio) / all;
        counts.none += (probability * none) / all;
        for (const [at, reading] of readings.entries()) {
          const weight = (probability * reading) / all;
          counts.difference += weight;
          perReading[at] = (perReading[at] ?? 0) + weight;
          if (weight <= 0) continue;
          samples[at]?.differences.push((input.runLengths[at]?.[run] ?? 0) - (input.rowSeconds[row] ?? 0));
          samples[at]?.weights.push(weight);
        }
      });
      const total = counts.difference + counts.ratio + counts.none;
      mixture = { difference: counts.difference / total, ratio: counts.ratio / total, none: counts.none / total };
      readingShares = perReading.map((count) => count / sumOf(perReading));
      for (const [at, density] of densities.entries()) density.learn(samples[at] ?? { differences: [], weights: [] });
    },
    steps(row) {
      const base = background[row] ?? Number.NaN;
      if (Number.isNaN(base)) return [{ bound: 0, size: 0 }];
      const own = input.rowSeconds[row] ?? 0;
      const most = Math.max(...densities.map((density) => density.most()));
      const best = mixture.difference * most + mixture.ratio * ratioDensity(own, own) * 1.2 + mixture.none * base;
      return [{ bound: Math.max(0, log2(best / base)), size: 0 }];
    },
    collect() {
      // A duration alone proposes nobody: too many runs take equally long.
    },
    describe(row, run) {
      if (isMissing(row, run)) return { level: 'missing', words: 'no duration to compare' };
      const own = input.rowSeconds[row] ?? 0;
      const lengths = input.runLengths
        .map((reading) => reading[run] ?? Number.NaN)
        .filter((length) => !Number.isNaN(length));
      const nearest = lengths.toSorted((a, b) => Math.abs(a - own) - Math.abs(b - own))[0] ?? 0;
      return describeDuration(own, nearest);
    },
    health: () => [],
  };
}

function durationBackground(rowSeconds: Float64Array): Float64Array {
  const logs = rowSeconds.map((value) => (value > 0 ? Math.log(value) : Number.NaN));
  const density = backgroundDensity(logs, { halfWidth: 0.25, flatShare: 0.1, leastRange: 12 });
  return density.map((value, row) => value / Math.max(rowSeconds[row] ?? 1, 0.5));
}

/** Laplace on the logarithm of the ratio, as a density per second of the row's duration. */
function ratioDensity(own: number, length: number): number {
  if (own <= 0 || length <= 0) return 0;
  return Math.exp(-Math.abs(Math.log(length / own)) / RATIO_SCALE) / (2 * RATIO_SCALE * own);
}

function sumOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function describeDuration(own: number, length: number): { level: string; words: string } {
  const gap = Math.abs(length - own);
  const share = gap / Math.max(own, length, 1);
  const level = gap <= 2 ? 'equal' : share <= 0.01 ? 'within 1 %' : share <= 0.1 ? 'within 10 %' : 'differs';
  const words =
    level === 'differs'
      ? `row took ${spell(own)}, run ${spell(length)}`
      : `durations ${level}: ${spell(own)} and ${spell(length)}`;
  return { level, words };
}
