import { describe, expect, it, test } from 'vitest';
import { itemsOf, readPrinted } from '../../src/linkage/normalize/printed.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { rankKeys } from '../../src/linkage/pairing/pairing.ts';
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

  it('are lists wherever they stand and however they are written', () => {
    const sizes = [
      [0.59, 0.85],
      [0.7, 1.2],
      [0.7, 1.3],
    ];
    const rows = sizes.map(([a, b], at) =>
      rowOf(`job-${at}`, {
        json: JSON.stringify({ inner: { weights: `[${a}, ${b}]` } }),
        cmd: `python train.py --weights [${a}, ${b}] --epochs 3`,
        shapes: `[(${a}, 'x'), (${b}, 'y')]`,
      }),
    );
    const runs = sizes.map(([a = 0, b = 0], at) =>
      runOf(`run${at}`, '2024-03-01T09:15:10Z', {
        config: {
          weights: [a, b],
          told: `(${a}, ${b})`,
          shapes: [
            [a, 'x'],
            [b, 'y'],
          ],
        },
        args: [`--weights=[${a},`, `${b}]`],
      }),
    );
    const { row, run } = buildRecords(inputOf(rows, runs));
    const codesOf = (fields: typeof row.fields, name: string, origin: string): number[] | null => {
      const field = fields.find((own) => own.name === name && own.origin === origin);
      return field === undefined ? null : [...field.codes];
    };
    const second = codesOf(run.fields, 'weights.1', 'config');
    expect(new Set(second).size).toBe(3);
    expect(codesOf(row.fields, 'json.inner.weights.1', 'column')).toEqual(second);
    expect(codesOf(row.fields, 'cmd.weights.1', 'name-part')).toEqual(second);
    expect(codesOf(run.fields, 'told.1', 'config')).toEqual(second);
    expect(codesOf(run.fields, 'weights.1', 'args')).toEqual(second);
    expect(codesOf(row.fields, 'shapes.1.0', 'column')).toEqual(second);
    expect(codesOf(run.fields, 'shapes.1.0', 'config')).toEqual(second);
  });

  it('are compared place by place: all items may hold the same few values', () => {
    const orders = [
      ['Ll', 'Lu', 'Zs'],
      ['Zs', 'Ll', 'Lu'],
      ['Lu', 'Zs', 'Ll'],
    ];
    const at = (index: number): string[] => orders[index % 3] ?? [];
    const size = Array.from({ length: 30 }, (_item, index) => index);
    const rows = size.map((index) => rowOf(`job-${index + 10}`, { kept: JSON.stringify(at(index)) }));
    const runs = size.map((index) =>
      runOf(`run-${index + 10}`, '2024-03-01T09:15:10Z', { config: { categories: at(index) } }),
    );
    const records = buildRecords(inputOf(rows, runs));
    for (const column of records.row.fields.filter(({ name }) => /^kept\.\d$/.test(name))) {
      const keys = rankKeys(column, records.run.fields, records).map(({ key }) => key.name);
      expect(keys.filter((name) => name.startsWith('categories.'))).toEqual([
        column.name.replace('kept', 'categories'),
      ]);
    }
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
