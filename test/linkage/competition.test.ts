import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidates } from '../../src/linkage/blocking/candidates.ts';
import { createCandidateBuilder } from '../../src/linkage/blocking/candidates.ts';
import { priorBitsOf, solveCompetition } from '../../src/linkage/posterior/competition.ts';
import type { Population } from '../../src/linkage/posterior/competition.ts';

interface Edge {
  readonly row: number;
  readonly run: number;
  readonly bits: number;
}

const SIDE = 5;

const edgeSets = fc
  .uniqueArray(fc.tuple(fc.nat(SIDE - 1), fc.nat(SIDE - 1), fc.double({ min: -2, max: 14, noNaN: true })), {
    minLength: 3,
    maxLength: 11,
    selector: ([row, run]) => `${row} ${run}`,
  })
  .map((edges) =>
    edges.map(([row, run, bits]) => ({ row, run, bits })).toSorted((a, b) => a.row - b.row || a.run - b.run),
  );

function candidatesOf(edges: readonly Edge[], rowCount: number): Candidates {
  const builder = createCandidateBuilder();
  for (const { row, run, bits } of edges) builder.add(row, run, bits);
  return builder.build(rowCount, new Uint8Array(rowCount));
}

/** P(link) of each edge by going through every one-to-one set of edges. */
function enumerate(edges: readonly Edge[], priorBits: number): number[] {
  const mass = edges.map(() => 0);
  let total = 0;
  const visit = (at: number, weight: number, taken: readonly number[]): void => {
    const edge = edges[at];
    if (edge === undefined) {
      total += weight;
      for (const own of taken) mass[own]! += weight;
      return;
    }
    visit(at + 1, weight, taken);
    if (taken.some((own) => edges[own]!.row === edge.row || edges[own]!.run === edge.run)) return;
    visit(at + 1, weight * 2 ** (edge.bits + priorBits), [...taken, at]);
  };
  visit(0, 1, []);
  return mass.map((own) => own / total);
}

describe('the competition of all rows and runs', () => {
  const population: Population = { rows: 40, runs: 60 };

  it('gives each link its share of all one-to-one sets under the prior that it settled on', () => {
    fc.assert(
      fc.property(edgeSets, (edges) => {
        const posterior = solveCompetition(candidatesOf(edges, SIDE), population, 3);
        const expected = enumerate(edges, posterior.priorBits);
        for (const [at, probability] of posterior.probabilities.entries())
          expect(probability).toBeCloseTo(expected[at]!, 6);
        expect(posterior.expectedLinks).toBeCloseTo(
          expected.reduce((sum, own) => sum + own, 0),
          6,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('settles on the number of links that explains itself, from wherever it starts', () => {
    // fifteen plain pairs beside a few doubtful ones: with nothing sure, no links at all would explain themselves as well
    const plain = Array.from({ length: 15 }, (_item, at) => ({ row: SIDE + at, run: SIDE + at, bits: 16 }));
    fc.assert(
      fc.property(edgeSets, fc.double({ min: 2, max: 35, noNaN: true }), (edges, start) => {
        const candidates = candidatesOf([...edges, ...plain], SIDE + plain.length);
        const posterior = solveCompetition(candidates, population, start);
        // less one link as far as the sides are not used up
        const { expectedLinks } = posterior;
        const links = expectedLinks - 1 + expectedLinks / Math.min(population.rows, population.runs);
        expect(posterior.priorBits).toBeCloseTo(priorBitsOf(links, population), 1);
        expect(expectedLinks).toBeCloseTo(solveCompetition(candidates, population, 10).expectedLinks, 0);
      }),
      { numRuns: 100 },
    );
  });

  it('takes chance pairs for no links, however often they would explain each other', () => {
    const edges = Array.from({ length: 5 }, (_item, at) => ({ row: at, run: at, bits: 15.2 }));
    const strangers = { rows: 320, runs: 400 };
    const posterior = solveCompetition(candidatesOf(edges, 320), strangers, 100);
    for (let round = 0, from = posterior; round < 8; round++) {
      from = solveCompetition(candidatesOf(edges, 320), strangers, from.expectedLinks);
      if (round === 7) expect(from.expectedLinks).toBeLessThan(0.5);
    }
  });
});
