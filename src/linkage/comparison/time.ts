import { buildSortedIndex, lowerBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { burstyDensity, rangeOf } from './background.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { DifferenceDensity, boxShape, laplaceShape } from './difference-density.ts';
import type { Samples } from './difference-density.ts';
import { spell } from './spell.ts';

/** A row time and the run times that may mean the same moment. All in seconds; NaN is missing. */
export interface TimeChannel {
  readonly words: string;
  /** What the run does at its time: `starts`, `ends`. */
  readonly runVerb: string;
  readonly rowSeconds: Float64Array;
  /** Run time by the first definition (creation on the server) and by the second (start as the client saw it). */
  readonly runSeconds: Float64Array;
  readonly otherSeconds: Float64Array | null;
  readonly quantum: number;
  /** Run minus row that is typical, by row: the zone and the clock of the row's writer. */
  readonly offsets: Float64Array;
  /** Delays to begin with, the offset taken off; may be empty. */
  readonly firstDelays: Samples;
}

const SCALES = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384, 65_536] as const;
const BURSTS = [2, 15, 120, 900, 7200] as const;
const DAY = 86_400;
/** The delay's table; beyond it lie synced runs and other clocks, for which the default shapes are fine enough. */
const TABLE_SECONDS = 16 * 3600;
const LEAST_BITS = -12;
/** A list for each of these fractions of the highest density, in bits below it. */
const STEPS_BELOW = [3, 6, 10, 14, 18, 22] as const;
/** Seconds that windows are widened by: sums and differences of epoch seconds do not round alike. */
const EDGE = 1e-3;
/** Both definitions of a start agree within this many seconds for runs that were not synced later. */
const SAME_START = 300;

/** When a row says its run began against when the run says so; the delay's shape is learned. */
export class TimeComparison implements Comparison {
  readonly name = 'time';
  readonly #channel: TimeChannel;
  readonly #background: Float64Array;
  readonly #density: DifferenceDensity;
  readonly #sorted: readonly SortedIndex[];
  /** P(the first definition is the one that the row means), for runs where both agree, the first is later, or earlier. */
  readonly #firstShares = [0.5, 0.5, 0.5];
  /** Windows in which the density stands high, by how many bits below its most they reach. */
  readonly #windows = new Map<number, Windows>();

