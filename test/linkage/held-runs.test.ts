import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput } from '../../src/model/linkage.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

/** Forty trainings of which somebody linked the first row to the run of the second one. */
function fortyTrainings(more: Partial<LinkageInput> = {}): LinkageInput {
  const jobs = Array.from({ length: 40 }, (_item, no) => ({
    start: new Date(Date.parse('2024-03-01T09:00:00Z') + no * 5_003_000).toISOString(),
    loss: 0.1 + ((no * 7919) % 97) / 1013,
  }));
  const rows = jobs.map(({ start, loss }, no) => rowOf(`job-${no}`, { created_at: start, loss }));
  const runs = jobs.map(({ start, loss }, no) => runOf(`run${no}`, start, { summary: { loss } }));
  return inputOf(rows, runs, { linked: [{ keyText: 'job-0', wandbRunId: 'run1' }], ...more });
}

describe('a row whose run is linked to another row', () => {
  it('says which run that is and who has it', () => {
    const { outcomes } = linkRecords(fortyTrainings());
    expect(outcomes.find(({ keyText }) => keyText === 'job-1')).toMatchObject({
      kind: 'unmatched',
      wandbRunId: null,
      reason: 'the run that fits it best, run1, is linked to row job-0 already',
    });
  });

  it('says nothing of it where a person has said that it is not the one', () => {
    const { outcomes } = linkRecords(fortyTrainings({ rejected: [{ keyText: 'job-1', wandbRunId: 'run1' }] }));
    const { reason } = outcomes.find(({ keyText }) => keyText === 'job-1')!;
    expect(reason).not.toContain('run1');
  });
});
