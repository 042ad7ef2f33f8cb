import { accumulate, createGrid, discountOf, kernelDensity, mixShapes, weightsByCell } from './density-grid.ts';
import type { DefaultShape, DensitySettings, Grid, Samples } from './density-grid.ts';

const EM_ROUNDS = 30;
/** The shares have settled when none moves by more than this. */
const SETTLED = 1e-4;
/** Cells that are skipped at once where there is nothing. */
const BLOCK = 64;

/**
 * The learned density of a difference (run time minus row time, run length minus row length): a mixture of box kernels
 * of many widths over the soft links and of default shapes, tabulated.
 */
export class DifferenceDensity {
  readonly #grid: Grid;
  #table: Float64Array;
  #most: number | null = null;
  #mostBeyond: number | null = null;

  /** @param like a density of the same settings: its default shapes are tabulated already */
  constructor(settings: DensitySettings, like?: DifferenceDensity) {
    this.#grid = like === undefined ? createGrid(settings) : like.#grid;
    const pseudoTotal = settings.shapes.reduce((sum, shape) => sum + shape.pseudoCount, 0);
    this.#table = mixShapes(
      this.#grid,
      settings.shapes.map((shape) => shape.pseudoCount / pseudoTotal),
    );
  }

  at(difference: number): number {
    const { cells, resolution } = this.#grid;
    return this.#table[cells.cellOf(Math.round(difference / resolution))] ?? 0;
  }

  most(): number {
    return (this.#most ??= maximum(this.#table));
  }

  /** The most that a difference beyond the table reaches, where no interval ends: only the default shapes speak there. */
  mostBeyond(): number {
    const { from, to } = this.#grid;
    return (this.#mostBeyond ??= Math.max(maximum(this.#table.subarray(0, from)), maximum(this.#table.subarray(to))));
  }

  /** The distance from 0 beyond which the density is `limit` at most; Infinity where there is none. */
  farthestAbove(limit: number): number {
    const { cells, resolution } = this.#grid;
    const last = cells.size - 1;
    if ((this.#table[0] ?? 0) > limit || (this.#table[last] ?? 0) > limit) return Infinity;
    const high = this.#table.findLastIndex((density) => density > limit);
    const low = this.#table.findIndex((density) => density > limit);
    // differences are rounded to whole units before they are looked up
    return low < 0 ? 0 : (Math.max(cells.starts[high + 1] ?? 0, -(cells.starts[low] ?? 0)) + 1) * resolution;
  }

  /** Half-open intervals [from, to) outside of which, as far as the table reaches, the density is `limit` at most. */
  intervalsAbove(limit: number): readonly (readonly [number, number])[] {
    return intervalsAbove(this.#table, limit, this.#grid);
  }

  learn(samples: Samples): void {
    const grid = this.#grid;
    const weights = weightsByCell(samples, grid);
    const cumulative = accumulate(weights, grid);
    const shares = learnShares(grid, cumulative, weights);
    const { radii } = grid;
    this.#table = mixShapes(grid, shares.subarray(radii.length));
    for (let at = 0; at < radii.length; at++) {
      addKernel(this.#table, { share: shares[at] ?? 0, radius: radii[at] ?? 1, cumulative }, grid);
    }
    this.#most = null;
    this.#mostBeyond = null;
  }
}

function addKernel(
  table: Float64Array,
  kernel: { readonly share: number; readonly radius: number; readonly cumulative: Float64Array },
  grid: Grid,
): void {
  const { share, radius, cumulative } = kernel;
  const { cells, from, to } = grid;
  const { starts } = cells;
  const total = cumulative[cells.size] ?? 0;
  if (share <= 0 || total <= 0) return;
  // wide kernels change slowly: one value for a small part of their width
  const stride = Math.max(1, radius >> 5);
  for (let block = from; block < to; block += BLOCK) {
    const blockEnd = Math.min(to, block + BLOCK);
    const first = cells.cellOf((starts[block] ?? 0) - radius);
    const last = cells.cellOf((starts[blockEnd] ?? 0) + radius);
    // no part of a block counts more than all of it, and most blocks are all but empty
    if ((cumulative[last + 1] ?? 0) - (cumulative[first] ?? 0) <= discountOf(total)) continue;
    for (let cell = block; cell < blockEnd;) {
      const next = Math.min(blockEnd, Math.max(cell + 1, cells.cellOf((starts[cell] ?? 0) + stride)));
      const middle = ((starts[cell] ?? 0) + (starts[next] ?? 0) - 1) >> 1;
      const density = share * kernelDensity(cumulative, grid, { middle, radius });
      if (density === 0) cell = next;
      for (; cell < next; cell++) table[cell] = (table[cell] ?? 0) + density;
    }
  }
}

/** EM for the shares of kernels and shapes on leave-one-out densities; only the default shapes have pseudo-counts. */
function learnShares(grid: Grid, cumulative: Float64Array, weights: Float64Array): Float64Array {
  const pseudo = [...grid.radii.map(() => 0), ...grid.pseudoCounts];
  const cells = cellsWithWeight(weights);
  const samples: CellSamples = {
    densities: sampleDensities(grid, cumulative, cells),
    weights: Float64Array.from(cells, (cell) => weights[cell] ?? 0),
  };
  const shares = Float64Array.from(pseudo, (count) => (count + 1) / (pseudo.length + sumOf(pseudo)));
  const counts = new Float64Array(pseudo.length);
  for (let round = 0; round < EM_ROUNDS; round++) {
    counts.set(pseudo);
    countParts(samples, shares, counts);
    if (moveTo(shares, counts) < SETTLED) break;
  }
  return shares;
}

interface CellSamples {
  /** By sample and part. */
  readonly densities: Float64Array;
  readonly weights: Float64Array;
}

/** Adds to the counts what each part explains of the samples. A loop of its own is compiled once, not for each use. */
function countParts({ densities, weights }: CellSamples, shares: Float64Array, counts: Float64Array): void {
  const parts = shares.length;
  for (let sample = 0; sample < weights.length; sample++) {
    const from = sample * parts;
    let all = 0;
    for (let part = 0; part < parts; part++) all += (densities[from + part] ?? 0) * (shares[part] ?? 0);
    if (all <= 0) continue;
    const weight = weights[sample] ?? 0;
    for (let part = 0; part < parts; part++) {
      // the share of the part first: far out in a tail, one over the sum of them would overflow
      const own = ((densities[from + part] ?? 0) * (shares[part] ?? 0)) / all;
      counts[part] = (counts[part] ?? 0) + weight * own;
    }
  }
}

/** Sets the shares to those of the counts; returns how far one has moved at most. */
function moveTo(shares: Float64Array, counts: Float64Array): number {
  const sum = sumOf(counts);
  let moved = 0;
  for (let part = 0; part < shares.length; part++) {
    const share = (counts[part] ?? 0) / sum;
    moved = Math.max(moved, Math.abs(share - (shares[part] ?? 0)));
    shares[part] = share;
  }
  return moved;
}

function cellsWithWeight(weights: Float64Array): Int32Array {
  const cells: number[] = [];
  for (let cell = 0; cell < weights.length; cell++) if ((weights[cell] ?? 0) > 0) cells.push(cell);
  return Int32Array.from(cells);
}

/**
 * Density in every cell that has samples under every kernel and every shape, cell by cell. The discount is taken off as
 * in the table, and with it the sample's own weight: else narrow kernels would win samples that the table denies them.
 */
function sampleDensities(grid: Grid, cumulative: Float64Array, cells: Int32Array): Float64Array {
  const { radii, shapes, from, to } = grid;
  const parts = radii.length + shapes.length;
  const densities = new Float64Array(cells.length * parts);
  for (let sample = 0; sample < cells.length; sample++) {
    const cell = cells[sample] ?? 0;
    const middle = grid.cells.middleOf(cell);
    const kernels = cell >= from && cell < to ? radii.length : 0;
    for (let at = 0; at < kernels; at++) {
      densities[sample * parts + at] = kernelDensity(cumulative, grid, { middle, radius: radii[at] ?? 1 });
    }
    for (let at = 0; at < shapes.length; at++) {
      densities[sample * parts + radii.length + at] = shapes[at]?.[cell] ?? 0;
    }
  }
  return densities;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0;
  return sum;
}

function maximum(table: Float64Array): number {
  let most = 0;
  for (let cell = 0; cell < table.length; cell++) most = Math.max(most, table[cell] ?? 0);
  return most;
}

function intervalsAbove(table: Float64Array, limit: number, { cells, resolution, from, to }: Grid): [number, number][] {
  const intervals: [number, number][] = [];
  let first = -1;
  for (let cell = from; cell <= to; cell++) {
    const above = cell < to && (table[cell] ?? 0) > limit;
    if (above && first < 0) first = cell;
    if (!above && first >= 0) {
      intervals.push([((cells.starts[first] ?? 0) - 0.5) * resolution, ((cells.starts[cell] ?? 0) - 0.5) * resolution]);
      first = -1;
    }
  }
  return mergeNear(intervals, 3 * resolution);
}

/** Many small islands cost more searches than the runs between them. */
function mergeNear(intervals: readonly [number, number][], gap: number): [number, number][] {
  const merged: [number, number][] = [];
  for (const [from, to] of intervals) {
    const last = merged.at(-1);
    if (last !== undefined && from - last[1] <= gap * Math.max(1, merged.length / 8)) last[1] = to;
    else merged.push([from, to]);
  }
  return merged;
}

/** Shapes by name, normalised per unit. */
export function boxShape(from: number, to: number, pseudoCount: number): DefaultShape {
  const height = 1 / (to - from);
  return { pseudoCount, density: (d) => (d >= from && d <= to ? height : 0) };
}

export function laplaceShape(scale: number, pseudoCount: number): DefaultShape {
  return { pseudoCount, density: (d) => Math.exp(-Math.abs(d) / scale) / (2 * scale) };
}
