import { lowerBound, upperBound } from '../sorted.ts';
import { siblingDensity } from './sibling-spread.ts';
import type { RowGroups } from './sibling-spread.ts';
import { thinOut } from '../thin-out.ts';

/** Rows with one setting that show how its metric spreads. */
const LEAST_ALIKE = 6;
/** Rows that show which setting a metric depends on. */
const MOST_ASKED = 500;
/** A setting narrows a metric by at least so many bits on average, or it tells nothing of it. */
const LEAST_BITS = 0.25;
/** Share of a density that is flat over the whole range. */
const FLAT = 0.1;

/**
 * Density of each row's value among the other rows: what chance gives. Where a setting (a molecule, a data set) tells
 * the metric's size, rows of that setting are the ones to be held against: else two that agree would count it twice. Where
 * rows of the same settings are there, another draw of these is what gives such a value: runs that share them lie near.
 *
 * @param units of the last digit kept, by row
 */
export function metricBackground(
  rowValues: Float64Array,
  units: Float64Array,
  { settings, combinations }: RowGroups,
): Float64Array {
  const finite = rowValues.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  const all = new ValueSpread(finite);
  const density = finite.map((value, row) => (Number.isNaN(value) ? value : all.density(value, units[row] ?? 1)));
  const byOne = settings.map((codes) => {
    const groups = spreadsByCode(finite, codes);
    return (row: number): number =>
      groups.get(codes[row] ?? -1)?.densityOfOther(finite[row] ?? 0, units[row] ?? 1, all) ?? density[row] ?? 1;
  });
  const narrowed = narrow(density, byOne);
  const bySiblings = combinations.flatMap((codes) => {
    const siblings = siblingDensity(finite, codes);
    if (siblings === null) return [];
    return (row: number): number => {
      const own = siblings[row] ?? Number.NaN;
      return Number.isNaN(own) ? (narrowed[row] ?? 1) : (1 - FLAT) * own + all.flat(units[row] ?? 1);
    };
  });
  return narrow(narrowed, bySiblings);
}

/** The densities, where higher, by the choice that gains most bits on average; as they are where none gains enough. */
function narrow(density: Float64Array, choices: readonly ((row: number) => number)[]): Float64Array {
  const rows = [...density.keys()].filter((row) => !Number.isNaN(density[row]));
  const asked = thinOut(rows, MOST_ASKED);
  let best: { readonly gain: number; readonly choice: (row: number) => number } | null = null;
  for (const choice of choices) {
    const gain = asked.reduce((sum, row) => sum + Math.log2(choice(row) / (density[row] ?? 1)), 0) / asked.length;
    if (gain >= LEAST_BITS && gain > (best?.gain ?? 0)) best = { gain, choice };
  }
  const { choice } = best ?? { choice: () => 0 };
  return density.map((own, row) => (Number.isNaN(own) ? own : Math.max(own, choice(row))));
}

/** Values as a density: a box kernel at Silverman's width. */
class ValueSpread {
  readonly #sorted: Float64Array;
  readonly #width: number;
  readonly #range: number;

  constructor(values: Float64Array) {
    this.#sorted = values.filter((value) => !Number.isNaN(value)).sort();
    const size = this.#sorted.length;
    const at = (share: number): number => this.#sorted[Math.floor(share * (size - 1))] ?? 0;
    this.#range = Math.max((this.#sorted[size - 1] ?? 0) - (this.#sorted[0] ?? 0), 1e-12);
    const spread = Math.min(deviationOf(this.#sorted), (at(0.75) - at(0.25)) / 1.34 || Infinity) || this.#range;
    this.#width = 1.73 * 0.9 * spread * Math.max(1, size) ** -0.2;
  }

  get size(): number {
    return this.#sorted.length;
  }

  /** With a flat tenth, and at least half the share of the values that are this very one. */
  density(value: number, unit: number): number {
    const half = Math.max(this.#width, unit);
    const local = ((1 - FLAT) * this.#countNear(value, half)) / (this.size * 2 * half) + this.flat(half);
    const same = this.#countNear(value, unit / 2);
    return Math.max(local, same > 1 ? same / (2 * this.size * unit) : 0);
  }

  /** Without one value that is this very one. */
  densityOfOther(value: number, unit: number, all: ValueSpread): number {
    const half = Math.max(this.#width, unit);
    const near = this.#countNear(value, half) - 1;
    return ((1 - FLAT) * near) / ((this.size - 1) * 2 * half) + all.flat(half);
  }

  flat(half: number): number {
    return FLAT / Math.max(this.#range, 2 * half);
  }

  #countNear(value: number, half: number): number {
    return upperBound(this.#sorted, value + half) - lowerBound(this.#sorted, value - half);
  }
}

function spreadsByCode(values: Float64Array, codes: Int32Array): Map<number, ValueSpread> {
  const members = new Map<number, number[]>();
  for (let row = 0; row < values.length; row++) {
    const code = codes[row] ?? -1;
    const value = values[row] ?? Number.NaN;
    if (code < 0 || Number.isNaN(value)) continue;
    const own = members.get(code);
    if (own === undefined) members.set(code, [value]);
    else own.push(value);
  }
  const spreads = new Map<number, ValueSpread>();
  for (const [code, own] of members) {
    if (own.length >= LEAST_ALIKE) spreads.set(code, new ValueSpread(Float64Array.from(own)));
  }
  return spreads;
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length));
}
