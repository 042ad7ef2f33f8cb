import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HOUR = 3_600_000;
const MODELS = ['small', 'medium', 'large', 'huge'];

/** Sixty trainings, a row each; of those that `isTested` names the score is a later run's, of the others their own. */
function sixtyTrainings({
  isTested,
  digits,
  hours,
}: {
  readonly isTested: (no: number) => boolean;
  /** Of the score in the row. */
  readonly digits: number;
  /** After which the test starts. */
  readonly hours: number;
}): LinkageInput {
  const random = createRandom(7);
  const jobs = Array.from({ length: 60 }, (_item, no) => ({
    at: Date.parse('2024-03-01T09:00:00Z') + no * 5 * HOUR + random.integer(0, HOUR),
    model: random.pick(MODELS),
    score: random.integer(400_000, 900_000) / 1e6,
  }));
  const rows = jobs.map(({ at, model, score }, no) =>
    rowOf(`job-${no}`, {
      created_at: new Date(at).toISOString().slice(0, 19).replace('T', ' '),
      model,
      score: Number(score.toFixed(digits)),
    }),
  );
  const runs = jobs.flatMap(({ at, model, score }, no) => {
    const start = (after: number): string => new Date(at + after).toISOString();
    const later = hours * HOUR + random.integer(0, HOUR);
    const training = runOf(`train${no}`, start(9000), { config: { model }, summary: isTested(no) ? {} : { score } });
    return isTested(no)
      ? [training, runOf(`test${no}`, start(later), { config: { model }, summary: { score } })]
      : [training];
  });
  return inputOf(rows, runs);
}

describe('a row with the time of one run and the score of another', () => {
  it('stays open, for which of the two is meant is not told', () => {
    const { outcomes } = linkRecords(sixtyTrainings({ isTested: (no) => no === 20, digits: 4, hours: 40 }));
    const open = outcomes.filter(({ kind }) => kind !== 'match');
    expect(open.map(({ keyText }) => keyText)).toEqual(['job-20']);
    expect(open[0]?.reason).toMatch(/^another run, test20, has what the best run lacks: metrics agree to 4 digits/);
  });

  it('is linked once a person has said that it is not the other one', () => {
    const input = sixtyTrainings({ isTested: (no) => no === 20, digits: 4, hours: 40 });
    const { outcomes } = linkRecords({ ...input, rejected: [{ keyText: 'job-20', wandbRunId: 'test20' }] });
    expect(outcomes.find(({ keyText }) => keyText === 'job-20')?.wandbRunId).toBe('train20');
  });

  it('keeps all rows open where it is the habit', () => {
    const { outcomes } = linkRecords(sixtyTrainings({ isTested: (no) => no % 6 !== 0, digits: 3, hours: 3 }));
    expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
    expect(new Set(outcomes.map(({ reason }) => reason))).toContain(
      'most rows have the metrics of another run than the one that fits otherwise: which of the two is meant is not told',
    );
    expect(Math.max(...outcomes.map(({ probability }) => probability ?? 0))).toBeLessThanOrEqual(0.5);
  });
});

describe('a row that was entered at the first of several tries', () => {
  it('is linked to the one that held: a try that crashed is no second meaning', () => {
    const { outcomes } = linkRecords(triedTwice({ stateOfFirst: 'crashed' }));
    const matches = outcomes.filter(({ kind }) => kind === 'match');
    expect(matches.map(({ wandbRunId }) => wandbRunId)).toEqual(
      matches.map(({ keyText }) => keyText.replace('job-', 'last')),
    );
    expect(matches.length).toBeGreaterThan(50);
  });

  it('stays open where only the start of the crashed one fits, and a score of two digits the one that held', () => {
    const { outcomes } = linkRecords(triedTwice({ stateOfFirst: 'crashed', isExactStart: true }));
    const open = outcomes.filter(({ kind }) => kind !== 'match');
    expect(open.map(({ keyText }) => keyText).toSorted()).toEqual(
      Array.from({ length: 12 }, (_item, at) => `job-${5 * at}`).toSorted(),
    );
    expect(open[0]?.reason).toMatch(
      /^a later try of the same thing, last0, has what the best run lacks: metrics agree/,
    );
    expect(open[0]?.probability).toBeLessThan(0.99);
  });

  it('stays open where the first one finished: it may be the one that is meant', () => {
    const { outcomes } = linkRecords(triedTwice({ stateOfFirst: 'finished' }));
    expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
  });
});

interface Tries {
  readonly stateOfFirst: string;
  /** Where starts are to the second, scores have two digits, and only one in five trainings took two tries. */
  readonly isExactStart?: boolean;
}

/** Sixty trainings, two in three of which took two tries; the row has the time of the first and the rest of the last. */
function triedTwice({ stateOfFirst, isExactStart = false }: Tries): LinkageInput {
  const isTriedOnce = (no: number): boolean => (isExactStart ? no % 5 !== 0 : no % 3 === 0);
  const random = createRandom(5);
  const jobs = Array.from({ length: 60 }, (_item, no) => ({
    no,
    at: Date.parse('2024-03-01T09:00:00Z') + no * 7 * HOUR + random.integer(0, HOUR),
    config: { model: random.pick(MODELS) },
    score: random.integer(400_000, 900_000) / 1e6,
    hours: random.between(1, 9),
  }));
  const rows = jobs.map(({ no, at, config, score, hours }) =>
    rowOf(`job-${no}`, {
      created_at: new Date(at).toISOString().slice(0, 19).replace('T', ' '),
      ...config,
      score: Number(score.toFixed(isExactStart ? 2 : 4)),
      ...(!isExactStart && { train_hours: Number(hours.toFixed(2)) }),
    }),
  );
  const runs = jobs.flatMap(({ no, at, config, score, hours }) => {
    const first = at + random.integer(20_000, isExactStart ? 21_000 : 70_000);
    const last = isTriedOnce(no) ? first : first + random.integer(HOUR / 4, HOUR);
    const end = { heartbeatAt: last + hours * HOUR, summary: { score } };
    const held = runOf(`last${no}`, new Date(last).toISOString(), { config, ...end });
    if (isTriedOnce(no)) return [held];
    const crash = { state: stateOfFirst, heartbeatAt: first + random.integer(10_000, HOUR / 5) };
    return [runOf(`first${no}`, new Date(first).toISOString(), { config, ...crash }), held];
  });
  return inputOf(rows, runs);
}
