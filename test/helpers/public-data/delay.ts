import { forEachLink } from '../../../src/linkage/comparison/comparison.ts';
import type { Comparison, ComparisonWords, SearchStep, SoftLinks } from '../../../src/linkage/comparison/comparison.ts';
import { FEWEST_SEEN } from './level-shares.ts';

/** A payment leaves first and arrives some days later; before anything was learned, any day of a month is as likely. */
const USUAL_DAYS = 31;
const USUAL_SHARE = 0.95;
const PSEUDO_LINKS = 20;
const LEAST_BITS = -12;

export interface DelayBits {
  readonly delay: number;
  readonly bits: number;
}

/** How many days after the row the run is dated; the delay's distribution is learned day by day. */
export class Delay implements Comparison {
  readonly name = 'delay';
  readonly #rowDays: Int32Array;
  readonly #runDays: Int32Array;
  readonly #range: number;
  readonly #chanceByDay = new Map<number, number>();
  readonly #delaysByDay = new Map<number, readonly DelayBits[]>();
  /** P(delay | link) for delays from −range to +range. */
  #shares: Float64Array;

  constructor(rowDays: Int32Array, runDays: Int32Array) {
    this.#rowDays = rowDays;
    this.#runDays = runDays;
    const days = [...new Set([...rowDays, ...runDays])].sort((a, b) => a - b);
    this.#range = (days.at(-1) ?? 0) - (days[0] ?? 0);
    for (const day of runDays) this.#chanceByDay.set(day, (this.#chanceByDay.get(day) ?? 0) + 1 / runDays.length);
    this.#shares = this.#defaults();
  }

  weigh(row: number, run: number): number {
    return this.bitsAt(row, (this.#runDays[run] ?? 0) - (this.#rowDays[row] ?? 0));
  }

  bitsAt(row: number, delay: number): number {
    const least = FEWEST_SEEN / this.#runDays.length;
    const chance = Math.max(least, this.#chanceByDay.get((this.#rowDays[row] ?? 0) + delay) ?? 0);
    return Math.max(LEAST_BITS, Math.log2((this.#shares[delay + this.#range] ?? 0) / chance));
  }

  /** The delays that can occur, those that are worth most for this row first. */
  delaysOf(row: number): readonly DelayBits[] {
    const own = this.#rowDays[row] ?? 0;
    const known = this.#delaysByDay.get(own);
    if (known !== undefined) return known;
    const delays = [...this.#chanceByDay.keys()]
      .map((day) => ({ delay: day - own, bits: this.bitsAt(row, day - own) }))
      .sort((a, b) => b.bits - a.bits || a.delay - b.delay);
    this.#delaysByDay.set(own, delays);
    return delays;
  }

  isMissing(): boolean {
    return false;
  }

  learn(links: SoftLinks): void {
    const counts = this.#defaults().map((share) => share * PSEUDO_LINKS);
    let total = PSEUDO_LINKS;
    forEachLink(links, (row, run, probability) => {
      const cell = (this.#runDays[run] ?? 0) - (this.#rowDays[row] ?? 0) + this.#range;
      counts[cell] = (counts[cell] ?? 0) + probability;
      total += probability;
    });
    this.#shares = counts.map((count) => count / total);
    this.#delaysByDay.clear();
  }

  /** The amounts list their runs by day as well, and their bounds hold for both; see `Amount`. */
  steps(): readonly SearchStep[] {
    return [{ bound: 0, size: 0 }];
  }

  collect(): void {
    // there is no list of its own
  }

  describe(row: number, run: number): ComparisonWords {
    const delay = (this.#runDays[run] ?? 0) - (this.#rowDays[row] ?? 0);
    return { level: `${delay} days`, words: `${delay} days later` };
  }

  health(): readonly string[] {
    const shares = Array.from(this.#shares, (share, cell) => ({ delay: cell - this.#range, share }));
    const top = shares.sort((a, b) => b.share - a.share).slice(0, 5);
    return [
      `delay: ${top.map(({ delay, share }) => `${delay} d ${(100 * share).toFixed(1)} %`).join(', ')}, other days less`,
    ];
  }

  #defaults(): Float64Array {
    const flat = (1 - USUAL_SHARE) / (2 * this.#range + 1);
    return Float64Array.from({ length: 2 * this.#range + 1 }, (_item, cell) => {
      const delay = cell - this.#range;
      return flat + (delay >= 0 && delay < USUAL_DAYS ? USUAL_SHARE / USUAL_DAYS : 0);
    });
  }
}
