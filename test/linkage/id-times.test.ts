import { describe, expect, it, test } from 'vitest';
import { readIdTimesOrNull } from '../../src/linkage/normalize/id-times.ts';

const SPRING = { from: Date.UTC(2022, 1, 1), to: Date.UTC(2022, 4, 20) };
const YEARS = { from: Date.UTC(2012, 0, 1), to: Date.UTC(2022, 4, 20) };

function timesOf(cells: readonly (string | number | null)[], span = SPRING): (string | null)[] | null {
  const field = readIdTimesOrNull('uid', cells, span);
  if (field === null) return null;
  expect(field.zoned).toBe(true);
  return Array.from(field.seconds, (value) => (Number.isNaN(value) ? null : new Date(1000 * value).toISOString()));
}

describe('times in ids', () => {
  test.each([
    ['ULID', '01FWHE4YDGFK1SHH6W1G60EECF', '2022-02-22T19:22:22.000Z'],
    ['TypeID', 'run_01fwhe4ydgfk1shh6w1g60eecf', '2022-02-22T19:22:22.000Z'],
    ['UUIDv7', '017F22E2-79B0-7CC3-98C4-DC0C0C07398F', '2022-02-22T19:22:22.000Z'],
    ['UUIDv7 without hyphens', '017f22e279b07cc398c4dc0c0c07398f', '2022-02-22T19:22:22.000Z'],
    ['UUIDv1', 'C232AB00-9414-11EC-B3C8-9F6BDECED846', '2022-02-22T19:22:22.000Z'],
  ])('%s', (_name, id, time) => {
    expect(timesOf([id, null])).toEqual([time, null]);
  });

  test.each([
    ['KSUID', '0ujtsYcgvSTl8PAuAdqWYSMnLOv', '2017-10-10T04:00:47.000Z'],
    ['ObjectId', '507f1f77bcf86cd799439011', '2012-10-17T21:13:27.000Z'],
  ])('%s, of which several say more than one', (_name, id, time) => {
    const others = [1, 2, 3, 4, 5, 6, 7, 8].map((digit) => id.replace(/^(...)./, `$1${digit}`));
    expect(timesOf([id], YEARS)).toBeNull();
    expect(timesOf([id, ...others], YEARS)?.[0]).toBe(time);
  });

  it('are none where ids only look like it: theirs lie anywhere in thousands of years', () => {
    const hashes = [
      '8c1d3f00aa54b1e09d2c7f31',
      '11f07a5512c4de77a0b93e4c',
      'e2b1884fcd30a7719e55d012',
      '5a3c9d1e77f2b40688cc1203',
    ];
    expect(timesOf(hashes)).toBeNull();
    expect(timesOf(['4Q7F22E279B07CC398C4DC0C0C', '2K1F22E279B07CC398C4DC0C0C'])).toBeNull();
    expect(timesOf(['2f1e4fc0-81fd-4f0e-b1d4-5f2f7d2c4f3a', '919108f7-52d1-4320-9bac-f847db4148a8'])).toBeNull();
  });

  it('are none of the row where many rows share the id, as that of a data set', () => {
    const id = '01FWHE4YDGFK1SHH6W1G60EECF';
    expect(timesOf([id, id, id])).toBeNull();
    expect(timesOf([id, 'see notes', 'none'])).toBeNull();
    expect(timesOf([])).toBeNull();
  });
});
