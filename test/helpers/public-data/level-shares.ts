import { forEachLink } from '../../../src/linkage/comparison/comparison.ts';
import type { SoftLinks } from '../../../src/linkage/comparison/comparison.ts';

/** Links that the default shares are worth while nothing was learned. */
const PSEUDO_LINKS = 10;

/** No level is rarer among random pairs than this many observations show, so that a typo is not a rare name. */
export const FEWEST_SEEN = 2.5;

/** Nothing that disagrees weighs more against a pair. */
const LEAST_BITS = -12;

/** P(level | link) of one comparison, learned from soft links on top of default shares. */
export class LevelShares<Level extends string> {
  readonly #defaults: Readonly<Record<Level, number>>;
  #shares: Readonly<Record<Level, number>>;

  constructor(defaults: Readonly<Record<Level, number>>) {
    this.#defaults = defaults;
    this.#shares = defaults;
  }

  /** log2 of m / u. */
  bits(level: Level, chance: number): number {
    return Math.max(LEAST_BITS, Math.log2(this.#shares[level] / Math.max(chance, 1e-12)));
  }

  /** @param levelOf null where a side lacks the value: such a pair teaches nothing */
  learn(links: SoftLinks, levelOf: (row: number, run: number) => Level | null): void {
    const counts: Record<Level, number> = { ...this.#defaults };
    for (const level of this.#levels()) counts[level] *= PSEUDO_LINKS;
    let total = PSEUDO_LINKS;
    forEachLink(links, (row, run, probability) => {
      const level = levelOf(row, run);
      if (level === null) return;
      counts[level] += probability;
      total += probability;
    });
    for (const level of this.#levels()) counts[level] /= total;
    this.#shares = counts;
  }

  words(): string {
    return this.#levels()
      .map((level) => `${level} ${(100 * this.#shares[level]).toFixed(1)} %`)
      .join(', ');
  }

  #levels(): Level[] {
    // Object.keys forgets the type of the keys that `defaults` was declared with
    return Object.keys(this.#defaults) as Level[];
  }
}
