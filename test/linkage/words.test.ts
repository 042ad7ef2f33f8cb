import { describe, expect, it } from 'vitest';
import { DurationComparison } from '../../src/linkage/comparison/duration.ts';
import { describeMetrics } from '../../src/linkage/comparison/metric-words.ts';
import { describeGap } from '../../src/linkage/comparison/time-words.ts';
import { tellApart } from '../../src/linkage/decision/reasons.ts';

describe('the words for metrics', () => {
  const rounding = { kind: 'decimals', digits: 3 } as const;
  const metric = (column: string, own: number, other: number): Parameters<typeof describeMetrics>[0][number] => ({
    column,
    key: `test/${column}`,
    factor: 1,
    score: 5,
    bits: 5,
    rowValues: Float64Array.of(own),
    runValues: Float64Array.of(other),
    rounding,
  });
  const side = { units: Float64Array.of(0.001) } as Parameters<typeof describeMetrics>[1][number];
  const wordsFor = (metrics: ReturnType<typeof metric>[], speaksFor: boolean): unknown =>
    describeMetrics(metrics, [side, side], { row: 0, run: 0, speaksFor });

  it('say how near they are where they differ and speak for a pair all the same', () => {
    expect(wordsFor([metric('wer', 0.075, 0.0758)], true)).toEqual({
      level: 'within 2 %',
      words: 'metrics within 2 % on 1 of 1 keys: wer 0.075 and test/wer 0.0758',
    });
    expect(wordsFor([metric('wer', 0.075, 0.0758), metric('loss', 1.5, 2.5)], true)).toEqual({
      level: 'within 2 %',
      words: 'metrics within 2 % on 1 of 2 keys: wer 0.075 and test/wer 0.0758; loss 1.5 but test/loss 2.5',
    });
  });

  it('say that they disagree where they speak against it', () => {
    expect(wordsFor([metric('wer', 0.075, 0.0758)], false)).toEqual({
      level: 'differs',
      words: 'metrics disagree: wer 0.075 but test/wer 0.0758',
    });
  });
});

describe('the words for durations', () => {
  const minutes = new DurationComparison({
    rowSeconds: Float64Array.of(180, 180, 180),
    runLengths: [Float64Array.of(204, 300, Number.NaN)],
    quantum: 60,
    rowClasses: new Uint8Array(3),
  });

  it('say no more than the step that the row keeps', () => {
    expect(minutes.describe(0, 0).words).toBe('durations within 60 s: 3 min 0 s and 3 min 24 s');
    expect(minutes.isWithinStep(0, 0)).toBe(true);
    expect(minutes.isWithinStep(0, 1)).toBe(false);
    expect(minutes.isWithinStep(0, 2)).toBe(false);
  });
});

describe('the words for times', () => {
  it('hold a gap against what is usual', () => {
    const channel = { words: 'created_at of the row', runVerb: 'starts' };
    expect(describeGap(3, channel, { reading: 'created', isShifted: true }).words).toBe(
      'run starts 3 s later than usual after created_at of the row',
    );
    expect(describeGap(-3, channel, { reading: 'created', isShifted: false }).words).toBe(
      'run starts 3 s before created_at of the row',
    );
  });
});

describe('two probabilities', () => {
  it('have as many digits as tell them from each other and from a certainty', () => {
    expect(tellApart(0.9123, 0.99)).toEqual(['91.2 %', '99.0 %']);
    expect(tellApart(0.98996, 0.99)).toEqual(['98.996 %', '99.000 %']);
    expect(tellApart(0.99931, 0.9995)).toEqual(['99.93 %', '99.95 %']);
    expect(tellApart(0.5, 1)).toEqual(['50.0 %', '100.0 %']);
  });
});
