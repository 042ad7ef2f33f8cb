import * as fc from 'fast-check';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { expect, test } from 'vitest';
import { encodeParquet, encodeParquetPieces } from '../../src/dataset/parquet.ts';
import type { DataCell, DataColumn } from '../../src/model/table.ts';

function toBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

async function readBack(bytes: Uint8Array): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return await parquetReadObjects({ file: toBuffer(bytes) });
}

const COLUMNS: readonly DataColumn[] = [
  { name: 'whole', type: 'integer' },
  { name: 'real number', type: 'real' },
  { name: 'text/ü.x', type: 'text' },
  { name: 'yes', type: 'boolean' },
  { name: 'json', type: 'json' },
];

test('each type comes back as it was, nulls, NaN, infinities and whole numbers beyond 2^53 included', async () => {
  const rows: readonly (readonly DataCell[])[] = [
    [1, Number.NaN, 'a', true, { _type: 'histogram', values: [1, Number.NaN] }],
    [9007199254740993n, -Infinity, '', false, [1, 'x']],
    [null, null, null, null, null],
    [-5, 0.1, '日本\u0000', null, 'text'],
  ];
  expect(await readBack(encodeParquet({ columns: COLUMNS, rows }))).toEqual([
    {
      whole: 1n,
      'real number': Number.NaN,
      'text/ü.x': 'a',
      yes: true,
      json: { _type: 'histogram', values: [1, 'NaN'] },
    },
    { whole: 9007199254740993n, 'real number': -Infinity, 'text/ü.x': '', yes: false, json: [1, 'x'] },
    { whole: null, 'real number': null, 'text/ü.x': null, yes: null, json: null },
    { whole: -5n, 'real number': 0.1, 'text/ü.x': '日本\u0000', yes: null, json: 'text' },
  ]);
});

test('a table without rows has its columns and types', async () => {
  const bytes = encodeParquet({ columns: COLUMNS, rows: [] });
  expect(await readBack(bytes)).toEqual([]);
  const types = parquetSchema(parquetMetadata(toBuffer(bytes))).children.map(({ element }) => element.type);
  expect(types).toEqual(['INT64', 'DOUBLE', 'BYTE_ARRAY', 'BOOLEAN', 'BYTE_ARRAY']);
});

test('the file is compressed with Snappy', () => {
  const rows = Array.from({ length: 20_000 }, (_row, no) => [no, no % 3, 'same', true, null]);
  const bytes = encodeParquet({ columns: COLUMNS, rows });
  expect(bytes.length).toBeLessThan(20_000 * 10);
  expect(parquetMetadata(toBuffer(bytes)).row_groups[0]!.columns[0]!.meta_data!.codec).toBe('SNAPPY');
});

test('large tables are written row group by row group, while their rows are made', () => {
  let made = 0;
  const columns: readonly DataColumn[] = [{ name: 'n', type: 'integer' }];
  const rows = {
    *[Symbol.iterator](): Generator<readonly DataCell[]> {
      for (; made < 250_000; made += 1) yield [made];
    },
  };
  const pieces = encodeParquetPieces({ columns, rows });
  const first = pieces.next().value!;
  expect(made).toBeLessThan(100_001);
  const metadata = parquetMetadata(toBuffer(Buffer.concat([first, ...pieces])));
  expect(metadata.row_groups.map(({ num_rows }) => num_rows)).toEqual([100_000n, 100_000n, 50_000n]);
});

test.each([
  [{ name: 'n', type: 'integer' }, 0.5, 'column "n" is integer and holds "0.5"'],
  [{ name: 'x', type: 'real' }, 'oom', 'column "x" is real and holds "oom"'],
  [{ name: 'b', type: 'boolean' }, 1, 'column "b" is boolean and holds "1"'],
] as const)('a value that does not fit is refused: %o', (column, cell, message) => {
  expect(() => encodeParquet({ columns: [column], rows: [[cell]] })).toThrow(message);
});

test('two columns of one name are refused', () => {
  const twin: DataColumn = { name: 'a', type: 'real' };
  expect(() => encodeParquet({ columns: [twin, twin], rows: [] })).toThrow('two columns named "a"');
});

test('any numbers come back, in any order and with any holes', async () => {
  const cell = fc.option(fc.double());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, fc.option(fc.maxSafeInteger())), { maxLength: 60 }), async (rows) => {
      const columns = [
        { name: 'x', type: 'real' },
        { name: 'n', type: 'integer' },
      ] as const;
      const back = await readBack(encodeParquet({ columns, rows }));
      const expected = rows.map(([x, n]) => ({ x: x === 0 ? 0 : x, n: n === null ? null : BigInt(n) }));
      expect(back.map(({ x, n }) => ({ x: x === 0 ? 0 : x, n }))).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
