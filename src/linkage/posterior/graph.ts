import type { Candidates } from '../blocking/candidates.ts';

/** Rows and runs that compete, directly or through others. Edges are positions in the candidates. */
export interface Component {
  readonly edges: readonly number[];
  readonly rows: readonly number[];
  readonly runs: readonly number[];
}

/** Splits the candidate graph by union–find, over the edges that `isIn` lets through. */
export function findComponents(candidates: Candidates, runCount: number, isIn: (edge: number) => boolean): Component[] {
  const rowCount = candidates.starts.length - 1;
  const parents = new Int32Array(rowCount + runCount).map((_parent, node) => node);
  const find = (node: number): number => {
    let root = node;
    while (parents[root] !== root) root = parents[root] ?? root;
    for (let at = node; parents[at] !== root;) {
      const next = parents[at] ?? root;
      parents[at] = root;
      at = next;
    }
    return root;
  };
  for (let edge = 0; edge < candidates.rows.length; edge++) {
    if (!isIn(edge)) continue;
    const a = find(candidates.rows[edge] ?? 0);
    const b = find(rowCount + (candidates.runs[edge] ?? 0));
    if (a !== b) parents[Math.max(a, b)] = Math.min(a, b);
  }
  const edgesByRoot = new Map<number, number[]>();
  for (let edge = 0; edge < candidates.rows.length; edge++) {
    if (!isIn(edge)) continue;
    const root = find(candidates.rows[edge] ?? 0);
    const edges = edgesByRoot.get(root);
    if (edges === undefined) edgesByRoot.set(root, [edge]);
    else edges.push(edge);
  }
  return [...edgesByRoot.values()].map((edges) => buildComponent(candidates, edges));
}

function buildComponent({ rows, runs }: Candidates, edges: readonly number[]): Component {
  if (edges.length === 1) {
    const only = edges[0] ?? 0;
    return { edges, rows: [rows[only] ?? 0], runs: [runs[only] ?? 0] };
  }
  return { edges, rows: distinct(edges, rows), runs: distinct(edges, runs) };
}

/** The nodes of the edges, ascending, each once. */
function distinct(edges: readonly number[], nodes: Int32Array): number[] {
  const sorted = new Int32Array(edges.length);
  for (let at = 0; at < edges.length; at++) sorted[at] = nodes[edges[at] ?? 0] ?? 0;
  sorted.sort();
  const found: number[] = [];
  for (let at = 0; at < sorted.length; at++) {
    const node = sorted[at] ?? 0;
    if (at === 0 || node !== sorted[at - 1]) found.push(node);
  }
  return found;
}

/** A component with its nodes numbered from 0, for solvers that know nothing of records. */
export interface LocalGraph {
  readonly rowCount: number;
  readonly runCount: number;
  readonly rows: Int32Array;
  readonly runs: Int32Array;
  /** Odds of each edge against leaving both ends free. */
  readonly odds: Float64Array;
}

export function localGraph(component: Component, candidates: Candidates, oddsOf: (edge: number) => number): LocalGraph {
  const { edges, rows, runs } = component;
  const graph = {
    rowCount: rows.length,
    runCount: runs.length,
    rows: new Int32Array(edges.length),
    runs: new Int32Array(edges.length),
    odds: new Float64Array(edges.length),
  };
  for (let at = 0; at < edges.length; at++) {
    const edge = edges[at] ?? 0;
    graph.rows[at] = positionOf(candidates.rows[edge] ?? 0, rows);
    graph.runs[at] = positionOf(candidates.runs[edge] ?? 0, runs);
    graph.odds[at] = oddsOf(edge);
  }
  return graph;
}

/** Where a number stands in an ascending list that holds it: most components are too small to be worth a map. */
function positionOf(number: number, ascending: readonly number[]): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
