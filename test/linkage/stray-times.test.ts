import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HOUR = 3_600_000;
const FORKED = 30;

/** Eighty jobs of five settings whose runs begin seconds after their rows; one run is gone, and a fork of it is there. */
function eightyJobs({ settingOf }: { readonly settingOf: (no: number) => number }): LinkageInput {
  const jobs = Array.from({ length: 80 }, (_item, no) => ({
    at: Date.parse('2024-03-01T09:00:00Z') + no * 11 * HOUR + (no % 7) * 61_000,
    reward: 0.5123 + ((no * 7919) % 10_000) / 30_000,
    kl: 2.1234 + ((no * 104_729) % 10_000) / 3000,
  }));
  const rows = jobs.map(({ at, reward, kl }, no) =>
    rowOf(`job-${no}`, {
      created_at: new Date(at).toISOString().slice(0, 19).replace('T', ' '),
      batch_size: BigInt(settingOf(no)),
      final_metrics_json: JSON.stringify({ reward: Number(reward.toFixed(3)), kl: Number(kl.toFixed(2)) }),
    }),
  );
  const runs = jobs.map(({ at, reward, kl }, no) =>
    runOf(`run${no}`, new Date(at + 9000 + (no === FORKED ? 6.5 * HOUR : 0)).toISOString(), {
      config: { batch_size: settingOf(no) },
      summary: { reward, kl },
    }),
  );
  return inputOf(rows, runs);
}

const outcomeOf = (input: LinkageInput): LinkOutcome =>
  linkRecords(input).outcomes.find(({ keyText }) => keyText === `job-${FORKED}`)!;

describe('a time that strays where times hold', () => {
  it('is not outweighed by metrics, which a fork has of its parent', () => {
    const { kind, reason } = outcomeOf(eightyJobs({ settingOf: (no) => 16 << (no % 5) }));
    expect(kind).toBe('ambiguous');
    expect(reason).toMatch(/^metrics alone speak for the best run, and its time against it: run starts 6 h 30 min/);
  });

  it('is outweighed by a setting that no other run has', () => {
    const { wandbRunId } = outcomeOf(eightyJobs({ settingOf: (no) => 1000 + 37 * no }));
    expect(wandbRunId).toBe(`run${FORKED}`);
  });
});
