import { describe, expect, it } from 'vitest';
import { MetricsComparison } from '../../src/linkage/comparison/metrics.ts';
import { createRandom } from '../helpers/worlds/random.ts';

/** Triples of runs of the same settings, whose scores of two decimals lie this near each other. */
const SIBLINGS = 3;

/** Row n belongs to run n; one run more has nearly the score of the first row. */
function compareScores(world: { readonly links: number; readonly noise: number; readonly spread: number }): {
  readonly comparison: MetricsComparison;
  readonly near: number;
} {
  const random = createRandom(11);
  const numbers = Int32Array.from({ length: world.links }, (_item, at) => at);
  const cells = numbers.map((at) => Math.floor(at / SIBLINGS));
  const levels = Float64Array.from(numbers, () => 60 + 34 * random.next());
  const scores = Float64Array.from(cells, (cell) => (levels[cell] ?? 0) + world.spread * random.normal());
  const rowValues = scores.map((score) => Number((score * (1 + world.noise * random.normal())).toFixed(2)));
  const runValues = Float64Array.of(...scores, (rowValues[0] ?? 0) + 0.02);
  const metric = { column: 'f1', key: 'eval/f1', factor: 1, score: 5, bits: 5, rowValues, runValues };
  const rounding = { kind: 'decimals', digits: 2 } as const;
  const comparison = new MetricsComparison([{ ...metric, rounding }], world.spread < 1 ? [cells, numbers] : []);
  const probabilities = new Float64Array(world.links).fill(1);
  for (let round = 0; round < 5; round++) {
    comparison.learn({ rows: numbers, runs: numbers, probabilities, total: world.links });
  }
  return { comparison, near: world.links };
}

describe('a metric that is near and not the same', () => {
  it('speaks against a pair where hundreds of links are exact to the last digit that the column keeps', () => {
    const { comparison, near } = compareScores({ links: 600, noise: 0, spread: 10 });
    expect(comparison.weigh(0, 0)).toBeGreaterThan(8);
    expect(comparison.weigh(0, near)).toBeLessThan(0);
    expect(comparison.describe(0, near).words).toMatch(/^metrics disagree: f1/);
  });

  it('does where runs of the same settings lie that near anyway, however few links are there', () => {
    const { comparison, near } = compareScores({ links: 60, noise: 0, spread: 0.1 });
    expect(comparison.weigh(0, 0)).toBeGreaterThan(3);
    expect(comparison.weigh(0, near)).toBeLessThan(-3);
  });

  it('speaks for it where links are no nearer', () => {
    const { comparison, near } = compareScores({ links: 60, noise: 5e-4, spread: 10 });
    expect(comparison.weigh(0, near)).toBeGreaterThan(4);
    // 0.02 beside 70: not to the four digits that the column keeps
    expect(comparison.describe(0, near).words).toBe('metrics agree to 3 digits on 1 of 1 keys');
  });
});
