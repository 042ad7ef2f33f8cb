import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Curve } from '../../src/curves/curve.ts';
import { selectForEye } from '../../src/curves/downsample.ts';
import { learnGoal, pickBest } from '../../src/curves/rank.ts';
import { parseSmoothing, smooth } from '../../src/curves/smooth.ts';
import { chooseLogTicks, chooseTicks, renderTick } from '../../src/curves/ticks.ts';
import { UsageError } from '../../src/errors.ts';

const curveOf = (id: string, values: readonly number[], metric = 'score'): Curve => ({
  run: { runId: id, rowKey: null, label: id, group: null },
  metric,
  x: Float64Array.from(values, (_value, no) => no),
  y: Float64Array.from(values),
  raw: null,
});

describe('smoothing', () => {
  it('starts at the first value and is the weighted mean of all so far', () => {
    const values = [4, 1, 7, 2];
    const smoothed = smooth(Float64Array.from(values), { kind: 'ema', weight: 0.9 });
    expect(smoothed[0]).toBeCloseTo(4, 12);
    for (let end = 0; end < values.length; end += 1) {
      const weights = values.slice(0, end + 1).map((_value, no) => 0.9 ** (end - no));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const mean = weights.reduce((sum, weight, no) => sum + weight * values[no]!, 0) / total;
      expect(smoothed[end]).toBeCloseTo(mean, 10);
    }
  });

  it('leaves gaps as they are and goes on behind them as if they had not been', () => {
    const smoothed = smooth(Float64Array.of(1, Number.NaN, 3), { kind: 'ema', weight: 0.5 });
    const without = smooth(Float64Array.of(1, 3), { kind: 'ema', weight: 0.5 });
    expect([smoothed[0], smoothed[1], smoothed[2]]).toEqual([without[0], Number.NaN, without[1]]);
  });

  it.each(['ema', 'ema:1', 'ema:-0.5', 'ema:x', 'mean:5', ''])('refuses %j and says what it expects', (text) => {
    expect(() => parseSmoothing(text)).toThrow(UsageError);
    expect(() => parseSmoothing(text)).toThrow(/expected ema:WEIGHT/);
  });

  it('knows none, and weights from 0 on', () => {
    expect([parseSmoothing('none'), parseSmoothing('ema:0.9'), parseSmoothing('ema:0')]).toEqual([
      null,
      { kind: 'ema', weight: 0.9 },
      { kind: 'ema', weight: 0 },
    ]);
  });
});

describe('the best runs', () => {
  const rising = [
    curveOf('a', [0, 1, 5]),
    curveOf('b', [0, 9, 4]),
    curveOf('c', [0, 2, Number.NaN]),
    curveOf('d', [Number.NaN]),
  ];

  it('are those of the best last value, or of the best ever; curves without a value are none', () => {
    const best = (by: 'final' | 'best', goal: 'min' | 'max', count = 9) => pickBest(rising, { count, by, goal });
    expect(best('final', 'max')).toEqual(['a', 'b', 'c']);
    expect(best('best', 'max', 1)).toEqual(['b']);
    expect(best('final', 'min', 2)).toEqual(['c', 'b']);
    expect(best('best', 'min')).toEqual(['a', 'b', 'c']); // all began at 0: by run id
  });

  it('learns which way is better from the way that most curves went, and from the name where they went nowhere', () => {
    expect(learnGoal(rising)).toBe('max');
    expect(learnGoal([curveOf('a', [5, 1]), curveOf('b', [4, 2]), curveOf('c', [1, 3])])).toBe('min');
    expect(learnGoal([curveOf('a', [1, 1], 'train/loss')])).toBe('min');
    expect(learnGoal([curveOf('a', [1, 1], 'accuracy')])).toBe('max');
  });
});

describe('downsampling for the eye', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -99, max: 99 }), fc.constant(Number.NaN)), {
    minLength: 1,
    maxLength: 400,
  });

  it('keeps first, last, least and greatest of every pixel column, and gaps, and little else', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 20 }), (ys, pixels) => {
        const y = Float64Array.from(ys);
        const x = Float64Array.from(ys, (_y, no) => no);
        const extent = { from: 0, to: ys.length };
        const kept = selectForEye({ x, values: [y] }, pixels, extent);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        if (ys.length > 2 * pixels) expect(kept.length).toBeLessThanOrEqual(5 * (pixels + 1));
        for (let pixel = 0; pixel <= pixels; pixel += 1) {
          const inside = [...x].filter((at) => Math.floor(at / (ys.length / pixels)) === pixel);
          const own = kept.filter((index) => inside.includes(index));
          const finite = (indexes: readonly number[]) =>
            indexes.map((index) => y[index]!).filter((value) => !Number.isNaN(value));
          expect(Math.max(...finite(own))).toBe(Math.max(...finite(inside)));
          expect(Math.min(...finite(own))).toBe(Math.min(...finite(inside)));
          expect([own[0], own.at(-1)]).toEqual([inside[0], inside.at(-1)]);
          expect(own.some((index) => Number.isNaN(y[index]))).toBe(inside.some((index) => Number.isNaN(y[index])));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the one spike among a million points', () => {
    const y = new Float64Array(1_000_000);
    y[654_321] = 1;
    const x = y.map((_value, no) => no);
    expect(selectForEye({ x, values: [y] }, 500, { from: 0, to: 1e6 })).toContain(654_321);
  });
});

describe('ticks', () => {
  it('are round and inside the range', () => {
    expect(chooseTicks(0, 11_842, 5)).toEqual([0, 5000, 10_000]);
    expect(chooseTicks(0.21, 0.83, 6)).toEqual([0.4, 0.6, 0.8]);
    expect(chooseTicks(-1, 1, 4)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(chooseLogTicks(-3.2, 1.1, 9)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(chooseLogTicks(0.1, 0.5, 4).every((tick) => tick >= 10 ** 0.1 && tick <= 10 ** 0.5)).toBe(true);
  });

  it('are written short', () => {
    expect([0, 0.25, 1500, 12_000, 2_500_000, 0.00003, -40].map(renderTick)).toEqual([
      '0',
      '0.25',
      '1.5k',
      '12k',
      '2.5M',
      '3e-5',
      '-40',
    ]);
  });
});
