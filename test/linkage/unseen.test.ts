import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageResult } from '../../src/model/linkage.ts';
import { DEFAULT_LINKAGE_OPTIONS, SUREST } from '../../src/model/linkage.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

/** Forty trainings that start at the row's second and keep its five digits: nothing is left to doubt. */
function linkForty(minProbability: number): LinkageResult {
  const jobs = Array.from({ length: 40 }, (_item, no) => ({
    start: new Date(Date.parse('2024-03-01T09:00:00Z') + no * 5_003_000).toISOString(),
    loss: 0.1 + ((no * 7919) % 97) / 1013,
  }));
  const rows = jobs.map(({ start, loss }, no) => rowOf(`job-${no}`, { created_at: start, loss }));
  const runs = jobs.map(({ start, loss }, no) => runOf(`run${no}`, start, { summary: { loss } }));
  return linkRecords(inputOf(rows, runs, { options: { ...DEFAULT_LINKAGE_OPTIONS, minProbability } }));
}

describe('what no evidence shows', () => {
  it('keeps a probability from being a certainty, and hinders no match', () => {
    const { outcomes } = linkForty(0.99);
    expect(outcomes.map(({ wandbRunId }) => wandbRunId)).toEqual(outcomes.map((_outcome, no) => `run${no}`));
    for (const { probability, candidates } of outcomes) {
      expect(probability).toBeLessThanOrEqual(SUREST);
      expect(probability).toBeGreaterThan(0.999);
      expect(candidates[0]?.probability).toBe(probability);
    }
  });

  it('is less than 0.999 leaves, so that one may ask for that', () => {
    const { outcomes } = linkForty(0.999);
    expect(outcomes.filter(({ kind }) => kind === 'match')).toHaveLength(40);
  });

  it('leaves all open where more is asked than can be claimed, and says so', () => {
    const { outcomes, health } = linkForty(0.9999);
    expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
    expect(health).toContain(
      'no match is claimed to be surer than 0.9995: a least probability of 0.9999 leaves all rows open',
    );
    expect(linkForty(0.999).health.join()).not.toContain('surer');
  });
});
