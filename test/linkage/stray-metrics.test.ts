import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HOUR = 3_600_000;
const RETRIED = 30;

/** Sixty jobs, each of settings of its own. One row has no time, and its run was deleted and tried again a week later. */
function sixtyJobs({ noise }: { readonly noise: number }): LinkageInput {
  const random = createRandom(5);
  const jobs = Array.from({ length: 60 }, (_item, no) => ({
    at: Date.parse('2024-03-01T09:00:00Z') + no * 11 * HOUR + random.integer(0, HOUR),
    width: 100 + 8 * no,
    reward: random.integer(500_000, 900_000) / 1e6,
  }));
  const rows = jobs.map(({ at, width, reward }, no) =>
    rowOf(`job-${no}`, {
      created_at: no === RETRIED ? null : new Date(at).toISOString().slice(0, 19).replace('T', ' '),
      width,
      reward: Number(reward.toFixed(4)),
    }),
  );
  const runs = jobs.map(({ at, width, reward }, no) => {
    const isRetried = no === RETRIED;
    return runOf(`run${no}`, new Date(at + 9000 + (isRetried ? 170 * HOUR : 0)).toISOString(), {
      config: { width },
      summary: { reward: reward + (isRetried ? noise : 0) },
    });
  });
  return inputOf(rows, runs);
}

const outcomeOf = (input: LinkageInput): LinkOutcome =>
  linkRecords(input).outcomes.find(({ keyText }) => keyText === `job-${RETRIED}`)!;

describe('metrics that differ where metrics agree', () => {
  it('are those of another try, whatever the settings', () => {
    const { kind, reason } = outcomeOf(sixtyJobs({ noise: 0.0004 }));
    expect(kind).toBe('ambiguous');
    expect(reason).toMatch(/^its metrics differ where those of nearly all links agree: metrics/);
  });

  it('speak for the run where they agree as well', () => {
    expect(outcomeOf(sixtyJobs({ noise: 0 })).wandbRunId).toBe(`run${RETRIED}`);
  });
});
