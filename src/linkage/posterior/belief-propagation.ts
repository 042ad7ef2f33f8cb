import type { LocalGraph } from './graph.ts';

const TOLERANCE = 1e-4;
const MOST_SWEEPS = 100;

/**
 * P(edge is a link) over one-to-one matchings by belief propagation (Williams and Lau 2014): exact on trees, too sure
 * of the best assignment on short cycles, which `capBySwaps` corrects. "All but me" comes from prefix and suffix sums;
 * subtracting the own term from the sum would cancel to nothing at large odds.
 */
export function propagateBeliefs(graph: LocalGraph): Float64Array {
  const { odds } = graph;
  const byRow = groupEdges(graph.rows, graph.rowCount);
  const byRun = groupEdges(graph.runs, graph.runCount);
  const toRun = new Float64Array(odds.length).fill(1);
  const toRow = new Float64Array(odds.length).fill(1);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    const change = Math.max(
      pass(byRow, odds, { from: toRow, to: toRun }),
      pass(byRun, odds, { from: toRun, to: toRow }),
    );
    if (change < TOLERANCE) break;
  }
  const marginals = new Float64Array(odds.length);
  for (const edges of byRow) {
    let sum = 1;
    for (const edge of edges) sum += (odds[edge] ?? 0) * (toRow[edge] ?? 0);
    for (const edge of edges) marginals[edge] = ((odds[edge] ?? 0) * (toRow[edge] ?? 0)) / sum;
  }
  return marginals;
}

function groupEdges(nodes: Int32Array, count: number): number[][] {
  const groups = Array.from({ length: count }, (): number[] => []);
  for (const [edge, node] of nodes.entries()) groups[node]?.push(edge);
  return groups;
}

/** One half sweep; returns the largest change of a message. */
function pass(
  groups: readonly (readonly number[])[],
  odds: Float64Array,
  messages: { readonly from: Float64Array; readonly to: Float64Array },
): number {
  let change = 0;
  for (const edges of groups) {
    const suffix = new Float64Array(edges.length + 1);
    for (let at = edges.length - 1; at >= 0; at--) {
      const edge = edges[at] ?? 0;
      suffix[at] = (suffix[at + 1] ?? 0) + (odds[edge] ?? 0) * (messages.from[edge] ?? 0);
    }
    let prefix = 0;
    for (let at = 0; at < edges.length; at++) {
      const edge = edges[at] ?? 0;
      const message = 1 / (1 + prefix + (suffix[at + 1] ?? 0));
      change = Math.max(change, Math.abs(message - (messages.to[edge] ?? 0)));
      messages.to[edge] = message;
      prefix += (odds[edge] ?? 0) * (messages.from[edge] ?? 0);
    }
  }
  return change;
}

/**
 * Belief propagation takes the best of two pairings for certain whenever their totals differ at all. So the chosen
 * edge of each row gets no more than exchanging its run with one other row allows; exact for two by two.
 */
export function capBySwaps(graph: LocalGraph, marginals: Float64Array): Float64Array {
  const edgeByPair = new Map<number, number>();
  for (const [edge, row] of graph.rows.entries()) edgeByPair.set(row * graph.runCount + (graph.runs[edge] ?? 0), edge);
  const holderByRun = new Int32Array(graph.runCount).fill(-1);
  for (const [edge, marginal] of marginals.entries()) if (marginal > 0.5) holderByRun[graph.runs[edge] ?? 0] = edge;
  const rivals = new Float64Array(graph.rowCount);
  const chosen = new Int32Array(graph.rowCount).fill(-1);
  for (const [edge, marginal] of marginals.entries()) if (marginal > 0.5) chosen[graph.rows[edge] ?? 0] = edge;
  for (const [edge, row] of graph.rows.entries()) {
    const own = chosen[row] ?? -1;
    if (own < 0 || own === edge) continue;
    rivals[row] = (rivals[row] ?? 0) + Math.min(1, swapRatio({ graph, edgeByPair, holderByRun }, own, edge));
  }
  return marginals.map((marginal, edge) => {
    const row = graph.rows[edge] ?? 0;
    return chosen[row] === edge ? Math.min(marginal, 1 / (1 + (rivals[row] ?? 0))) : marginal;
  });
}

interface SwapView {
  readonly graph: LocalGraph;
  readonly edgeByPair: ReadonlyMap<number, number>;
  readonly holderByRun: Int32Array;
}

/** Odds of the world in which the row takes another edge's run, and that run's holder takes what it leaves. */
function swapRatio({ graph, edgeByPair, holderByRun }: SwapView, own: number, other: number): number {
  const ownOdds = graph.odds[own] ?? 1;
  const otherOdds = graph.odds[other] ?? 0;
  const holder = holderByRun[graph.runs[other] ?? 0] ?? -1;
  if (holder < 0) return otherOdds / ownOdds;
  const back = edgeByPair.get((graph.rows[holder] ?? 0) * graph.runCount + (graph.runs[own] ?? 0));
  const backOdds = 1 + (back === undefined ? 0 : (graph.odds[back] ?? 0));
  return (otherOdds / ownOdds) * (backOdds / (graph.odds[holder] ?? 1));
}
