import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkOutcome } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const START = Date.UTC(2025, 1, 3, 9);
const NIGHT = 86_400_000;

interface Script {
  readonly jobs: number;
  readonly isOwn: boolean;
  /** Each job at its time of the night, and not after the one before. */
  readonly isNightly?: boolean;
  readonly hasScores?: boolean;
  readonly hasDurations?: boolean;
}

/** Rows of a script that goes through the same jobs as the runs: their own ones, or those of another team. */
function linkScript({ jobs, isOwn, isNightly = false, hasScores = true, hasDurations = true }: Script): LinkOutcome[] {
  const random = createRandom(5);
  const between = (from: number, to: number): number => random.integer(1e3 * from, 1e3 * to) / 1e3;
  const clock = { ours: START, theirs: START + (isOwn || isNightly ? 0 : 17 * 60_000) };
  const made = Array.from({ length: jobs }, (_item, no) => {
    const settings = { width: 64 * (1 + (no % 3)), depth: 2 + (Math.floor(no / 3) % 4), seed: Math.floor(no / 12) };
    const seconds = 900 * (1 + settings.depth) * between(0.9, 1.1);
    const score = 0.6 + 0.02 * settings.depth + between(0, 0.05);
    const theirs = isOwn
      ? { seconds, score }
      : { seconds: seconds * between(0.8, 1.2), score: score + between(-0.05, 0.05) };
    const tonight = START + Math.floor(no / 8) * NIGHT + (no % 8) * 900_000 + 1000 * random.integer(0, 5);
    const at = isNightly
      ? { ours: tonight, theirs: tonight + 1000 * random.integer(1, 5) }
      : { ours: clock.ours, theirs: clock.theirs + 4000 };
    clock.ours += 1000 * seconds + 9000;
    clock.theirs += 1000 * theirs.seconds + 9000;
    const row = rowOf(`row-${String(no).padStart(3, '0')}`, {
      created_at: new Date(at.ours).toISOString().slice(0, 19),
      ...settings,
      ...(hasScores && { score: Number(score.toFixed(4)) }),
      ...(hasDurations && { duration_seconds: Math.round(seconds) }),
    });
    const run = runOf(`run${no}`, new Date(at.theirs).toISOString(), {
      heartbeatAt: at.theirs + 1000 * theirs.seconds,
      config: settings,
      summary: { ...(hasScores && { test_score: theirs.score }), _runtime: theirs.seconds },
    });
    return { row, run };
  });
  return [
    ...linkRecords(
      inputOf(
        made.map(({ row }) => row),
        made.map(({ run }) => run),
      ),
    ).outcomes,
  ];
}

function matchesOf(script: Script): LinkOutcome[] {
  return linkScript(script).filter(({ kind }) => kind === 'match');
}

describe('another team that goes through the same script', () => {
  const cases: Omit<Script, 'isOwn'>[] = [
    { jobs: 48 },
    { jobs: 48, hasScores: false },
    { jobs: 48, hasDurations: false },
    { jobs: 24 },
    { jobs: 240, isNightly: true },
  ];

  for (const script of cases) {
    it(`is not linked, and one’s own runs are: ${JSON.stringify(script)}`, () => {
      expect(matchesOf({ ...script, isOwn: false })).toEqual([]);
      expect(matchesOf({ ...script, isOwn: true }).length).toBeGreaterThan(0.9 * script.jobs);
    });
  }

  it('is named as such', () => {
    expect(linkScript({ jobs: 48, isOwn: false }).map(({ reason }) => reason)).toContain(
      'runs and rows may be of two teams with the same jobs: hardly any link agrees in final metrics to the digits kept or in durations within 1 %',
    );
  });
});

describe('a handful of rows', () => {
  it('is not linked where scores of the same name differ throughout', () => {
    for (const jobs of [2, 3, 4, 6, 8]) {
      expect(matchesOf({ jobs, isOwn: false })).toEqual([]);
      expect(matchesOf({ jobs, isOwn: true }).length).toBeGreaterThanOrEqual(jobs - 1);
    }
  });
});

describe('rows and runs whose final metrics are not found on the other side', () => {
  it('are not said to have none', () => {
    const words = linkScript({ jobs: 3, isOwn: false }).flatMap(({ candidates }) =>
      candidates.flatMap(({ evidence }) => evidence.map((piece) => piece.words)),
    );
    expect(words.filter((text) => text.includes('has no final metrics, run has none'))).toEqual([]);
  });
});
