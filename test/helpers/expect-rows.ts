import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { HistoryRow } from '../../src/model/history.ts';

/** Equality of many rows, told by the first that differs: the matcher of the test runner takes seconds for them. */
export function expectRows(rows: readonly HistoryRow[], expected: readonly HistoryRow[]): void {
  const at = expected.findIndex((row, index) => !isDeepStrictEqual({ ...rows[index] }, { ...row }));
  if (at !== -1) expect({ at, row: rows[at] }).toEqual({ at, row: expected[at] });
  expect(rows.length).toBe(expected.length);
}
