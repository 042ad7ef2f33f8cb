import { GrowingCells } from './growing-cells.ts';

/** A fixed shape that holds before anything was learned, with as many pseudo-observations as it is worth. */
export interface DefaultShape {
  readonly pseudoCount: number;
  /** Density per unit at a difference. */
  density(difference: number): number;
}

export interface DensitySettings {
  /** Unit of one cell of the table. */
  readonly resolution: number;
  /** Half-widths of the kernels, in units; learned shares decide which of them speak. */
  readonly scales: readonly number[];
  readonly shapes: readonly DefaultShape[];
  /** The table reaches this many cells to either side of 0; beyond it only the default shapes speak. */
  readonly halfCells: number;
}

export interface Samples {
  readonly differences: readonly number[];
  readonly weights: readonly number[];
}

/** Beyond the table, as many times as far, only the default shapes speak. */
const FAR = 64;

/** What the settings say, cell by cell. */
export interface Grid {
  readonly cells: GrowingCells;
  readonly resolution: number;
  /** The cells of the table; those before and behind lie beyond it. */
  readonly from: number;
  readonly to: number;
  /** Half-widths of the kernels in cells' units. */
  readonly radii: readonly number[];
  readonly pseudoCounts: readonly number[];
  /** Density of each default shape in the middle of each cell. */
  readonly shapes: readonly Float64Array[];
}

export function createGrid({ shapes, scales, halfCells, resolution }: DensitySettings): Grid {
  const cells = new GrowingCells(FAR * halfCells);
  return {
    cells,
    resolution,
    from: cells.cellOf(-halfCells),
    to: cells.cellOf(halfCells) + 1,
    radii: scales.map((scale) => Math.max(1, Math.round(scale / resolution))),
    pseudoCounts: shapes.map((shape) => shape.pseudoCount),
    shapes: shapes.map((shape) => {
      const table = new Float64Array(cells.size);
      for (let cell = 0; cell < table.length; cell++) table[cell] = shape.density(cells.middleOf(cell) * resolution);
      return table;
    }),
  };
}

export function mixShapes({ cells, shapes }: Grid, shares: ArrayLike<number>): Float64Array {
  const table = new Float64Array(cells.size);
  for (let at = 0; at < shapes.length; at++) addShape(table, shapes[at] ?? table, shares[at] ?? 0);
  return table;
}

function addShape(table: Float64Array, shape: Float64Array, share: number): void {
  for (let cell = 0; cell < table.length; cell++) table[cell] = (table[cell] ?? 0) + share * (shape[cell] ?? 0);
}

export function weightsByCell({ differences, weights }: Samples, { cells, resolution }: Grid): Float64Array {
  const sums = new Float64Array(cells.size);
  for (let sample = 0; sample < differences.length; sample++) {
    const cell = cells.cellOf(Math.round((differences[sample] ?? 0) / resolution));
    sums[cell] = (sums[cell] ?? 0) + (weights[sample] ?? 0);
  }
  return sums;
}

/** Σ weights of all samples of the table before each cell, and after the last. */
export function accumulate(weights: Float64Array, { from, to }: Grid): Float64Array {
  const cumulative = new Float64Array(weights.length + 1);
  let sum = 0;
  for (let cell = 0; cell < weights.length; cell++) {
    if (cell >= from && cell < to) sum += weights[cell] ?? 0;
    cumulative[cell + 1] = sum;
  }
  return cumulative;
}

/**
 * Two wrong pairs that happen to differ alike must not confirm each other: this many observations are taken off
 * whatever a kernel counts, at least one for the row and one for the run that ask.
 */
export function discountOf(total: number): number {
  return 2 + 0.005 * total;
}

/** Density per unit under a kernel, whose ends are rounded to whole cells; 0 where it counts too little. */
export function kernelDensity(
  cumulative: Float64Array,
  { cells, resolution }: Grid,
  { middle, radius }: { readonly middle: number; readonly radius: number },
): number {
  const total = cumulative[cells.size] ?? 0;
  const first = cells.cellOf(middle - radius);
  const end = cells.cellOf(middle + radius) + 1;
  const mass = (cumulative[end] ?? 0) - (cumulative[first] ?? 0) - discountOf(total);
  if (mass <= 0) return 0;
  return mass / (total * ((cells.starts[end] ?? 0) - (cells.starts[first] ?? 0)) * resolution);
}
