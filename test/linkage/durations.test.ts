import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { gainOnPairs } from '../../src/linkage/pairing/duration-proof.ts';
import { buildComparisons } from '../../src/linkage/comparison/comparisons.ts';
import { DurationComparison } from '../../src/linkage/comparison/duration.ts';
import { pairDuration } from '../../src/linkage/pairing/pair-duration.ts';
import { isNamedAfterTime } from '../../src/linkage/pairing/units.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { parseSpokenSecondsOrNull, readSpokenDurationsOrNull } from '../../src/linkage/normalize/durations.ts';
import type { Cell } from '../../src/model/cell.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

describe('a length of time in words', () => {
  it.each([
    ['1h 07m', 4020],
    ['67 min', 4020],
    ['1h07', 4020],
    ['1d 2h', 93_600],
    ['~2.5 hours', 9000],
    ['45s', 45],
    ['1:07:23', 4043],
    ['1 day, 2:03:04', 93_784],
    ['1-02:03:04', 93_784],
  ])('%s is %d s', (text, seconds) => {
    expect(parseSpokenSecondsOrNull(text)).toBe(seconds);
  });

  it.each(['67', '1.3b', '2m 1h', '2h 3h', '2025-01-01', 'h', ''])('%j is none', (text) => {
    expect(parseSpokenSecondsOrNull(text)).toBeNull();
  });

  it('is what most cells of its column are', () => {
    expect(readSpokenDurationsOrNull('took', ['5m', null, '1h 2m', '7m'])?.seconds).toEqual(
      Float64Array.of(300, Number.NaN, 3720, 420),
    );
    expect(readSpokenDurationsOrNull('note', ['5m', 'crashed', 'again'])).toBeNull();
  });
});

/** Twenty runs of one day, each of a voice and a length of its own; two of a voice differ in their length alone. */
const LENGTHS = Array.from({ length: 20 }, (_item, at) => 900 + 613 * ((at * 7) % 20));

function linkBy(column: string, say: (seconds: number, at: number) => Cell): number {
  const runs = LENGTHS.map((seconds, at) => {
    const second = String(10 + at);
    const created = `2025-06-02T08:${second}:00Z`;
    return runOf(`run${second}abc`, created, {
      config: { voice: `voice-${at >> 1}`, warmup: 500 },
      heartbeatAt: Date.parse(created) + 1000 * seconds,
    });
  });
  const rows = LENGTHS.map((seconds, at) =>
    rowOf(`row${10 + at}`, { voice: `voice-${at >> 1}`, day: '2025-06-02', [column]: say(seconds, at) }),
  );
  const { outcomes } = linkRecords(inputOf(rows, runs));
  const right = outcomes.filter(({ wandbRunId, keyText }) => wandbRunId === `run${keyText.slice(3)}abc`);
  expect(outcomes.filter(({ kind }) => kind === 'match')).toHaveLength(right.length);
  return right.length;
}

describe('a column of durations that the schema does not know', () => {
  it('is one whose cells say so and lie among the lengths of the runs', () => {
    const spell = (seconds: number): string => `${Math.floor(seconds / 3600)}h ${Math.floor(seconds / 60) % 60}m`;
    expect(linkBy('用时', (seconds) => spell(seconds))).toBe(LENGTHS.length);
  });

  it('is no column of sizes, however many minutes 70m may be', () => {
    expect(linkBy('size', (_seconds, at) => ['70m', '160m', '410m'][at % 3] ?? null)).toBe(0);
  });
});

describe('a column that may be one of durations by its name', () => {
  const runs = LENGTHS.map((seconds, at) =>
    runOf(`run${10 + at}abc`, '2025-06-02T08:00:00Z', { summary: { _runtime: seconds } }),
  );
  const readingOf = (column: string, say: (seconds: number, at: number) => number): readonly string[] => {
    const rows = LENGTHS.map((seconds, at) => rowOf(`row${10 + at}`, { [column]: say(seconds, at) }));
    return pairDuration(buildRecords(inputOf(rows, runs)), [], new Set()).columns;
  };

  it.each([
    ['job_s', (seconds: number) => seconds + 0.4],
    ['gpu_time', (seconds: number) => Number((seconds / 3600).toFixed(3))],
    ['zeit_min', (seconds: number) => Number((seconds / 60).toFixed(2))],
    ['gpu_hours', (seconds: number) => Number((seconds / 3600).toFixed(1))],
  ])('%s is one, for runs are as long as it says', (column, say) => {
    expect(readingOf(column, say)).toEqual([column]);
  });

  it.each([
    ['latency_s', (_seconds: number, at: number) => 0.02 + at / 700],
    ['eval_time_s', (_seconds: number, at: number) => 911.3 + 587 * at],
    ['gamma', (seconds: number) => seconds + 0.4],
  ])('%s is none', (column, say) => {
    expect(readingOf(column, say)).toEqual([]);
  });
});

