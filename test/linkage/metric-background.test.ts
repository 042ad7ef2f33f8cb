import { describe, expect, it } from 'vitest';
import { metricBackground } from '../../src/linkage/comparison/metric-background.ts';
import { groupRows } from '../../src/linkage/comparison/sibling-spread.ts';
import { createRandom } from '../helpers/worlds/random.ts';

const MOLECULES = [-8, -38, -109, -232];

/** Energies of four molecules, known to seven digits; a column of molecules and one of seeds. */
function energies(): { readonly values: Float64Array; readonly molecules: Int32Array; readonly seeds: Int32Array } {
  const random = createRandom(7);
  const molecules = Int32Array.from({ length: 200 }, (_item, row) => row % 4);
  return {
    molecules,
    values: Float64Array.from(molecules, (at) => (MOLECULES[at] ?? 0) + random.integer(-400_000, 400_000) / 1e7),
    seeds: Int32Array.from({ length: 200 }, () => random.integer(0, 3)),
  };
}

describe('metricBackground', () => {
  const { values, molecules, seeds } = energies();
  const units = new Float64Array(values.length).fill(1e-7);
  const alone = metricBackground(values, units, groupRows([]));

  it('counts what a setting says of a metric once: a value is held against those of its setting', () => {
    const beside = metricBackground(values, units, groupRows([seeds, molecules]));
    // 0.08 wide in place of 224
    for (const [row, density] of beside.entries()) expect(density / (alone[row] ?? 0)).toBeGreaterThan(100);
  });

  it('takes no notice of settings that say nothing of it, nor of those that few rows share', () => {
    const own = Int32Array.from(values.keys(), (row) => row >> 2);
    expect(metricBackground(values, units, groupRows([seeds, own]))).toEqual(alone);
  });

  it('is that of another draw where rows of all the same settings show how near these lie', () => {
    const random = createRandom(3);
    const [rates, widths] = [3, 5].map((by) =>
      Int32Array.from({ length: 60 }, (_item, row) => Math.floor(row / 4) % by),
    );
    const levels = Array.from({ length: 15 }, () => 0.5 + 0.4 * random.next());
    const scores = Float64Array.from({ length: 60 }, (_item, row) => (levels[row >> 2] ?? 0) + 0.001 * random.normal());
    const seeds = Int32Array.from({ length: 60 }, (_item, row) => row);
    const fine = new Float64Array(60).fill(1e-4);
    const beside = metricBackground(scores, fine, groupRows([rates!, widths!, seeds]));
    const without = metricBackground(scores, fine, groupRows([]));
    const gains = beside.map((density, row) => Math.log2(density / (without[row] ?? 1))).sort();
    expect(gains[30]).toBeGreaterThan(4);
  });

  it('has none where a row has no number', () => {
    const gaps = values.map((value, row) => (row % 2 === 0 ? ([Number.NaN, Infinity][(row / 2) % 2] ?? 0) : value));
    const density = metricBackground(gaps, units, groupRows([molecules]));
    expect(density.map((one, row) => (row % 2 === 0 ? Number(Number.isNaN(one)) : Number(one > 0)))).toEqual(
      new Float64Array(values.length).fill(1),
    );
  });
});
