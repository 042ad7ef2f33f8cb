import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const DAY = 86_400_000;

/**
 * Sixty trainings with fixed seeds, of which the rows keep the metrics and no time. All were run again a week later, with
 * the same metrics, if `areRepeated`; one run in five was deleted, one of sixty having no twin left.
 */
function sixtyTrainings(areRepeated: boolean): LinkageInput {
  const jobs = Array.from({ length: 60 }, (_item, no) => ({
    no,
    start: Date.parse('2024-03-01T09:00:00Z') + no * 1_377_000,
    loss: 0.2 + ((no * 37) % 60) / 67,
    accuracy: 0.5 + ((no * 23) % 60) / 131,
  }));
  const rows = jobs.map(({ no, loss, accuracy }) =>
    rowOf(`job-${no}`, { loss: Number(loss.toFixed(5)), accuracy: Number(accuracy.toFixed(5)) }),
  );
  const runs = jobs.flatMap(({ no, start, loss, accuracy }) => {
    const summary = { loss, accuracy };
    const first = runOf(`first${no}`, new Date(start).toISOString(), { summary });
    const again = runOf(`again${no}`, new Date(start + 7 * DAY).toISOString(), { summary });
    return [...(no % 5 === 2 ? [] : [first]), ...(areRepeated && no % 5 !== 4 ? [again] : [])];
  });
  return inputOf(rows, runs);
}

const matchesOf = ({ outcomes }: { readonly outcomes: readonly LinkOutcome[] }): readonly LinkOutcome[] =>
  outcomes.filter(({ kind }) => kind === 'match');

describe('an experiment that was run again to the last digit', () => {
  it('is not linked to the run that is left of two, which may be the other one', () => {
    const result = linkRecords(sixtyTrainings(true));
    expect(matchesOf(result)).toEqual([]);
    const alone = result.outcomes.find(({ keyText }) => keyText === 'job-7');
    expect(alone?.candidates.map(({ wandbRunId }) => wandbRunId)).toEqual(['again7']);
    expect(alone?.probability).toBeLessThan(0.95);
    expect(alone?.reason).toMatch(/may stand in for one that is gone/);
  });

  it('hinders nothing where no run has a twin', () => {
    expect(matchesOf(linkRecords(sixtyTrainings(false)))).toHaveLength(48);
  });
});
