import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JOBS_A_DAY = 8;
const NUMBERS = Array.from({ length: 120 }, (_item, no) => no);

interface Diary {
  /** Whether a row holds the day, and whether it holds the seed. */
  readonly hasDay: (no: number) => boolean;
  readonly hasSeed: (no: number) => boolean;
}

/** Eight trainings on a day once in a fortnight, told apart by seeds that were drawn from 2^32. */
function diaryOf({ hasDay, hasSeed }: Diary): LinkageInput {
  const random = createRandom(3);
  const jobs = NUMBERS.map((no) => ({
    no,
    at: Date.parse('2025-03-03T08:00:00Z') + Math.floor(no / JOBS_A_DAY) * 14 * DAY + random.integer(0, 9 * HOUR),
    method: ['ppo', 'sac', 'td3'][no % 3] ?? '',
    seed: random.integer(0, 2 ** 32 - 1),
  }));
  const rows = jobs.map(({ no, at, method, seed }) =>
    rowOf(`row-${no}`, {
      created_at: hasDay(no) ? new Date(at).toISOString().slice(0, 10) : null,
      method,
      seed: hasSeed(no) ? seed : null,
    }),
  );
  const runs = jobs.map(({ no, at, method, seed }) =>
    runOf(`run${no}`, new Date(at).toISOString(), { config: { method, seed } }),
  );
  return inputOf(rows, runs);
}

/** The rows that are linked, by number; each with its own run. */
function linkedOf(diary: Diary): number[] {
  const matches = linkRecords(diaryOf(diary)).outcomes.filter(({ kind }) => kind === 'match');
  const numbers = matches.map(({ keyText }) => Number(keyText.slice(4)));
  expect(matches.map(({ wandbRunId }) => wandbRunId)).toEqual(numbers.map((no) => `run${no}`));
  return numbers;
}

const isEven = (no: number): boolean => no % 2 === 0;

describe('a seed that was drawn for each job, where many jobs start on a day', () => {
  it('tells the jobs of a day apart, though half of the rows lack it', () => {
    expect(linkedOf({ hasDay: () => true, hasSeed: isEven })).toEqual(NUMBERS.filter(isEven));
  });

  it('counts in full in a row without a day, which belongs to no launch that is known', () => {
    const { outcomes } = linkRecords(diaryOf({ hasDay: (no) => no % 4 !== 0, hasSeed: isEven }));
    const [first] = outcomes.find(({ keyText }) => keyText === 'row-0')?.candidates ?? [];
    expect(first?.wandbRunId).toBe('run0');
    expect(first?.evidence.find(({ comparison }) => comparison === 'launch')?.weight).toBe(0);
  });
});
