import { lowerBound } from '../sorted.ts';
import type { RowHits } from './hits.ts';

/** Seconds to either side of an offset in which a pair speaks for it, and seconds to a cell of the density. */
export const NEAR = 120;
const CELL = 2;
const CELLS = (2 * NEAR) / CELL;
/** Rows that an even spread counts as, and the share of rows whose run is not among the near ones. */
const PRIOR_ROWS = 10;
const NOISE = 0.1;
const ROUNDS = 20;

/**
 * How far a row's difference lies from the offset, as a density relative to an even spread. Where a run starts every
 * minute some run lies near at any offset, and only the exact place shows which offset is meant. Of the near
 * differences of a row one may be the delay: which one, and what delays are like, is found by turns (expectation and
 * maximisation).
 *
 * @param offset in seconds
 * @returns of a distance from the offset in seconds; 0 beyond `NEAR`
 */
export function learnDelays(hits: readonly RowHits[], offset: number): (distance: number) => number {
  const near = hits.map((row) => nearPairs(row, offset)).filter(({ cells }) => cells.length > 0);
  let density: Float64Array = new Float64Array(CELLS).fill(1);
  for (let round = 0; round < ROUNDS; round++) density = smooth(countCells(near, density));
  return (distance) => (Math.abs(distance) < NEAR ? (density[cellOf(distance)] ?? 0) : 0);
}

interface NearPairs {
  readonly cells: Int32Array;
  readonly shares: Float64Array;
}

function nearPairs({ differences, shares }: RowHits, offset: number): NearPairs {
  const from = lowerBound(differences, offset - NEAR);
  const end = lowerBound(differences, offset + NEAR);
  return {
    cells: Int32Array.from(differences.subarray(from, end), (difference) => cellOf(difference - offset)),
    shares: shares.subarray(from, end),
  };
}

function cellOf(distance: number): number {
  return Math.min(CELLS - 1, Math.floor((distance + NEAR) / CELL));
}

/** Rows by the cell of their delay, relative to an even spread. */
function countCells(near: readonly NearPairs[], density: Float64Array): Float64Array {
  const counts = new Float64Array(CELLS).fill(PRIOR_ROWS / CELLS);
  let total = PRIOR_ROWS;
  for (const { cells, shares } of near) {
    let all = 0;
    for (let at = 0; at < cells.length; at++) all += (shares[at] ?? 0) * likelihoodAt(density, cells[at] ?? 0);
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at] ?? 0;
      const own = ((1 - NOISE) * (shares[at] ?? 0) * (density[cell] ?? 0)) / all;
      counts[cell] = (counts[cell] ?? 0) + own;
      total += own;
    }
  }
  return counts.map((count) => (count * CELLS) / total);
}

function likelihoodAt(density: Float64Array, cell: number): number {
  return NOISE + (1 - NOISE) * (density[cell] ?? 0);
}

/** Clocks tell whole seconds, so that a delay may fall into either of two cells. */
function smooth(cells: Float64Array): Float64Array {
  return cells.map((own, at) => ((cells[at - 1] ?? own) + 2 * own + (cells[at + 1] ?? own)) / 4);
}
