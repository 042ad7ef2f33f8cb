import { expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HOUR = 3_600_000;
const ZONES = { seoul: 9, lima: -5, oslo: 1 } as const;
const SITES = ['seoul', 'lima', 'oslo'] as const;

it('knows the clock of each site by a column that no run names', () => {
  const random = createRandom(7);
  const jobs = Array.from({ length: 120 }, (_item, no) => ({
    no,
    site: random.pick(SITES),
    start: Date.parse('2024-03-01T00:00:00Z') + no * HOUR + random.integer(0, 3000) * 1000,
    epochs: random.pick([10, 20, 40]),
  }));
  const rows = jobs.map(({ no, site, start, epochs }) => {
    const begun = new Date(start + ZONES[site] * HOUR).toISOString().slice(0, 19);
    return rowOf(`job-${no}`, { begun, site, epochs: BigInt(epochs) });
  });
  const runs = jobs.map(({ no, start, epochs }) =>
    runOf(`run${no}`, new Date(start + random.integer(2, 6) * 1000).toISOString(), { config: { epochs } }),
  );
  const { outcomes } = linkRecords(inputOf(rows, runs));
  const matches = outcomes.filter(({ kind }) => kind === 'match');
  expect(matches.length).toBeGreaterThan(110);
  expect(matches.filter(({ keyText, wandbRunId }) => keyText.slice(4) !== wandbRunId?.slice(3))).toEqual([]);
});
