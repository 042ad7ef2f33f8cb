import { forEachLink } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import type { SharedToken } from './text-index.ts';

/** Guilty until proven: a shared token may be a data set's hash as well as the run's own id. */
const PRIOR = { sharing: 0.6, links: 4 } as const;
/** Tokens are longer than chance needs: a twentieth of what counting the runs that hold one can show. */
const RARER_THAN_SEEN = 0.05;
const LEAST_BITS = -6;

/**
 * Rare words that stand in the row and in the run: ids, file names, job numbers, the run's id itself. One shared token
 * counts, the best; how far a column's tokens can be trusted is learned column by column.
 */
export function buildTextComparison(sharedByRow: readonly (readonly SharedToken[])[], runCount: number): Comparison {
  const trust = new Map<string, number>();
  for (const tokens of sharedByRow) for (const token of tokens) trust.set(token.column, PRIOR.sharing);

  const bitsOf = (token: SharedToken): number => {
    const u = (RARER_THAN_SEEN * token.runs.length) / runCount;
    return Math.log2((trust.get(token.column) ?? 0) / u);
  };
  const missedBits = (token: SharedToken): number =>
    Math.max(LEAST_BITS, Math.log2(1 - (trust.get(token.column) ?? 0)));
  const bestShared = (row: number, run: number): SharedToken | null => {
    let best: SharedToken | null = null;
    for (const token of sharedByRow[row] ?? []) {
      if (token.runs.includes(run) && (best === null || bitsOf(token) > bitsOf(best))) best = token;
    }
    return best;
  };
  return {
    name: 'text',
    isMissing: (row) => (sharedByRow[row]?.length ?? 0) === 0,
    weigh(row, run) {
      const tokens = sharedByRow[row];
      if (tokens === undefined || tokens.length === 0) return 0;
      const best = bestShared(row, run);
      if (best !== null) return Math.max(0, bitsOf(best));
      return Math.min(...tokens.map(missedBits));
    },
    learn(links) {
      const sharing = new Map<string, number>();
      const seen = new Map<string, number>();
      forEachLink(links, (row, run, probability) => {
        for (const [column, shares] of columnsOf(sharedByRow[row] ?? [], run)) {
          seen.set(column, (seen.get(column) ?? 0) + probability);
          if (shares) sharing.set(column, (sharing.get(column) ?? 0) + probability);
        }
      });
      for (const column of trust.keys()) {
        const hits = (sharing.get(column) ?? 0) + PRIOR.sharing * PRIOR.links;
        trust.set(column, Math.min(0.995, hits / ((seen.get(column) ?? 0) + PRIOR.links)));
      }
    },
    steps(row) {
      const tokens = sharedByRow[row] ?? [];
      if (tokens.length === 0) return [{ bound: 0, size: 0 }];
      const size = tokens.reduce((sum, token) => sum + token.runs.length, 0);
      const missed = Math.min(...tokens.map(missedBits));
      return [
        { bound: Math.max(0, ...tokens.map(bitsOf)), size: 0 },
        { bound: missed, size },
      ];
    },
    collect({ row }, sink) {
      for (const token of sharedByRow[row] ?? []) for (const run of token.runs) sink(run);
    },
    describe(row, run) {
      const best = bestShared(row, run);
      if (best !== null) return { level: 'shared', words: `“${best.text}” of column ${best.column} stands in the run` };
      const other = sharedByRow[row]?.[0];
      if (other === undefined) return { level: 'missing', words: 'no rare word of the row stands in any run' };
      return { level: 'elsewhere', words: `“${other.text}” of column ${other.column} stands in another run` };
    },
    health: () =>
      [...trust].map(([column, m]) => `rare words of column ${column} stand in ${(100 * m).toFixed(0)} % of its links`),
  };
}

function columnsOf(tokens: readonly SharedToken[], run: number): Map<string, boolean> {
  const columns = new Map<string, boolean>();
  for (const token of tokens) {
    columns.set(token.column, (columns.get(token.column) ?? false) || token.runs.includes(run));
  }
  return columns;
}
