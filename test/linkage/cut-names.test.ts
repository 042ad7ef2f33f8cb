import { describe, expect, it } from 'vitest';
import { findCutCells } from '../../src/linkage/normalize/cut-names.ts';

describe('a column of names that was cut', () => {
  const names = [
    'finetune_2022-09-10_uid9dc86f7c',
    'finetune_2022-09-10_uid64009fa3',
    'sweep_2022-09-11_uid0aa31b7',
  ].toSorted();

  it('shows by names of runs that go on inside of its longest cells', () => {
    const column = [
      'Finetune_2022-09-10_uid9',
      'Finetune_2022-09-10_uid6',
      'sweep_2022-09-11_uid0aa3',
      'baseline',
      null,
    ];
    expect([...findCutCells(column, names)]).toEqual(column.slice(0, 3));
  });

  it('is whole where the names go on behind a word', () => {
    const column = ['finetune_2022-09-10', 'finetune_2022-09-11', 'finetune_2022-09-12'];
    const longer = column.map((name) => `${name}_resumed`);
    expect(findCutCells(column, longer).size).toBe(0);
  });

  it('is whole where few of its longest cells stand in longer names', () => {
    const column = ['Finetune_2022-09-10_uid9', 'baseline_2022-09-10_uid6', 'baseline_2022-09-11_uid0'];
    expect(findCutCells(column, names).size).toBe(0);
  });
});
