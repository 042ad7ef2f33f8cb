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
  it('is learned from the runs that tell their start, and needs ten of them', () => {
    const started = Float64Array.from({ length: 40 }, (_item, at) => 100_000 * at);
    const created = started.map((seconds, at) => seconds + (at % 2 === 0 ? 5 : 8 * 3600 + 60 * at));
    const lateness = learnLatenessOrNull(created, started, 300);
    expect(lateness?.share).toBeCloseTo(0.5, 10);
    expect(lateness?.density(8 * 3600 + 600)).toBeGreaterThan(5 * (lateness?.density(20 * 3600) ?? 1));
    expect(learnLatenessOrNull(created.slice(0, 12), started.slice(0, 12), 300)).toBeNull();
    expect(learnLatenessOrNull(created, null, 300)).toBeNull();
  });

  it('stays a number where some runs were uploaded months later', () => {
    const started = Float64Array.from({ length: 40 }, (_item, at) => 100_000 * at);
    const created = started.map((seconds, at) => seconds + (at < 12 ? 30_000 : 10_000_000 + 20_000 * at));
    const lateness = learnLatenessOrNull(created, started, 300);
    expect(lateness?.most).toBeGreaterThan(0);
    expect(lateness?.density(10_000_000)).toBeGreaterThanOrEqual(0);
  });
});
