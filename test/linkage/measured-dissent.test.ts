import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const GRID = [1, 2, 4].flatMap((heads) =>
  [128, 256, 512].flatMap((width) => [0, 1, 2, 3, 4, 5].map((seed) => ({ heads, width, seed }))),
);

interface Grid {
  /** What a run says less what its row keeps, given a number between 0 and 1. */
  readonly deviation: (share: number) => number;
  /** How far apart the scores of two seeds are; as far as any others where left out. */
  readonly betweenSeeds?: number;
  /** How the score is called on the row and on its run; `f1` where left out. */
  readonly column?: string;
  readonly key?: string;
  /** Seconds that a run of so many took, given a number between 0 and 1; no durations where left out. */
  readonly lengthOf?: (seconds: number, share: number) => number;
}

/** A grid of settings, with a row and a run each. */
function gridOf({ deviation, betweenSeeds, column = 'f1', key = 'f1', lengthOf }: Grid): LinkageInput {
  const random = createRandom(11);
  const lengths = createRandom(12);
  const levels = new Map<string, number>();
  const jobs = GRID.map((settings) => {
    const own = random.integer(700_000, 900_000) / 1e6;
    const cell = `${settings.heads}/${settings.width}`;
    const level = levels.get(cell) ?? own;
    levels.set(cell, level);
    const f1 = betweenSeeds === undefined ? own : level + betweenSeeds * random.between(-1, 1);
    // wider models take longer, and two seeds nearly as long
    return { settings, f1, seconds: Math.round(settings.width * settings.heads * 40 * lengths.between(0.97, 1.03)) };
  });
  const rows = jobs.map(({ settings, f1, seconds }, no) =>
    rowOf(`row-${no}`, {
      created_at: null,
      ...settings,
      [column]: Number(f1.toFixed(4)),
      ...(lengthOf && { train_seconds: seconds }),
    }),
  );
  const runs = jobs.map(({ settings, f1, seconds }, no) =>
    runOf(`run${no}`, new Date(Date.UTC(2025, 1, 1, no)).toISOString(), {
      config: settings,
      summary: {
        [key]: f1 + deviation(random.between(0, 1)),
        ...(lengthOf && { _runtime: lengthOf(seconds, lengths.between(0, 1)) }),
      },
    }),
  );
  return inputOf(rows, runs);
}

/** Most rows, and none with another run than its own. */
function expectLinked(grid: Grid): void {
  const matches = linkRecords(gridOf(grid)).outcomes.filter(({ kind }) => kind === 'match');
  expect(matches.length).toBeGreaterThan(0.8 * GRID.length);
  expect(matches.map(({ wandbRunId }) => wandbRunId)).toEqual(
    matches.map(({ keyText }) => keyText.replace('row-', 'run')),
  );
}

function expectOpen(grid: Grid): void {
  const { outcomes } = linkRecords(gridOf(grid));
  expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
  expect(outcomes[0]?.reason).toMatch(/^settings alone speak for the links: final metrics agree on \d+ % of them/);
}

describe('a grid of settings that two people trained', () => {
  it('is linked by its settings where the scores agree to their last digit', () => {
    expectLinked({ deviation: () => 0 });
  });

  it('is not linked where they are similar only', () => {
    expectOpen({ deviation: (share) => 0.006 * (2 * share - 1) });
  });

  it('is not linked where the runs are the worse ones throughout', () => {
    expectOpen({ deviation: (share) => -0.003 - 0.006 * share });
  });

  it('is not linked where their scores lie apart, so that only the name says which is which', () => {
    for (const key of ['f1', 'eval/f1', 'val/f1@10']) expectOpen({ key, deviation: (share) => 0.4 + 0.1 * share });
  });

  it('is linked where the scores are of other data, as their names say', () => {
    expectLinked({ column: 'test_f1', key: 'val/f1', deviation: (share) => 0.4 + 0.1 * share });
  });
});

describe('a search that two people ran with the same seed', () => {
  /** Sixty trials of settings drawn alike, which each team began when it could. */
  const linkTrials = (isOwn: boolean): readonly LinkOutcome[] => {
    const random = createRandom(14);
    const minutes = (): number => random.integer(0, 1200);
    const trials = Array.from({ length: 60 }, (_item, no) => ({
      drawn: { lr: random.between(1e-4, 0.1), dropout: random.between(0, 0.5) },
      begun: Date.UTC(2025, 1, 1) + (no * 90 + minutes()) * 60_000,
      theirs: Date.UTC(2025, 1, 1) + (no * 90 + minutes()) * 60_000,
      value: random.integer(7000, 9000) / 1e4,
    }));
    const rows = trials.map(({ drawn, begun, value }, no) =>
      rowOf(`row-${no}`, { created_at: new Date(begun).toISOString(), ...drawn, value }),
    );
    const runs = trials.map(({ drawn, begun, theirs, value }, no) =>
      runOf(`run${no}`, new Date(isOwn ? begun + 3000 : theirs).toISOString(), {
        config: drawn,
        summary: { f1: isOwn ? value : value + 0.00317 * random.between(0.5, 1) },
      }),
    );
    return linkRecords(inputOf(rows, runs)).outcomes;
  };

  it('is not linked by what the sampler drew, where neither times nor scores meet', () => {
    const outcomes = linkTrials(false);
    expect(outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
    expect(outcomes[0]?.reason).toMatch(/^settings alone speak for the links: neither times nor final metrics/);
  });

  it('is linked where the runs are the rows’ own', () => {
    expect(linkTrials(true).filter(({ kind }) => kind === 'match').length).toBeGreaterThan(55);
  });
});

describe('durations of the same jobs', () => {
  it('tell nobody’s runs from another’s where two seeds take as long', () => {
    expectOpen({
      deviation: (share) => 0.006 * (2 * share - 1),
      lengthOf: (seconds, share) => seconds * (0.98 + 0.04 * share),
    });
  });

  it('tell a row’s own run where they agree to the second', () => {
    expectLinked({ deviation: (share) => 0.006 * (2 * share - 1), lengthOf: (seconds, share) => seconds + 2 * share });
  });
});

describe('rows that keep the best epoch where the runs end with the last one', () => {
  it('are linked: nearly all are the better ones, most by little', () => {
    expectLinked({ deviation: (share) => -0.003 * share, betweenSeeds: 0.03 });
  });

  it('stay open where the run of the next seed is as near as a row’s own', () => {
    expectOpen({ deviation: (share) => -0.003 * share, betweenSeeds: 0.004 });
  });
});
