import { log2 } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { DURATION_STEPS, createDurationDensity } from './duration-density.ts';
import type { DurationInput } from './duration-density.ts';
import { spell } from './spell.ts';

const LEAST_BITS = -8;

/** How long the row says the run took against the run's own readings; whichever reading agrees counts. */
export function buildDurationComparison(input: DurationInput): Comparison {
  const density = createDurationDensity(input);
  const bitsOf = (row: number, likelihood: number): number => log2(likelihood / (density.background[row] ?? 1));
  const isMissing = (row: number, run: number): boolean =>
    Number.isNaN(input.rowSeconds[row] ?? Number.NaN) ||
    input.runLengths.every((reading) => Number.isNaN(reading[run] ?? Number.NaN));
  return {
    name: 'duration',
    isMissing,
    weigh(row, run) {
      if (isMissing(row, run)) return 0;
      const { readings, ratio, none } = density.parts(row, run);
      let sum = ratio + none;
      for (const reading of readings) sum += reading;
      return Math.max(LEAST_BITS, bitsOf(row, sum));
    },
    learn: (links) => density.learn(links),
    steps(row) {
      if (Number.isNaN(density.background[row] ?? Number.NaN)) return [{ bound: 0, size: 0 }];
      const steps = [{ bound: Math.max(0, bitsOf(row, density.mostAt(row))), size: 0 }];
      for (let step = 0; step < DURATION_STEPS; step++) {
        const bound = Math.max(0, bitsOf(row, density.mostOutside(row, step)));
        steps.push({ bound, size: density.countIn(row, step) });
      }
      return steps;
    },
    collect: ({ row, step }, sink) => density.collectIn(row, step - 1, sink),
    describe(row, run) {
      if (isMissing(row, run)) return { level: 'missing', words: 'no duration to compare' };
      const own = input.rowSeconds[row] ?? 0;
      const gapOf = (length: number): number => Math.abs(length - own);
      const lengths = input.runLengths.map((reading) => reading[run] ?? Number.NaN);
      const there = lengths.filter((length) => !Number.isNaN(length));
      return describeDuration(own, there.toSorted((a, b) => gapOf(a) - gapOf(b))[0] ?? 0);
    },
    health: () => [],
  };
}

function describeDuration(own: number, length: number): { level: string; words: string } {
  const gap = Math.abs(length - own);
  const share = gap / Math.max(own, length, 1);
  const level = gap <= 2 ? 'equal' : share <= 0.01 ? 'within 1 %' : share <= 0.1 ? 'within 10 %' : 'differs';
  if (level === 'differs') return { level, words: `row took ${spell(own)}, run ${spell(length)}` };
  return { level, words: `durations ${level}: ${spell(own)} and ${spell(length)}` };
}
