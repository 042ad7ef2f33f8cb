import { buildSortedIndex, lowerBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { burstyDensity, rangeOf } from './background.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { boxShape, createDifferenceDensity, laplaceShape } from './difference-density.ts';
import type { DifferenceDensity } from './difference-density.ts';
import { spell } from './spell.ts';

/** A row time and the run times that may mean the same moment. All in seconds; NaN is missing. */
export interface TimeChannel {
  readonly words: string;
  readonly rowSeconds: Float64Array;
  /** Run time by the first definition (creation on the server) and by the second (start as the client saw it). */
  readonly runSeconds: Float64Array;
  readonly otherSeconds: Float64Array | null;
  readonly quantum: number;
  /** Run minus row that is typical, by row: the zone and the clock of the row's writer. */
  readonly offsets: Float64Array;
}

const SCALES = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384, 65_536] as const;
const BURSTS = [2, 15, 120, 900, 7200] as const;
const DAY = 86_400;
const LEAST_BITS = -12;
/** A list for each of these fractions of the highest density, in bits below it. */
const STEPS_BELOW = [3, 6, 10, 14] as const;
/** Both definitions of a start agree within this many seconds for runs that were not synced later. */
const SAME_START = 300;

export function buildTimeComparison(channel: TimeChannel): Comparison {
  const background = rowBackground(channel);
  const density = createDifferenceDensity({
    resolution: 1,
    halfCells: 2 * DAY,
    scales: SCALES.filter((scale) => scale >= channel.quantum / 8),
    shapes: defaultShapes(channel.quantum, rangeOf(channel.rowSeconds)),
  });
  /** P(the first definition is the one that the row means), for runs where both agree, the first is later, or earlier. */
  const firstShares = [0.5, 0.5, 0.5];
  const sorted = buildSortedIndex(channel.runSeconds);
  const otherSorted = channel.otherSeconds === null ? null : buildSortedIndex(channel.otherSeconds);

  const differences = (row: number, run: number): [number, number, number] => {
    const own = (channel.rowSeconds[row] ?? Number.NaN) + (channel.offsets[row] ?? 0);
    const first = channel.runSeconds[run] ?? Number.NaN;
    const second = channel.otherSeconds?.[run] ?? Number.NaN;
    return [first - own, second - own, classOf(first, second)];
  };
  const likelihood = (row: number, run: number): number => {
    const [first, second, kind] = differences(row, run);
    if (Number.isNaN(second)) return density.at(first);
    const share = firstShares[kind] ?? 0.5;
    return share * density.at(first) + (1 - share) * density.at(second);
  };
  const isMissing = (row: number, run: number): boolean =>
    Number.isNaN(channel.rowSeconds[row] ?? Number.NaN) || Number.isNaN(channel.runSeconds[run] ?? Number.NaN);
  const intervals = createIntervals(density);

  return {
    name: 'time',
    isMissing,
    weigh(row, run) {
      if (isMissing(row, run)) return 0;
      return Math.max(LEAST_BITS, log2(likelihood(row, run) / (background[row] ?? 1)));
    },
    learn(links) {
      learnTimes({ links, differences, density, firstShares });
      intervals.reset();
    },
    steps(row) {
      const base = background[row] ?? Number.NaN;
      if (Number.isNaN(base)) return [{ bound: 0, size: 0 }];
      const own = (channel.rowSeconds[row] ?? 0) + (channel.offsets[row] ?? 0);
      const found: SearchStep[] = [{ bound: Math.max(LEAST_BITS, log2(density.most() / base)), size: 0 }];
      for (const below of STEPS_BELOW) {
        const { windows, limit } = intervals.get(below);
        const size = countIn(sorted, own, windows) + (otherSorted === null ? 0 : countIn(otherSorted, own, windows));
        // runs without a time weigh 0 and are in no list
        found.push({ bound: Math.max(0, log2(limit / base)), size });
      }
      return found;
    },
    collect({ row, step }, sink) {
      const own = (channel.rowSeconds[row] ?? 0) + (channel.offsets[row] ?? 0);
      const { windows } = intervals.get(STEPS_BELOW[step - 1] ?? 0);
      collectIn(sorted, { own, windows }, sink);
      if (otherSorted !== null) collectIn(otherSorted, { own, windows }, sink);
    },
    describe(row, run) {
      if (isMissing(row, run)) return { level: 'missing', words: 'no time to compare' };
      const [first, second, kind] = differences(row, run);
      const meansFirst =
        Number.isNaN(second) ||
        (firstShares[kind] ?? 0) * density.at(first) >= (1 - (firstShares[kind] ?? 0)) * density.at(second);
      return describeDifference(meansFirst ? first : second, channel.words, meansFirst);
    },
    health: () => [],
  };
}

