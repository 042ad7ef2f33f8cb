import { log2 } from './comparison.ts';
import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { DURATION_STEPS, DurationDensity } from './duration-density.ts';
import type { DurationInput } from './duration-density.ts';
import { sameValues } from './same-values.ts';
import { percentOf, spell } from './spell.ts';

const LEAST_BITS = -8;
/** Within this share, these seconds or a step of the column two durations are the same … */
const SAME = { share: 0.01, seconds: 6 } as const;
/** … which is told of those only that are long enough for it to be no more than this share of them. */
const TELLING = 0.03;

/** How long the row says the run took against the run's own readings; whichever reading agrees counts. */
export class DurationComparison implements Comparison {
  readonly name = 'duration';
  readonly #input: DurationInput;
  readonly #density: DurationDensity;

  constructor(input: DurationInput) {
    this.#input = input;
    this.#density = new DurationDensity(input);
  }

  /** Whether it would compare the same with these durations and kinds of rows of the same records. */
  compares({ rowSeconds, rowClasses }: DurationInput): boolean {
    return sameValues(this.#input.rowClasses, rowClasses) && sameValues(this.#input.rowSeconds, rowSeconds);
  }

  weigh(row: number, run: number): number {
    if (this.isMissing(row, run)) return 0;
    return Math.max(LEAST_BITS, this.#bitsOf(row, this.#density.likelihood(row, run)));
  }

  isMissing(row: number, run: number): boolean {
    if (Number.isNaN(this.#input.rowSeconds[row] ?? Number.NaN)) return true;
    for (const lengths of this.#input.runLengths) if (!Number.isNaN(lengths[run] ?? Number.NaN)) return false;
    return true;
  }

  isWithinStep(row: number, run: number): boolean {
    const own = this.#input.rowSeconds[row] ?? Number.NaN;
    return this.#input.runLengths.some(
      (lengths) => Math.abs((lengths[run] ?? Number.NaN) - own) <= this.#input.quantum,
    );
  }

  /**
   * Whether the row's duration is one of the run's readings, as nearly as the same job is measured twice; null where one
   * side lacks it, or where jobs are too short for what is left of them by rounding.
   */
  agreesOrNull(row: number, run: number): boolean | null {
    const own = this.#input.rowSeconds[row] ?? Number.NaN;
    const coarse = Math.max(SAME.seconds, this.#input.quantum);
    if (this.isMissing(row, run) || !(coarse <= TELLING * own)) return null;
    const slack = Math.max(coarse, SAME.share * own);
    return this.#input.runLengths.some((lengths) => Math.abs((lengths[run] ?? Number.NaN) - own) <= slack);
  }

  learn(links: SoftLinks): void {
    this.#density.learn(links);
  }

  steps(row: number, mostSize = Infinity): readonly SearchStep[] {
    if (Number.isNaN(this.#density.background[row] ?? Number.NaN)) return [{ bound: 0, size: 0 }];
    const steps = [{ bound: this.most(row), size: 0 }];
    for (let step = 0; step < DURATION_STEPS; step++) {
      const bound = Math.max(0, this.#bitsOf(row, this.#density.mostOutside(row, step)));
      const size = this.#density.countIn(row, step);
      if (size > mostSize) break;
      steps.push({ bound, size });
    }
    return steps;
  }

  most(row: number): number {
    if (Number.isNaN(this.#density.background[row] ?? Number.NaN)) return 0;
    return Math.max(0, this.#bitsOf(row, this.#density.mostAt(row)));
  }

  collect({ row, step }: { readonly row: number; readonly step: number }, sink: RunSink): void {
    this.#density.collectIn({ row, step: step - 1 }, sink);
  }

  describe(row: number, run: number): ComparisonWords {
    if (this.isMissing(row, run)) return { level: 'missing', words: 'no duration to compare' };
    const own = this.#input.rowSeconds[row] ?? 0;
    const gapOf = (length: number): number => Math.abs(length - own);
    const lengths = this.#input.runLengths.map((reading) => reading[run] ?? Number.NaN);
    const there = lengths.filter((length) => !Number.isNaN(length));
    const length = there.toSorted((a, b) => gapOf(a) - gapOf(b))[0] ?? 0;
    const { quantum } = this.#input;
    if (own < quantum / 2) return describeShort(quantum, length);
    return describeDuration(own, length, { quantum, speaksFor: this.weigh(row, run) > 0 });
  }

  health(): readonly string[] {
    return [];
  }

  #bitsOf(row: number, likelihood: number): number {
    return log2(likelihood / (this.#density.background[row] ?? 1));
  }
}

/** Of a row whose duration was rounded down to nothing. */
function describeShort(quantum: number, length: number): ComparisonWords {
  const level = length < quantum ? 'equal' : 'differs';
  return { level, words: `row took less than ${spell(quantum)}, run ${spell(length)}` };
}

function describeDuration(
  own: number,
  length: number,
  { quantum, speaksFor }: { readonly quantum: number; readonly speaksFor: boolean },
): ComparisonWords {
  const gap = Math.abs(length - own);
  const share = gap / Math.max(own, length, 1);
  // a row of whole minutes says no more than the minute
  const beyond = gap <= quantum ? `within ${spell(quantum)}` : speaksFor ? `within ${percentOf(share)}` : 'differs';
  const level = gap <= 2 ? 'equal' : share <= 0.01 ? 'within 1 %' : share <= 0.1 ? 'within 10 %' : beyond;
  if (level === 'differs') return { level, words: `row took ${spell(own)}, run ${spell(length)}` };
  return { level, words: `durations ${level}: ${spell(own)} and ${spell(length)}` };
}
