import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capBySwaps, propagateBeliefs } from '../../src/linkage/posterior/belief-propagation.ts';
import { solveGraph } from '../../src/linkage/posterior/competition.ts';
import { exactMarginals } from '../../src/linkage/posterior/exact.ts';
import type { LocalGraph } from '../../src/linkage/posterior/graph.ts';

/** Every one-to-one set of edges, its weight the product of its odds. */
function enumerateMarginals(graph: LocalGraph): number[] {
  const mass = Array.from(graph.odds, () => 0);
  let total = 0;
  const visit = (edge: number, weight: number, taken: readonly number[]): void => {
    if (edge === graph.odds.length) {
      total += weight;
      for (const own of taken) mass[own]! += weight;
      return;
    }
    visit(edge + 1, weight, taken);
    const isFree = taken.every((own) => graph.rows[own] !== graph.rows[edge] && graph.runs[own] !== graph.runs[edge]);
    if (isFree) visit(edge + 1, weight * graph.odds[edge]!, [...taken, edge]);
  };
  visit(0, 1, []);
  return mass.map((own) => own / total);
}

function graphOf(edges: readonly (readonly [row: number, run: number, bits: number])[]): LocalGraph {
  return {
    rowCount: Math.max(...edges.map(([row]) => row)) + 1,
    runCount: Math.max(...edges.map(([, run]) => run)) + 1,
    rows: Int32Array.from(edges, ([row]) => row),
    runs: Int32Array.from(edges, ([, run]) => run),
    odds: Float64Array.from(edges, ([, , bits]) => 2 ** bits),
  };
}

const graphs = fc
  .uniqueArray(fc.tuple(fc.nat(4), fc.nat(4), fc.double({ min: -4, max: 10, noNaN: true })), {
    minLength: 1,
    maxLength: 11,
    selector: ([row, run]) => `${row} ${run}`,
  })
  .map(graphOf);

describe('the posterior of links that compete', () => {
  it('is exactly the share of all one-to-one matchings that hold the link', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const expected = enumerateMarginals(graph);
        for (const [edge, marginal] of exactMarginals(graph).entries())
          expect(marginal).toBeCloseTo(expected[edge]!, 9);
      }),
      { numRuns: 300 },
    );
  });

  it('comes out the same by belief propagation where no two links close a circle', () => {
    const chain = graphOf([
      [0, 0, 5],
      [0, 1, 4],
      [1, 1, 6],
      [1, 2, 3],
      [2, 2, 2],
    ]);
    const exact = exactMarginals(chain);
    for (const [edge, marginal] of propagateBeliefs(chain).entries()) expect(marginal).toBeCloseTo(exact[edge]!, 3);
  });

  it('does not take the better of two pairings for certain', () => {
    const block = graphOf([
      [0, 0, 25.9],
      [0, 1, 25],
      [1, 0, 25],
      [1, 1, 25],
    ]);
    expect(exactMarginals(block)[0]).toBeCloseTo(0.651, 2);
    expect(propagateBeliefs(block)[0]).toBeGreaterThan(0.99);
    expect(capBySwaps(block, propagateBeliefs(block))[0]).toBeCloseTo(0.651, 2);
  });

  it('never gives a row or a run more than one link in sum, even at 300 bits', () => {
    const strong = fc
      .uniqueArray(fc.tuple(fc.nat(20), fc.nat(20), fc.double({ min: -10, max: 300, noNaN: true })), {
        minLength: 1,
        maxLength: 120,
        selector: ([row, run]) => `${row} ${run}`,
      })
      .map(graphOf);
    fc.assert(
      fc.property(strong, (graph) => {
        const rows = new Float64Array(graph.rowCount);
        const runs = new Float64Array(graph.runCount);
        for (const [edge, marginal] of solveGraph(graph).entries()) {
          expect(marginal).toBeGreaterThanOrEqual(0);
          rows[graph.rows[edge]!]! += marginal;
          runs[graph.runs[edge]!]! += marginal;
        }
        expect(Math.max(...rows)).toBeLessThan(1.0001);
        expect(Math.max(...runs)).toBeLessThan(1.05);
      }),
      { numRuns: 60 },
    );
  });

  it('halves between two runs that fit alike, and doubts both', () => {
    const marginals = solveGraph(
      graphOf([
        [0, 0, 20],
        [0, 1, 20],
      ]),
    );
    expect(marginals[0]).toBeCloseTo(0.5, 5);
  });
});
