import type { PairedField } from '../pairing/pairing.ts';
import { buildSortedIndex } from '../sorted.ts';

/**
 * Rows started one after the other tend to have the same settings: batches, relaunch loops, sweeps in order. A row
 * without a run then agrees with the runs of its neighbours in settings and time at once, so that the settings of its
 * neighbours have to count as likely.
 */
export interface NeighbourShares {
  /** Mixes a global share (log2) with the share among the row's neighbours in time; log2 again. */
  mix(log2Share: number, row: number, mask: number): number;
}

/** Neighbours on each side. */
const REACH = 4;
const EM_ROUNDS = 30;
/** Pseudo-rows for the neighbours and for the registry as a whole. */
const PRIOR = { neighbours: 1, registry: 3 } as const;

export function buildNeighbourShares(
  fields: readonly PairedField[],
  rowMasks: Int32Array,
  rowSeconds: Float64Array | null,
): NeighbourShares {
  if (rowSeconds === null || fields.length === 0) return { mix: (log2Share) => log2Share };
  const neighbours = findNeighbours(rowSeconds);
  const shareOf = (row: number, mask: number): number => {
    const near = neighbours[row];
    if (near === undefined || near.length === 0) return 0;
    let equal = 0;
    for (const other of near) if (agrees(fields, { row, other, mask })) equal++;
    return equal / near.length;
  };
  const weight = learnWeight(rowMasks, shareOf, globalShares(fields, rowMasks));
  return {
    mix(log2Share, row, mask) {
      const local = shareOf(row, mask);
      return local === 0 && weight < 1e-3 ? log2Share : Math.log2((1 - weight) * 2 ** log2Share + weight * local);
    },
  };
}

function findNeighbours(rowSeconds: Float64Array): readonly (readonly number[])[] {
  const { records } = buildSortedIndex(rowSeconds);
  const neighbours: number[][] = Array.from(rowSeconds, () => []);
  for (const [at, row] of records.entries()) {
    for (let other = Math.max(0, at - REACH); other <= Math.min(records.length - 1, at + REACH); other++) {
      if (other !== at) neighbours[row]?.push(records[other] ?? 0);
    }
  }
  return neighbours;
}

function agrees(
  fields: readonly PairedField[],
  { row, other, mask }: { readonly row: number; readonly other: number; readonly mask: number },
): boolean {
  for (let at = 0; at < fields.length; at++) {
    if ((mask & (1 << at)) !== 0 && fields[at]?.rowCodes[row] !== fields[at]?.rowCodes[other]) return false;
  }
  return true;
}

/** Share of the other rows with the same values on all fields that the row has, smoothed by half a row. */
function globalShares(fields: readonly PairedField[], rowMasks: Int32Array): Float64Array {
  const keys = Array.from(rowMasks, (_mask, row) => fields.map((field) => field.rowCodes[row] ?? -1).join(' '));
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Float64Array.from(keys, (key) => ((counts.get(key) ?? 1) - 0.5) / keys.length);
}

/** EM for how often a row's settings come from its neighbours rather than from the registry as a whole. */
function learnWeight(
  rowMasks: Int32Array,
  shareOf: (row: number, mask: number) => number,
  global: Float64Array,
): number {
  const local = Float64Array.from(rowMasks, (mask, row) => shareOf(row, mask));
  let weight = PRIOR.neighbours / (PRIOR.neighbours + PRIOR.registry);
  for (let round = 0; round < EM_ROUNDS; round++) {
    let mass: number = PRIOR.neighbours;
    for (let row = 0; row < local.length; row++) {
      const near = weight * (local[row] ?? 0);
      mass += near / (near + (1 - weight) * (global[row] ?? 1));
    }
    weight = mass / (rowMasks.length + PRIOR.neighbours + PRIOR.registry);
  }
  return weight;
}
