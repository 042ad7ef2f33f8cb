import { sortedIndexOf, lowerBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { burstyDensity, rangeOf } from './background.ts';
import type { DifferenceDensity } from './difference-density.ts';

const BURSTS = [2, 15, 120, 900, 7200] as const;
const DAY = 86_400;
/** Other rows count as far as the delay's density is within this many bits of its most. */
const REACH_BITS = 10;

export interface TimeBackgroundInput {
  /** On the runs' clock, in seconds; NaN is missing. */
  readonly rowSeconds: Float64Array;
  /** By definition of the run's time. */
  readonly runSeconds: readonly Float64Array[];
  readonly quantum: number;
}

interface Difference {
  readonly definition: 0 | 1;
  readonly likelihood: number;
}

/**
 * What chance gives a row and a run that are two jobs, as a density per second. Jobs that start in one second stand in
 * one second on the side that is written at once and apart on the other: of a job's two times only the smeared one could
 * have been another's, so the thinner of both sides' densities counts. But where other rows stand so near that the run
 * may well be one of their launch, that counts at least.
 */
export class TimeBackground {
  readonly #input: TimeBackgroundInput;
  readonly #rows: Float64Array;
  readonly #runs: readonly Float64Array[];
  readonly #rowCount: number;
  readonly #leastOfRuns: number;
  /** No pair at all has less. */
  readonly least: number;
  readonly #sortedRows: SortedIndex;
  /** Of the delay, and where it stands high; null before it was learned. */
  #density: DifferenceDensity | null = null;
  #windows: readonly (readonly [number, number])[] = [];
  /**
   * Mean density of each run's time over the rows, by definition: how well any of them would explain it. NaN for those
   * that nobody has asked for yet.
   */
  readonly #explained: readonly Float64Array[];

  constructor(input: TimeBackgroundInput) {
    this.#input = input;
    this.#rows = densityOf(input.rowSeconds, input.quantum);
    this.#runs = input.runSeconds.map((seconds) => densityOf(seconds, input.quantum));
    this.#leastOfRuns = Math.min(...this.#runs.map(leastOf));
    this.least = Math.min(this.#leastOfRuns, leastOf(this.#rows));
    this.#sortedRows = sortedIndexOf(input.rowSeconds);
    this.#rowCount = Math.max(1, this.#sortedRows.values.length);
    this.#explained = input.runSeconds.map((seconds) => new Float64Array(seconds.length));
  }

  /** To be called when the delay's density has changed. */
  learn(density: DifferenceDensity): void {
    this.#density = density;
    this.#windows = density.intervalsAbove(density.most() * 2 ** -REACH_BITS);
    for (const explained of this.#explained) explained.fill(Number.NaN);
  }

  /**
   * Chance as seen by the runs' first definition.
   *
   * @param likelihood density of the pair's own difference, which is no chance and is left out
   */
  at(row: number, run: number, likelihood: number): number {
    return this.#chanceOf(row, run, { definition: 0, likelihood });
  }

  /** How much likelier a pair's difference is than by chance. */
  ratioOf(row: number, run: number, difference: Difference): number {
    return difference.likelihood / this.#chanceOf(row, run, difference);
  }

  #chanceOf(row: number, run: number, { definition, likelihood }: Difference): number {
    const own = this.#rows[row] ?? 1;
    const other = this.#runs[definition]?.[run] ?? own;
    const others = this.#explainedOf(run, definition) - likelihood / this.#rowCount;
    return Math.max(Math.min(own, other), others);
  }

  /** While learning, few runs are asked for between two densities. */
  #explainedOf(run: number, definition: Difference['definition']): number {
    const known = this.#explained[definition];
    let explained = known?.[run] ?? 0;
    if (known !== undefined && Number.isNaN(explained)) {
      explained = this.#explain(this.#input.runSeconds[definition]?.[run] ?? Number.NaN);
      known[run] = explained;
    }
    return explained;
  }

  #explain(moment: number): number {
    if (this.#density === null) return 0;
    const { values } = this.#sortedRows;
    let sum = 0;
    for (const [from, to] of this.#windows) {
      const end = lowerBound(values, moment - from);
      for (let at = lowerBound(values, moment - to); at < end; at++) {
        sum += this.#density.at(moment - (values[at] ?? 0));
      }
    }
    return sum / this.#rowCount;
  }

  /** No pair of the row has less; NaN where the row has no time. */
  leastOf(row: number): number {
    return Math.min(this.#rows[row] ?? Number.NaN, this.#leastOfRuns);
  }
}

/** Records come in bursts: what is likely at a time is learned at all scales, from a second to the whole range. */
function densityOf(seconds: Float64Array, quantum: number): Float64Array {
  const wide = Math.max(rangeOf(seconds) / 40, quantum, 60);
  const halfWidths = [...BURSTS.filter((width) => width >= quantum && width < wide / 3), wide];
  return burstyDensity(seconds, { halfWidths, flatShare: 0.3, leastRange: 2 * DAY + 2 * wide });
}

function leastOf(values: Float64Array): number {
  return values.reduce((least, value) => (value < least ? value : least), Infinity);
}
