import { describe, expect, it } from 'vitest';
import { createCandidateBuilder } from '../../src/linkage/blocking/candidates.ts';
import type { Comparison } from '../../src/linkage/comparison/comparison.ts';
import { createBelief } from '../../src/linkage/decision/belief.ts';
import type { Belief } from '../../src/linkage/decision/belief.ts';

interface Given {
  readonly labelCount?: number;
  /** Bits of each comparison. */
  readonly bits?: Readonly<Record<string, number>>;
}

/** One row that may have each of the runs with so much probability, in a registry with so many links. */
function beliefIn(links: number, probabilities: readonly number[], given: Given = {}): Belief {
  const { labelCount = 0, bits = { time: 9 } } = given;
  const builder = createCandidateBuilder();
  for (const run of probabilities.keys()) builder.add(0, run, 0);
  const posterior = { probabilities: Float64Array.from(probabilities), expectedLinks: links };
  const comparisons = Object.entries(bits).map(([name, weight]) => ({ ...NOTHING, name, weigh: () => weight }));
  return createBelief({ candidates: builder.build(1, new Uint8Array(1)), comparisons, posterior, labelCount });
}

const NOTHING: Omit<Comparison, 'name' | 'weigh'> = {
  isMissing: () => false,
  learn: () => undefined,
  steps: () => [],
  collect: () => undefined,
  describe: () => ({ level: '', words: '' }),
  health: () => [],
};

describe('what is believed of a pair', () => {
  it('is what was learned where many links taught, found or known', () => {
    expect(beliefIn(1e6, [0.98])(0)).toBeCloseTo(0.98, 4);
    expect(beliefIn(10, [0.98], { labelCount: 1e6 })(0)).toBeCloseTo(0.98, 4);
  });

  it('has twice the doubt in a small registry, and four times in a tiny one', () => {
    expect(beliefIn(150, [0.98])(0)).toBeCloseTo(0.98 / (0.98 + 2 * 0.02), 9);
    expect(beliefIn(4, [0.98])(0)).toBeCloseTo(0.98 / (0.98 + 4 * 0.02), 9);
    expect(beliefIn(0, [0.98])(0)).toBeCloseTo(0.98 / (0.98 + 4 * 0.02), 9);
  });

  it('doubts a pair for fainter runs as well, and halves it for one that fits alike', () => {
    expect(beliefIn(4, [0.98, 0.02])(0)).toBeCloseTo(0.98 / (0.98 + 4 * 0.02), 9);
    expect(beliefIn(4, [0.5, 0.5])(0)).toBeCloseTo(0.5, 9);
    expect(beliefIn(4, [0.3, 0.7])(0)).toBeCloseTo(0.3, 9);
  });

  it('doubts only what was learned from the links, as far as the pair rests on that', () => {
    expect(beliefIn(4, [0.98], { bits: { settings: 9, text: 3 } })(0)).toBeCloseTo(0.98, 9);
    expect(beliefIn(4, [0.98], { bits: { settings: 6, time: 3, metrics: -2 } })(0)).toBeCloseTo(
      0.98 / (0.98 + 2 * 0.02),
      9,
    );
    expect(beliefIn(4, [0.98], { bits: { settings: -1 } })(0)).toBeCloseTo(0.98 / (0.98 + 4 * 0.02), 9);
  });

  it('is sure of what is certain', () => {
    expect(beliefIn(4, [1])(0)).toBe(1);
  });
});
