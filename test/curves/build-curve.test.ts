import { expect, test } from 'vitest';
import { createCurveBuilder } from '../../src/curves/build-curve.ts';
import type { XKey } from '../../src/curves/curve.ts';
import type { HistoryRow } from '../../src/model/history.ts';

function build(rows: readonly HistoryRow[], x: XKey = '_step') {
  const builder = createCurveBuilder(['loss', 'val'], x);
  for (const row of rows) builder.add([row]);
  const [loss, val] = builder.finish();
  return { loss: loss!, val: val! };
}

test('each metric has its own points: a step where it was not logged is none of them', () => {
  const { loss, val } = build([
    { _step: 0, loss: 3 },
    { _step: 1, loss: 2, val: 9 },
    { _step: 5, val: 8 },
  ]);
  expect([[...loss.x], [...loss.y]]).toEqual([
    [0, 1],
    [3, 2],
  ]);
  expect([[...val.x], [...val.y]]).toEqual([
    [1, 5],
    [9, 8],
  ]);
});

test('NaN, infinities and null are gaps, not zeros and not holes', () => {
  const { loss } = build(
    [0.5, Number.NaN, Infinity, null, -Infinity, 0.25].map((value, no) => ({ _step: no, loss: value })),
  );
  expect([...loss.y]).toEqual([0.5, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0.25]);
  expect(loss.gaps).toBe(4);
});

test('values that are no numbers are counted by their type and drawn nowhere', () => {
  const histogram = { _type: 'histogram', values: [1, 2], bins: [0, 1, 2] };
  const { loss } = build([
    { _step: 0, loss: 1 },
    { _step: 1, loss: histogram },
    { _step: 2, loss: 'high' },
    { _step: 3, loss: true },
  ]);
  expect([...loss.x]).toEqual([0]);
  expect(loss.others).toEqual({ histogram: 1, string: 1, bool: 1 });
});

test('on the clock of a run that was resumed points are in order, and of two at one time the later counts', () => {
  const rows = [10, 20, 30, 15, 20].map((runtime, no) => ({ _step: no, _runtime: runtime, loss: no }));
  const { loss } = build([...rows, { _step: 9, loss: 9 }], '_runtime');
  expect([[...loss.x], [...loss.y]]).toEqual([
    [10, 15, 20, 30],
    [0, 3, 4, 2],
  ]);
  expect(loss.unplaced).toBe(1);
});
