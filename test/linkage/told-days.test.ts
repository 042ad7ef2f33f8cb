import { describe, expect, it } from 'vitest';
import { isDayTold, listHashes } from '../../src/linkage/clock/told-days.ts';
import { buildField } from '../../src/linkage/normalize/fields.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import type { PairedField } from '../../src/linkage/pairing/pairing.ts';
import { buildSortedIndex } from '../../src/linkage/sorted.ts';

const DAY = 86_400;
const NIGHTS = 40;
const values = createValueCodes();

/** Two rows a night and their runs some minutes later, whose hashes are those of so many nights before. */
function worldOf(
  write: (night: number) => string,
  nightsBefore = 0,
): { field: PairedField; times: Parameters<typeof isDayTold>[1] } {
  const rows = Array.from({ length: 2 * NIGHTS }, (_item, at) => Math.floor(at / 2));
  const codesOf = (shift: number): Int32Array => Int32Array.from(rows, (night) => values.encode(write(night - shift)));
  const [rowCodes, runCodes] = [codesOf(0), codesOf(nightsBefore)];
  const field: PairedField = {
    column: buildField({ name: 'sha', origin: 'column', codes: rowCodes }, values),
    key: buildField({ name: 'commit', origin: 'run', codes: runCodes }, values),
    ...{ rowCodes, runCodes, score: 1 },
  };
  const runs = buildSortedIndex(Float64Array.from(rows, (night, at) => night * DAY + 300 * (1 + (at % 2))));
  const rowSeconds = Float64Array.from(rows, (night) => night * DAY);
  return { field, times: { rows: [...rows.keys()], rowSeconds, runs, width: 900 } };
}

/** `c0ffee1`, one a night. */
const commit = (night: number): string => `c${String((night + 50) * 7919).padStart(5, '0')}e`;

describe('hashes that tell the day', () => {
  it('are those of the commits that are built each night', () => {
    const { field, times } = worldOf(commit);
    expect(listHashes([field], values)).toEqual([field]);
    expect(isDayTold([field], times, DAY)).toBe(true);
    expect(isDayTold([field], times, -2 * DAY)).toBe(true);
  });

  it('are none where the runs of another day have them as well, or rather', () => {
    const always = worldOf(() => 'c0ffee1');
    expect(isDayTold([always.field], always.times, DAY)).toBe(false);
    const later = worldOf(commit, 1);
    expect(isDayTold([later.field], later.times, DAY)).toBe(false);
  });

  it('are no versions, dates or names: whoever follows the same calendar has them too', () => {
    for (const write of [
      (night: number) => `2025.${night}`,
      (night: number) => `nightly-202503${String(night + 10)}`,
      (night: number) => `model ${night}`,
    ]) {
      expect(listHashes([worldOf(write).field], values)).toEqual([]);
    }
  });
});
