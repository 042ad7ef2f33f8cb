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

/** Far cells, each 1/64 of the table's half: they reach 64 times as far. The first of them lie within the table. */
const FAR_CELLS = 4096;
const FAR_FROM = 64;
const EM_ROUNDS = 30;
/** Strides of a kernel that are skipped at once where there is nothing. */
const BLOCK_STRIDES = 64;
/** Learning from more differences than this changes nothing but the time it takes. */
const MOST_SAMPLES = 2000;

/**
 * The learned density of a difference (run time minus row time, run length minus row length): a mixture of box kernels
 * of many widths over the soft links and of default shapes, tabulated.
 */
export class DifferenceDensity {
  readonly #settings: DensitySettings;
  readonly #shapes: readonly ShapeTable[];
  #table: Float64Array;
  #most: number;
  /** Coarse and symmetric, for differences beyond the table. */
  #far: Float64Array;
  readonly #farStep: number;

  constructor(settings: DensitySettings) {
    const { shapes, halfCells, resolution } = settings;
    this.#settings = settings;
    this.#farStep = (halfCells * resolution) / FAR_FROM;
    this.#shapes = shapes.map((shape) => tabulateShape(shape, settings, this.#farStep));
    const pseudoTotal = shapes.reduce((sum, shape) => sum + shape.pseudoCount, 0);
    const shares = shapes.map((shape) => shape.pseudoCount / pseudoTotal);
    this.#table = this.#mixNear(shares);
    this.#far = this.#mixFar(shares);
    this.#most = maximum(this.#table);
  }

