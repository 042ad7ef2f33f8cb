import { describe, expect, it } from 'vitest';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import type { Cell } from '../../src/model/cell.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

/** What the column and the key hold once both sides were read; null where nothing is there. */
function read(cells: readonly Cell[], config: readonly JsonValue[]): { column: unknown[]; key: unknown[] } {
  const rows = cells.map((aug, at) => rowOf(`row${10 + at}`, { aug }));
  const runs = config.map((augment, at) =>
    runOf(`run${10 + at}abc`, '2025-04-10T09:30:00Z', { config: { augment, lr: 0.1 } }),
  );
  const { row, run, values } = buildRecords(inputOf(rows, runs));
  const textsOf = (fields: typeof row.fields, name: string): unknown[] =>
    Array.from(fields.find((field) => field.name === name)?.codes ?? [], (code) =>
      code < 0 ? null : values.textOf(code),
    );
  return { column: textsOf(row.fields, 'aug'), key: textsOf(run.fields, 'augment') };
}

describe('the word none', () => {
  it('is a value where both sides choose it among the same other words', () => {
    const { column, key } = read(['none', 'mixup', 'mixup', 'cutmix'], ['cutmix', 'none', 'mixup']);
    expect(column).toEqual(['none', 'mixup', 'mixup', 'cutmix']);
    expect(key).toEqual(['cutmix', 'none', 'mixup']);
  });

  it('is nothing where one side alone says it', () => {
    expect(read(['none', 'mixup', 'mixup', 'cutmix'], ['cutmix', null, 'mixup']).column).toEqual([
      null,
      'mixup',
      'mixup',
      'cutmix',
    ]);
    expect(read(['rand', 'mixup', 'mixup', 'cutmix'], ['cutmix', 'none', 'mixup']).key).toEqual([
      'cutmix',
      null,
      'mixup',
    ]);
  });

  it('is nothing among numbers', () => {
    const { column, key } = read(['none', 0.1, 0.2, 0.2], ['none', 0.1, 0.2]);
    expect(column).toEqual([null, '0.1', '0.2', '0.2']);
    expect(key).toEqual([null, '0.1', '0.2']);
  });
});
