import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignCurves } from '../../src/curves/align.ts';
import type { Curve, Points } from '../../src/curves/curve.ts';
import { groupCurves } from '../../src/curves/group.ts';
import { studentT975 } from '../../src/curves/student.ts';

const points = (pairs: readonly (readonly [number, number])[]): Points => ({
  x: Float64Array.from(pairs, ([x]) => x),
  y: Float64Array.from(pairs, ([, y]) => y),
});

const curve = (group: string, pairs: readonly (readonly [number, number])[], no = 0): Curve => ({
  run: { runId: `${group}${no}`, rowKey: null, label: `${group}${no}`, group },
  metric: 'loss',
  raw: null,
  ...points(pairs),
});

test('runs of unequal length: each counts with its last value, from its first point to its last and not beyond', () => {
  const long = points([
    [0, 1],
    [10, 3],
    [20, 5],
    [30, 7],
  ]);
  const short = points([
    [5, 11],
    [15, 13],
  ]);
  const { x, mean, counts } = alignCurves([long, short]);
  expect([...x]).toEqual([0, 5, 10, 15, 20, 30]);
  expect([...counts]).toEqual([1, 2, 2, 2, 1, 1]);
  expect([...mean]).toEqual([1, (1 + 11) / 2, (3 + 11) / 2, (3 + 13) / 2, 5, 7]);
});

test('a run in a gap does not count until its next number; where none counts there is no mean', () => {
  const { counts, mean } = alignCurves([
    points([
      [0, 1],
      [1, Number.NaN],
      [3, 4],
    ]),
    points([
      [0, 3],
      [2, 5],
    ]),
  ]);
  expect([...counts]).toEqual([2, 1, 1, 1]);
  expect([...mean]).toEqual([2, 3, 5, 4]);
  expect(alignCurves([points([[0, Number.NaN]])]).mean[0]).toBeNaN();
});

test('where no run lives between two that do, there is no mean and no bridge', () => {
  const early = points([
    [0, 1],
    [2, 3],
  ]);
  const late = points([[10, 7]]);
  const { x, counts, mean } = alignCurves([late, early]);
  expect([[...x], [...counts]]).toEqual([
    [0, 2, 3, 10],
    [1, 1, 0, 1],
  ]);
  expect(mean[2]).toBeNaN();
  expect([...alignCurves([early, points([[3, 7]])]).x]).toEqual([0, 2, 3]); // neighbouring steps
});

const anyCurve = fc
  .uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 40 }), fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(Number.NaN))),
    {
      selector: ([x]) => x,
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((pairs) => points(pairs.sort(([a], [b]) => a - b)));

test('at every x the statistics are those of the rule as one would write it down', () => {
  fc.assert(
    fc.property(fc.array(anyCurve, { minLength: 1, maxLength: 6 }), (curves) => {
      const stats = alignCurves(curves);
      for (const [index, at] of stats.x.entries()) {
        const values = curves.flatMap(({ x, y }) => {
          if (at < x[0]! || at > x.at(-1)!) return [];
          const value = y[x.findLastIndex((own) => own <= at)]!;
          return Number.isNaN(value) ? [] : [value];
        });
        expect(stats.counts[index]).toBe(values.length);
        if (values.length === 0) continue;
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(stats.mean[index]).toBeCloseTo(mean, 10);
        expect([stats.min[index], stats.max[index]]).toEqual([Math.min(...values), Math.max(...values)]);
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
        if (values.length > 1) expect(stats.deviation[index]).toBeCloseTo(Math.sqrt(variance), 10);
      }
    }),
  );
});

test('clocks give too many x values: then as many evenly spaced ones, ends included, by the same rule', () => {
  const { x, counts } = alignCurves([points(Array.from({ length: 500 }, (_item, no) => [no + 0.5, no]))], 11);
  expect([x.length, x[0], x.at(-1)]).toEqual([11, 0.5, 499.5]);
  expect([...counts]).toEqual(Array.from({ length: 11 }, () => 1));
});

test('bands: deviation, range and the interval of Student’s t; one run has only a range', () => {
  const values = [1, 2, 4, 5, 8];
  const own = values.map((value, no) =>
    curve(
      'a',
      no === 0
        ? [
            [0, value],
            [9, value],
          ]
        : [[0, value]],
      no,
    ),
  );
  const edges = (band: 'stdev' | 'minmax' | 'ci95') => {
    const [group] = groupCurves(own, band);
    return [group!.lower![0], group!.upper![0], group!.lower![1]];
  };
  const deviation = Math.sqrt(7.5);
  expect(edges('stdev')).toEqual([4 - deviation, 4 + deviation, Number.NaN]);
  expect(edges('minmax')).toEqual([1, 8, 1]);
  const half = (2.77645 * deviation) / Math.sqrt(5);
  expect(edges('ci95')[0]).toBeCloseTo(4 - half, 4);
  expect(edges('ci95')[1]).toBeCloseTo(4 + half, 4);
  expect(groupCurves(own, null)[0]).toMatchObject({ lower: null, upper: null, size: 5 });
});

test('quantiles of Student’s t are those of the tables', () => {
  const table: readonly (readonly [number, number])[] = [
    [1, 12.706],
    [10, 2.228],
    [11, 2.201],
    [12, 2.179],
    [20, 2.086],
    [30, 2.042],
    [120, 1.98],
  ];
  for (const [freedom, quantile] of table) expect(studentT975(freedom)).toBeCloseTo(quantile, 3);
  expect(studentT975(0)).toBeNaN();
});

test('groups stand apart by value and by metric', () => {
  const groups = groupCurves(
    [curve('a', [[0, 1]]), curve('b', [[0, 2]]), { ...curve('a', [[0, 3]], 1), metric: 'val' }],
    null,
  );
  expect(groups.map(({ group, metric, size }) => [group, metric, size])).toEqual([
    ['a', 'loss', 1],
    ['b', 'loss', 1],
    ['a', 'val', 1],
  ]);
});
