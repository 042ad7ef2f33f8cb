import { forEachLink } from './comparison.ts';
import type { Comparison, ComparisonWords, SearchStep, SoftLinks } from './comparison.ts';
import { sameValues } from './same-values.ts';

const PSEUDO_LINKS = 10;
const LEAST_BITS = -6;

/**
 * Whether the row has final metrics and whether the run has: crashed tries have none on either side. Counted at random
 * pairs and learned at links, it weighs nothing where cells are missing by accident.
 */
export class MissingnessComparison implements Comparison {
  readonly name = 'missingness';
  readonly #rowHas: Uint8Array;
  readonly #runHas: Uint8Array;
  /** Share of random pairs in each of the four cells (row has not, has) × (run has not, has). */
  readonly #random: readonly number[];
  readonly #isPaired: boolean;
  #bits: readonly number[] = [0, 0, 0, 0];

  constructor(rowHas: Uint8Array, runHas: Uint8Array) {
    this.#rowHas = rowHas;
    this.#runHas = runHas;
    this.#isPaired = rowHas.includes(1) && runHas.includes(1);
    const rowShare = shareOf(rowHas);
    const runShare = shareOf(runHas);
    this.#random = [0, 1, 2, 3].map(
      (cell) => (cell >= 2 ? rowShare : 1 - rowShare) * (cell % 2 === 1 ? runShare : 1 - runShare),
    );
  }

  /** Whether it would compare the same with these flags. */
  compares(rowHas: Uint8Array, runHas: Uint8Array): boolean {
    return sameValues(this.#rowHas, rowHas) && sameValues(this.#runHas, runHas);
  }

  weigh(row: number, run: number): number {
    return this.#bits[this.#cellOf(row, run)] ?? 0;
  }

  isMissing(): boolean {
    return false;
  }

  learn(links: SoftLinks): void {
    const counts = this.#random.map((share) => PSEUDO_LINKS * share);
    forEachLink(links, (row, run, probability) => {
      const cell = this.#cellOf(row, run);
      counts[cell] = (counts[cell] ?? 0) + probability;
    });
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.#bits = counts.map((count, cell) => {
      const share = this.#random[cell] ?? 0;
      return share === 0 ? 0 : Math.max(LEAST_BITS, Math.log2(Math.max(count / total, 1e-9) / share));
    });
  }

  steps(row: number): readonly SearchStep[] {
    return [{ bound: this.most(row), size: 0 }];
  }

  most(row: number): number {
    const cell = 2 * (this.#rowHas[row] ?? 0);
    return Math.max(this.#bits[cell] ?? 0, this.#bits[cell + 1] ?? 0);
  }

  /** Having or lacking metrics is no reason to look at a run. */
  collect(): void {
    // there is no list
  }

  describe(row: number, run: number): ComparisonWords {
    // either side may have measured something of which nothing was found on the other
    if (!this.#isPaired) return { level: 'missing', words: 'no final metric is known on both sides' };
    const own = this.#rowHas[row] === 1 ? 'row has final metrics' : 'row has no final metrics';
    const other = this.#runHas[run] === 1 ? 'run has' : 'run has none';
    return { level: this.#rowHas[row] === this.#runHas[run] ? 'alike' : 'unlike', words: `${own}, ${other}` };
  }

  health(): readonly string[] {
    return [];
  }

  #cellOf(row: number, run: number): number {
    return 2 * (this.#rowHas[row] ?? 0) + (this.#runHas[run] ?? 0);
  }
}

function shareOf(flags: Uint8Array): number {
  let count = 0;
  for (const flag of flags) count += flag;
  return flags.length === 0 ? 0 : (count + 0.5) / (flags.length + 1);
}
