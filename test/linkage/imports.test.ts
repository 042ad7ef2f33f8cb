import { describe, expect, it } from 'vitest';
import { isOfImport } from '../../src/linkage/clock/imports.ts';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HOUR = 3600;
const times = (count: number, from: number, step: number): Float64Array =>
  Float64Array.from({ length: count }, (_item, at) => from + at * step);

describe('the moment of an import', () => {
  const runs = times(100, 0, 8 * HOUR);

  it('is a time long after all runs at which rows follow each other faster than any jobs', () => {
    expect(isOfImport(times(80, 1500 * HOUR, 60), runs)).toBe(true);
  });

  it('is no time at which rows follow each other as the runs do, for these may be jobs of another month', () => {
    expect(isOfImport(times(80, 1500 * HOUR, 7 * HOUR), runs)).toBe(false);
  });

  it('is no afternoon of a few jobs, and none while the runs were made', () => {
    expect(isOfImport(times(8, 1500 * HOUR, 60), runs)).toBe(false);
    expect(isOfImport(times(80, 400 * HOUR, 60), runs)).toBe(false);
  });

  it('contradicts no run', () => {
    const numbers = Array.from({ length: 60 }, (_item, no) => no);
    const scoreOf = (no: number): number => 0.5123 + ((no * 7919) % 10_000) / 30_000;
    const start = Date.parse('2024-03-01T09:00:00Z');
    const rows = numbers.map((no) =>
      rowOf(`eval-${no}`, {
        created_at: `2024-08-01 12:${String(no).padStart(2, '0')}:00`,
        batch_size: BigInt(16 << (no % 5)),
        final_metrics_json: JSON.stringify({ accuracy: Number(scoreOf(no).toFixed(4)) }),
      }),
    );
    const made = numbers.map((no) =>
      runOf(`run${no}`, new Date(start + no * 9 * HOUR * 1000).toISOString(), {
        config: { batch_size: 16 << (no % 5) },
        summary: { accuracy: scoreOf(no) },
      }),
    );
    const { outcomes } = linkRecords(inputOf(rows, made));
    expect(outcomes.map(({ wandbRunId }) => wandbRunId)).toEqual(numbers.map((no) => `run${no}`));
  });
});
