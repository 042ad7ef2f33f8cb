import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { Comparison } from '../../../src/linkage/comparison/comparison.ts';
import { Amount } from './amount.ts';
import { Delay } from './delay.ts';
import { Memo } from './memo.ts';

export interface Payment {
  readonly truth: string;
  readonly memo: string;
  /** Days since 1970. */
  readonly day: number;
  readonly amount: number;
}

const DAY_MS = 86_400_000;

/** Splink's transactions: payments as they left one bank, and as they arrived at another. */
export async function readPayments(folder: string): Promise<{ readonly rows: Payment[]; readonly runs: Payment[] }> {
  return {
    rows: await readSide(join(folder, 'transactions_origin.parquet')),
    runs: await readSide(join(folder, 'transactions_destination.parquet')),
  };
}

async function readSide(path: string): Promise<Payment[]> {
  const records = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  return records.map((record) => {
    const { ground_truth: truth, memo, transaction_date: date, amount } = record;
    if (typeof memo !== 'string' || typeof amount !== 'number' || !(date instanceof Date)) {
      throw new TypeError(`${path} has other columns than a memo, an amount and a date`);
    }
    return { truth: String(truth), memo, day: Math.round(date.getTime() / DAY_MS), amount };
  });
}

export function comparePayments({
  rows,
  runs,
}: {
  readonly rows: readonly Payment[];
  readonly runs: readonly Payment[];
}): Comparison[] {
  const columnsOf = (side: readonly Payment[]): { days: Int32Array; amounts: Float64Array } => ({
    days: Int32Array.from(side, (payment) => payment.day),
    amounts: Float64Array.from(side, (payment) => payment.amount),
  });
  const [left, arrived] = [columnsOf(rows), columnsOf(runs)];
  const delay = new Delay(left.days, arrived.days);
  const memoOf = (payment: Payment): string => payment.memo;
  return [delay, new Amount(left, arrived, delay), new Memo(rows.map(memoOf), runs.map(memoOf))];
}
