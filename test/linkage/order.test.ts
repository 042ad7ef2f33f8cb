import { describe, expect, it } from 'vitest';
import { placeRows } from '../../src/linkage/comparison/row-places.ts';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { readRowOrderOrNull } from '../../src/linkage/normalize/row-order.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HOUR = 3_600_000;
const START = Date.parse('2025-03-03T08:00:00Z');
const NUMBERS = Array.from({ length: 120 }, (_item, no) => no);

interface Notebook {
  /** The key that a row gets. */
  readonly keyOf: (no: number) => string;
  /** When a row says it was made. */
  readonly dayOf?: (no: number) => string | null;
  /** Runs that were deleted. */
  readonly isGone?: (no: number) => boolean;
}

/** A job every two hours; most drew a seed that they share with no other, and one in four is like all others of its kind. */
function notebookOf({ keyOf, dayOf = () => null, isGone = () => false }: Notebook): LinkageInput {
  const random = createRandom(5);
  const jobs = NUMBERS.map((no) => ({
    no,
    method: ['ppo', 'sac'][random.integer(0, 1)] ?? '',
    seed: isSeeded(no) ? random.integer(0, 2 ** 32 - 1) : 0,
  }));
  const rows = jobs.map(({ no, method, seed }) => rowOf(keyOf(no), { method, seed, created_at: dayOf(no) }));
  const runs = jobs
    .filter(({ no }) => !isGone(no))
    .map(({ no, method, seed }) =>
      runOf(`run${no}`, new Date(startOf(no)).toISOString(), { config: { method, seed } }),
    );
  return inputOf(rows, runs);
}

const isSeeded = (no: number): boolean => no % 4 !== 1;
const startOf = (no: number): number => START + 2 * no * HOUR + 1000 * ((no * 37) % 60);
const counted = (no: number): string => `row-${String(no).padStart(4, '0')}`;

function outcomesOf(notebook: Notebook): (LinkOutcome & { readonly no: number })[] {
  const { outcomes } = linkRecords(notebookOf(notebook));
  return outcomes.map((outcome, no) => ({ ...outcome, no }));
}

/** Rows that are linked, by number; each with its own run. */
function linkedOf(notebook: Notebook): number[] {
  const matches = outcomesOf(notebook).filter(({ kind }) => kind === 'match');
  expect(matches.map(({ wandbRunId }) => wandbRunId)).toEqual(matches.map(({ no }) => `run${no}`));
  return matches.map(({ no }) => no);
}

describe('the order of rows without a time', () => {
  it('tells jobs apart that are alike in all else, by the runs of the rows before and after', () => {
    const linked = linkedOf({ keyOf: counted });
    expect(linked.filter((no) => !isSeeded(no)).length).toBeGreaterThan(25);
  });

  it('says nothing where keys are numbered at random: such rows stay open', () => {
    const random = createRandom(8);
    const numbers = random.shuffle(NUMBERS);
    const outcomes = outcomesOf({ keyOf: (no) => counted(numbers[no] ?? 0) });
    const alike = outcomes.filter(({ no }) => !isSeeded(no));
    expect(alike.filter(({ kind }) => kind === 'match')).toEqual([]);
  });

  it('says nothing where keys do not count', () => {
    const names = ['oak', 'elm', 'ash', 'fir'];
    const linked = linkedOf({ keyOf: (no) => `${names[no % 4]}-${no}-${'x'.repeat(1 + (no % 3))}` });
    expect(linked.every(isSeeded)).toBe(true);
  });

  it('does not let a row whose run is gone take one that stands elsewhere', () => {
    const isGone = (no: number): boolean => no % 10 === 3;
    const linked = linkedOf({ keyOf: counted, isGone });
    expect(linked.some(isGone)).toBe(false);
    expect(linked.filter((no) => !isSeeded(no)).length).toBeGreaterThan(14);
  });

  it('is shown with its bits and in words', () => {
    const outcome = outcomesOf({ keyOf: counted }).find(({ no }) => no === 61);
    const order = outcome?.candidates.map(({ evidence }) => evidence.find(({ comparison }) => comparison === 'order'));
    expect(order?.[0]).toMatchObject({
      level: 'in turn',
      words: 'run starts between those of the rows before and after',
    });
    expect(order?.[0]?.weight).toBeGreaterThan(2);
    expect(linkRecords(notebookOf({ keyOf: counted })).health).toContainEqual(
      expect.stringMatching(/^\d+ % of the rows are numbered as their runs start$/),
    );
  });
});

describe('the order of rows of which only the day is known', () => {
  const dayOf = (no: number): string => new Date(startOf(no)).toISOString().slice(0, 10);

  it('tells the jobs of a day apart', () => {
    const linked = linkedOf({ keyOf: counted, dayOf });
    expect(linked.filter((no) => !isSeeded(no)).length).toBeGreaterThan(25);
  });

  it('is not asked where a row tells the second', () => {
    const evidence = outcomesOf({ keyOf: counted, dayOf: (no) => new Date(startOf(no)).toISOString() })
      .flatMap(({ candidates }) => candidates)
      .flatMap((candidate) => candidate.evidence);
    expect(evidence.filter(({ comparison }) => comparison === 'order')).toEqual([]);
  });
});

describe('readRowOrderOrNull', () => {
  it('reads keys that count up, whatever word stands before the number', () => {
    expect(readRowOrderOrNull(['7', '12', '3'].map((key) => rowOf(key, {})))).toEqual(Float64Array.of(7, 12, 3));
    expect(readRowOrderOrNull(['exp-07', 'exp-12'].map((key) => rowOf(key, {})))).toEqual(Float64Array.of(7, 12));
  });

  it('reads none from hashes and names', () => {
    expect(readRowOrderOrNull(['a3f901', 'b77c12', '09ffe4'].map((key) => rowOf(key, {})))).toBeNull();
    expect(readRowOrderOrNull([])).toBeNull();
  });

  it('gives no place to the few that are written otherwise', () => {
    const keys = [...Array.from({ length: 19 }, (_item, at) => `run_${at}`), 'warmup'];
    expect(readRowOrderOrNull(keys.map((key) => rowOf(key, {})))?.at(-1)).toBeNaN();
  });
});

describe('placeRows', () => {
  const rows = Int32Array.of(10, 11, 12, 13, 14);

  it('puts a row between the known starts beside it, and does not ask its own', () => {
    const starts = new Map([10, 11, 13, 14].map((row) => [row, 100 * row]));
    const spans = placeRows(rows, starts, 1).map(({ from, to }) => [from, to]);
    expect(spans).toEqual([
      [-Infinity, 1100],
      [1000, 1300],
      [1100, 1300],
      [1100, 1400],
      [1300, Infinity],
    ]);
  });

  it('becomes wide, not wrong, where a neighbour was made out of turn', () => {
    const starts = new Map([
      [10, 1000],
      [11, 9000],
      [13, 1300],
      [14, 1400],
    ]);
    expect(placeRows(rows, starts, 2)[2]).toMatchObject({ from: 1000, to: 1400 });
    expect(placeRows(rows, starts, 1)[2]).toMatchObject({ from: 1300, to: 9000 });
  });
});
