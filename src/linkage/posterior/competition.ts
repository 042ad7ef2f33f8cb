import type { Candidates } from '../blocking/candidates.ts';
import { capBySwaps, propagateBeliefs } from './belief-propagation.ts';
import { exactMarginals } from './exact.ts';
import { findComponents, localGraph } from './graph.ts';
import type { Component, LocalGraph } from './graph.ts';

export interface Population {
  /** Rows to be linked and runs that they can get. */
  readonly rows: number;
  readonly runs: number;
}

export interface Posterior {
  /** By candidate: P(link), given the competition of all rows and runs and of no run at all. */
  readonly probabilities: Float64Array;
  /** Σ probabilities: how many links there are. */
  readonly expectedLinks: number;
  /** log2 of the odds that adding one more link has before any evidence. */
  readonly priorBits: number;
  readonly components: readonly Component[];
}

const MOST_ODDS_BITS = 300;
/** Edges fainter than this join no component. */
const FAINTEST_ODDS_BITS = -20;
/** Exact sums up to this many steps; beyond, belief propagation with the swap cap. */
const EXACT_STEPS = 400_000;
const MOST_EXACT_SIDE = 14;

/**
 * Finds the number of links that explains itself: odds of a link are z · 2^weight with
 * z = n₁₂ / ((n₁ − n₁₂)(n₂ − n₁₂)), and n₁₂ is the sum of the posteriors (Sadinle 2017, beta prior on matchings).
 *
 * @param start a first guess of the number of links
 */
export function solveCompetition(candidates: Candidates, population: Population, start: number): Posterior {
  let links = clampLinks(start, population);
  let posterior = solveAssuming(candidates, population, start);
  for (let round = 0; round < 6; round++) {
    const next = clampLinks(withoutChance(posterior.expectedLinks, population), population);
    const moved = Math.abs(next - links);
    links = next;
    if (moved < 0.002 * links + 1e-3) break;
    posterior = solveOnce(candidates, { population, links });
  }
  return posterior;
}

/** The same where the number of links is known, or taken as known. */
export function solveAssuming(candidates: Candidates, population: Population, links: number): Posterior {
  return solveOnce(candidates, { population, links: clampLinks(links, population) });
}

/** Among so few records, a link less is all that there is. */
const FEW_RECORDS = 3;

/**
 * Where there are no links at all any small number of them explains itself, for by chance alone a pair is as likely as
 * the number says. One link less (a beta prior with α = 0) tips that over to none, and hardly counts otherwise.
 */
function withoutChance(links: number, population: Population): number {
  const least = Math.min(population.rows, population.runs);
  return least <= FEW_RECORDS ? links : links - Math.max(0, 1 - links / least);
}

/**
 * Elimination grows without bound as the links use up a side, so a few rows always stay without a run: one in fifty,
 * and of small numbers about a third of their square root.
 */
function clampLinks(links: number, population: Population): number {
  const least = Math.min(population.rows, population.runs);
  const spare = Math.max(0.02 * least, Math.min(Math.sqrt(least) / 3, 0.5 * least));
  return Math.max(1e-3 * least, 1e-3, Math.min(links, least - spare));
}

export function priorBitsOf(links: number, { rows, runs }: Population): number {
  const clamped = clampLinks(links, { rows, runs });
  return Math.log2(clamped / (Math.max(rows - clamped, 0.5) * Math.max(runs - clamped, 0.5)));
}

/** At most nine rows in ten have a run, as far as a single pair is judged by itself. */
const MOST_LINKED = 0.9;
/** A match must be this likely by itself: competition may confirm a link, never create it. */
const LEAST_ALONE = 0.9;

/** Bits without prior that a pair needs to be likely by itself, as if no other row had taken any run. */
export function leastBitsAlone(links: number, { rows, runs }: Population): number {
  const share = Math.min(MOST_LINKED, Math.max(1e-3, links / Math.max(1, rows)));
  return Math.log2(LEAST_ALONE / (1 - LEAST_ALONE)) + Math.log2(Math.max(1, runs)) - Math.log2(share / (1 - share));
}

function solveOnce(
  candidates: Candidates,
  { population, links }: { readonly population: Population; readonly links: number },
): Posterior {
  const priorBits = priorBitsOf(links, population);
  const bitsOf = (edge: number): number => (candidates.weights[edge] ?? 0) + priorBits;
  const oddsOf = (edge: number): number => 2 ** Math.min(MOST_ODDS_BITS, bitsOf(edge));
  const runCount = candidates.runs.reduce((most, run) => Math.max(most, run + 1), 0);
  const components = findComponents(candidates, runCount, (edge) => bitsOf(edge) > FAINTEST_ODDS_BITS);
  const probabilities = new Float64Array(candidates.rows.length);
  let expectedLinks = 0;
  for (const component of components) {
    const { edges } = component;
    const graph = isStar(component) ? null : localGraph(component, candidates, oddsOf);
    const marginals = graph === null ? solveStar(listOdds(edges, oddsOf)) : solveGraph(graph);
    for (let at = 0; at < edges.length; at++) {
      probabilities[edges[at] ?? 0] = marginals[at] ?? 0;
      expectedLinks += marginals[at] ?? 0;
    }
  }
  return { probabilities, expectedLinks, priorBits, components };
}

function isStar({ rows, runs }: Component): boolean {
  return rows.length === 1 || runs.length === 1;
}

function listOdds(edges: readonly number[], oddsOf: (edge: number) => number): Float64Array {
  const odds = new Float64Array(edges.length);
  for (let at = 0; at < odds.length; at++) odds[at] = oddsOf(edges[at] ?? 0);
  return odds;
}

/** One row or one run: a simple share. */
function solveStar(odds: Float64Array): Float64Array {
  let sum = 1;
  for (let at = 0; at < odds.length; at++) sum += odds[at] ?? 0;
  const marginals = new Float64Array(odds.length);
  for (let at = 0; at < odds.length; at++) marginals[at] = (odds[at] ?? 0) / sum;
  return marginals;
}

/** One row or one run: a simple share. Small: exact. Large: belief propagation, split where it is sure, then exact. */
export function solveGraph(graph: LocalGraph): Float64Array {
  if (graph.rowCount === 1 || graph.runCount === 1) return solveStar(graph.odds);
  const smaller = Math.min(graph.rowCount, graph.runCount);
  const steps = 2 ** smaller * (graph.odds.length + Math.max(graph.rowCount, graph.runCount));
  if (smaller <= MOST_EXACT_SIDE && steps <= EXACT_STEPS) return exactMarginals(graph);
  return capBySwaps(graph, propagateBeliefs(graph));
}
