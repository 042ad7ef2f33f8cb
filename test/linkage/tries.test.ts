import { describe, expect, it } from 'vitest';
import { learnLatenessOrNull } from '../../src/linkage/comparison/lateness.ts';
import { findEarlierTries } from '../../src/linkage/normalize/tries.ts';
import { sampleRun } from '../helpers/sample-run.ts';

describe('earlier tries', () => {
  const start = 1_700_000_000_000;
  const run = (runId: string, minutes: number, over: object = {}): ReturnType<typeof sampleRun> =>
    sampleRun(runId, {
      displayName: 'deco_hop_bs96_mgda',
      config: { lr: 0.1 },
      createdAt: start + 60_000 * minutes,
      heartbeatAt: start + 60_000 * (minutes + 3),
      state: 'crashed',
      ...over,
    });

  it('are the crashed runs of the same name and settings that ended just before', () => {
    const tries = findEarlierTries([run('third', 10, { state: 'finished' }), run('first', 0), run('second', 5)]);
    expect(tries.get('third')?.map(({ runId }) => runId)).toEqual(['first', 'second']);
    expect(tries.get('second')?.map(({ runId }) => runId)).toEqual(['first']);
    expect(tries.has('first')).toBe(false);
  });

  it('are not runs that finished, that have other settings, or that ended hours before', () => {
    expect(findEarlierTries([run('a', 0, { state: 'finished' }), run('b', 5)]).size).toBe(0);
    expect(findEarlierTries([run('a', 0, { config: { lr: 0.2 } }), run('b', 5)]).size).toBe(0);
    expect(findEarlierTries([run('a', 0), run('b', 300)]).size).toBe(0);
  });
});

describe('how late runs are uploaded', () => {
  const started = Float64Array.from({ length: 40 }, (_item, at) => 100_000 * at);
  const tolerance = 300;

  it('is learned from the runs that tell their start, and needs ten of them', () => {
    const created = started.map((seconds, at) => seconds + (at % 2 === 0 ? 5 : 8 * 3600 + 60 * at));
    const silent = started.map((seconds, at) => (at === 7 ? Number.NaN : seconds));
    const lateness = learnLatenessOrNull({ rowSeconds: started, created, started: silent, tolerance });
    expect(lateness?.share).toBeCloseTo(19 / 39, 10);
    expect(lateness?.ratioOf(7, 7)).toBeGreaterThan(5 * (lateness?.ratioOf(6, 7) ?? 1));
    expect(lateness?.most).toBeGreaterThanOrEqual(lateness?.ratioOf(7, 7) ?? Infinity);
    const few = { rowSeconds: started, created: created.slice(0, 12), started: started.slice(0, 12), tolerance };
    expect(learnLatenessOrNull(few)).toBeNull();
    expect(learnLatenessOrNull({ rowSeconds: started, created, started: null, tolerance })).toBeNull();
  });

  it('says next to nothing of when a run began that was copied with all others in one hour, months later', () => {
    const began = Float64Array.from({ length: 200 }, (_item, at) => 50_000 * at);
    const created = began.map((_seconds, at) => 20_000_000 + 15 * at);
    const silent = began.map((seconds, at) => (at % 2 === 0 ? Number.NaN : seconds));
    const lateness = learnLatenessOrNull({ rowSeconds: began, created, started: silent, tolerance });
    const bits = began.map((_seconds, row) => Math.log2(lateness?.ratioOf(row, 100) ?? 0));
    expect(Math.min(...bits)).toBeGreaterThan(-1.5);
    expect(Math.max(...bits)).toBeLessThan(1);
  });
});
