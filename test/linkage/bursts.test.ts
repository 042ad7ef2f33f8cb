import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkageResult } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Trials of a sampler whose settings are drawn alike for whoever runs the script; the scores are another's, or of other data. */
interface Study {
  /** When a row says that trial began, and when its run did. */
  readonly rowStart: (trial: number, share: number) => string;
  readonly runStart: (trial: number, share: number) => number;
}

function studyOf({ rowStart, runStart }: Study): LinkageInput {
  const random = createRandom(3);
  const trials = Array.from({ length: 120 }, () => ({
    lr: random.between(1e-5, 1e-1),
    dropout: random.between(0, 0.6),
    f1: random.between(0.6, 0.9),
  }));
  const rows = trials.map(({ lr, dropout, f1 }, no) =>
    rowOf(`row-${no}`, { created_at: rowStart(no, random.between(0, 1)), lr, dropout, f1: Number(f1.toFixed(4)) }),
  );
  const runs = trials.map(({ lr, dropout, f1 }, no) =>
    runOf(`run${no}`, new Date(runStart(no, random.between(0, 1))).toISOString(), {
      config: { lr, dropout },
      summary: { f1: f1 + random.between(-0.02, 0.02) },
    }),
  );
  return inputOf(rows, runs);
}

function matchesOf({ outcomes }: LinkageResult): string[] {
  return outcomes.flatMap(({ kind, keyText, wandbRunId }) => (kind === 'match' ? [`${keyText} ${wandbRunId}`] : []));
}

function expectLinked(study: LinkageInput): void {
  const matches = matchesOf(linkRecords(study));
  expect(matches.length).toBeGreaterThan(100);
  for (const match of matches) expect(match).toMatch(/^row-(\d+) run\1$/);
}

const BEGIN = Date.UTC(2025, 1, 3, 8);
const secondsOf = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** Starts of trials that take a while each, some longer than others. */
function series(seed: number, begin: number): number[] {
  const random = createRandom(seed);
  const starts = [begin];
  while (starts.length < 120) starts.push((starts.at(-1) ?? 0) + MINUTE * random.between(2, 40));
  return starts;
}

describe('times beside settings that two people drew alike, where no score agrees', () => {
  const ours = series(1, BEGIN);

  it('tell nothing where each began the same script in the same week', () => {
    const theirs = series(2, BEGIN + 9 * HOUR);
    const study = studyOf({
      rowStart: (no) => secondsOf(ours[no] ?? 0),
      runStart: (no) => theirs[no] ?? 0,
    });
    const result = linkRecords(study);
    expect(matchesOf(result)).toEqual([]);
    expect(result.outcomes[0]?.reason).toMatch(/^settings alone speak for the links/);
  });

  it.each([
    ['the second', 19],
    ['the day', 10],
  ])('name the run where rows know its start to %s', (_words, length) => {
    const start = (no: number): number => (ours[no] ?? 0) + no * 17 * HOUR;
    const study = studyOf({
      rowStart: (no, share) => secondsOf(start(no) - 8000 * share).slice(0, length),
      runStart: start,
    });
    expectLinked(study);
  });

  it('name the run where a scheduler starts ten at once, sooner or later', () => {
    const submitted = (no: number): number => BEGIN + Math.floor(no / 10) * 20 * HOUR;
    const study = studyOf({
      rowStart: (no) => secondsOf(submitted(no)),
      runStart: (no, share) => submitted(no) + 3 * MINUTE * share,
    });
    expectLinked(study);
  });
});