describe('a column that is named after a unit of time', () => {
  const runs = LENGTHS.map((seconds, at) =>
    runOf(`run${10 + at}abc`, '2025-06-02T08:00:00Z', {
      summary: { _runtime: seconds, val_loss: Math.floor(seconds / 3) / 100 },
    }),
  );
  const rows = LENGTHS.map((seconds, at) => rowOf(`row${10 + at}`, { gpu_hours: Math.floor(seconds / 3) / 100 }));

  it('is no metric, whatever losses its hours may be, and no duration where no run is as long', () => {
    const records = buildRecords(inputOf(rows, runs));
    expect(pairDuration(records, [], new Set()).columns).toEqual([]);
    const before = {
      trusts: () => true,
      ranked: new Map(),
      measured: new Map(),
      tokens: null,
      paired: new Set<string>(),
      last: null,
    };
    expect(buildComparisons(records, [], before).measured).toEqual([]);
  });

  it.each(['gpu_hours', 'minutes', 'runtime_min', 'elapsed_s', 'total wall hours'])('%s is one', (name) => {
    expect(isNamedAfterTime(name)).toBe(true);
  });

  it.each(['total_m', 'train_min', 'min', 'eval_time_s', 'limit_hours', 'gpu'])('%s is none', (name) => {
    expect(isNamedAfterTime(name)).toBe(false);
  });
});

describe('a duration of 0 in whole minutes', () => {
  const SHORT = LENGTHS.map((seconds, at) => (at % 4 === 0 ? 5 + at : seconds));
  const runs = SHORT.map((seconds, at) =>
    runOf(`run${10 + at}abc`, '2025-06-02T08:00:00Z', { summary: { _runtime: seconds } }),
  );
  const durationsOf = (say: (seconds: number, at: number) => number): Float64Array => {
    const rows = SHORT.map((seconds, at) => rowOf(`row${10 + at}`, { duration_minutes: say(seconds, at) }));
    return pairDuration(buildRecords(inputOf(rows, runs)), [], new Set()).rowSeconds;
  };

  it('is one of less than half a minute', () => {
    expect([...durationsOf((seconds) => Math.round(seconds / 60))].slice(0, 2)).toEqual([15, 5220]);
  });

  it('is a blank where nearly all rows have it and few runs are so short', () => {
    expect(durationsOf((seconds, at) => (at === 1 ? Math.round(seconds / 60) : 0))[0]).toBeNaN();
  });
});

describe('what durations in whole minutes tell', () => {
  const compare = (rows: readonly number[]): DurationComparison =>
    new DurationComparison({
      rowSeconds: Float64Array.from(rows),
      runLengths: [Float64Array.of(1225, 1245, 12)],
      quantum: 60,
      rowClasses: new Uint8Array(rows.length),
    });

  it('ends half a minute off', () => {
    const comparison = compare([1200, 2400, 3600, 4800]);
    expect(comparison.weigh(0, 0)).toBeGreaterThan(comparison.weigh(0, 1) + 0.5);
  });

  it('says of nothing that it is less than a minute', () => {
    expect(compare([15, 2400]).describe(0, 2)).toEqual({
      level: 'equal',
      words: 'row took less than 60 s, run 12 s',
    });
  });
});

describe('a unit in the name of a column', () => {
  const runs = LENGTHS.map((seconds, at) =>
    runOf(`run${10 + at}abc`, '2025-06-02T08:00:00Z', { summary: { _runtime: seconds } }),
  );
  const minutes = LENGTHS.map((seconds, at) => rowOf(`row${10 + at}`, { duration_seconds: Math.round(seconds / 60) }));
  const records = buildRecords(inputOf(minutes, runs));

  it('binds, though the runs are as long in another one', () => {
    expect(pairDuration(records, [], new Set()).rowSeconds[1]).toBe(87);
  });

  it('gives way to pairs that are sure and agree in another one', () => {
    const sure = LENGTHS.map((_seconds, at) => ({ row: at, run: at }));
    expect(pairDuration(records, sure, new Set()).rowSeconds[1]).toBe(87 * 60);
  });
});

