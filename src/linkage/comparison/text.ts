import { forEachLink } from './comparison.ts';
import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { sameValues } from './same-values.ts';
import type { SharedToken } from './text-index.ts';

/** Guilty until proven: a shared token may be a data set's hash as well as the run's own id. */
const PRIOR = { sharing: 0.6, links: 4 } as const;
/** Tokens are longer than chance needs: a twentieth of what counting the runs that hold one can show. */
const RARER_THAN_SEEN = 0.05;
const LEAST_BITS = -6;
const MOST_TRUST = 0.995;

/**
 * Rare words that stand in the row and in the run: ids, file names, job numbers, the run's id itself. One shared token
 * counts, the best; how far a column's tokens can be trusted is learned column by column.
 */
export class TextComparison implements Comparison {
  readonly name = 'text';
  readonly #sharedByRow: readonly (readonly SharedToken[])[];
  readonly #runCount: number;
  /** P(a link shares a token of the column | the row has one that some run has), by column. */
  readonly #trust = new Map<string, number>();

  constructor(sharedByRow: readonly (readonly SharedToken[])[], runCount: number) {
    this.#sharedByRow = sharedByRow;
    this.#runCount = runCount;
    for (const tokens of sharedByRow) for (const token of tokens) this.#trust.set(token.column, PRIOR.sharing);
  }

  /** Whether it would compare the same with these tokens. */
  compares(sharedByRow: readonly (readonly SharedToken[])[]): boolean {
    return this.#sharedByRow.every((tokens, row) => {
      const others = sharedByRow[row] ?? [];
      const isSame = ({ text, column, runs }: SharedToken, other: SharedToken | undefined): boolean =>
        text === other?.text && column === other.column && sameValues(runs, other.runs);
      return tokens.length === others.length && tokens.every((token, at) => isSame(token, others[at]));
    });
  }

  weigh(row: number, run: number): number {
    const tokens = this.#tokensOf(row);
    if (tokens.length === 0) return 0;
    const best = this.#bestShared(row, run);
    return best === null ? this.#missedBits(tokens) : Math.max(0, this.#bitsOf(best));
  }

  isMissing(row: number): boolean {
    return this.#tokensOf(row).length === 0;
  }

  learn(links: SoftLinks): void {
    const sharing = new Map<string, number>();
    const seen = new Map<string, number>();
    forEachLink(links, (row, run, probability) => {
      for (const [column, shares] of columnsOf(this.#tokensOf(row), run)) {
        seen.set(column, (seen.get(column) ?? 0) + probability);
        if (shares) sharing.set(column, (sharing.get(column) ?? 0) + probability);
      }
    });
    for (const column of this.#trust.keys()) {
      const hits = (sharing.get(column) ?? 0) + PRIOR.sharing * PRIOR.links;
      this.#trust.set(column, Math.min(MOST_TRUST, hits / ((seen.get(column) ?? 0) + PRIOR.links)));
    }
  }

  steps(row: number): readonly SearchStep[] {
    const tokens = this.#tokensOf(row);
    if (tokens.length === 0) return [{ bound: 0, size: 0 }];
    const size = tokens.reduce((sum, token) => sum + token.runs.length, 0);
    return [
      { bound: this.most(row), size: 0 },
      { bound: this.#missedBits(tokens), size },
    ];
  }

  most(row: number): number {
    let most = 0;
    for (const token of this.#tokensOf(row)) if (token.runs.length > 0) most = Math.max(most, this.#bitsOf(token));
    return most;
  }

  collect({ row }: { readonly row: number }, sink: RunSink): void {
    for (const token of this.#tokensOf(row)) for (const run of token.runs) sink(run);
  }

  describe(row: number, run: number): ComparisonWords {
    const best = this.#bestShared(row, run);
    if (best !== null) return { level: 'shared', words: `“${best.text}” of column ${best.column} stands in the run` };
    const [other] = this.#tokensOf(row);
    if (other === undefined) return { level: 'missing', words: 'no rare word of the row stands in any run' };
    if (other.runs.length === 0) {
      return {
        level: 'unknown',
        words: `“${other.text}” of column ${other.column} stands in no run, as such words do`,
      };
    }
    return { level: 'elsewhere', words: `“${other.text}” of column ${other.column} stands in another run` };
  }

  health(): readonly string[] {
    return [...this.#trust].map(
      ([column, trust]) => `rare words of column ${column} stand in ${(100 * trust).toFixed(0)} % of its links`,
    );
  }

  #tokensOf(row: number): readonly SharedToken[] {
    return this.#sharedByRow[row] ?? [];
  }

  #bitsOf(token: SharedToken): number {
    const chance = (RARER_THAN_SEEN * token.runs.length) / this.#runCount;
    return Math.log2((this.#trust.get(token.column) ?? 0) / chance);
  }

  /** The row's tokens stand in other runs: the more a column is trusted, the more that speaks against this one. */
  #missedBits(tokens: readonly SharedToken[]): number {
    const trust = Math.max(...tokens.map((token) => this.#trust.get(token.column) ?? 0));
    return Math.max(LEAST_BITS, Math.log2(1 - trust));
  }

  #bestShared(row: number, run: number): SharedToken | null {
    let best: SharedToken | null = null;
    for (const token of this.#tokensOf(row)) {
      if (token.runs.includes(run) && (best === null || this.#bitsOf(token) > this.#bitsOf(best))) best = token;
    }
    return best;
  }
}

function columnsOf(tokens: readonly SharedToken[], run: number): Map<string, boolean> {
  const columns = new Map<string, boolean>();
  for (const token of tokens) {
    columns.set(token.column, (columns.get(token.column) ?? false) || token.runs.includes(run));
  }
  return columns;
}
