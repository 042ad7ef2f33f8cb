import { buildSortedIndex, lowerBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';

export interface ScanInput {
  readonly rowSeconds: Float64Array;
  /** Run times by every definition that may be meant. */
  readonly runSeconds: readonly Float64Array[];
  /** Rows to look at. */
  readonly rows: readonly number[];
  /** Bits that the other evidence gives a pair. */
  readonly weigh: (row: number, run: number) => number;
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
  const indexes = input.runSeconds.map((seconds) => buildSortedIndex(seconds, input.freeRuns));
  const hits: RowHits[] = [];
  let pairs = 0;
  for (const row of input.rows) {
    if (pairs > MOST_PAIRS) break;
    const own = input.rowSeconds[row] ?? Number.NaN;
    if (Number.isNaN(own)) continue;
    const found = indexes.flatMap((index) => near({ index, own, reach }, (run) => input.weigh(row, run)));
    pairs += found.length;
    found.sort((a, b) => a.difference - b.difference);
    const best = found.reduce((most, pair) => Math.max(most, pair.bits), -Infinity);
    const strong = found.filter((pair) => pair.bits > best - FAINT_BITS);
    hits.push({
      row,
      own,
      differences: Float64Array.from(strong, (pair) => pair.difference),
      shares: Float64Array.from(strong, (pair) => 2 ** (pair.bits - best)),
      runs: Int32Array.from(strong, (pair) => pair.run),
    });
  }
  return hits;
}

interface FoundPair {
  readonly run: number;
  readonly difference: number;
  readonly bits: number;
}

function near(
  at: { readonly index: SortedIndex; readonly own: number; readonly reach: number },
  weigh: (run: number) => number,
): FoundPair[] {
  const found: FoundPair[] = [];
  const end = lowerBound(at.index.values, at.own + at.reach);
  for (let position = lowerBound(at.index.values, at.own - at.reach); position < end; position++) {
    const run = at.index.records[position] ?? 0;
    found.push({ run, difference: (at.index.values[position] ?? 0) - at.own, bits: weigh(run) });
  }
  return found;
}