describe('the proof by sure pairs', () => {
  const sure = LENGTHS.map((_seconds, at) => ({ row: at, run: at }));
  const lengths = Float64Array.from(LENGTHS);

  it('takes durations in hours of eight cards for what they are, once their unit is known', () => {
    const hours = lengths.map((seconds) => Math.round((seconds * 80) / 3600) / 10);
    const gain = gainOnPairs({ seconds: hours.map((value) => (value * 3600) / 8), lengths, step: 0 }, sure);
    expect(gain).toBeGreaterThan(50);
    expect(gainOnPairs({ seconds: hours.map((value) => value * 3600), lengths, step: 0 }, sure)).toBe(0);
  });

  it('is as exact as the step that the durations are kept in', () => {
    const cards = Float64Array.from(LENGTHS, (seconds) => Math.round((20 * seconds) / 3600) * 3600);
    const long = lengths.map((seconds) => 10 * seconds);
    const seconds = cards.map((value) => value / 2);
    expect(gainOnPairs({ seconds, lengths: long, step: 1800 }, sure)).toBeGreaterThan(
      gainOnPairs({ seconds, lengths: long, step: 0 }, sure),
    );
  });

  it('does not take numbers that lie among the lengths, but on other rows', () => {
    expect(gainOnPairs({ seconds: lengths.toReversed(), lengths, step: 0 }, sure)).toBe(0);
  });
});

describe('a start and an end', () => {
  const SUBMITTED = Date.parse('2025-06-02T08:00:00Z');
  const runs = LENGTHS.map((seconds, at) =>
    runOf(`run${10 + at}abc`, '2025-06-02T08:00:00Z', { summary: { _runtime: seconds } }),
  );
  const timeAfter = (seconds: number): string => new Date(SUBMITTED + 1000 * seconds).toISOString().slice(0, 19);
  const waiting = (at: number): number => 60 + ((at * 977) % 5000);
  const durationsOf = (columnsOf: (seconds: number, at: number) => Record<string, Cell>): Float64Array => {
    const rows = LENGTHS.map((seconds, at) => rowOf(`row${10 + at}`, columnsOf(seconds, at)));
    return pairDuration(buildRecords(inputOf(rows, runs)), [], new Set()).rowSeconds;
  };

  it('do not count the waiting in the queue', () => {
    const found = durationsOf((seconds, at) => ({
      created_at: timeAfter(0),
      launched_at: timeAfter(waiting(at)),
      finished_at: timeAfter(waiting(at) + seconds),
    }));
    expect(found).toEqual(Float64Array.from(LENGTHS));
  });

  it('tell the duration though the row has no time of creation', () => {
    const found = durationsOf((seconds, at) => ({
      started_at: timeAfter(waiting(at)),
      finished_at: timeAfter(waiting(at) + seconds),
    }));
    expect(found).toEqual(Float64Array.from(LENGTHS));
  });

  it('are told by the lengths of the runs where the schema names neither', () => {
    const rows = LENGTHS.map((seconds, at) =>
      rowOf(`row${10 + at}`, { stem: `train_${timeAfter(waiting(at))}`, modified: timeAfter(waiting(at) + seconds) }),
    );
    const { rowSeconds } = pairDuration(buildRecords(inputOf(rows, runs)), [], new Set());
    expect(rowSeconds).toEqual(Float64Array.from(LENGTHS));
  });

  it('are none where no run is as long as lies between two times', () => {
    const found = durationsOf((seconds, at) => ({
      seen: timeAfter(waiting(at)),
      finished_at: timeAfter(waiting(at) + seconds * 1.4 + 77),
    }));
    expect(found.every(Number.isNaN)).toBe(true);
  });

  it('are brought to one clock where only one of them knows its zone', () => {
    const rows = LENGTHS.map((seconds, at) =>
      rowOf(`row${10 + at}`, {
        folder: `out/${timeAfter(waiting(at) - 4 * 3600)}`,
        finished_at: SUBMITTED / 1000 + waiting(at) + seconds,
      }),
    );
    const { rowSeconds } = pairDuration(buildRecords(inputOf(rows, runs)), [], new Set());
    expect(rowSeconds).toEqual(Float64Array.from(LENGTHS));
  });

  it('give way to a duration that is written out where the runs are as long as that', () => {
    const spell = (seconds: number): string =>
      [3600, 60, 1]
        .map((unit, at) => String(Math.floor(seconds / unit) % (at === 0 ? 100 : 60)).padStart(2, '0'))
        .join(':');
    const found = durationsOf((seconds, at) => ({
      created_at: timeAfter(0),
      finished_at: timeAfter(waiting(at) + seconds),
      elapsed: spell(seconds),
    }));
    expect(found).toEqual(Float64Array.from(LENGTHS));
  });
});
