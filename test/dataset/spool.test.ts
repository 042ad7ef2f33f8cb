import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSpool } from '../../src/dataset/spool.ts';
import type { HistoryRow } from '../../src/model/history.ts';
import { makeFolder } from '../helpers/database.ts';

const TITLE = { runlink: 'history', version: 1, run: 'x' };
const ROWS: readonly HistoryRow[] = [
  { _step: 3, loss: Number.NaN, note: 'a\nb' },
  { _step: 7, loss: -Infinity, grad: { values: [1, Infinity] } },
  { _step: 1_000_000, text: 'é' },
];

test('rows come back as they were, non-finite numbers too, and also in the next invocation', () => {
  const path = join(makeFolder(), 'rows');
  const first = openSpool(path, TITLE);
  first.append(ROWS.slice(0, 1));
  first.append(ROWS.slice(1));
  first.close();
  const second = openSpool(path, TITLE);
  expect([second.rows(), second.lastStep()]).toEqual([3, 1_000_000]);
  expect([...second.read()]).toEqual(ROWS);
  expect([...second.read()]).toEqual(ROWS);
  second.discard();
  expect(existsSync(path)).toBe(false);
});

test('wherever a kill cuts the file, the next invocation goes on behind the last whole row', () => {
  const path = join(makeFolder(), 'rows');
  const whole = openSpool(path, TITLE);
  whole.append(ROWS);
  whole.close();
  const bytes = readFileSync(path);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length }), (length) => {
      writeFileSync(path, bytes.subarray(0, length));
      const spool = openSpool(path, TITLE);
      const kept = spool.rows();
      expect([...spool.read()]).toEqual(ROWS.slice(0, kept));
      spool.append(ROWS.slice(kept));
      spool.close();
      expect(readFileSync(path)).toEqual(bytes);
    }),
    { numRuns: 60 },
  );
});

test('a spool larger than what is read at once keeps every row', () => {
  const path = join(makeFolder(), 'rows');
  const rows = Array.from({ length: 5000 }, (_item, step) => ({ _step: step, text: 'é'.repeat(150) }));
  const spool = openSpool(path, TITLE);
  spool.append(rows);
  expect([...spool.read()]).toEqual(rows);
  spool.close();
  expect(openSpool(path, TITLE).rows()).toBe(5000);
});

test('rows of another question are forgotten, and a file that cannot be written is an explained error', () => {
  const path = join(makeFolder(), 'rows');
  const first = openSpool(path, TITLE);
  first.append(ROWS);
  first.close();
  expect(openSpool(path, { ...TITLE, run: 'y' }).rows()).toBe(0);
  expect(() => openSpool(join(path, 'no-folder'), TITLE)).toThrow(/cannot be written/);
});
