import { sortedIndexOf, lowerBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';

export interface ScanInput {
  readonly rowSeconds: Float64Array;
  /** Run times by every definition that may be meant. */
  readonly runSeconds: readonly Float64Array[];
  /** Rows to look at. */
  readonly rows: readonly number[];
  /** The run of each row that is linked already: it meets no other. */
  readonly labels: ReadonlyMap<number, number>;
  /** Bits that the other evidence gives a pair; −Infinity will do for one that stays below `least`. */
  readonly weigh: (row: number, run: number, least: number) => number;
  /** 0 where each difference may be, else the step of the coarser side in seconds. */
  readonly quantum: number;
  /** Both sides know their zone: the offset is small. */
  readonly isZoned: boolean;
  readonly freeRuns: Uint8Array;
}

/** Zones reach from −12 to +14 hours; clocks that know their zone are at most an hour off. */
const REACH = { naive: 15 * 3600, zoned: 3600, daily: 60 * 3600 } as const;
const MOST_PAIRS = 100_000;
/** Pairs whose other evidence is this many bits below the row's best say nothing about the clock. */
const FAINT_BITS = 7;
/** Seconds by which the delays of most rows differ. */
const LIKELY_SLACK = 60;

/** Seconds that the two clocks may lie apart. */
export function reachOf({ quantum, isZoned }: ScanInput): number {
  return quantum >= 86_400 ? REACH.daily : isZoned ? REACH.zoned : REACH.naive;
}

/** Differences of one row with the share that each pair has of the row's best, by ascending difference. */
export interface RowHits {
  readonly row: number;
  /** The row's own time in seconds. */
  readonly own: number;
  readonly differences: Float64Array;
  readonly shares: Float64Array;
  readonly runs: Int32Array;
}

export function collectHits(input: ScanInput): RowHits[] {
  const reach = reachOf(input);
  const indexes = input.runSeconds.map((seconds) => sortedIndexOf(seconds, input.freeRuns));
  const hits: RowHits[] = [];
  let pairs = 0;
  let likely = 0;
  for (const row of input.rows) {
    if (pairs > MOST_PAIRS) break;
    const own = input.rowSeconds[row] ?? Number.NaN;
    if (Number.isNaN(own)) continue;
    const label = input.labels.get(row);
    if (label !== undefined) {
      hits.push({ row, own, ...hitsOfLabel(input, own, label) });
      continue;
    }
    const found = findNear(indexes, own, reach);
    pairs += found.runs.length;
    const strong = keepStrong(found, likely, (run, least) => input.weigh(row, run, least));
    const best = strong.shares.indexOf(1);
    if (best >= 0) likely = strong.differences[best] ?? 0;
    hits.push({ row, own, ...strong });
  }
  return hits;
}

/** The run of a linked row by every definition of its time. */
function hitsOfLabel(input: ScanInput, own: number, run: number): Pick<RowHits, 'differences' | 'runs' | 'shares'> {
  const told = input.runSeconds.map((seconds) => (seconds[run] ?? Number.NaN) - own);
  const differences = Float64Array.from(told.filter((difference) => Math.abs(difference) <= reachOf(input))).sort();
  return { differences, shares: differences.map(() => 1), runs: new Int32Array(differences.length).fill(run) };
}

/** Pairs of a row by ascending difference. */
interface NearRuns {
  readonly differences: Float64Array;
  readonly runs: Int32Array;
}

/** The runs within reach of a time by any definition of theirs: lists that ascend already are merged. */
function findNear(indexes: readonly SortedIndex[], own: number, reach: number): NearRuns {
  const next = indexes.map(({ values }) => lowerBound(values, own - reach));
  const ends = indexes.map(({ values }) => lowerBound(values, own + reach));
  const size = ends.reduce((sum, end, at) => sum + end - (next[at] ?? 0), 0);
  const differences = new Float64Array(size);
  const runs = new Int32Array(size);
  for (let found = 0; found < size; found++) {
    let least = Infinity;
    let from = 0;
    for (let at = 0; at < indexes.length; at++) {
      const position = next[at] ?? 0;
      if (position >= (ends[at] ?? 0)) continue;
      const difference = (indexes[at]?.values[position] ?? 0) - own;
      if (difference >= least) continue;
      least = difference;
      from = at;
    }
    const position = next[from] ?? 0;
    differences[found] = least;
    runs[found] = indexes[from]?.records[position] ?? 0;
    next[from] = position + 1;
  }
  return { differences, runs };
}

/**
 * Leaves out the pairs that are too faint beside the row's best one, and most of them before they are weighed in full: the
 * sooner the best one is met, the fewer others have to be.
 *
 * @param likely the difference from which on pairs are met first: that of the best pair of another row
 */
function keepStrong(
  { differences, runs }: NearRuns,
  likely: number,
  weigh: (run: number, least: number) => number,
): Pick<RowHits, 'differences' | 'runs' | 'shares'> {
  const bits = new Float64Array(runs.length);
  let best = -Infinity;
  const first = lowerBound(differences, likely - LIKELY_SLACK);
  for (let met = 0; met < runs.length; met++) {
    const at = (first + met) % runs.length;
    const own = weigh(runs[at] ?? 0, best - FAINT_BITS);
    bits[at] = own;
    if (own > best) best = own;
  }
  let size = 0;
  for (let at = 0; at < runs.length; at++) {
    if (!((bits[at] ?? 0) > best - FAINT_BITS)) continue;
    bits[size] = 2 ** ((bits[at] ?? 0) - best);
    differences[size] = differences[at] ?? 0;
    runs[size] = runs[at] ?? 0;
    size++;
  }
  return { differences: differences.slice(0, size), shares: bits.slice(0, size), runs: runs.slice(0, size) };
}
