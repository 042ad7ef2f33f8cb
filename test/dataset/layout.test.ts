import { resolve } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePartitionValue, isInShard, partPath, runFolder } from '../../src/dataset/layout.ts';

const NASTY = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('..', '.', '../../etc/passwd', 'a/b', 'a=b', '%2e%2e', '\u0000', "'; --", '_manifest.json', '*'),
);

test('a partition value comes back when it is decoded, and never leaves its folder', () => {
  fc.assert(
    fc.property(NASTY, (value) => {
      const encoded = encodePartitionValue(value);
      expect(encoded).toMatch(/^([A-Za-z0-9_.-]|%[0-9A-F]{2})+$/);
      if (value !== '') expect(decodeURIComponent(encoded)).toBe(value.toWellFormed());
      const path = resolve('/data', partPath(runFolder('lab/molecules', value), 0));
      expect(path).toBe(`/data/project=lab%2Fmolecules/run=${encoded}/part-00000.parquet`);
    }),
    { numRuns: 500 },
  );
});

test('two values never share a folder', () => {
  fc.assert(
    fc.property(NASTY, NASTY, (a, b) => {
      fc.pre(a.toWellFormed() !== b.toWellFormed());
      expect(encodePartitionValue(a)).not.toBe(encodePartitionValue(b));
    }),
  );
});

test('each run falls into one shard, about as many into each, and the same on every machine', () => {
  const ids = Array.from({ length: 4000 }, (_id, no) => `run-${no}`);
  const counts = [1, 2, 3, 4].map((index) => ids.filter((id) => isInShard(id, { index, count: 4 })).length);
  expect(counts.reduce((sum, count) => sum + count)).toBe(4000);
  expect(Math.min(...counts)).toBeGreaterThan(900);
  expect([1, 2, 3, 4, 5].filter((index) => isInShard('1a2b3c4d', { index, count: 5 }))).toEqual([2]);
});
