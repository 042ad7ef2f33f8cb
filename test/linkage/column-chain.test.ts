import { describe, expect, it } from 'vitest';
import { ColumnChain } from '../../src/linkage/comparison/column-chain.ts';
import { learnCountShape } from '../../src/linkage/comparison/count-shape.ts';
import { createRandom } from '../helpers/worlds/random.ts';

const ROWS = 600;
const random = createRandom(7);
const draw = (values: number): Int32Array => Int32Array.from({ length: ROWS }, () => random.integer(0, values - 1));

function chainOf(codes: readonly Int32Array[], rowSeconds: Float64Array | null = null): ColumnChain {
  return new ColumnChain(codes, { rowCount: codes[0]?.length ?? 0, rowSeconds, tableBudget: 1e7 });
}

/** Other rows with all values of a row. */
function countAlike(codes: readonly Int32Array[], row: number): number {
  const isAlike = (other: number): boolean => codes.every((column) => column[other] === column[row]);
  return Array.from({ length: ROWS }, (_item, other) => other).filter((other) => other !== row && isAlike(other))
    .length;
}

/** Mean bits of all that a row says. */
function meanBits(chain: ColumnChain): number {
  let sum = 0;
  for (let row = 0; row < ROWS; row++) sum -= chain.log2Share(row, chain.columnsOfRow(row));
  return sum / ROWS;
}

describe('how rare a row is, column after column', () => {
  it('counts columns that go their own way in full: eight tasks and forty seeds tell more than eight bits', () => {
    const bits = meanBits(chainOf([draw(8), draw(40)]));
    expect(bits).toBeGreaterThan(0.93 * Math.log2(320));
    expect(bits).toBeLessThan(1.07 * Math.log2(320));
  });

  it('counts what goes together once: task, method and size of ten sweeps tell no more than the sweep', () => {
    const sweep = draw(10);
    const columns = [4, 5, 7].map((values, at) => sweep.map((own) => ((own + 1) * (at + 3)) % values));
    const alone = meanBits(chainOf([sweep]));
    expect(meanBits(chainOf([...columns, sweep]))).toBeLessThan(1.1 * alone);
  });

  it('gives a row that many others are alike to about their share', () => {
    const codes = [draw(3), draw(3)];
    const chain = chainOf(codes);
    for (let row = 0; row < 50; row++) {
      const alike = countAlike(codes, row);
      expect(2 ** chain.log2Share(row, 3)).toBeGreaterThanOrEqual((0.95 * alike) / (ROWS - 1));
    }
  });

  it('takes one other row that is alike for a coincidence where the columns go their own way, and in sweeps not', () => {
    const own = Array.from({ length: 4 }, () => draw(10));
    const sweep = draw(300);
    const sweeps = [7, 11, 13, 300].map((values, at) => sweep.map((code) => (code * (at + 3)) % values));
    const meanOf = (codes: readonly Int32Array[]): number => {
      const chain = chainOf(codes);
      const rows = Array.from({ length: ROWS }, (_item, row) => row).filter((row) => countAlike(codes, row) === 1);
      expect(rows.length).toBeGreaterThan(5);
      return rows.reduce((sum, row) => sum - chain.log2Share(row, 15), 0) / rows.length;
    };
    expect(meanOf(own)).toBeGreaterThan(Math.log2(ROWS - 1) + 1);
    expect(meanOf(sweeps)).toBeLessThan(Math.log2(ROWS - 1) + 0.5);
  });

  it('takes the settings of a batch as likely in the batch, and its machines not', () => {
    const batch = Int32Array.from({ length: ROWS }, (_item, row) => Math.floor(row / 12));
    const machine = draw(12);
    const seconds = Float64Array.from(batch, (number, row) => 10_000 * number + (row % 12) / 100);
    const scattered = meanBits(chainOf([batch, machine]));
    const together = meanBits(chainOf([batch, machine], seconds));
    expect(together).toBeLessThan(scattered - 2);
    expect(together).toBeGreaterThan(0.75 * Math.log2(12));
  });

  it('claims little where six rows cannot show what goes together', () => {
    const codes = Array.from({ length: 6 }, (_item, at) =>
      Int32Array.from([0, 1, 2, 3, 4, 5], (row) => (row * (at + 1)) % 6),
    );
    const chain = chainOf(codes);
    expect(-chain.log2Share(0, chain.columnsOfRow(0))).toBeLessThan(7);
  });
});

describe('learnCountShape', () => {
  const counts = Array.from({ length: 400 }, (_item, at) => (at % 10 === 0 ? 1 : 0));
  const mean = 0.1;

  it('trusts the means of counts that follow them, and little those of counts that come in crowds', () => {
    const crowded = counts.map((_count, at) => (at % 100 === 0 ? 10 : 0));
    const follows = learnCountShape(counts.map((count) => ({ count, mean })));
    const crowds = learnCountShape(crowded.map((count) => ({ count, mean })));
    expect(follows).toBeGreaterThanOrEqual(1);
    expect(crowds).toBeLessThan(0.05);
  });

  it('trusts them least where nothing was counted', () => {
    const least = learnCountShape([]);
    expect(learnCountShape(counts.slice(0, 6).map(() => ({ count: 0, mean })))).toBe(least);
    expect(least).toBeLessThan(0.01);
  });
});