  constructor(channel: TimeChannel) {
    this.#channel = channel;
    this.#background = rowBackground(channel);
    this.#density = new DifferenceDensity({
      resolution: 1,
      halfCells: channel.quantum >= DAY ? 3 * DAY : TABLE_SECONDS,
      scales: SCALES.filter((scale) => scale >= channel.quantum / 8),
      shapes: defaultShapes(channel.quantum, rangeOf(channel.rowSeconds)),
    });
    const definitions = [channel.runSeconds, ...(channel.otherSeconds === null ? [] : [channel.otherSeconds])];
    this.#sorted = definitions.map((seconds) => buildSortedIndex(seconds));
    if (channel.firstDelays.weights.length > 0) this.#density.learn(channel.firstDelays);
  }

  weigh(row: number, run: number): number {
    const own = this.#timeOf(row);
    const first = (this.#channel.runSeconds[run] ?? Number.NaN) - own;
    if (Number.isNaN(first)) return 0;
    let likelihood = this.#density.at(first);
    const second = (this.#channel.otherSeconds?.[run] ?? Number.NaN) - own;
    if (!Number.isNaN(second)) {
      const share = this.#firstShares[kindOf(first, second)] ?? 0.5;
      likelihood = share * likelihood + (1 - share) * this.#density.at(second);
    }
    return Math.max(LEAST_BITS, log2(likelihood / (this.#background[row] ?? 1)));
  }

  isMissing(row: number, run: number): boolean {
    return (
      Number.isNaN(this.#channel.rowSeconds[row] ?? Number.NaN) ||
      Number.isNaN(this.#channel.runSeconds[run] ?? Number.NaN)
    );
  }

  learn(links: SoftLinks): void {
    const differences: number[] = [];
    const weights: number[] = [];
    const firstMass = [1, 1, 1];
    const mass = [2, 2, 2];
    forEachLink(links, (row, run, probability) => {
      if (this.isMissing(row, run)) return;
      const gap = this.#gap(row, run);
      const { first, second } = this.#likelihoods(gap);
      const share = first + second > 0 ? first / (first + second) : 1;
      differences.push(gap.first);
      weights.push(probability * share);
      if (Number.isNaN(gap.second)) return;
      differences.push(gap.second);
      weights.push(probability * (1 - share));
      firstMass[gap.kind] = (firstMass[gap.kind] ?? 0) + probability * share;
      mass[gap.kind] = (mass[gap.kind] ?? 0) + probability;
    });
    for (const kind of [0, 1, 2]) this.#firstShares[kind] = (firstMass[kind] ?? 1) / (mass[kind] ?? 2);
    this.#density.learn({ differences, weights });
    this.#windows.clear();
  }

  steps(row: number): readonly SearchStep[] {
    const base = this.#background[row] ?? Number.NaN;
    if (Number.isNaN(base)) return [{ bound: 0, size: 0 }];
    const steps: SearchStep[] = [{ bound: Math.max(0, log2(this.#density.most() / base)), size: 0 }];
    for (const below of STEPS_BELOW) {
      const { windows, limit } = this.#windowsBelow(below);
      let size = 0;
      for (const index of this.#sorted) size += countIn(index, this.#timeOf(row), windows);
      // runs without a time weigh 0 and are in no list
      steps.push({ bound: Math.max(0, log2(limit / base)), size });
    }
    return steps;
  }

  collect({ row, step }: { readonly row: number; readonly step: number }, sink: RunSink): void {
    const { windows } = this.#windowsBelow(STEPS_BELOW[step - 1] ?? 0);
    for (const index of this.#sorted) collectIn(index, { own: this.#timeOf(row), windows }, sink);
  }

  describe(row: number, run: number): ComparisonWords {
    if (this.isMissing(row, run)) return { level: 'missing', words: 'no time to compare' };
    const gap = this.#gap(row, run);
    const { first, second } = this.#likelihoods(gap);
    const isFirst = first >= second;
    const isShifted = (this.#channel.offsets[row] ?? 0) !== 0;
    return describeGap(isFirst ? gap.first : gap.second, this.#channel, { isFirst, isShifted });
  }

  health(): readonly string[] {
    return [];
  }

  /** The row's time on the runs' clock. */
  #timeOf(row: number): number {
    return (this.#channel.rowSeconds[row] ?? Number.NaN) + (this.#channel.offsets[row] ?? 0);
  }

  #gap(row: number, run: number): Gap {
    const own = this.#timeOf(row);
    const first = (this.#channel.runSeconds[run] ?? Number.NaN) - own;
    const second = (this.#channel.otherSeconds?.[run] ?? Number.NaN) - own;
    return { first, second, kind: kindOf(first, second) };
  }

  #likelihoods({ first, second, kind }: Gap): { first: number; second: number } {
    if (Number.isNaN(second)) return { first: this.#density.at(first), second: 0 };
    const share = this.#firstShares[kind] ?? 0.5;
    return { first: share * this.#density.at(first), second: (1 - share) * this.#density.at(second) };
  }

  #windowsBelow(below: number): Windows {
    let found = this.#windows.get(below);
    if (found === undefined) {
      const limit = this.#density.most() * 2 ** -below;
      const windows = this.#density.intervalsAbove(limit).map(([from, to]) => [from - EDGE, to + EDGE] as const);
      this.#windows.set(below, (found = { windows, limit: Math.max(limit, this.#density.mostBeyond()) }));
    }
    return found;
  }
}

/** Run minus row by both definitions of the run's time, and how these two stand to each other. */
interface Gap {
  readonly first: number;
  readonly second: number;
  readonly kind: 0 | 1 | 2;
}

interface Windows {
  readonly windows: readonly (readonly [number, number])[];
  /** No run outside of the windows has a higher density. */
  readonly limit: number;
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

function kindOf(first: number, second: number): Gap['kind'] {
  if (Number.isNaN(second) || Math.abs(first - second) <= SAME_START) return 0;
  return first > second ? 1 : 2;
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

const LEVELS: readonly (readonly [limit: number, words: string])[] = [
  [5, 'within 5 s'],
  [60, 'within 60 s'],
  [600, 'within 10 min'],
  [3600, 'within 1 h'],
  [DAY, 'within 1 day'],
];

/** A clock that is off and the delay that most runs have are in the offset: the gap is what this pair adds to them. */
function describeGap(
  gap: number,
  channel: TimeChannel,
  { isFirst, isShifted }: { readonly isFirst: boolean; readonly isShifted: boolean },
): ComparisonWords {
  const size = Math.abs(gap);
  const level = LEVELS.find(([limit]) => size <= limit)?.[1] ?? 'more than 1 day';
  const source = isFirst ? '' : ', by the start that its client recorded';
  const words = isShifted
    ? `${spell(size)} ${gap >= 0 ? 'later' : 'sooner'} after ${channel.words} than most`
    : `${spell(size)} ${gap >= 0 ? 'after' : 'before'} ${channel.words}`;
  return { level, words: `run ${channel.runVerb} ${words}${source}` };
}
