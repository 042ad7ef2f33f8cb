import { buildSortedIndex, lowerBound, upperBound } from '../sorted.ts';
import { backgroundDensity } from './background.ts';
import { forEachLink } from './comparison.ts';
import type { RunSink, SoftLinks } from './comparison.ts';
import { createDifferenceDensity, laplaceShape } from './difference-density.ts';
import type { DifferenceDensity } from './difference-density.ts';

/** A row's duration and the readings of a run's length, in seconds; NaN is missing. */
export interface DurationInput {
  readonly rowSeconds: Float64Array;
  readonly runLengths: readonly Float64Array[];
  /** Smallest step of the row's durations: 60 for a column of minutes, 0 for fractions of a second. */
  readonly quantum: number;
}

/** Density of a row's duration given the run, by what explains it. */
export interface DurationParts {
  readonly readings: number[];
  readonly ratio: number;
  readonly none: number;
}

/** How durations differ: by some seconds from one of the readings, by some percent, or without any relation. */
export interface DurationDensity {
  readonly background: Float64Array;
  parts(row: number, run: number): DurationParts;
  /** Most that a run can reach, and that runs outside of the windows of a step can. */
  mostAt(row: number): number;
  mostOutside(row: number, step: number): number;
  countIn(row: number, step: number): number;
  collectIn(row: number, step: number, sink: RunSink): void;
  learn(links: SoftLinks): void;
}

const KERNEL_WIDTHS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024] as const;
/** Pseudo-links: a difference of some seconds or minutes, a ratio near 1, nothing in common. */
const PRIOR = { difference: 6, ratio: 2, none: 1 } as const;
/** Spread of the logarithm of the ratio. */
const RATIO_SCALE = 0.03;
/** Windows reach to where the density is this many bits below its most. */
const STEPS_BELOW = [4, 8] as const;
export const DURATION_STEPS = STEPS_BELOW.length;

export function createDurationDensity(input: DurationInput): DurationDensity {
  const background = durationBackground(input.rowSeconds);
  const sorted = input.runLengths.map((lengths) => buildSortedIndex(lengths));
  const densities = input.runLengths.map(() => createReadingDensity(input.quantum));
  let mixture: { difference: number; ratio: number; none: number } = shareOut(PRIOR);
  let readingShares = input.runLengths.map(() => 1 / input.runLengths.length);
  let radii = STEPS_BELOW.map((below) => radiusOf(densities, below));

  const parts = (row: number, run: number): DurationParts => {
    const own = input.rowSeconds[row] ?? Number.NaN;
    let there = 0;
    for (let at = 0; at < input.runLengths.length; at++) {
      if (!Number.isNaN(input.runLengths[at]?.[run] ?? Number.NaN)) there += readingShares[at] ?? 0;
    }
    let ratio = 0;
    const readings = input.runLengths.map((lengths, at) => {
      const length = lengths[run] ?? Number.NaN;
      if (Number.isNaN(length) || there === 0) return 0;
      const share = (readingShares[at] ?? 0) / there;
      ratio += share * ratioDensity(own, length);
      return share * mixture.difference * (densities[at]?.at(length - own) ?? 0);
    });
    return { readings, ratio: mixture.ratio * ratio, none: mixture.none * (background[row] ?? 0) };
  };
  return {
    background,
    parts,
    mostAt(row) {
      const own = input.rowSeconds[row] ?? 0;
      const most = Math.max(...densities.map((density) => density.most()));
      return mixture.difference * most + mixture.ratio * ratioDensity(own, own) + mixture.none * (background[row] ?? 0);
    },
    mostOutside(row, step) {
      const own = input.rowSeconds[row] ?? 0;
      const limit = Math.max(...densities.map((density) => density.most())) * 2 ** -(STEPS_BELOW[step] ?? 0);
      const ratio = ratioDensity(own, own + (radii[step] ?? 0));
      return mixture.difference * limit + mixture.ratio * ratio + mixture.none * (background[row] ?? 0);
    },
    countIn(row, step) {
      const own = input.rowSeconds[row] ?? 0;
      const radius = radii[step] ?? 0;
      let count = 0;
      for (const { values } of sorted) count += upperBound(values, own + radius) - lowerBound(values, own - radius);
      return count;
    },
    collectIn(row, step, sink) {
      const own = input.rowSeconds[row] ?? 0;
      const radius = radii[step] ?? 0;
      for (const { values, records } of sorted) {
        const end = upperBound(values, own + radius);
        for (let at = lowerBound(values, own - radius); at < end; at++) sink(records[at] ?? 0);
      }
    },
    learn(links) {
      const learned = learnDurations(input, links, parts);
      mixture = shareOut(learned.counts);
      const total = learned.perReading.reduce((sum, count) => sum + count, 0);
      readingShares = learned.perReading.map((count) => count / total);
      for (const [at, density] of densities.entries()) {
        density.learn(learned.samples[at] ?? { differences: [], weights: [] });
      }
      radii = STEPS_BELOW.map((below) => radiusOf(densities, below));
    },
  };
}

function createReadingDensity(quantum: number): DifferenceDensity {
  const step = Math.max(1, quantum / 2);
  return createDifferenceDensity({
    halfCells: 30_000,
    resolution: quantum > 0 ? Math.max(1, quantum / 4) : 0.1,
    scales: [...(quantum > 0 ? [] : [0.1, 0.3]), ...KERNEL_WIDTHS.map((width) => width * step)],
    shapes: [laplaceShape(30 + quantum, 4), laplaceShape(300 + quantum, 2)],
  });
}

function shareOut(counts: { difference: number; ratio: number; none: number }): {
  difference: number;
  ratio: number;
  none: number;
} {
  const total = counts.difference + counts.ratio + counts.none;
  return { difference: counts.difference / total, ratio: counts.ratio / total, none: counts.none / total };
}

/** Differences farther from 0 than this stay `below` bits under the most. */
function radiusOf(densities: readonly DifferenceDensity[], below: number): number {
  const limit = Math.max(...densities.map((density) => density.most())) * 2 ** -below;
  const ends = densities.flatMap((density) => density.intervalsAbove(limit).flat().map(Math.abs));
  return Math.max(0, ...ends);
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

interface LearnedDurations {
  readonly counts: { difference: number; ratio: number; none: number };
  readonly perReading: number[];
  readonly samples: readonly { readonly differences: number[]; readonly weights: number[] }[];
}

function learnDurations(
  input: DurationInput,
  links: SoftLinks,
  partsOf: (row: number, run: number) => DurationParts,
): LearnedDurations {
  const counts = { ...PRIOR } as { difference: number; ratio: number; none: number };
  const perReading = input.runLengths.map(() => 1);
  const samples = input.runLengths.map(() => ({ differences: [] as number[], weights: [] as number[] }));
  forEachLink(links, (row, run, probability) => {
    const { readings, ratio, none } = partsOf(row, run);
    const all = readings.reduce((sum, reading) => sum + reading, ratio + none);
    if (!(all > 0) || readings.every((reading) => reading === 0 && ratio === 0)) return;
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
  return { counts, perReading, samples };
}
