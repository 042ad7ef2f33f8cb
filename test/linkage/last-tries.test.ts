import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HOUR = 3_600_000;
const MODELS = ['small', 'medium', 'large', 'huge'];

/**
 * Sixty trainings, a row each with the time of the first try. One in three took two; of `job-0`, tried again with other
 * workers, both crashed, so that its row has no score. Where `isFirstMeant`, rows keep what the first try measured.
 */
function sixtyTrainings({ isFirstMeant }: { readonly isFirstMeant: boolean }): LinkageInput {
  const random = createRandom(5);
  const jobs = Array.from({ length: 60 }, (_item, no) => ({
    no,
    at: Date.parse('2024-03-01T09:00:00Z') + no * 7 * HOUR + random.integer(0, HOUR),
    model: random.pick(MODELS),
    score: no === 0 ? null : random.integer(400_000, 900_000) / 1e6,
  }));
  const rows = jobs.map(({ no, at, model, score }) =>
    rowOf(`job-${no}`, {
      created_at: new Date(at).toISOString().slice(0, 19).replace('T', ' '),
      model,
      score: score === null ? null : Number(score.toFixed(4)),
    }),
  );
  const runs = jobs.flatMap(({ no, at, model, score }) => {
    const tryOf = (runId: string, after: number, isMeant: boolean): ReturnType<typeof runOf> =>
      runOf(runId, new Date(at + after).toISOString(), {
        config: { model, workers: runId === 'first0' ? 4 : 8 },
        heartbeatAt: at + after + (isMeant && no > 0 ? 2 * HOUR : HOUR / 20),
        state: isMeant && no > 0 ? 'finished' : 'crashed',
        summary: isMeant && score !== null ? { score } : {},
      });
    const start = random.integer(3000, 6000);
    if (no % 3 !== 0) return [tryOf(`last${no}`, start, true)];
    const first = { ...tryOf(`first${no}`, start, isFirstMeant), heartbeatAt: at + HOUR / 20, state: 'crashed' };
    return [first, tryOf(`last${no}`, start + HOUR / 6 + random.integer(0, HOUR / 6), !isFirstMeant)];
  });
  return inputOf(rows, runs);
}

describe('a row of a job that crashed twice, with the time of the first try', () => {
  it('stays open where the other rows mean the last try', () => {
    const { outcomes } = linkRecords(sixtyTrainings({ isFirstMeant: false }));
    const [own, ...others] = outcomes;
    expect(own).toMatchObject({ kind: 'ambiguous', wandbRunId: null });
    expect(own?.reason).toMatch(
      /^the best run was tried again as last0, and \d+ of \d+ rows with the time of an earlier try mean a later one$/,
    );
    expect(own?.probability).toBeLessThan(0.1);
    const linked = others.filter(({ kind }) => kind === 'match');
    expect(linked.length).toBeGreaterThan(35);
    expect(linked.map(({ wandbRunId }) => wandbRunId)).toEqual(
      linked.map(({ keyText }) => keyText.replace('job-', 'last')),
    );
  });

  it('is linked to it where the other rows mean that one', () => {
    const { outcomes } = linkRecords(sixtyTrainings({ isFirstMeant: true }));
    expect(outcomes[0]?.wandbRunId).toBe('first0');
  });
});
