import fc from 'fast-check';
import { linearSumAssignment } from 'linear-sum-assignment';
import { describe, expect, it } from 'vitest';
import { assignComponent, assignRuns } from '../../src/linkage/decision/assign.ts';
import type { WeightedEdge } from '../../src/linkage/decision/assign.ts';
import { createCandidateBuilder } from '../../src/linkage/blocking/candidates.ts';
import { buildAssignmentView, marginOf } from '../../src/linkage/decision/margin.ts';
import { findComponents } from '../../src/linkage/posterior/graph.ts';

const edgesUpTo = (side: number, count: number): fc.Arbitrary<WeightedEdge[]> =>
  fc
    .uniqueArray(fc.tuple(fc.nat(side - 1), fc.nat(side - 1), fc.integer({ min: -50, max: 200 })), {
      maxLength: count,
      selector: ([row, run]) => `${row} ${run}`,
    })
    .map((edges) => edges.map(([row, run, weight]) => ({ row, run, weight })));

function totalOf(edges: readonly WeightedEdge[], runByRow: ReadonlyMap<number, number>): number {
  expect(new Set(runByRow.values()).size).toBe(runByRow.size);
  let total = 0;
  for (const [row, run] of runByRow) total += edges.find((edge) => edge.row === row && edge.run === run)!.weight;
  return total;
}

function bestTotal(edges: readonly WeightedEdge[], taken: readonly WeightedEdge[] = []): number {
  const [edge, ...rest] = edges;
  if (edge === undefined) return 0;
  const without = bestTotal(rest, taken);
  if (taken.some((own) => own.row === edge.row || own.run === edge.run)) return without;
  return Math.max(without, edge.weight + bestTotal(rest, [...taken, edge]));
}

describe('assignComponent', () => {
  it('prefers two good pairs to the single best one', () => {
    const runByRow = assignComponent([
      { row: 1, run: 1, weight: 425 },
      { row: 1, run: 2, weight: 397 },
      { row: 2, run: 1, weight: 373 },
      { row: 2, run: 2, weight: -663 },
    ]);
    expect([...runByRow].toSorted()).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it('leaves a row free rather than give it a run that speaks against it', () => {
    expect(assignComponent([{ row: 0, run: 0, weight: -1 }]).size).toBe(0);
  });

  it('reaches the total of an exhaustive search', () => {
    fc.assert(
      fc.property(edgesUpTo(6, 12), (edges) => {
        expect(totalOf(edges, assignComponent(edges))).toBe(bestTotal(edges));
      }),
      { numRuns: 300 },
    );
  });

  it('reaches the total of a dense solver on larger graphs', () => {
    fc.assert(
      fc.property(edgesUpTo(40, 400), (edges) => {
        const dense = Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => 0));
        for (const { row, run, weight } of edges) dense[row]![run] = Math.max(0, weight);
        const { gain } = linearSumAssignment(dense, { maximaze: true });
        expect(totalOf(edges, assignComponent(edges))).toBe(gain);
      }),
      { numRuns: 60 },
    );
  });
});

describe('marginOf', () => {
  /** The pairs that the best assignment holds, with their margins. */
  function marginsOf(edges: readonly WeightedEdge[]): { readonly own: WeightedEdge; readonly margin: number | null }[] {
    const builder = createCandidateBuilder();
    for (const { row, run, weight } of edges) builder.add(row, run, weight);
    const candidates = builder.build(6, new Uint8Array(6));
    const bitsOf = (edge: number): number => candidates.weights[edge]!;
    const components = findComponents(candidates, 6, () => true);
    const runByRow = assignRuns(candidates, components, bitsOf);
    const view = buildAssignmentView(candidates, components, { runByRow, bitsOf });
    return [...candidates.rows.keys()].flatMap((edge) => {
      const [row, run] = [candidates.rows[edge]!, candidates.runs[edge]!];
      const own = edges.find((other) => other.row === row && other.run === run)!;
      return runByRow[row] === run ? [{ own, margin: marginOf(view, edge) }] : [];
    });
  }

  it('sees that whoever is displaced may find another run nearly as good', () => {
    const chain = [
      { row: 0, run: 0, weight: 30 },
      { row: 0, run: 1, weight: 29 },
      { row: 1, run: 1, weight: 30 },
      { row: 1, run: 2, weight: 29 },
    ];
    expect(marginsOf(chain).map(({ margin }) => margin)).toEqual([2, 1]);
  });

  it('is what the best assignment loses when row or run must take another partner: 300 random graphs', () => {
    fc.assert(
      fc.property(edgesUpTo(5, 10), (edges) => {
        const all = bestTotal(edges);
        for (const { own, margin } of marginsOf(edges)) {
          const others = edges.filter((edge) => edge !== own && (edge.row === own.row || edge.run === own.run));
          const totals = others.map((edge) => edge.weight + bestTotal(edges, [edge]));
          expect(margin).toBe(others.length === 0 ? null : all - Math.max(...totals));
        }
      }),
      { numRuns: 300 },
    );
  });
});
