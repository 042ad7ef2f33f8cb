import { mostBitsWith } from './assign.ts';
import type { Candidates } from '../blocking/candidates.ts';
import type { Component } from '../posterior/graph.ts';

/** Candidates seen from both sides, with the assignment that was chosen. */
export interface AssignmentView {
  readonly candidates: Candidates;
  /** Edges of each run. */
  readonly edgesByRun: ReadonlyMap<number, readonly number[]>;
  readonly runByRow: Int32Array;
  readonly rowByRun: ReadonlyMap<number, number>;
  /** Weight with the prior: 0 is as good as no link. */
  readonly bitsOf: (edge: number) => number;
  /** Edges that compete with each row's, where these are few. */
  readonly fewEdgesByRow: ReadonlyMap<number, readonly number[]>;
}

/** Components of more edges are not solved anew for each way to place a pair. */
const FEW_EDGES = 40;

export function buildAssignmentView(
  candidates: Candidates,
  components: readonly Component[],
  chosen: { readonly runByRow: Int32Array; readonly bitsOf: (edge: number) => number },
): AssignmentView {
  const edgesByRun = new Map<number, number[]>();
  for (const [edge, run] of candidates.runs.entries()) {
    const edges = edgesByRun.get(run);
    if (edges === undefined) edgesByRun.set(run, [edge]);
    else edges.push(edge);
  }
  const rowByRun = new Map<number, number>();
  for (const [row, run] of chosen.runByRow.entries()) if (run >= 0) rowByRun.set(run, row);
  const fewEdgesByRow = new Map<number, readonly number[]>();
  for (const { edges, rows, runs } of components) {
    // beside one row or one run nobody is displaced
    if (edges.length > FEW_EDGES || rows.length === 1 || runs.length === 1) continue;
    for (const row of rows) fewEdgesByRow.set(row, [...edges]);
  }
  return { candidates, edgesByRun, rowByRun, fewEdgesByRow, ...chosen };
}

/**
 * What the best other placing of the row, or of the run, would cost in total bits when all others are placed anew as
 * well as they can. Null where neither has another partner to go to.
 */
export function marginOf(view: AssignmentView, edge: number): number | null {
  const { candidates, bitsOf } = view;
  const row = candidates.rows[edge] ?? 0;
  const run = candidates.runs[edge] ?? 0;
  const few = view.fewEdgesByRow.get(row) ?? [];
  const problem = { candidates, edges: few, bitsOf };
  const own = few.includes(edge) ? mostBitsWith(edge, problem) : null;
  const gaps: number[] = [];
  const addGap = (other: number, gapOf: typeof rowGap): void => {
    if (other === edge) return;
    if (own !== null && few.includes(other)) gaps.push(own - mostBitsWith(other, problem));
    else gaps.push(gapOf(view, edge, other));
  };
  for (let other = candidates.starts[row] ?? 0; other < (candidates.starts[row + 1] ?? 0); other++)
    addGap(other, rowGap);
  for (const other of view.edgesByRun.get(run) ?? []) addGap(other, runGap);
  return gaps.length === 0 ? null : Math.max(0, Math.min(...gaps));
}

/** The row takes another run; that run's holder may take the one that is left. */
function rowGap(view: AssignmentView, edge: number, other: number): number {
  const { candidates, rowByRun, bitsOf } = view;
  const holder = rowByRun.get(candidates.runs[other] ?? -1);
  if (holder === undefined || holder === candidates.rows[edge]) return bitsOf(edge) - bitsOf(other);
  const held = bitsOfPair(view, holder, candidates.runs[other] ?? -1);
  const back = bitsOfPair(view, holder, candidates.runs[edge] ?? -1);
  return bitsOf(edge) + held - bitsOf(other) - Math.max(0, back);
}

/** Another row takes the run; the row may take the one that is left. */
function runGap(view: AssignmentView, edge: number, other: number): number {
  const { candidates, runByRow, bitsOf } = view;
  const rival = candidates.rows[other] ?? 0;
  const held = runByRow[rival] ?? -1;
  if (held < 0 || held === candidates.runs[edge]) return bitsOf(edge) - bitsOf(other);
  const back = bitsOfPair(view, candidates.rows[edge] ?? 0, held);
  return bitsOf(edge) + bitsOfPair(view, rival, held) - bitsOf(other) - Math.max(0, back);
}

function bitsOfPair({ candidates, bitsOf }: AssignmentView, row: number, run: number): number {
  for (let edge = candidates.starts[row] ?? 0; edge < (candidates.starts[row + 1] ?? 0); edge++) {
    if (candidates.runs[edge] === run) return bitsOf(edge);
  }
  return -Infinity;
}
