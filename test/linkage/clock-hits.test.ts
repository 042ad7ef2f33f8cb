import { expect, it } from 'vitest';
import { collectHits } from '../../src/linkage/clock/hits.ts';

const HOUR = 3600;

function hitsAmong(rowCount: number, runsPerHour: number): readonly number[] {
  const rowSeconds = Float64Array.from({ length: rowCount }, (_item, row) => row * HOUR);
  const runSeconds = Float64Array.from(
    { length: rowCount * runsPerHour },
    (_item, run) => (run * HOUR) / runsPerHour + 30,
  );
  const hits = collectHits({
    rowSeconds,
    runSeconds: [runSeconds],
    rows: [...rowSeconds.keys()],
    labels: new Map(),
    weigh: (row, run) => (run === row * runsPerHour ? 10 : 0),
    quantum: 0,
    isZoned: false,
    freeRuns: new Uint8Array(runSeconds.length).fill(1),
  });
  for (const { row, differences } of hits) expect([row, ...differences]).toEqual([row, 30]);
  return hits.map(({ row }) => row);
}

it('looks at all rows of a quiet registry for the clock', () => {
  expect(hitsAmong(100, 2)).toHaveLength(100);
});

it('looks at rows from the first to the last of a busy one, where the clock may have changed', () => {
  const rows = hitsAmong(1000, 10);
  expect(rows.length).toBeLessThan(400);
  expect([rows[0], (rows.at(-1) ?? 0) > 980]).toEqual([0, true]);
});
