import { sortedIndexOf, lowerBound, upperBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import type { RunSink } from './comparison.ts';
import type { MetricSide } from './metric-likelihood.ts';

/** Windows round a row's value: mere rounding and these relative spreads. */
const WINDOWS = [0, 0.003, 0.01, 0.03] as const;
/** Runs in the windows that are counted one by one to find those that are there twice. */
const MOST_COUNTED = 16_384;

/** Where no metric of a run is inside window `one` of the row's, and at most one metric is inside window `rest`. */
export interface Outside {
  readonly one: number;
  readonly rest: number;
}

/** Runs that are inside window `one` on any metric, and where `rest` is wider, inside that one on two. */
const LISTS: readonly Outside[] = [
  { one: 0, rest: 0 },
  { one: 0, rest: 1 },
  { one: 0, rest: 2 },
  { one: 0, rest: 3 },
  { one: 1, rest: 1 },
  { one: 2, rest: 2 },
  { one: 3, rest: 3 },
];
const LAST = { one: 3, rest: 3 } as const;

/** Finds the runs whose metrics are near a row's. Most are near on one metric by chance: those near on two are few. */
export class MetricLists {
  readonly #sides: readonly MetricSide[];
  readonly #sorted: readonly SortedIndex[];
  /** Where the windows round the row's values begin and end among the sorted runs, window by window and metric by metric. */
  readonly #starts: Int32Array;
  readonly #stops: Int32Array;
  /** How many runs the metrics have in each window, all together. */
  readonly #sizes = new Int32Array(WINDOWS.length);
  /** By run, the row (plus 1) for which it was met last; negative where it was met twice. */
  readonly #met: Int32Array;
  #asked = -1;
  /** Runs that are near on two metrics, those of the narrow windows first, and how many there are up to each window. */
  readonly #twice: Int32Array;
  #ends: number[] = [];

  constructor(sides: readonly MetricSide[]) {
    const runCount = sides[0]?.runValues.length ?? 0;
    this.#sides = sides;
    this.#sorted = sides.map((side) => sortedIndexOf(side.runValues));
    this.#starts = new Int32Array(WINDOWS.length * sides.length);
    this.#stops = new Int32Array(WINDOWS.length * sides.length);
    this.#met = new Int32Array(runCount);
    this.#twice = new Int32Array(runCount);
  }

  /** What stands outside of each list, and how many runs are in it; the widest lists are left out where they hold more. */
  listsOf(row: number, mostSize: number): readonly { readonly outside: Outside; readonly size: number }[] {
    this.#find(row);
    const lists: { readonly outside: Outside; readonly size: number }[] = [];
    for (const list of LISTS) {
      const outside = this.#withinCounted(list);
      const twice = outside.rest === outside.one ? 0 : (this.#ends[outside.rest] ?? 0);
      const size = (this.#sizes[outside.one] ?? 0) + twice;
      // from the second window on each list is wider than the one before
      if (outside.one > 0 && size > mostSize) break;
      lists.push({ outside, size });
    }
    return lists;
  }

  collect(row: number, list: number, sink: RunSink): void {
    this.#find(row);
    const { one, rest } = this.#withinCounted(LISTS[list] ?? LAST);
    for (let metric = 0; metric < this.#sorted.length; metric++) {
      const records = this.#sorted[metric]?.records;
      const stop = this.#stops[one * this.#sides.length + metric] ?? 0;
      for (let at = this.#starts[one * this.#sides.length + metric] ?? 0; at < stop; at++) sink(records?.[at] ?? 0);
    }
    if (rest === one) return;
    const end = this.#ends[rest] ?? 0;
    for (let at = 0; at < end; at++) sink(this.#twice[at] ?? 0);
  }

  /** Where windows hold too many runs to count, a narrower one has to do. */
  #withinCounted({ one, rest }: Outside): Outside {
    return { one, rest: rest === one ? one : Math.max(one, Math.min(rest, this.#ends.length - 1)) };
  }

  #find(row: number): void {
    if (row === this.#asked) return;
    this.#asked = row;
    this.#findWindows(row);
    this.#ends = [0];
    let twice = 0;
    for (let window = 0; window < WINDOWS.length; window++) {
      if ((this.#sizes[window] ?? 0) > MOST_COUNTED) break;
      for (let metric = 0; metric < this.#sides.length; metric++) twice = this.#meetRing(window, metric, twice);
      this.#ends[window] = twice;
    }
  }

  #findWindows(row: number): void {
    for (let window = 0; window < WINDOWS.length; window++) {
      let size = 0;
      for (let metric = 0; metric < this.#sides.length; metric++) {
        const side = this.#sides[metric];
        const values = this.#sorted[metric]?.values;
        const own = side?.rowValues[row] ?? Number.NaN;
        const at = window * this.#sides.length + metric;
        this.#starts[at] = this.#stops[at] = 0;
        if (side === undefined || values === undefined || Number.isNaN(own)) continue;
        const radius = radiusOf(own, side.units[row] ?? 1, window);
        const start = (this.#starts[at] = lowerBound(values, own - radius));
        const stop = (this.#stops[at] = upperBound(values, own + radius));
        size += stop - start;
      }
      this.#sizes[window] = size;
    }
  }

  /** Meets what a window has of runs that the one before it does not; returns how many were met twice up to now. */
  #meetRing(window: number, metric: number, twice: number): number {
    const records = this.#sorted[metric]?.records ?? NO_RUNS;
    const outer = window * this.#sides.length + metric;
    const start = this.#starts[outer] ?? 0;
    const stop = this.#stops[outer] ?? 0;
    if (window === 0) return this.#meet(records.subarray(start, stop), twice);
    const inner = outer - this.#sides.length;
    const before = this.#meet(records.subarray(start, this.#starts[inner]), twice);
    return this.#meet(records.subarray(this.#stops[inner], stop), before);
  }

  /** Marks the runs as met for the row; those that were met once before are added to the ones met twice. */
  #meet(runs: Int32Array, from: number): number {
    const met = this.#met;
    const twice = this.#twice;
    const once = this.#asked + 1;
    let size = from;
    for (let at = 0; at < runs.length; at++) {
      const run = runs[at] ?? 0;
      const mark = met[run] ?? 0;
      if (mark === -once) continue;
      if (mark === once) {
        met[run] = -once;
        twice[size++] = run;
      } else met[run] = once;
    }
    return size;
  }
}

const NO_RUNS = new Int32Array(0);

/** Half a window's width. */
export function radiusOf(own: number, unit: number, window: number): number {
  return 0.51 * unit + 4 * (WINDOWS[window] ?? 0) * Math.abs(own);
}
