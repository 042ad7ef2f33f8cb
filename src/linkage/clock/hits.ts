import { sortedIndexOf, lowerBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';

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
  const near = new NearRuns(input);
  const hits: RowHits[] = [];
  let likely = 0;
  for (const row of chooseRows(input, near, reach)) {
    const own = input.rowSeconds[row] ?? Number.NaN;
    const label = input.labels.get(row);
    if (label !== undefined) {
      hits.push({ row, own, ...hitsOfLabel(input, own, label) });
      continue;
    }
    near.find(own, reach);
    const strong = near.keepStrong(row, likely);
    const best = strong.shares.indexOf(1);
    if (best >= 0) likely = strong.differences[best] ?? 0;
    hits.push({ row, own, ...strong });
  }
  return hits;
}

/** Rows with a time; where they have too many pairs, some of them from all over the registry, whose clock may change. */
function chooseRows({ rows, rowSeconds, labels }: ScanInput, near: NearRuns, reach: number): readonly number[] {
  const timed = rows.filter((row) => !Number.isNaN(rowSeconds[row] ?? Number.NaN));
  let pairs = 0;
  for (const row of timed) if (!labels.has(row)) pairs += near.find(rowSeconds[row] ?? Number.NaN, reach);
  return pairs <= MOST_PAIRS ? timed : thinOut(timed, Math.ceil((timed.length * MOST_PAIRS) / pairs));
}

/** The run of a linked row by every definition of its time. */
function hitsOfLabel(input: ScanInput, own: number, run: number): Pick<RowHits, 'differences' | 'runs' | 'shares'> {
  const told = input.runSeconds.map((seconds) => (seconds[run] ?? Number.NaN) - own);
  const differences = Float64Array.from(told.filter((difference) => Math.abs(difference) <= reachOf(input))).sort();
  return { differences, shares: differences.map(() => 1), runs: new Int32Array(differences.length).fill(run) };
}

interface Hit {
  readonly difference: number;
  readonly run: number;
  readonly bits: number;
}

/** The runs within reach of a time by any definition of theirs, one time after the other. */
class NearRuns {
  readonly #weigh: ScanInput['weigh'];
  readonly #indexes: readonly SortedIndex[];
  #own = 0;
  /** Where the runs within reach begin and end, by definition. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor({ runSeconds, freeRuns, weigh }: ScanInput) {
    this.#weigh = weigh;
    this.#indexes = runSeconds.map((seconds) => sortedIndexOf(seconds, freeRuns));
  }

  /** @returns how many there are */
  find(own: number, reach: number): number {
    this.#own = own;
    let size = 0;
    for (const [at, { values }] of this.#indexes.entries()) {
      this.#starts[at] = lowerBound(values, own - reach);
      this.#ends[at] = lowerBound(values, own + reach);
      size += (this.#ends[at] ?? 0) - (this.#starts[at] ?? 0);
    }
    return size;
  }

  /**
   * Leaves out the pairs that are too faint beside the row's best one, and most of them before they are weighed in full:
   * the sooner the best one is met, the fewer others have to be.
   *
   * @param likely the difference from which on pairs are met first: that of the best pair of another row
   */
  keepStrong(row: number, likely: number): Pick<RowHits, 'differences' | 'runs' | 'shares'> {
    const hits: Hit[] = [];
    let best = -Infinity;
    for (const [at, { values, records }] of this.#indexes.entries()) {
      const start = this.#starts[at] ?? 0;
      const end = this.#ends[at] ?? 0;
      const first = Math.min(end, Math.max(start, lowerBound(values, this.#own + likely - LIKELY_SLACK)));
      for (let met = start; met < end; met++) {
        const position = met < start + end - first ? met - start + first : met - (end - first);
        const run = records[position] ?? 0;
        const bits = this.#weigh(row, run, best - FAINT_BITS);
        if (!(bits > best - FAINT_BITS)) continue;
        hits.push({ difference: (values[position] ?? 0) - this.#own, run, bits });
        if (bits > best) best = bits;
      }
    }
    const strong = hits.filter(({ bits }) => bits > best - FAINT_BITS).sort((a, b) => a.difference - b.difference);
    const differences = new Float64Array(strong.length);
    const shares = new Float64Array(strong.length);
    const runs = new Int32Array(strong.length);
    for (const [at, { difference, run, bits }] of strong.entries()) {
      differences[at] = difference;
      shares[at] = 2 ** (bits - best);
      runs[at] = run;
    }
    return { differences, shares, runs };
  }
}
