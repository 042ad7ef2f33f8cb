import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const SECOND = 1000;
const MODELS = ['small', 'medium', 'large', 'huge'];
const isGone = (no: number): boolean => no % 8 === 3;

interface Tries {
  readonly isTriedAgain: (no: number) => boolean;
  /** Least and most seconds from the first start to the next. */
  readonly after?: readonly [number, number];
  readonly count?: number;
}

/**
 * Trainings, two hundred unless said otherwise, whose rows are written some seconds before the run starts. The runs of one in eight
 * were deleted. Some were tried again, which has no row.
 */
function trainings({ isTriedAgain, after = [60, 240], count = 200 }: Tries): LinkageInput {
  const random = createRandom(3);
  const jobs = Array.from({ length: count }, (_item, no) => ({
    no,
    at: Date.parse('2024-03-01T09:00:00Z') + no * 9_000 * SECOND + random.integer(0, 3000) * SECOND,
    model: random.pick(MODELS),
    wait: random.integer(5, 40),
  }));
  const rows = jobs.map(({ no, at, model }) => rowOf(`job-${no}`, { created_at: new Date(at).toISOString(), model }));
  const runs = jobs.flatMap(({ no, at, model, wait }) => {
    const startedAfter = (seconds: number): string => new Date(at + seconds * SECOND).toISOString();
    const own = runOf(`own${no}`, startedAfter(wait), { config: { model } });
    const again = runOf(`again${no}`, startedAfter(wait + random.integer(...after)), { config: { model } });
    return [...(isGone(no) ? [] : [own]), ...(isTriedAgain(no) ? [again] : [])];
  });
  return inputOf(rows, runs);
}

const matchesOf = (outcomes: readonly LinkOutcome[]): readonly LinkOutcome[] =>
  outcomes.filter(({ kind }) => kind === 'match');

describe('a run that may stand in for one that is gone', () => {
  it('is not proposed where the other rows have such runs too', () => {
    const { outcomes } = linkRecords(trainings({ isTriedAgain: (no) => no % 3 === 0 }));
    const wrong = matchesOf(outcomes).filter(({ wandbRunId }) => wandbRunId?.startsWith('again'));
    const open = outcomes.filter(({ reason }) => reason.startsWith('another run may stand in for one that is gone'));
    expect(wrong).toEqual([]);
    expect(open.map(({ keyText }) => keyText)).toContain('job-3');
    expect(matchesOf(outcomes).length).toBeGreaterThan(50);
  });

  it('is not proposed either where rows that have both runs are never sure of one', () => {
    const { outcomes } = linkRecords(trainings({ isTriedAgain: (no) => no % 3 === 0, after: [1, 6] }));
    const wrong = matchesOf(outcomes).filter(({ wandbRunId }) => wandbRunId?.startsWith('again'));
    expect(wrong).toEqual([]);
    expect(outcomes.find(({ keyText }) => keyText === 'job-3')).toMatchObject({ kind: 'ambiguous' });
    expect(outcomes.find(({ keyText }) => keyText === 'job-3')?.candidates[0]?.wandbRunId).toBe('again3');
  });

  it('is not proposed in a large registry either, of which only a part was tried again', () => {
    const { outcomes } = linkRecords(trainings({ isTriedAgain: (no) => no > 500 && no % 2 === 1, count: 800 }));
    const wrong = matchesOf(outcomes).filter(({ wandbRunId }) => wandbRunId?.startsWith('again'));
    expect(wrong).toEqual([]);
    expect(outcomes.find(({ keyText }) => keyText === 'job-507')?.candidates[0]?.wandbRunId).toBe('again507');
    expect(matchesOf(outcomes).length).toBeGreaterThan(450);
  });

  it('is no danger where nothing is ever tried again', () => {
    const { outcomes } = linkRecords(trainings({ isTriedAgain: () => false }));
    expect(matchesOf(outcomes)).toHaveLength(175);
    const many = linkRecords(trainings({ isTriedAgain: () => false, count: 600 }));
    expect(matchesOf(many.outcomes)).toHaveLength(525);
  });
});
