import type { Candidates } from '../blocking/candidates.ts';
import type { Component } from '../posterior/graph.ts';

/** Weights as integers (millionths of a bit): sums are exact whatever their order. */
const UNITS_PER_BIT = 2 ** 20;
const FREE = -1;

/**
 * The one-to-one set of pairs with the largest total weight; a row may stay free at weight 0. Solved component by
 * component with shortest augmenting paths on the sparse graph (Jonker and Volgenant 1987), no matrix.
 *
 * @param bitsOf weight of a candidate with the prior, against leaving both ends free
 * @returns the run of each row, −1 where it stays free
 */
export function assignRuns(
  candidates: Candidates,
  components: readonly Component[],
  bitsOf: (edge: number) => number,
): Int32Array {
  const runByRow = new Int32Array(candidates.starts.length - 1).fill(FREE);
  for (const component of components) {
    const pairs = assignComponent(weighEdges(candidates, component.edges, bitsOf));
    for (const [row, run] of pairs) runByRow[row] = run;
  }
  return runByRow;
}

export interface WeightedEdge {
  readonly row: number;
  readonly run: number;
  /** Integer. */
  readonly weight: number;
}

function weighEdges(
  candidates: Candidates,
  edges: readonly number[],
  bitsOf: (edge: number) => number,
): WeightedEdge[] {
  return edges.map((edge) => ({
    row: candidates.rows[edge] ?? 0,
    run: candidates.runs[edge] ?? 0,
    weight: Math.round(bitsOf(edge) * UNITS_PER_BIT),
  }));
}

/** Total bits of the best one-to-one set of some candidates that holds a certain one of them. */
export function mostBitsWith(
  held: number,
  {
    candidates,
    edges,
    bitsOf,
  }: {
    readonly candidates: Candidates;
    readonly edges: readonly number[];
    readonly bitsOf: (edge: number) => number;
  },
): number {
  const row = candidates.rows[held];
  const run = candidates.runs[held];
  const others = weighEdges(candidates, edges, bitsOf).filter((edge) => edge.row !== row && edge.run !== run);
  const taken = assignComponent(others);
  const sum = others.reduce((total, edge) => total + (taken.get(edge.row) === edge.run ? edge.weight : 0), 0);
  return bitsOf(held) + sum / UNITS_PER_BIT;
}

/** Largest total weight; edges of weight 0 or less are never taken. */
export function assignComponent(edges: readonly WeightedEdge[]): Map<number, number> {
  const edgesByRow = new Map<number, WeightedEdge[]>();
  for (const edge of edges) {
    if (edge.weight <= 0) continue;
    const own = edgesByRow.get(edge.row);
    if (own === undefined) edgesByRow.set(edge.row, [edge]);
    else own.push(edge);
  }
  const state: AssignState = {
    edgesByRow,
    rowByRun: new Map(),
    runByRow: new Map(),
    prices: new Map(),
    gains: new Map(),
  };
  for (const row of [...edgesByRow.keys()].sort((a, b) => a - b)) augment(state, row);
  return state.runByRow;
}

interface AssignState {
  readonly edgesByRow: ReadonlyMap<number, readonly WeightedEdge[]>;
  readonly rowByRun: Map<number, number>;
  readonly runByRow: Map<number, number>;
  /** Dual prices of runs and gains of rows: weight ≤ price + gain on every edge, equal on taken ones. */
  readonly prices: Map<number, number>;
  readonly gains: Map<number, number>;
}

/** The best end of an augmenting path so far: a free run, or (run null) a row that had better be free itself. */
interface PathEnd {
  readonly distance: number;
  readonly run: number | null;
  readonly row: number;
}

/** What a search has reached: by which row each run, and the distances of settled rows and runs. */
interface Frontier {
  readonly viaByRun: Map<number, { readonly distance: number; readonly row: number }>;
  readonly runDistances: Map<number, number>;
  readonly rowDistances: Map<number, number>;
  readonly heap: Heap;
}

