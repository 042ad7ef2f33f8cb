import type { LocalGraph } from './graph.ts';

/**
 * Exact P(edge is a link) over all one-to-one matchings, by dynamic programming over subsets of the smaller side:
 * forward and backward sums, each layer scaled, O(2^smaller · edges).
 */
export function exactMarginals(graph: LocalGraph): Float64Array {
  const swap = graph.runCount > graph.rowCount;
  const outer = swap ? graph.runs : graph.rows;
  const inner = swap ? graph.rows : graph.runs;
  const layers = swap ? graph.runCount : graph.rowCount;
  const subsets = 2 ** (swap ? graph.rowCount : graph.runCount);
  const edgesByLayer = Array.from({ length: layers }, (): number[] => []);
  for (const [edge, layer] of outer.entries()) edgesByLayer[layer]?.push(edge);

  const problem: LayeredProblem = { edgesByLayer, inner, odds: graph.odds, subsets };
  const backward = backwardSums(problem);
  const marginals = new Float64Array(graph.odds.length);
  let forward = new Float64Array(subsets);
  forward[0] = 1;
  for (let layer = 0; layer < layers; layer++) {
    const after = backward[layer + 1] ?? new Float64Array(subsets);
    forward = addLayer(problem, { layer, forward, after, marginals });
  }
  return marginals;
}

interface LayeredProblem {
  readonly edgesByLayer: readonly (readonly number[])[];
  readonly inner: Int32Array;
  readonly odds: Float64Array;
  readonly subsets: number;
}

/** For each layer and set of inner nodes that are taken: the total weight of what the later layers can still do. */
function backwardSums({ edgesByLayer, inner, odds, subsets }: LayeredProblem): Float64Array[] {
  const sums: Float64Array[] = [];
  let next = new Float64Array(subsets).fill(1);
  sums[edgesByLayer.length] = next;
  for (let layer = edgesByLayer.length - 1; layer >= 0; layer--) {
    const own = Float64Array.from(next);
    for (const edge of edgesByLayer[layer] ?? []) {
      const bit = 1 << (inner[edge] ?? 0);
      const weight = odds[edge] ?? 0;
      for (let set = 0; set < subsets; set++) {
        if ((set & bit) === 0) own[set] = (own[set] ?? 0) + weight * (next[set | bit] ?? 0);
      }
    }
    scale(own);
    sums[layer] = own;
    next = own;
  }
  return sums;
}

interface LayerStep {
  readonly layer: number;
  readonly forward: Float64Array<ArrayBuffer>;
  readonly after: Float64Array;
  readonly marginals: Float64Array;
}

function addLayer(problem: LayeredProblem, step: LayerStep): Float64Array<ArrayBuffer> {
  const { inner, odds, subsets } = problem;
  const { forward, after, marginals } = step;
  const next = Float64Array.from(forward);
  let total = 0;
  for (let set = 0; set < subsets; set++) total += (forward[set] ?? 0) * (after[set] ?? 0);
  const edges = problem.edgesByLayer[step.layer] ?? [];
  for (const edge of edges) {
    const bit = 1 << (inner[edge] ?? 0);
    const weight = odds[edge] ?? 0;
    let mass = 0;
    for (let set = 0; set < subsets; set++) {
      const before = forward[set] ?? 0;
      if ((set & bit) !== 0 || before === 0) continue;
      mass += before * weight * (after[set | bit] ?? 0);
      next[set | bit] = (next[set | bit] ?? 0) + before * weight;
    }
    marginals[edge] = mass;
    total += mass;
  }
  for (const edge of edges) marginals[edge] = total > 0 ? (marginals[edge] ?? 0) / total : 0;
  scale(next);
  return next;
}

function scale(values: Float64Array): void {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  if (most > 0) for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? 0) / most;
}
