import { forEachLink } from './comparison.ts';
import type { Comparison } from './comparison.ts';

const PSEUDO_LINKS = 10;

/**
 * Whether the row has final metrics and whether the run has: crashed tries have none on either side. Counted at random
 * pairs and learned at links, it weighs nothing where cells are missing by accident.
 */
export function buildMissingnessComparison(rowHas: Uint8Array, runHas: Uint8Array): Comparison {
  const rowShare = shareOf(rowHas);
  const runShare = shareOf(runHas);
  const random = [0, 1, 2, 3].map(
    (cell) => (cell >= 2 ? rowShare : 1 - rowShare) * (cell % 2 === 1 ? runShare : 1 - runShare),
  );
  let bits = [0, 0, 0, 0];
  const cellOf = (row: number, run: number): number => 2 * (rowHas[row] ?? 0) + (runHas[run] ?? 0);
  return {
    name: 'missingness',
    isMissing: () => false,
    weigh: (row, run) => bits[cellOf(row, run)] ?? 0,
    learn(links) {
      const counts = random.map((share) => PSEUDO_LINKS * share);
      forEachLink(links, (row, run, probability) => {
        const cell = cellOf(row, run);
        counts[cell] = (counts[cell] ?? 0) + probability;
      });
      const total = counts.reduce((sum, count) => sum + count, 0);
      bits = counts.map((count, cell) => {
        const share = random[cell] ?? 0;
        return share === 0 ? 0 : Math.max(-6, Math.log2(Math.max(count / total, 1e-9) / share));
      });
    },
    steps: (row) => {
      const has = 2 * (rowHas[row] ?? 0);
      return [{ bound: Math.max(bits[has] ?? 0, bits[has + 1] ?? 0), size: 0 }];
    },
    collect() {
      // Having or lacking metrics is no reason to look at a run.
    },
    describe(row, run) {
      const own = rowHas[row] === 1 ? 'row has final metrics' : 'row has no final metrics';
      const other = runHas[run] === 1 ? 'run has' : 'run has none';
      return { level: rowHas[row] === runHas[run] ? 'alike' : 'unlike', words: `${own}, ${other}` };
    },
    health: () => [],
  };
}

function shareOf(flags: Uint8Array): number {
  let count = 0;
  for (const flag of flags) count += flag;
  return flags.length === 0 ? 0 : (count + 0.5) / (flags.length + 1);
}
