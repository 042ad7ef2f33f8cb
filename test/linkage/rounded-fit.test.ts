import { describe, expect, it } from 'vitest';
import { buildField } from '../../src/linkage/normalize/fields.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import type { Records } from '../../src/linkage/normalize/records.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import { pairMetrics } from '../../src/linkage/pairing/pair-metrics.ts';
import { pairSettings, rankSettings } from '../../src/linkage/pairing/pair-settings.ts';
import { refineChoices } from '../../src/linkage/pairing/refine.ts';
import type { SurePair } from '../../src/linkage/pairing/refine.ts';
import { findRoundedFitOrNull } from '../../src/linkage/pairing/rounded-fit.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const random = createRandom(11);
/** A sampler's draw between 1e-4 and 1e-2. */
const draw = (): number => 10 ** (-4 + (2 * random.integer(0, 999_999)) / 1e6);

/** Row n and run n belong together; the row shows what `show` makes of the run's `a`, which no name tells from `b`. */
function project(size: number, show: (a: number) => number): Records {
  const drawn = Array.from({ length: size }, () => ({ a: draw(), b: draw() }));
  return buildRecords(
    inputOf(
      drawn.map(({ a }, n) => rowOf(`row-${String(n).padStart(4, '0')}`, { shown: show(a) })),
      drawn.map(({ a, b }, n) =>
        runOf(`run-${String(n).padStart(4, '0')}`, '2025-01-01T00:00:00Z', { config: { a, b } }),
      ),
    ),
  );
}

function keysOf(records: Records, sure: readonly SurePair[]): string[] {
  const ranked = rankSettings(records, new Set()).map((choices) => refineChoices(choices, sure));
  return pairSettings(ranked).map(({ key }) => key.name);
}

const toDigits =
  (digits: number) =>
  (value: number): number =>
    Number(value.toPrecision(digits));

describe('a column of rounded draws', () => {
  it('is paired with the key that has a number at each of its values, whatever both are called', () => {
    expect(keysOf(project(120, toDigits(4)), [])).toEqual(['a']);
  });

  it('is paired with none that merely lies in the same range', () => {
    expect(
      keysOf(
        project(120, () => toDigits(4)(draw())),
        [],
      ),
    ).toEqual([]);
  });

  it('waits for pairs that are sure where any number is near one of its few digits', () => {
    const records = project(1500, toDigits(2));
    expect(keysOf(records, [])).toEqual([]);
    const sure = records.rows.slice(0, 40).map((_row, at) => ({ row: at, run: at }));
    expect(keysOf(records, sure)).toEqual(['a']);
    expect(
      keysOf(
        records,
        sure.map(({ row }) => ({ row, run: (row + 7) % 1500 })),
      ),
    ).toEqual([]);
  });

  it('is read as what is left to 1, where that is more than a grid', () => {
    expect(
      keysOf(
        project(120, (a) => toDigits(6)(1 - a)),
        [],
      ),
    ).toEqual(['a']);
    const rates = [0.1, 0.01, 0.001];
    const grid = buildRecords(
      inputOf(
        rates.concat(rates).map((rate, n) => rowOf(`row-${n}`, { momentum: Number((1 - rate).toFixed(3)) })),
        rates.concat(rates).map((lr, n) => runOf(`run-${n}`, '2025-01-01T00:00:00Z', { config: { lr } })),
      ),
    );
    expect(keysOf(grid, [])).toEqual([]);
  });
});

it.each([
  { kept: 'two digits', numbers: [0.7512, 1.2508, 0.01953, 0.8149, 0.0642], shown: [0.75, 1.3, 0.02, 0.81, 0.064] },
  { kept: 'three decimals', numbers: [0.0111, 0.1404, 0.5996, 0.0237], shown: [0.011, 0.14, 0.6, 0.024] },
])('finds that a column keeps $kept by the key that it rounds', ({ numbers, shown }) => {
  const values = createValueCodes();
  const field = (name: string, column: readonly number[]) =>
    buildField({ name, origin: 'column', codes: Int32Array.from(column, (value) => values.encode(value)) }, values);
  const fit = findRoundedFitOrNull(field('shown', shown), field('key', numbers), values);
  expect(numbers.map((value, at) => fit?.isSame(value, shown[at]!))).toEqual(numbers.map(() => true));
});

it('rounds no integers and no bare exponents', () => {
  const values = createValueCodes();
  const field = (name: string, column: readonly number[]) =>
    buildField({ name, origin: 'column', codes: Int32Array.from(column, (value) => values.encode(value)) }, values);
  expect(findRoundedFitOrNull(field('layers', [1, 2, 3]), field('key', [1.2, 2.1, 2.9]), values)).toBeNull();
  expect(findRoundedFitOrNull(field('lr', [1e-3, 1e-4]), field('key', [1.02e-3, 9.9e-5]), values)).toBeNull();
});

describe('a metric that is written otherwise than the run measured it', () => {
  const errors = Array.from({ length: 120 }, () => ({ rmse: draw(), other: draw() }));
  const keyOf = (show: (rmse: number) => number): string[] => {
    const records = buildRecords(
      inputOf(
        errors.map(({ rmse }, n) => rowOf(`row-${n}`, { shown: show(rmse) })),
        errors.map((summary, n) => runOf(`run-${n}`, '2025-01-01T00:00:00Z', { summary })),
      ),
    );
    return pairMetrics(records, [], { taken: new Set(), known: new Map(), bitsAsSetting: () => 0 }).map(
      ({ key, rowValues, runValues }) => {
        const near = [...rowValues].filter((value) => runValues.some((other) => Math.abs(value - other) < 1e-4));
        return `${key} on ${near.length} of ${rowValues.length}`;
      },
    );
  };
  const decimals = (value: number): number => Number(value.toFixed(4));

  it.each([
    { as: 'a negative logarithm', show: (value: number) => decimals(-Math.log10(value)) },
    { as: 'decibels', show: (value: number) => decimals(-10 * Math.log10(value)) },
    { as: 'what is left to 100 %', show: (value: number) => decimals(100 - 100 * value) },
    { as: 'an exponential', show: (value: number) => Number(Math.exp(value).toFixed(7)) },
  ])('is found as $as', ({ show }) => {
    expect(keyOf(show)).toEqual(['rmse on 120 of 120']);
  });

  it('is not found among draws that merely would lie in the same range', () => {
    expect(keyOf(() => decimals(-Math.log10(draw())))).toEqual([]);
  });
});
