import { backgroundDensity } from '../../../src/linkage/comparison/background.ts';
import { forEachLink, log2 } from '../../../src/linkage/comparison/comparison.ts';
import type {
  Comparison,
  ComparisonWords,
  RunSink,
  SearchStep,
  SoftLinks,
} from '../../../src/linkage/comparison/comparison.ts';
import { DifferenceDensity, boxShape, laplaceShape } from '../../../src/linkage/comparison/difference-density.ts';
import { buildSortedIndex, lowerBound } from '../../../src/linkage/sorted.ts';
import type { SortedIndex } from '../../../src/linkage/sorted.ts';
import type { Delay } from './delay.ts';
import { FEWEST_SEEN } from './level-shares.ts';

const LEAST_BITS = -12;
/** Before anything was learned: half of the amounts arrive unchanged, the others within some percent. */
const EQUAL_SHARE = 0.5;
const PSEUDO_LINKS = 10;
/** Natural logarithms of ratios: the table ends where one amount is e times the other. */
const RESOLUTION = 0.0005;
const HALF_CELLS = 2000;
const FAR = RESOLUTION * (HALF_CELLS + 1);
/** A list for each of these numbers of bits below the most that an unequal amount and a delay are worth together. */
const STEPS_BELOW = [2, 4, 7, 10] as const;

type Intervals = ReturnType<DifferenceDensity['intervalsAbove']>;

/** Side by side: amounts above 0, and days as whole numbers. */
export interface Payments {
  readonly amounts: Float64Array;
  readonly days: Int32Array;
}

/**
 * What was sent against what arrived: equal to the cent, where rare amounts are worth more, or off by fees and
 * exchange, where the density of the ratio is learned.
 *
 * A thousand runs have about the amount and as many have about the day, but few have both. So its lists hold the runs
 * that are near in both, and its bounds are those of amount and delay together; the delay's own bound is 0. It must
 * stand behind the delay in the list of comparisons.
 */