/** Rows come in bursts: what is likely at a row's time is learned at all scales, from a second to the whole range. */
function rowBackground({ rowSeconds, quantum }: TimeChannel): Float64Array {
  const wide = Math.max(rangeOf(rowSeconds) / 40, quantum, 60);
  const halfWidths = [...BURSTS.filter((width) => width >= quantum && width < wide / 3), wide];
  return burstyDensity(rowSeconds, { halfWidths, flatShare: 0.3, leastRange: 2 * DAY + 2 * wide });
}

function defaultShapes(quantum: number, range: number): ReturnType<typeof boxShape>[] {
  const wide = Math.max(range, 4 * DAY);
  return [
    boxShape(-quantum - 5, 120 + quantum, 4.5),
    boxShape(-quantum - 600, 1800 + quantum, 2.5),
    laplaceShape(3 * 3600 + quantum, 1.5),
    laplaceShape(2 * DAY + quantum, 0.5),
    boxShape(-wide, wide, 1),
  ];
}

function classOf(first: number, second: number): number {
  if (Math.abs(first - second) <= SAME_START) return 0;
  return first > second ? 1 : 2;
}

interface TimeLearning {
  readonly links: SoftLinks;
  readonly differences: (row: number, run: number) => [number, number, number];
  readonly density: DifferenceDensity;
  readonly firstShares: number[];
}

function learnTimes({ links, differences, density, firstShares }: TimeLearning): void {
  const found: number[] = [];
  const weights: number[] = [];
  const firstMass = [1, 1, 1];
  const mass = [2, 2, 2];
  forEachLink(links, (row, run, probability) => {
    const [first, second, kind] = differences(row, run);
    if (Number.isNaN(first)) return;
    if (Number.isNaN(second)) {
      found.push(first);
      weights.push(probability);
      return;
    }
    const share = firstShares[kind] ?? 0.5;
    const a = share * density.at(first);
    const b = (1 - share) * density.at(second);
    const responsibility = a + b > 0 ? a / (a + b) : 0.5;
    firstMass[kind] = (firstMass[kind] ?? 0) + probability * responsibility;
    mass[kind] = (mass[kind] ?? 0) + probability;
    found.push(first, second);
    weights.push(probability * responsibility, probability * (1 - responsibility));
  });
  for (const kind of [0, 1, 2]) firstShares[kind] = (firstMass[kind] ?? 1) / (mass[kind] ?? 2);
  density.learn({ differences: found, weights });
}

interface Windows {
  readonly windows: readonly (readonly [number, number])[];
  readonly limit: number;
}

/** The windows belong to the density as it is now, so learning throws them away. */
function createIntervals(density: DifferenceDensity): { get(below: number): Windows; reset(): void } {
  const known = new Map<number, Windows>();
  return {
    get(below) {
      let found = known.get(below);
      if (found === undefined) {
        const limit = density.most() * 2 ** -below;
        known.set(below, (found = { windows: density.intervalsAbove(limit), limit }));
      }
      return found;
    },
    reset: () => known.clear(),
  };
}

function countIn(index: SortedIndex, own: number, windows: Windows['windows']): number {
  let count = 0;
  for (const [from, to] of windows) count += lowerBound(index.values, own + to) - lowerBound(index.values, own + from);
  return count;
}

function collectIn(index: SortedIndex, at: { own: number; windows: Windows['windows'] }, sink: RunSink): void {
  for (const [from, to] of at.windows) {
    const end = lowerBound(index.values, at.own + to);
    for (let position = lowerBound(index.values, at.own + from); position < end; position++) {
      sink(index.records[position] ?? 0);
    }
  }
}

function describeDifference(difference: number, words: string, meansFirst: boolean): { level: string; words: string } {
  const size = Math.abs(difference);
  const limits: [number, string][] = [
    [5, '5 s'],
    [60, '60 s'],
    [600, '10 min'],
    [3600, '1 h'],
    [DAY, '1 day'],
  ];
  const level = limits.find(([limit]) => size <= limit)?.[1];
  const direction = difference >= 0 ? 'after' : 'before';
  const source = meansFirst ? '' : ' (by the start that its client recorded)';
  return {
    level: level === undefined ? 'more than 1 day' : `within ${level}`,
    words: `run starts ${spell(size)} ${direction} ${words}${source}`,
  };
}
