import { expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { Run } from '../../src/model/run.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const JOBS = 80;
/** Every so many trainings one was deleted. */
const DELETED = 5;

/** Trainings of an hour or so in a registry, and in the project each with its evaluation: a short run with the same score. */
function trainAndEvaluate(): { readonly wrong: string[]; readonly right: number } {
  const random = createRandom(12);
  const runs: Run[] = [];
  const rows = Array.from({ length: JOBS }, (_item, no) => {
    const start = Date.UTC(2025, 5, 1) + no * 9_000_000 + random.integer(0, 3_000_000);
    const seconds = random.integer(2800, 4000);
    const config = { lr: random.pick([1e-4, 3e-4, 1e-3]), prompt: random.pick(['v1', 'v2', 'v3']) };
    const score = 28 + 8 * random.next();
    const add = (runId: string, from: number, length: number): void => {
      const heartbeatAt = from + 1000 * length;
      runs.push(runOf(runId, new Date(from).toISOString(), { heartbeatAt, config, summary: { score } }));
    };
    if (no % DELETED !== 0) add(`train${no}`, start + random.integer(3000, 20_000), seconds + random.integer(-5, 5));
    add(`eval${no}`, start + 1000 * (seconds + random.integer(20, 300)), random.integer(40, 150));
    return rowOf(`row-${no}`, {
      created_at: new Date(start).toISOString().slice(0, 19).replace('T', ' '),
      duration_seconds: seconds,
      ...config,
      score: Number(score.toFixed(2)),
    });
  });
  const links = linkRecords(inputOf(rows, runs)).outcomes.filter(({ kind }) => kind === 'match');
  const isRight = ({ keyText, wandbRunId }: (typeof links)[number]): boolean =>
    wandbRunId === keyText.replace('row-', 'train');
  return {
    wrong: links.filter((link) => !isRight(link)).map(({ keyText, reason }) => `${keyText}: ${reason}`),
    right: links.filter(isRight).length,
  };
}

it('gives no row of a deleted training the evaluation that shares its settings and its score', () => {
  const { wrong, right } = trainAndEvaluate();
  expect(wrong).toEqual([]);
  expect(right).toBeGreaterThan(0.95 * (JOBS - JOBS / DELETED));
});
