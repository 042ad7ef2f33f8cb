import { describe, expect, it, test } from 'vitest';
import { itemsOf, readPrinted } from '../../src/linkage/normalize/printed.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import type { Cell } from '../../src/model/cell.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

describe('what a program printed together with its type', () => {
  test.each<[string, Cell]>([
    ["tensor(0.6359, device='cuda:0', grad_fn=<NllLossBackward0>)", 0.6359],
    ['np.float64(0.63)', 0.63],
    ["Decimal('0.1')", '0.1'],
    ['Array([0.63], dtype=float32)', 0.63],
    ['<tf.Tensor: shape=(), dtype=float32, numpy=0.63>', 0.63],
    ['[0.63]', 0.63],
    ["('clip',)", 'clip'],
    ['tensor([1., 2.])', '[1., 2.]'],
  ])('%s is read as %j', (cell, expected) => {
    expect(readPrinted(cell)).toBe(expected);
  });

  test.each(['gin(3)', 'adam(lr=0.1)', '(0.63)', 'best run (so far)', '[]', '(336, 336)'])('%s stays', (cell) => {
    expect(readPrinted(cell)).toBe(cell);
  });
});

describe('lists in a cell', () => {
  test.each<[string, string[]]>([
    ['(336, 336)', ['336', '336']],
    ["['clip', 'dino']", ['clip', 'dino']],
    ['[[1, 2], [3, 4]]', []],
    ['clip, dino', []],
  ])('%s has the items %j', (cell, items) => {
    expect(itemsOf(cell)).toEqual(items);
  });

  it('are read item by item, as those of a config', () => {
    const rows = [0.9, 0.95].map((beta) => rowOf(`job-${beta}`, { betas: `(${beta}, 0.999)` }));
    const runs = [0.9, 0.95].map((beta) =>
      runOf(`run${beta}`, '2024-03-01T09:15:10Z', { config: { betas: [beta, 0.999] } }),
    );
    const { row, run } = buildRecords(inputOf(rows, runs));
    const codesOf = (fields: typeof row.fields, name: string): number[] => [
      ...(fields.find((field) => field.name === name)?.codes ?? []),
    ];
    expect(codesOf(row.fields, 'betas.0')).toEqual(codesOf(run.fields, 'betas.0'));
    expect(new Set(codesOf(row.fields, 'betas.0')).size).toBe(2);
  });
});
