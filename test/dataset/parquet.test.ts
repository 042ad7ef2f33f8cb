import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { encodeParquet } from '../../src/dataset/parquet.ts';
import type { DataTable } from '../../src/model/table.ts';

const COLUMNS = [
  { name: 'step', type: 'integer' },
  { name: 'val/acc', type: 'real' },
  { name: 'note', type: 'text' },
  { name: 'ok', type: 'boolean' },
  { name: 'grad', type: 'json' },
] as const;

async function readBack(table: DataTable): Promise<readonly Record<string, unknown>[]> {
  return await parquetReadObjects({ file: encodeParquet(table).slice().buffer });
}

test('every type comes back as what it was, and missing is null, not NaN', async () => {
  const rows = [
    [0, Number.NaN, 'x', true, { values: [1, Number.NaN] }],
    [9007199254740993n, -Infinity, '', false, [1, 'two', null]],
    [2, 1e-300, 'é"\n', null, 'text'],
    [null, null, null, null, null],
  ];
  expect(await readBack({ columns: COLUMNS, rows })).toEqual([
    { step: 0n, 'val/acc': Number.NaN, note: 'x', ok: true, grad: { values: [1, 'NaN'] } },
    { step: 9007199254740993n, 'val/acc': -Infinity, note: '', ok: false, grad: [1, 'two', null] },
    { step: 2n, 'val/acc': 1e-300, note: 'é"\n', ok: null, grad: 'text' },
    { step: null, 'val/acc': null, note: null, ok: null, grad: null },
  ]);
});

test('the columns have their types also where no row has a value, and the file is compressed', () => {
  for (const rows of [[], [[null, null, null, null, null]]]) {
    const { schema } = parquetMetadata(encodeParquet({ columns: COLUMNS, rows }).slice().buffer);
    expect(schema.slice(1).map(({ name, type, converted_type: as }) => [name, type, as])).toEqual([
      ['step', 'INT64', undefined],
      ['val/acc', 'DOUBLE', undefined],
      ['note', 'BYTE_ARRAY', 'UTF8'],
      ['ok', 'BOOLEAN', undefined],
      ['grad', 'BYTE_ARRAY', 'JSON'],
    ]);
  }
  const rows = Array.from({ length: 20_000 }, (_item, no) => [no, no % 3, 'same', true, null]);
  const bytes = encodeParquet({ columns: COLUMNS, rows });
  expect(bytes.length).toBeLessThan(20_000 * 10);
  expect(parquetMetadata(bytes.slice().buffer).row_groups[0]!.columns[0]!.meta_data!.codec).toBe('SNAPPY');
});