  at(difference: number): number {
    const { resolution, halfCells } = this.#settings;
    const cell = Math.round(difference / resolution) + halfCells;
    if (cell >= 0 && cell < this.#table.length) return this.#table[cell] ?? 0;
    return this.#far[Math.min(FAR_CELLS - 1, Math.floor(Math.abs(difference) / this.#farStep))] ?? 0;
  }

  most(): number {
    return this.#most;
  }

  /** The most that a difference beyond the table reaches, where no interval ends: only the default shapes speak there. */
  mostBeyond(): number {
    let most = 0;
    for (let cell = FAR_FROM; cell < FAR_CELLS; cell++) most = Math.max(most, this.#far[cell] ?? 0);
    return most;
  }

  /** Half-open intervals [from, to) outside of which, as far as the table reaches, the density is `limit` at most. */
  intervalsAbove(limit: number): readonly (readonly [number, number])[] {
    return intervalsAbove(this.#table, limit, this.#settings);
  }

  learn(samples: Samples): void {
    const cumulative = accumulate(samples, this.#settings);
    const [kernelShares, shapeShares] = learnShares(this.#settings, cumulative, thin(samples));
    this.#table = this.#mixNear(shapeShares);
    this.#far = this.#mixFar(shapeShares);
    const { scales, resolution } = this.#settings;
    for (const [at, scale] of scales.entries()) {
      const radius = radiusOf(scale, resolution);
      addKernel(this.#table, cumulative, { share: kernelShares[at] ?? 0, radius, resolution });
    }
    this.#most = maximum(this.#table);
  }

  #mixNear(shares: readonly number[]): Float64Array {
    const cells = new Float64Array(2 * this.#settings.halfCells + 1);
    for (const [at, { near }] of this.#shapes.entries()) addTable(cells, near, shares[at] ?? 0);
    return cells;
  }

  #mixFar(shares: readonly number[]): Float64Array {
    const cells = new Float64Array(FAR_CELLS);
    for (const [at, { far }] of this.#shapes.entries()) addTable(cells, far, shares[at] ?? 0);
    return cells;
  }
}

/** A default shape's density by cell: within the table, and beyond it the likelier side for both. */
interface ShapeTable {
  readonly near: Float64Array;
  readonly far: Float64Array;
}

function tabulateShape(shape: DefaultShape, { halfCells, resolution }: DensitySettings, farStep: number): ShapeTable {
  const near = new Float64Array(2 * halfCells + 1);
  for (let cell = 0; cell < near.length; cell++) near[cell] = shape.density((cell - halfCells) * resolution);
  const far = new Float64Array(FAR_CELLS);
  for (let cell = 0; cell < FAR_CELLS; cell++) {
    far[cell] = Math.max(shape.density(cell * farStep), shape.density(-cell * farStep));
  }
  return { near, far };
}

function addTable(cells: Float64Array, table: Float64Array, share: number): void {
  for (let cell = 0; cell < cells.length; cell++) cells[cell] = (cells[cell] ?? 0) + share * (table[cell] ?? 0);
}

function radiusOf(scale: number, resolution: number): number {
  return Math.max(1, Math.round(scale / resolution));
}

/** Σ weights of all samples up to and including each cell. */
function accumulate(samples: Samples, { resolution, halfCells }: DensitySettings): Float64Array {
  const cellCount = 2 * halfCells + 1;
  const cumulative = new Float64Array(cellCount + 1);
  for (const [index, difference] of samples.differences.entries()) {
    const cell = Math.round(difference / resolution) + halfCells;
    if (cell >= 0 && cell < cellCount)
      cumulative[cell + 1] = (cumulative[cell + 1] ?? 0) + (samples.weights[index] ?? 0);
  }
  for (let cell = 0; cell < cellCount; cell++)
    cumulative[cell + 1] = (cumulative[cell + 1] ?? 0) + (cumulative[cell] ?? 0);
  return cumulative;
}

/**
 * Two wrong pairs that happen to differ alike must not confirm each other: this many observations are taken off
 * whatever a kernel counts, at least one for the row and one for the run that ask.
 */
function discountOf(total: number): number {
  return 2 + 0.005 * total;
}

function massIn(cumulative: Float64Array, center: number, radius: number): number {
  const cellCount = cumulative.length - 1;
  const to = Math.min(cellCount, Math.max(0, center + radius + 1));
  const from = Math.max(0, Math.min(cellCount, center - radius));
  return (cumulative[to] ?? 0) - (cumulative[from] ?? 0);
}

function addKernel(
  cells: Float64Array,
  cumulative: Float64Array,
  kernel: { readonly share: number; readonly radius: number; readonly resolution: number },
): void {
  const total = cumulative.at(-1) ?? 0;
  if (kernel.share <= 0 || total <= 0) return;
  const discount = discountOf(total);
  const height = kernel.share / (total * (2 * kernel.radius + 1) * kernel.resolution);
  // wide kernels change slowly: one value for a small part of their width
  const stride = Math.max(1, kernel.radius >> 5);
  const block = BLOCK_STRIDES * stride;
  for (let start = 0; start < cells.length; start += block) {
    const end = Math.min(cells.length, start + block);
    // no part of a block counts more than all of it, and most blocks are all but empty
    if (massIn(cumulative, start + (block >> 1), block + kernel.radius) <= discount) continue;
    for (let from = start; from < end; from += stride) {
      const mass = massIn(cumulative, from + (stride >> 1), kernel.radius) - discount;
      if (mass <= 0) continue;
      const to = Math.min(cells.length, from + stride);
      for (let cell = from; cell < to; cell++) cells[cell] = (cells[cell] ?? 0) + height * mass;
    }
  }
}

function thin(samples: Samples): Samples {
  const stride = Math.ceil(samples.differences.length / MOST_SAMPLES);
  if (stride <= 1) return samples;
  const keep = (_value: number, index: number): boolean => index % stride === 0;
  return { differences: samples.differences.filter(keep), weights: samples.weights.filter(keep) };
}

/** EM for the shares on leave-one-out densities; only the default shapes have pseudo-counts. */
function learnShares(settings: DensitySettings, cumulative: Float64Array, samples: Samples): [number[], number[]] {
  const { scales, shapes } = settings;
  const parts = scales.length + shapes.length;
  const densities = sampleDensities(settings, cumulative, samples);
  const pseudo = [...scales.map(() => 0), ...shapes.map((shape) => shape.pseudoCount)];
  const shares = Float64Array.from(pseudo, (count) => (count + 1) / (parts + sumOf(pseudo)));
  const mass = sumOf(samples.weights);
  const factor = mass > 0 ? (cumulative.at(-1) ?? 0) / mass : 1;
  const counts = new Float64Array(parts);
  for (let round = 0; round < EM_ROUNDS; round++) {
    counts.set(pseudo);
    for (let sample = 0; sample < samples.weights.length; sample++) {
      const from = sample * parts;
      let all = 0;
      for (let part = 0; part < parts; part++) all += (densities[from + part] ?? 0) * (shares[part] ?? 0);
      if (all <= 0) continue;
      const weight = (samples.weights[sample] ?? 0) * factor;
      for (let part = 0; part < parts; part++) {
        // the share of the part first: far out in a tail, one over the sum of them would overflow
        const own = ((densities[from + part] ?? 0) * (shares[part] ?? 0)) / all;
        counts[part] = (counts[part] ?? 0) + weight * own;
      }
    }
    const sum = sumOf(counts);
    for (let part = 0; part < parts; part++) shares[part] = (counts[part] ?? 0) / sum;
  }
  return [[...shares.subarray(0, scales.length)], [...shares.subarray(scales.length)]];
}

/**
 * Density of every sample under every kernel and every shape, sample by sample. The discount is taken off as in the
 * table, and with it the sample's own weight: else narrow kernels would win samples that the table denies them.
 */
function sampleDensities(settings: DensitySettings, cumulative: Float64Array, samples: Samples): Float64Array {
  const { scales, shapes, resolution, halfCells } = settings;
  const total = cumulative.at(-1) ?? 0;
  const discount = discountOf(total);
  const parts = scales.length + shapes.length;
  const densities = new Float64Array(samples.differences.length * parts);
  const radii = scales.map((scale) => radiusOf(scale, resolution));
  for (const [sample, difference] of samples.differences.entries()) {
    const center = Math.round(difference / resolution) + halfCells;
    for (let at = 0; at < radii.length; at++) {
      const radius = radii[at] ?? 1;
      const mass = massIn(cumulative, center, radius) - discount;
      densities[sample * parts + at] = mass <= 0 ? 0 : mass / (total * (2 * radius + 1) * resolution);
    }
    for (let at = 0; at < shapes.length; at++) {
      densities[sample * parts + scales.length + at] = shapes[at]?.density(difference) ?? 0;
    }
  }
  return densities;
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function maximum(table: Float64Array): number {
  let most = 0;
  for (let cell = 0; cell < table.length; cell++) most = Math.max(most, table[cell] ?? 0);
  return most;
}

function intervalsAbove(
  table: Float64Array,
  limit: number,
  { resolution, halfCells }: DensitySettings,
): [number, number][] {
  const intervals: [number, number][] = [];
  let from = -1;
  for (let cell = 0; cell <= table.length; cell++) {
    const above = cell < table.length && (table[cell] ?? 0) > limit;
    if (above && from < 0) from = cell;
    if (!above && from >= 0) {
      intervals.push([(from - halfCells - 0.5) * resolution, (cell - halfCells - 0.5) * resolution]);
      from = -1;
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