export class Amount implements Comparison {
  readonly name = 'amount';
  /** The delay's bits are in them. */
  readonly hasJointBounds = true;
  readonly #rows: Payments;
  readonly #runs: Payments;
  readonly #delay: Delay;
  readonly #rowLogs: Float64Array;
  readonly #runLogs: Float64Array;
  readonly #background: Float64Array;
  readonly #runsByAmount = new Map<number, number[]>();
  readonly #logsByDay: ReadonlyMap<number, SortedIndex>;
  readonly #ratios = new DifferenceDensity({
    resolution: RESOLUTION,
    halfCells: HALF_CELLS,
    scales: [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128],
    shapes: [laplaceShape(0.05, 8), boxShape(-5, 5, 2)],
  });
  /** Ratios in which the density stands high, by how many bits below its most they reach. */
  readonly #intervals = new Map<number, Intervals>();
  #equalShare = EQUAL_SHARE;

  constructor(rows: Payments, runs: Payments, delay: Delay) {
    this.#rows = rows;
    this.#runs = runs;
    this.#delay = delay;
    this.#rowLogs = rows.amounts.map(Math.log);
    this.#runLogs = runs.amounts.map(Math.log);
    this.#background = backgroundDensity(this.#rowLogs, { halfWidth: 0.05, flatShare: 0.05, leastRange: 1 });
    for (const [run, amount] of runs.amounts.entries()) {
      const same = this.#runsByAmount.get(amount);
      if (same === undefined) this.#runsByAmount.set(amount, [run]);
      else same.push(run);
    }
    this.#logsByDay = indexByDay(runs.days, this.#runLogs);
  }

  weigh(row: number, run: number): number {
    return this.#isEqual(row, run)
      ? this.#equalBits(row)
      : this.#ratioBits(row, this.#ratios.at(this.#ratio(row, run)));
  }

  isMissing(): boolean {
    return false;
  }

  learn(links: SoftLinks): void {
    const differences: number[] = [];
    const weights: number[] = [];
    let equal = EQUAL_SHARE * PSEUDO_LINKS;
    let total = PSEUDO_LINKS;
    forEachLink(links, (row, run, probability) => {
      total += probability;
      if (this.#isEqual(row, run)) {
        equal += probability;
        return;
      }
      differences.push(this.#ratio(row, run));
      weights.push(probability);
    });
    this.#equalShare = equal / total;
    this.#ratios.learn({ differences, weights });
    this.#intervals.clear();
  }

  steps(row: number): readonly SearchStep[] {
    const equal = this.#equalRuns(row).length;
    const delayBits = this.#delay.delaysOf(row)[0]?.bits ?? 0;
    const ratioBits = this.#ratioBits(row, this.#ratios.most());
    const steps: SearchStep[] = [
      { bound: delayBits + Math.max(ratioBits, this.#equalBits(row)), size: 0 },
      { bound: delayBits + ratioBits, size: equal },
    ];
    for (const below of STEPS_BELOW) {
      let size = equal;
      this.#forEachSpan(row, below, (_index, from, to) => (size += to - from));
      // outside of the list either the delay or the ratio is worth this much less than its most
      const restOfDelay = Math.max(LEAST_BITS, delayBits - below);
      const restOfRatio = this.#ratioBits(row, Math.max(this.#ratios.most() / 2 ** below, this.#densityOfFarRatios()));
      const bound = Math.max(restOfDelay + ratioBits, delayBits + restOfRatio);
      steps.push({ bound, size });
    }
    return steps;
  }

  collect({ row, step }: { readonly row: number; readonly step: number }, sink: RunSink): void {
    for (const run of this.#equalRuns(row)) sink(run);
    const below = STEPS_BELOW[step - 2];
    if (below === undefined) return;
    this.#forEachSpan(row, below, (index, from, to) => {
      for (let position = from; position < to; position++) sink(index.records[position] ?? 0);
    });
  }

  describe(row: number, run: number): ComparisonWords {
    const words = `${this.#rows.amounts[row]} sent, ${this.#runs.amounts[run]} arrived`;
    return { level: this.#isEqual(row, run) ? 'equal' : 'unequal', words };
  }

  health(): readonly string[] {
    return [`amount: equal at ${(100 * this.#equalShare).toFixed(1)} % of the links`];
  }

  /** Stretches of each near day's runs whose amounts are near; all others lie `below` bits lower in one of the two. */
  #forEachSpan(row: number, below: number, visit: (index: SortedIndex, from: number, to: number) => void): void {
    const delays = this.#delay.delaysOf(row);
    const least = (delays[0]?.bits ?? 0) - below;
    const intervals = this.#intervalsBelow(below);
    const own = this.#rowLogs[row] ?? 0;
    for (const { delay, bits } of delays) {
      if (bits <= least) break;
      const index = this.#logsByDay.get((this.#rows.days[row] ?? 0) + delay);
      if (index === undefined) continue;
      for (const [from, to] of intervals) {
        visit(index, lowerBound(index.values, own + from), lowerBound(index.values, own + to));
      }
    }
  }

  #intervalsBelow(below: number): Intervals {
    const known = this.#intervals.get(below);
    if (known !== undefined) return known;
    const intervals = this.#ratios.intervalsAbove(this.#ratios.most() / 2 ** below);
    this.#intervals.set(below, intervals);
    return intervals;
  }

  /** Beyond the table no ratio is listed, however low the limit; the default shapes fall to both sides. */
  #densityOfFarRatios(): number {
    return Math.max(this.#ratios.at(-FAR), this.#ratios.at(FAR));
  }

  #equalRuns(row: number): readonly number[] {
    return this.#runsByAmount.get(this.#rows.amounts[row] ?? 0) ?? [];
  }

  #isEqual(row: number, run: number): boolean {
    return this.#rows.amounts[row] === this.#runs.amounts[run];
  }

  #equalBits(row: number): number {
    const chance = Math.max(FEWEST_SEEN, this.#equalRuns(row).length) / this.#runs.amounts.length;
    return log2(this.#equalShare / chance);
  }

  #ratio(row: number, run: number): number {
    return (this.#runLogs[run] ?? 0) - (this.#rowLogs[row] ?? 0);
  }

  #ratioBits(row: number, density: number): number {
    return Math.max(LEAST_BITS, log2(((1 - this.#equalShare) * density) / (this.#background[row] ?? 1)));
  }
}

function indexByDay(days: Int32Array, logs: Float64Array): Map<number, SortedIndex> {
  const byDay = new Map<number, SortedIndex>();
  for (const day of new Set(days)) {
    byDay.set(
      day,
      buildSortedIndex(
        logs,
        Uint8Array.from(days, (other) => (other === day ? 1 : 0)),
      ),
    );
  }
  return byDay;
}
