import { describe, expect, it } from 'vitest';
import { buildClockPeriods } from '../../src/linkage/clock/periods.ts';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { UTC_ALWAYS, zoneMinutesAt } from '../../src/model/clock.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';
import { PLAIN_WORLD, buildWorld } from '../helpers/worlds/world.ts';

const DAY = 86_400;
const at = (iso: string): number => Date.parse(iso);

/** One run a day of 2024 in Zurich: summer time from 31 March to 27 October. */
const year = Array.from({ length: 366 }, (_item, day) => {
  const start = at('2024-01-01T09:00:00Z') / 1000 + day * DAY;
  const summer = start * 1000 >= at('2024-03-31T01:00:00Z') && start * 1000 < at('2024-10-27T01:00:00Z');
  return { start, zoneMinutes: summer ? 120 : 60 };
});

describe('buildClockPeriods', () => {
  it('finds winter, summer and winter again, each change between two runs', () => {
    const periods = buildClockPeriods(year);
    expect(periods.map(({ zoneMinutes }) => zoneMinutes)).toEqual([60, 120, 60]);
    expect(new Date(periods[1]?.from ?? 0).toISOString().slice(0, 10)).toBe('2024-03-30');
    expect(zoneMinutesAt(periods, at('2024-07-01T00:00:00Z'))).toBe(120);
    expect(zoneMinutesAt(periods, at('2024-12-24T00:00:00Z'))).toBe(60);
    expect(zoneMinutesAt(periods, at('2020-01-01T00:00:00Z'))).toBe(60);
  });

  it('does not take a run that was synced late for a journey', () => {
    const late = year.map((witness, index) => (index % 20 === 7 ? { ...witness, zoneMinutes: -600 } : witness));
    expect(buildClockPeriods(late).map(({ zoneMinutes }) => zoneMinutes)).toEqual([60, 120, 60]);
  });

  it('does not take three jobs of a day that were tried again for a zone of fifteen minutes', () => {
    const again = year.map((witness, index) =>
      index % 40 < 3 ? { ...witness, zoneMinutes: witness.zoneMinutes - 15 } : witness,
    );
    expect(buildClockPeriods(again).map(({ zoneMinutes }) => zoneMinutes)).toEqual([60, 120, 60]);
  });

  it('does not depend on the order of the pairs', () => {
    expect(buildClockPeriods(year.toReversed())).toEqual(buildClockPeriods(year));
  });

  it('knows nothing without a pair, and one zone with one', () => {
    expect(buildClockPeriods([])).toEqual([]);
    expect(buildClockPeriods([{ start: 1, zoneMinutes: 45 }])).toEqual([{ from: null, zoneMinutes: 45 }]);
  });
});

describe('the clock of a registry', () => {
  it('is read from the ends of the runs where the registry keeps these only', () => {
    const jobs = Array.from({ length: 40 }, (_item, n) => {
      const start = at('2024-03-04T06:00:00Z') + n * 33_000_000 + ((n * 7919) % 3600) * 1000;
      return { id: `run-${n}`, start, seconds: 600 + ((n * 5881) % 23_000), score: Math.sin(n) };
    });
    const rows = jobs.map(({ start, seconds, score }, n) => {
      const end = new Date(start + 1000 * seconds + 2 * 3_600_000).toISOString();
      return rowOf(`row-${n}`, { finished_at: end.slice(0, 19).replace('T', ' '), score: Number(score.toFixed(4)) });
    });
    const runs = jobs.map(({ id, start, seconds, score }) =>
      runOf(id, new Date(start).toISOString(), {
        heartbeatAt: start + 1000 * seconds,
        summary: { score, _runtime: seconds, _timestamp: start / 1000 + seconds },
      }),
    );
    const { words, periods } = linkRecords(inputOf(rows, runs)).clock;
    expect(words).toBe('finished_at is 2 h ahead of UTC, by 40 sure links');
    expect(periods).toEqual([{ from: null, zoneMinutes: 120 }]);
  });

  it('is not read from days, and is one zone where each machine has a clock of its own', () => {
    const days = linkRecords(buildWorld({ ...PLAIN_WORLD, rows: 80, timeText: 'day' }, 1).input).clock;
    expect(days).toEqual({ periods: UTC_ALWAYS, words: 'created_at is too coarse to tell its zone' });
    const machines = linkRecords(buildWorld({ ...PLAIN_WORLD, rows: 200, machineClocks: 'private' }, 1).input).clock;
    expect(machines.periods).toHaveLength(1);
    expect(machines.words).toMatch(/clocks differ from machine to machine/);
  });

  it('is taken as UTC where runs were synced hours later, each by another delay', () => {
    const jobs = Array.from({ length: 60 }, (_item, no) => ({
      start: at('2024-03-01T09:00:00Z') + no * 7_377_000,
      wait: 3_600_000 + ((no * 7919) % 18_000) * 1000,
      loss: 0.2 + ((no * 37) % 60) / 67,
    }));
    const rows = jobs.map(({ start, loss }, no) =>
      rowOf(`job-${no}`, { created_at: new Date(start).toISOString().slice(0, 19).replace('T', ' '), loss }),
    );
    const runs = jobs.map(({ start, wait, loss }, no) =>
      runOf(`run${no}`, new Date(start + wait).toISOString(), { summary: { loss } }),
    );
    const { clock, outcomes } = linkRecords(inputOf(rows, runs));
    expect(outcomes.filter(({ kind }) => kind === 'match')).toHaveLength(60);
    expect(clock).toEqual({
      periods: UTC_ALWAYS,
      words: 'created_at is taken as UTC: it lies apart from the runs by no zone',
    });
  });

  it('is read from the ends of the runs where rows are written when a job has ended', () => {
    const jobs = Array.from({ length: 30 }, (_item, no) => ({
      start: at('2024-03-01T09:00:00Z') + no * (DAY * 1000 + 377_000),
      seconds: 1800 + ((no * 7919) % 40_000),
    }));
    const rows = jobs.map(({ start, seconds }, no) => {
      const written = new Date(start + (seconds + 2 - 3 * 3600) * 1000).toISOString().slice(0, 19);
      return rowOf(`job-${no}`, { created_at: written.replace('T', ' '), batch_size: BigInt(16 * (no % 3)) });
    });
    const runs = jobs.map(({ start, seconds }, no) =>
      runOf(`run${no}`, new Date(start).toISOString(), {
        heartbeatAt: start + seconds * 1000,
        config: { batch_size: 16 * (no % 3) },
      }),
    );
    const { clock } = linkRecords(inputOf(rows, runs));
    expect(clock.periods).toEqual([{ from: null, zoneMinutes: -180 }]);
    expect(clock.words).toBe('created_at is 3 h behind UTC, by 30 sure links');
  });
});
