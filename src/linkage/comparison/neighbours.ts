import { sortedIndexOf } from '../sorted.ts';

/** Neighbours on each side. */
const REACH = 4;
/** Places that each row has for its neighbours. */
export const MOST_NEIGHBOURS = 2 * REACH;

/**
 * The rows that started just before and after each row, row by row; −1 where a row has fewer. They tend to have the same
 * settings: batches, relaunch loops, sweeps in order. A row without a run then agrees with the runs of its neighbours in
 * settings and time at once.
 */
export function findNeighbours(rowSeconds: Float64Array): Int32Array {
  const { records } = sortedIndexOf(rowSeconds);
  const neighbours = new Int32Array(MOST_NEIGHBOURS * rowSeconds.length).fill(-1);
  for (let at = 0; at < records.length; at++) {
    let place = MOST_NEIGHBOURS * (records[at] ?? 0);
    for (let other = Math.max(0, at - REACH); other <= Math.min(records.length - 1, at + REACH); other++) {
      if (other !== at) neighbours[place++] = records[other] ?? 0;
    }
  }
  return neighbours;
}
