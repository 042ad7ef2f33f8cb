import { buildSortedIndex, lowerBound, upperBound } from '../sorted.ts';
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
  /** By run, the row (plus 1) for which it was met last; negative where it was met twice. */
  readonly #met: Int32Array;
  #asked = -1;
  /** Runs that are near on two metrics, those of the narrow windows first, and how many there are up to each window. */
  #twice: number[] = [];
  #ends: number[] = [];

  constructor(sides: readonly MetricSide[]) {
    this.#sides = sides;
    this.#sorted = sides.map((side) => buildSortedIndex(side.runValues));
    this.#met = new Int32Array(sides[0]?.runValues.length ?? 0);
  }

  /** What stands outside of each list, and how many runs are in it; the widest lists are left out where they hold more. */
  listsOf(row: number, mostSize: number): readonly { readonly outside: Outside; readonly size: number }[] {
    this.#find(row);
    const lists: { readonly outside: Outside; readonly size: number }[] = [];
    for (const list of LISTS) {
      const outside = this.#withinCounted(list);
      const twice = outside.rest === outside.one ? 0 : (this.#ends[outside.rest] ?? 0);
      const size = this.#countNear(row, outside.one) + twice;
      // from the second window on each list is wider than the one before
      if (outside.one > 0 && size > mostSize) break;
      lists.push({ outside, size });
    }
    return lists;
  }

  collect(row: number, list: number, sink: RunSink): void {
    this.#find(row);
    const { one, rest } = this.#withinCounted(LISTS[list] ?? LAST);
    this.#forEachStretch(row, one, (records, from, to) => {
      for (let at = from; at < to; at++) sink(records[at] ?? 0);
    });
    if (rest === one) return;
    const end = this.#ends[rest] ?? 0;
    for (let at = 0; at < end; at++) sink(this.#twice[at] ?? 0);
  }

  /** Where windows hold too many runs to count, a narrower one has to do. */
  #withinCounted({ one, rest }: Outside): Outside {
    return { one, rest: rest === one ? one : Math.max(one, Math.min(rest, this.#ends.length - 1)) };
  }

  #countNear(row: number, window: number): number {
    let size = 0;
    this.#forEachStretch(row, window, (_records, from, to) => (size += to - from));
    return size;
  }

  #find(row: number): void {
    if (row === this.#asked) return;
    this.#asked = row;
    this.#twice = [];
    this.#ends = [0];
    for (let window = 0; window < WINDOWS.length; window++) {
      if (this.#countNear(row, window) > MOST_COUNTED) break;
      this.#forEachRing(row, window, (records, from, to) =>
        meetRuns(records.subarray(from, to), this.#met, { row, twice: this.#twice }),
      );
      this.#ends[window] = this.#twice.length;
    }
  }

  /** What a window has of runs that the one before it does not. */
  #forEachRing(row: number, window: number, visit: Stretch): void {
    for (let at = 0; at < this.#sides.length; at++) {
      const outer = this.#stretchOrNull(row, at, window);
      const records = this.#sorted[at]?.records;
      if (outer === null || records === undefined) continue;
      const inner = window === 0 ? null : this.#stretchOrNull(row, at, window - 1);
      if (inner === null) visit(records, outer[0], outer[1]);
      else {
        visit(records, outer[0], inner[0]);
        visit(records, inner[1], outer[1]);
      }
    }
  }

  #forEachStretch(row: number, window: number, visit: Stretch): void {
    for (let at = 0; at < this.#sides.length; at++) {
      const stretch = this.#stretchOrNull(row, at, window);
      const records = this.#sorted[at]?.records;
      if (stretch !== null && records !== undefined) visit(records, stretch[0], stretch[1]);
    }
  }

  /** Positions in the sorted runs, from … to − 1, that are in the window round the row's value; null without a value. */
  #stretchOrNull(row: number, at: number, window: number): readonly [number, number] | null {
    const side = this.#sides[at];
    const values = this.#sorted[at]?.values;
    const own = side?.rowValues[row] ?? Number.NaN;
    if (side === undefined || values === undefined || Number.isNaN(own)) return null;
    const radius = radiusOf(own, side.units[row] ?? 1, window);
    return [lowerBound(values, own - radius), upperBound(values, own + radius)];
  }
}

/** Marks the runs as met for a row; those that were met once before are added to `twice`. */
function meetRuns(runs: Int32Array, met: Int32Array, { row, twice }: { row: number; twice: number[] }): void {
  const once = row + 1;
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at] ?? 0;
    const mark = met[run] ?? 0;
    if (mark === -once) continue;
    if (mark === once) {
      met[run] = -once;
      twice.push(run);
    } else met[run] = once;
  }
}

type Stretch = (records: Int32Array, from: number, to: number) => void;

/** Half a window's width. */
export function radiusOf(own: number, unit: number, window: number): number {
  return 0.51 * unit + 4 * (WINDOWS[window] ?? 0) * Math.abs(own);
}
