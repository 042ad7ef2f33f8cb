import { describe, expect, it } from 'vitest';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { pairMetrics } from '../../src/linkage/pairing/pair-metrics.ts';
import type { PairedMetric } from '../../src/linkage/pairing/pair-metrics.ts';
import { splitPercents } from '../../src/linkage/pairing/measured-cells.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

/** Accuracies of 80 runs, with more digits than anybody writes down. */
const TRUE = Array.from({ length: 80 }, (_item, at) => 0.5 + 0.0059 * ((at * 37) % 80) + 0.000_123_7 * at);

/** How the column `score` is paired with a summary key, where rows say of a run what `write` makes of it. */
function pairsOf(write: (value: number, at: number) => number, values = TRUE): PairedMetric[] {
  const rows = values.map((value, at) => rowOf(`row-${at + 10}`, { score: write(value, at) }));
  const runs = values.map((value, at) =>
    runOf(`run-${at + 10}`, '2025-05-01T08:00:00Z', { summary: { 'val/auroc': value, 'val/loss': 3 * (1 - value) } }),
  );
  const none = { taken: new Set<string>(), known: new Map(), bitsAsSetting: () => 0 };
  return pairMetrics(buildRecords(inputOf(rows, runs)), [], none);
}

describe('a column in which one writer put fractions and another percents', () => {
  it('is compared in both units, each with the digits that its writer kept', () => {
    const pairs = pairsOf((value, at) => Number(at < 40 ? value.toFixed(4) : (100 * value).toFixed(1)));
    expect(pairs.map(({ key, factor, rounding }) => ({ key, factor, digits: rounding.digits }))).toEqual([
      { key: 'val/auroc', factor: 1, digits: 4 },
      { key: 'val/auroc', factor: 100, digits: 1 },
    ]);
    const [fractions, percents] = pairs;
    expect(fractions?.rowValues[1]).toBe(Number((TRUE[1] ?? 0).toFixed(4)));
    expect(fractions?.rowValues[79]).toBeNaN();
    expect(percents?.rowValues[79]).toBeCloseTo(100 * (TRUE[79] ?? 0), 1);
    expect(percents?.runValues[79]).toBeCloseTo(100 * (TRUE[79] ?? 0), 9);
  });

  it('is no loss on both sides of 1', () => {
    const pairs = pairsOf((value) => Number((3 * (1 - value)).toFixed(3)));
    expect(pairs.map(({ key, factor }) => ({ key, factor }))).toEqual([{ key: 'val/loss', factor: 1 }]);
  });

  it('says nothing in cells that may be either', () => {
    const [fractions, percents] = splitPercents(
      Float64Array.of(0.8213, 0.9439, 0.7777, 0.6541, 0.9312, 0.8, 94.4, 81.2, 77.3, 60.1, 55.5),
    );
    expect(fractions?.sorted).toHaveLength(5);
    expect(percents?.sorted).toHaveLength(5);
    expect(splitPercents(Float64Array.from(TRUE))).toEqual([]);
    expect(splitPercents(Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 22, 33, 44, 55, 66, 1200))).toEqual([]);
  });
});
