import { describe, expect, it } from 'vitest';
import { blankFillers, createIsMeasured } from '../../src/linkage/normalize/filled-blanks.ts';
import type { IsMeasured } from '../../src/linkage/normalize/filled-blanks.ts';
import type { Cell } from '../../src/model/cell.ts';
import { sampleRun } from '../helpers/sample-run.ts';

const nowhere: IsMeasured = () => false;
/** Twenty losses between 0.1 and 0.3, no two alike. */
const losses = Array.from({ length: 20 }, (_item, at) => 0.1 + 0.01 * at + 0.0003 * ((at * 7) % 5));
const days = Array.from({ length: 20 }, (_item, at) => `2025-06-${String(at + 1).padStart(2, '0')} 09:${10 + at}:00`);
const blanked = (cells: readonly Cell[], isMeasured = nowhere): Cell[] => {
  const left = blankFillers(cells, isMeasured);
  return [...new Set(cells.filter((_cell, at) => left[at] === null))];
};

describe('what was filled in where nothing was known', () => {
  it('is a word that says so', () => {
    expect(blankFillers(['act', 'TBD', 'n/a', '#N/A', ' - ', 'bc'], nowhere)).toEqual([
      'act',
      null,
      null,
      null,
      null,
      'bc',
    ]);
  });

  it('is the number that repeats most and lies far outside of all others, on either side', () => {
    expect(blanked([...losses, 9999n, 9999n, 9999n])).toEqual([9999n]);
    expect(blanked([...losses, -1, -1, -1, -1, '9999', '9999', '9999'])).toEqual([-1, '9999']);
  });

  it('is -1 or 9999 among words, however seldom, and whatever runs measured', () => {
    const hosts = ['gpu01', 'gpu02', 'gpu03', 'gpu04'].flatMap((host) => [host, host, host]);
    expect(blanked([...hosts, -1, '9999'], () => true)).toEqual([-1, '9999']);
    expect(blanked([...hosts, 5, '12'])).toEqual([]);
    expect(blanked(['7b', '13b', -1, 999, 'small'])).toEqual([]);
  });

  it('is a moment decades before or after all others, as text or as an epoch of 0', () => {
    const never = '1970-01-01 00:00:00';
    expect(blanked([...days, never, never, never])).toEqual([never]);
    const epochs = days.map((day) => Date.parse(`${day}Z`) / 1000);
    expect(blanked([...epochs, 0, 0, 0, 0])).toEqual([0]);
  });

  it('is no number that any run measured', () => {
    const runs = losses.map((loss, at) => sampleRun(`run${at}`, { summary: { loss: at < 3 ? -1 : loss } }));
    expect(blanked([...losses, -1, -1, -1], createIsMeasured(runs))).toEqual([]);
  });

  it('is no setting of few values, no value within the range, and none that stands once', () => {
    expect(blanked([100, 200, 500, 100, 200, -1, -1, -1, -1])).toEqual([]);
    expect(blanked([...losses, 0, 0, 0])).toEqual([]);
    expect(blanked([...losses, 9999])).toEqual([]);
    expect(blanked([...days, '2025-04-24 10:00:00', '2025-04-24 10:00:00', '2025-04-24 10:00:00'])).toEqual([]);
  });
});
