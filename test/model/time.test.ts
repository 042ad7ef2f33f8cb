import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../src/model/cell.ts';
import { encodeTime, parseTimeOrNull } from '../../src/model/time.ts';
import type { TimeFormat } from '../../src/model/time.ts';

const NOON = Date.UTC(2024, 1, 29, 12, 30, 15);

describe('a time is read from every way in which registries write it', () => {
  const examples: readonly (readonly [Cell, number, boolean])[] = [
    ['2024-02-29T12:30:15Z', NOON, true],
    ['2024-02-29 12:30:15', NOON, false],
    ['2024/02/29 12:30:15', NOON, false],
    ['2024-02-29T14:30:15+02:00', NOON, true],
    ['2024-02-29T07:00:15-0530', NOON, true],
    ['2024-02-29 12:30:15 UTC', NOON, true],
    ['2024-02-29T12:30:15.250000', NOON + 250, false],
    ['2024-02-29T12:30', NOON - 15_000, false],
    ['2024-02-29', Date.UTC(2024, 1, 29), false],
    [BigInt(NOON / 1000), NOON, true],
    [BigInt(NOON), NOON, true],
    [BigInt(NOON) * 1000n, NOON, true],
    [BigInt(NOON) * 1_000_000n, NOON, true],
    [NOON / 1000 + 0.5, NOON + 500, true],
    [String(NOON / 1000), NOON, true],
  ];
  test.each(examples)('%s', (cell, ms, zoned) => {
    expect(parseTimeOrNull(cell)).toMatchObject({ ms, zoned });
  });
});

test.each(['2024-02-30', '2024-00-10', '2024-13-01', '2024-01-01T25:00', '2024-1-1', '20240101', 'now', '', '42'])(
  '"%s" is no time',
  (text) => {
    expect(parseTimeOrNull(text)).toBeNull();
  },
);

test.each([null, 96n, 0.001, 4_000_000_000n, new Uint8Array([1])])('%s is no time', (cell) => {
  expect(parseTimeOrNull(cell)).toBeNull();
});

test('a naive column gets the time of its own clock', () => {
  const format = parseTimeOrNull('2024-02-29 12:30:15')?.format;
  expect(format && encodeTime(NOON, format, 120)).toBe('2024-02-29 14:30:15');
});

const format: fc.Arbitrary<TimeFormat> = fc.oneof(
  fc.record({
    kind: fc.constant('epoch' as const),
    unitsPerSecond: fc.constantFrom(1 as const, 1000 as const, 1_000_000 as const, 1_000_000_000 as const),
    storage: fc.constantFrom('integer' as const, 'real' as const, 'text' as const),
  }),
  fc.record(
    {
      kind: fc.constant('iso' as const),
      separator: fc.constantFrom('T' as const, ' ' as const),
      zone: fc.constantFrom('Z' as const, '+00:00' as const, 'none' as const),
      fractionDigits: fc.nat({ max: 9 }),
      dateSeparator: fc.constant('/' as const),
    },
    { requiredKeys: ['kind', 'separator', 'zone', 'fractionDigits'] },
  ),
);

/** What a written time may lose, in milliseconds; a double holds no more than microseconds of today's dates. */
function resolutionOf(format: TimeFormat): number {
  if (format.kind === 'epoch') return format.storage === 'real' ? 0.001 : Math.max(0.001, 1000 / format.unitsPerSecond);
  return format.kind === 'date' ? 86_400_000 : Math.max(0.001, 1000 / 10 ** format.fractionDigits);
}

test('whatever a column writes is read back as the same time in the same format', () => {
  const moment = fc.integer({ min: Date.UTC(2001, 8, 10), max: Date.UTC(2060, 0, 1) });
  fc.assert(
    fc.property(moment, format, fc.integer({ min: -56, max: 56 }), (ms, format, quarters) => {
      const zoneMinutes = quarters * 15;
      const reading = parseTimeOrNull(encodeTime(ms, format, zoneMinutes));
      expect(reading?.format).toEqual(format);
      const shift = format.kind === 'iso' && format.zone === 'none' ? zoneMinutes * 60_000 : 0;
      expect(Math.abs((reading?.ms ?? 0) - shift - ms)).toBeLessThanOrEqual(resolutionOf(format));
    }),
    { numRuns: 500 },
  );
});

test('milliseconds and microseconds survive the way through a column that has room for them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2040, 0, 1) }),
      fc.nat({ max: 999 }),
      (ms, micro) => {
        for (const unitsPerSecond of [1000, 1_000_000] as const) {
          const written = encodeTime(ms, { kind: 'epoch', unitsPerSecond, storage: 'integer' }, 0);
          expect(parseTimeOrNull(written)?.ms).toBe(ms);
        }
        const text = new Date(ms).toISOString().replace('Z', `${String(micro).padStart(3, '0')}Z`);
        const reading = parseTimeOrNull(text);
        expect(reading && encodeTime(reading.ms, reading.format, 0)).toBe(text);
      },
    ),
  );
});
