import { sortedIndexOf, lowerBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { DifferenceDensity, boxShape, laplaceShape } from './difference-density.ts';
import type { Samples } from './density-grid.ts';
import { learnLatenessOrNull } from './lateness.ts';
import type { Lateness } from './lateness.ts';
import { TimeBackground } from './time-background.ts';
import { describeGap } from './time-words.ts';

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
const DAY = 86_400;
/** The delay's table; beyond it lie synced runs and other clocks, for which the default shapes are fine enough. */
const TABLE_SECONDS = 16 * 3600;
/** Times that are this much less likely than by chance are as far off as any. */
const LEAST_RATIO = 2 ** -12;
/** A list for each of these fractions of the highest density, in bits below it. */
const STEPS_BELOW = [3, 6, 10, 14, 18, 22, 26, 30] as const;
/** The lists from this one on hold the runs without a time too: a run outside of them has one, which speaks against it. */
const FIRST_WITH_UNTIMED = 7;
/** Seconds that windows are widened by: sums and differences of epoch seconds do not round alike. */
const EDGE = 1e-3;
/** Both definitions of a start agree within this many seconds for runs that were not synced later. */
const SAME_START = 300;
/** Pseudo-links, and the share of them whose row tells another moment: when it was imported, or by a broken clock. */
const PRIOR_LINKS = 10;
const PRIOR_NONE = 0.02;

/** When a row says its run began against when the run says so; the delay's shape is learned. */
export class TimeComparison implements Comparison {
  readonly name = 'time';
  readonly #channel: TimeChannel;
  /** The rows' times on the runs' clock. */
  readonly #rowTimes: Float64Array;
  readonly #background: TimeBackground;
  readonly #density: DifferenceDensity;
  readonly #sorted: readonly SortedIndex[];
  /** Runs that weigh 0. */
  readonly #untimed: readonly number[];
  /** P(the first definition is the one that the row means), for runs where both agree, the first is later, or earlier. */
  readonly #firstShares = [0.5, 0.5, 0.5];
  /** P(the row's time has nothing to do with its run's): it then says what it says of any run. */
  #none: number = PRIOR_NONE;
  /** For runs that do not tell their start. */
  readonly #lateness: Lateness | null;
  /** Gaps beyond this have the least ratio whatever the row and the run; null until it is asked for. */
  #farGap: number | null = null;
  /** What they weigh. */
  #leastBits: number | null = null;
  /** Windows in which the density stands high, by step. */
  #windows: (Windows | undefined)[] = [];

  constructor(channel: TimeChannel) {
    this.#channel = channel;
    const definitions = [channel.runSeconds, ...(channel.otherSeconds === null ? [] : [channel.otherSeconds])];
    this.#rowTimes = channel.rowSeconds.map((seconds, row) => seconds + (channel.offsets[row] ?? 0));
    this.#background = new TimeBackground({
      rowSeconds: this.#rowTimes,
      runSeconds: definitions,
      quantum: channel.quantum,
    });
    this.#lateness = learnLatenessOrNull({
      rowSeconds: this.#rowTimes,
      created: channel.runSeconds,
      started: channel.otherSeconds,
      tolerance: SAME_START,
    });
    this.#density = new DifferenceDensity({
      resolution: 1,
      halfCells: channel.quantum >= DAY ? 3 * DAY : TABLE_SECONDS,
      scales: SCALES.filter((scale) => scale >= channel.quantum / 8),
      shapes: defaultShapes(channel.quantum),
    });
    this.#sorted = definitions.map((seconds) => sortedIndexOf(seconds));
    this.#untimed = [...channel.runSeconds.keys()].filter((run) => Number.isNaN(channel.runSeconds[run]));
    if (channel.firstDelays.weights.length > 0) this.#density.learn(channel.firstDelays);
    this.#background.learn(this.#density);
  }

  weigh(row: number, run: number): number {
    if (this.isMissing(row, run)) return 0;
    const ratio = this.#ratio(row, run);
    // most pairs that a search looks at are far apart
    return ratio === LEAST_RATIO ? (this.#leastBits ??= this.#bitsOf(LEAST_RATIO)) : this.#bitsOf(ratio);
  }

  #bitsOf(ratio: number): number {
    return log2(this.#none + (1 - this.#none) * ratio);
  }

  /** How much likelier the pair's times are than by chance if the row tells the run's moment. */
  #ratio(row: number, run: number): number {
    const own = this.#rowTimes[row] ?? Number.NaN;
    const first = (this.#channel.runSeconds[run] ?? Number.NaN) - own;
    const second = (this.#channel.otherSeconds?.[run] ?? Number.NaN) - own;
    if (this.#isFar(first, second)) return LEAST_RATIO;
    const likelihood = this.#density.at(first);
    let ratio = this.#background.ratioOf(row, run, { definition: 0, likelihood });
    if (!Number.isNaN(second)) {
      const share = this.#firstShares[kindOf(first, second)] ?? 0.5;
      const other = this.#density.at(second);
      ratio = share * ratio + (1 - share) * this.#background.ratioOf(row, run, { definition: 1, likelihood: other });
    } else if (this.#lateness !== null) {
      const late = this.#lateShare();
      ratio = (1 - late) * ratio + late * this.#lateness.ratioOf(row, run);
    }
    return Math.max(LEAST_RATIO, ratio);
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
    let none = PRIOR_NONE * PRIOR_LINKS;
    let seen = PRIOR_LINKS;
    forEachLink(links, (row, run, given) => {
      if (this.isMissing(row, run)) return;
      const strayed = this.#none / (this.#none + (1 - this.#none) * this.#ratio(row, run));
      none += given * strayed;
      seen += given;
      const probability = given * (1 - strayed);
      const gap = this.#gap(row, run);
      const { first, second, late } = this.#likelihoods(row, run, gap);
      const share = first + second + late > 0 ? first / (first + second + late) : 1;
      differences.push(gap.first);
      weights.push(probability * share);
      if (Number.isNaN(gap.second)) return;
      differences.push(gap.second);
      weights.push(probability * (1 - share));
      firstMass[gap.kind] = (firstMass[gap.kind] ?? 0) + probability * share;
      mass[gap.kind] = (mass[gap.kind] ?? 0) + probability;
    });
    for (const kind of [0, 1, 2]) this.#firstShares[kind] = (firstMass[kind] ?? 1) / (mass[kind] ?? 2);
    this.#none = none / seen;
    this.#density.learn({ differences, weights });
    this.#background.learn(this.#density);
    this.#farGap = null;
    this.#leastBits = null;
    this.#windows = [];
  }

  steps(row: number): readonly SearchStep[] {
    const base = this.#background.leastOf(row);
    if (Number.isNaN(base)) return [{ bound: 0, size: 0 }];
    const steps: SearchStep[] = [
      { bound: Math.max(0, this.#bitsOf(this.#density.most() / base + this.#mostLate())), size: 0 },
    ];
    const own = this.#timeOf(row);
    for (let step = 1; step <= STEPS_BELOW.length; step++) {
      const { windows, limit } = this.#windowsOf(step);
      const hasUntimed = step >= FIRST_WITH_UNTIMED;
      let size = hasUntimed ? this.#untimed.length : 0;
      for (const index of this.#sorted) size += countIn(index, own, windows);
      const most = Math.max(limit / base, ((1 - this.#lateShare()) * limit) / base + this.#mostLate());
      const bits = this.#bitsOf(Math.max(LEAST_RATIO, most));
      steps.push({ bound: hasUntimed ? bits : Math.max(0, bits), size });
    }
    return steps;
  }

  collect({ row, step }: { readonly row: number; readonly step: number }, sink: RunSink): void {
    const { windows } = this.#windowsOf(step);
    if (step >= FIRST_WITH_UNTIMED) for (const run of this.#untimed) sink(run);
    for (const index of this.#sorted) collectIn(index, { own: this.#timeOf(row), windows }, sink);
  }

  describe(row: number, run: number): ComparisonWords {
    if (this.isMissing(row, run)) return { level: 'missing', words: 'no time to compare' };
    const gap = this.#gap(row, run);
    const { first, second, late } = this.#likelihoods(row, run, gap);
    const reading = late > first ? 'late' : first >= second ? 'created' : 'started';
    const isShifted = (this.#channel.offsets[row] ?? 0) !== 0;
    return describeGap(reading === 'started' ? gap.second : gap.first, this.#channel, { reading, isShifted });
  }

  health(): readonly string[] {
    return [];
  }

  /** Most pairs are far apart by both definitions, and known by that. */
  #isFar(first: number, second: number): boolean {
    this.#farGap ??= this.#density.farthestAbove(this.#background.least * LEAST_RATIO);
    if (!(Math.abs(first) > this.#farGap)) return false;
    return Number.isNaN(second) ? this.#lateness === null : Math.abs(second) > this.#farGap;
  }

  #timeOf(row: number): number {
    return this.#rowTimes[row] ?? Number.NaN;
  }

  #gap(row: number, run: number): Gap {
    const own = this.#timeOf(row);
    const first = (this.#channel.runSeconds[run] ?? Number.NaN) - own;
    const second = (this.#channel.otherSeconds?.[run] ?? Number.NaN) - own;
    return { first, second, kind: kindOf(first, second) };
  }

  #likelihoods(
    row: number,
    run: number,
    { first, second, kind }: Gap,
  ): { first: number; second: number; late: number } {
    if (Number.isNaN(second)) {
      const share = this.#lateShare();
      const likelihood = this.#density.at(first);
      const chance = share === 0 ? 0 : this.#background.at(row, run, likelihood);
      const late = chance * share * (this.#lateness?.ratioOf(row, run) ?? 0);
      return { first: (1 - share) * likelihood, second: 0, late };
    }
    const share = this.#firstShares[kind] ?? 0.5;
    return { first: share * this.#density.at(first), second: (1 - share) * this.#density.at(second), late: 0 };
  }

  /** P(a run that does not tell its start was uploaded later, and the row means the start). */
  #lateShare(): number {
    return this.#lateness === null ? 0 : this.#lateness.share * (1 - (this.#firstShares[1] ?? 0.5));
  }

  #mostLate(): number {
    return this.#lateness === null ? 0 : this.#lateShare() * this.#lateness.most;
  }

  #windowsOf(step: number): Windows {
    let found = this.#windows[step];
    if (found === undefined) {
      const limit = this.#density.most() * 2 ** -(STEPS_BELOW[step - 1] ?? 0);
      const windows = this.#density.intervalsAbove(limit).map(([from, to]) => ({ from: from - EDGE, to: to + EDGE }));
      this.#windows[step] = found = { windows, limit: Math.max(limit, this.#density.mostBeyond()) };
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
  readonly windows: readonly { readonly from: number; readonly to: number }[];
  /** No run outside of the windows has a higher density. */
  readonly limit: number;
}

function defaultShapes(quantum: number): ReturnType<typeof boxShape>[] {
  return [
    boxShape(-quantum - 5, 120 + quantum, 4.5),
    boxShape(-quantum - 600, 1800 + quantum, 2.5),
    laplaceShape(3 * 3600 + quantum, 1.5),
    laplaceShape(2 * DAY + quantum, 0.5),
  ];
}

function kindOf(first: number, second: number): Gap['kind'] {
  if (Number.isNaN(second) || Math.abs(first - second) <= SAME_START) return 0;
  return first > second ? 1 : 2;
}

function countIn({ values }: SortedIndex, own: number, windows: Windows['windows']): number {
  let count = 0;
  for (const { from, to } of windows) count += lowerBound(values, own + to) - lowerBound(values, own + from);
  return count;
}

function collectIn(index: SortedIndex, at: { own: number; windows: Windows['windows'] }, sink: RunSink): void {
  for (const { from, to } of at.windows) {
    const end = lowerBound(index.values, at.own + to);
    for (let position = lowerBound(index.values, at.own + from); position < end; position++) {
      sink(index.records[position] ?? 0);
    }
  }
}
