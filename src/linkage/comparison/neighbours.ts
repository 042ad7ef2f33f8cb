import { buildSortedIndex } from '../sorted.ts';

/** Neighbours on each side. */
const REACH = 4;

/**
 * The rows that started just before and after each row. They tend to have the same settings: batches, relaunch loops,
 * sweeps in order. A row without a run then agrees with the runs of its neighbours in settings and time at once.
 */
export function findNeighbours(rowSeconds: Float64Array): readonly (readonly number[])[] {
  const { records } = buildSortedIndex(rowSeconds);
  const neighbours: number[][] = Array.from(rowSeconds, () => []);
  for (const [at, row] of records.entries()) {
    for (let other = Math.max(0, at - REACH); other <= Math.min(records.length - 1, at + REACH); other++) {
      if (other !== at) neighbours[row]?.push(records[other] ?? 0);
    }
  }
  return neighbours;
}