function augment(state: AssignState, start: number): void {
  const own = (state.edgesByRow.get(start) ?? []).map((edge) => edge.weight - (state.prices.get(edge.run) ?? 0));
  state.gains.set(start, Math.max(0, ...own));
  const frontier: Frontier = {
    viaByRun: new Map(),
    runDistances: new Map(),
    rowDistances: new Map([[start, 0]]),
    heap: createHeap(),
  };
  const end = findPath(state, frontier, start);
  for (const [row, distance] of frontier.rowDistances) {
    if (distance <= end.distance) state.gains.set(row, (state.gains.get(row) ?? 0) - (end.distance - distance));
  }
  for (const [run, distance] of frontier.runDistances) {
    if (distance <= end.distance) state.prices.set(run, (state.prices.get(run) ?? 0) + (end.distance - distance));
  }
  flip(state, frontier.viaByRun, end);
}

/** Dijkstra over reduced costs. */
function findPath(state: AssignState, frontier: Frontier, start: number): PathEnd {
  const { viaByRun, runDistances, rowDistances, heap } = frontier;
  let end: PathEnd = { distance: state.gains.get(start) ?? 0, run: null, row: start };
  relax(state, frontier, { row: start, distance: 0 });
  for (let next = heap.pop(); next !== null && next.key < end.distance; next = heap.pop()) {
    const { key: distance, value: run } = next;
    if (runDistances.has(run)) continue;
    runDistances.set(run, distance);
    const holder = state.rowByRun.get(run);
    if (holder === undefined) return { distance, run, row: viaByRun.get(run)?.row ?? start };
    rowDistances.set(holder, distance);
    const whenFree = distance + (state.gains.get(holder) ?? 0);
    if (whenFree < end.distance) end = { distance: whenFree, run: null, row: holder };
    relax(state, frontier, { row: holder, distance });
  }
  return end;
}

function relax(state: AssignState, { viaByRun, heap }: Frontier, from: { row: number; distance: number }): void {
  const base = from.distance + (state.gains.get(from.row) ?? 0);
  for (const edge of state.edgesByRow.get(from.row) ?? []) {
    const distance = base + (state.prices.get(edge.run) ?? 0) - edge.weight;
    if (distance >= (viaByRun.get(edge.run)?.distance ?? Infinity)) continue;
    viaByRun.set(edge.run, { distance, row: from.row });
    heap.push(distance, edge.run);
  }
}

/** Turns over the links along the path that was found, from its end back to the row where it began. */
function flip({ rowByRun, runByRow }: AssignState, viaByRun: Frontier['viaByRun'], end: PathEnd): void {
  let { row } = end;
  let take = end.run;
  for (;;) {
    const left = runByRow.get(row);
    if (take === null) runByRow.delete(row);
    else {
      runByRow.set(row, take);
      rowByRun.set(take, row);
    }
    if (left === undefined) return;
    const via = viaByRun.get(left);
    if (via === undefined) return;
    take = left;
    row = via.row;
  }
}

interface Heap {
  push(key: number, value: number): void;
  pop(): { readonly key: number; readonly value: number } | null;
}

/** A binary heap; equal keys come out by ascending value, so that the same input takes the same path. */
function createHeap(): Heap {
  const items: { key: number; value: number }[] = [];
  const isLess = (a: number, b: number): boolean => {
    const x = items[a];
    const y = items[b];
    if (x === undefined || y === undefined) return false;
    return x.key < y.key || (x.key === y.key && x.value < y.value);
  };
  const swap = (a: number, b: number): void => {
    const x = items[a];
    const y = items[b];
    if (x !== undefined && y !== undefined) [items[a], items[b]] = [y, x];
  };
  return {
    push(key, value) {
      items.push({ key, value });
      for (let at = items.length - 1; at > 0 && isLess(at, (at - 1) >> 1); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
    },
    pop() {
      const [top] = items;
      if (top === undefined) return null;
      swap(0, items.length - 1);
      items.pop();
      for (let at = 0; ;) {
        const left = 2 * at + 1;
        const least = isLess(left + 1, left) ? left + 1 : left;
        if (!isLess(least, at)) break;
        swap(at, least);
        at = least;
      }
      return top;
    },
  };
}
