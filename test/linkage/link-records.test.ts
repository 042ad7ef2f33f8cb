import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';
import { PLAIN_WORLD, buildWorld } from '../helpers/worlds/world.ts';
import { WORLDS } from '../helpers/worlds/worlds.ts';
import { createRandom } from '../helpers/worlds/random.ts';

const SMALL = { ...PLAIN_WORLD, rows: 40, sweeps: 6 };

/** Ten launches a day apart, each with its run some seconds later. */
function tenLaunches(): LinkageInput {
  const days = Array.from({ length: 10 }, (_item, day) => String(day + 1).padStart(2, '0'));
  const rows = days.map((day, index) =>
    rowOf(`job-${day}`, {
      run_name: `deco_hop_bs${32 + index}_mgda`,
      created_at: `2024-03-${day} 09:15:0${index}`,
      duration_seconds: 1000 + 137 * index,
      batch_size: BigInt(32 + index),
      final_metrics_json: `{"objective_COMT": 0.${7000 + 113 * index}}`,
    }),
  );
  const runs = days.map((day, index) =>
    runOf(`run${day}abc`, `2024-03-${day}T09:15:1${index}Z`, {
      displayName: `brisk-sun-${index + 1}`,
      heartbeatAt: Date.parse(`2024-03-${day}T09:15:1${index}Z`) + (1000 + 137 * index) * 1000,
      config: { batch_size: 32 + index },
      summary: { objective_COMT: Number(`0.${7000 + 113 * index}4`), _runtime: 1001 + 137 * index },
    }),
  );
  return inputOf(rows, runs);
}

function linksOf(outcomes: readonly LinkOutcome[]): Record<string, string> {
  const links: Record<string, string> = {};
  for (const outcome of outcomes) if (outcome.wandbRunId !== null) links[outcome.keyText] = outcome.wandbRunId;
  return links;
}

const outcomeOf = (input: LinkageInput, keyText: string): LinkOutcome =>
  linkRecords(input).outcomes.find((outcome) => outcome.keyText === keyText)!;

describe('linkRecords', () => {
  it('links rows to runs that start seconds later with the same settings, length and metrics', () => {
    const { outcomes } = linkRecords(tenLaunches());
    expect(linksOf(outcomes)).toEqual(
      Object.fromEntries(outcomes.map(({ keyText }) => [keyText, `run${keyText.slice(4)}abc`])),
    );
    expect(outcomes[0]!.reason).toMatch(/^carried by .*time \(\+[\d.]+ bits\)/);
    expect(outcomes[0]!.probability).toBeGreaterThan(0.99);
  });

  it('leaves a run that was uploaded twice to a person, with both copies as candidates', () => {
    const input = tenLaunches();
    const copy = { ...input.runs[3]!, runId: 'zzcopy00', storageId: 'copy' };
    const outcome = outcomeOf({ ...input, runs: [...input.runs, copy] }, 'job-04');
    expect(outcome).toMatchObject({ kind: 'ambiguous', wandbRunId: null });
    expect(outcome.candidates.map((candidate) => candidate.wandbRunId)).toEqual(['run04abc', 'zzcopy00']);
    expect(outcome.candidates[0]!.probability).toBeCloseTo(0.5, 2);
    expect(outcome.reason).toBe('2 runs fit this row alike; only the run id in the row would tell them apart');
  });

  it('says of a tie what would tell the runs apart', () => {
    const rows = [rowOf('a', { created_at: '2024-03-01 09:00:00' })];
    const runs = [runOf('one', '2024-03-01T09:00:05Z'), runOf('two', '2024-03-01T09:00:05Z')];
    const { reason } = outcomeOf(inputOf(rows, runs), 'a');
    expect(reason).toContain('2 runs fit this row alike');
    expect(reason).toContain('a duration');
  });

  it('compares each row by the time that it has where two registries of two zones became one', () => {
    const start = Date.parse('2024-03-01T09:00:00Z');
    const jobs = Array.from({ length: 60 }, (_item, no) => start + 1000 * (no * 86_400 + ((no * 7919) % 30_000)));
    const rows = jobs.map((at, no) => {
      const inSingapore = new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
      const time = no % 2 === 0 ? { created_at: inSingapore } : { started_on: BigInt(at / 1000) };
      return rowOf(`job-${no}`, { created_at: null, started_on: null, ...time, batch_size: BigInt(16 << (no % 3)) });
    });
    const runs = jobs.map((at, no) =>
      runOf(`run${no}`, new Date(at + 9000).toISOString(), { config: { batch_size: 16 << (no % 3) } }),
    );
    const links = linksOf(linkRecords(inputOf(rows, runs)).outcomes);
    expect(links).toEqual(Object.fromEntries(jobs.map((_at, no) => [`job-${no}`, `run${no}`])));
  });

  it('names the rows that the same runs fit alike', () => {
    const made = { created_at: '2024-03-01 09:00:00' };
    const runs = ['one', 'two'].map((runId) => runOf(runId, '2024-03-01T09:00:05Z'));
    const { outcomes } = linkRecords(inputOf([rowOf('a', made), rowOf('b', made)], runs));
    expect(outcomes.map(({ reason }) => reason.replace(/;.*/, ''))).toEqual([
      '2 runs fit this row and row b alike',
      '2 runs fit this row and row a alike',
    ]);
  });

  it('never links a row whose run is gone to another run', () => {
    const input = tenLaunches();
    const outcome = outcomeOf({ ...input, runs: input.runs.filter((run) => run.runId !== 'run05abc') }, 'job-05');
    expect(outcome.kind).toBe('unmatched');
    expect(outcome.wandbRunId).toBeNull();
    expect(outcome.reason).not.toBe('');
  });

  it('keeps linked rows out of the outcomes and their runs out of reach', () => {
    const input = tenLaunches();
    const linked = [{ keyText: 'job-01', wandbRunId: 'run02abc' }];
    const { outcomes } = linkRecords({ ...input, linked });
    expect(outcomes.map((outcome) => outcome.keyText)).not.toContain('job-01');
    expect(JSON.stringify(outcomes.map(({ candidates }) => candidates))).not.toContain('run02abc');
    expect(outcomes.find((outcome) => outcome.keyText === 'job-02')).toMatchObject({
      kind: 'unmatched',
      reason: 'the run that fits it best, run02abc, is linked to row job-01 already',
    });
  });

  it('does not propose a pair that a person took back', () => {
    const input = tenLaunches();
    const rejected = [{ keyText: 'job-06', wandbRunId: 'run06abc' }];
    const outcome = outcomeOf({ ...input, rejected }, 'job-06');
    expect(outcome.kind).toBe('unmatched');
    expect(outcome.candidates.map((candidate) => candidate.wandbRunId)).not.toContain('run06abc');
  });

  it('takes the rank with metrics for the run of the row and names the other ranks', () => {
    const input = tenLaunches();
    const main = input.runs[2]!;
    const ranks = [1, 2, 3].map((rank) => ({ ...main, runId: `rank${rank}`, storageId: `rank${rank}`, summary: {} }));
    const outcome = outcomeOf({ ...input, runs: [...ranks, ...input.runs] }, 'job-03');
    expect(outcome).toMatchObject({ kind: 'match', wandbRunId: 'run03abc' });
    expect(outcome.candidates[0]!.evidence.at(-1)!.words).toBe('other ranks of the same launch: rank1, rank2, rank3');
  });

  it('gives the row to the try whose end fits, not to the try that crashed', () => {
    const input = tenLaunches();
    const crashed = {
      ...input.runs[6]!,
      runId: 'crashed1',
      storageId: 'crashed1',
      state: 'crashed',
      createdAt: input.runs[6]!.createdAt - 4000,
      heartbeatAt: input.runs[6]!.createdAt + 20_000,
      summary: { _runtime: 24 },
    };
    expect(outcomeOf({ ...input, runs: [...input.runs, crashed] }, 'job-07')).toMatchObject({
      kind: 'match',
      wandbRunId: 'run07abc',
    });
  });

  it('finds the zone of a naive registry clock', () => {
    const { clock } = linkRecords(buildWorld({ ...SMALL, zone: () => -330 }, 1).input);
    expect(clock).toEqual({
      periods: [{ from: null, zoneMinutes: -330 }],
      words: expect.stringContaining('5 h 30 min behind UTC'),
    });
  });

  it('has an answer for nothing, for one row, and for rows that are all alike', () => {
    const { rows, runs } = tenLaunches();
    expect(linkRecords(inputOf([], [])).outcomes).toEqual([]);
    expect(linkRecords(inputOf([], runs)).outcomes).toEqual([]);
    expect(linkRecords(inputOf(rows, [])).outcomes.map((outcome) => outcome.reason)).toEqual(
      rows.map(() => 'the project has no runs'),
    );
    expect(linkRecords(inputOf(rows.slice(0, 1), runs)).health.join('\n')).toContain('too few links to learn from');
    const alike = rows.map((row) => rowOf(row.keyText, { ...rows[0]!.values, run_id: row.keyText }));
    expect(linksOf(linkRecords(inputOf(alike, runs)).outcomes)).toEqual({});
  });

  it('finds no links between a registry and the project of another lab with the same habits', () => {
    for (const name of ['strangers', 'strangers in batches', 'six strangers']) {
      const knobs = { ...WORLDS[name]!, rows: Math.min(100, WORLDS[name]!.rows) };
      const links = [11, 12].map((seed) => linksOf(linkRecords(buildWorld(knobs, seed).input).outcomes));
      expect({ [name]: links }).toEqual({ [name]: [{}, {}] });
    }
  });
});

describe('whatever the world, linkRecords', () => {
  const worlds = fc.record({
    seed: fc.nat(1000),
    name: fc.constantFrom(...Object.keys(WORLDS)),
  });
  const worldOf = ({ seed, name }: { seed: number; name: string }): ReturnType<typeof buildWorld> =>
    buildWorld(
      { ...WORLDS[name]!, rows: Math.min(40, WORLDS[name]!.rows), sweeps: Math.min(20, WORLDS[name]!.sweeps) },
      seed,
    );

  it('gives the same answer in whatever order rows and runs come', () => {
    fc.assert(
      fc.property(worlds, (pick) => {
        const { input } = worldOf(pick);
        const random = createRandom(pick.seed);
        const shuffled = linkRecords({ ...input, rows: random.shuffle(input.rows), runs: random.shuffle(input.runs) });
        const plain = linkRecords(input);
        const byKey = (outcomes: readonly LinkOutcome[]): LinkOutcome[] =>
          outcomes.toSorted((a, b) => (a.keyText < b.keyText ? -1 : 1));
        expect(byKey(shuffled.outcomes)).toEqual(byKey(plain.outcomes));
        expect([shuffled.clock, shuffled.health]).toEqual([plain.clock, plain.health]);
      }),
      { numRuns: 6 },
    );
  });

  it('shows waterfalls that sum to the weight exactly, the best first, gives no run twice, and names a reason', () => {
    fc.assert(
      fc.property(worlds, (pick) => {
        const { outcomes } = linkRecords(worldOf(pick).input);
        const taken = Object.values(linksOf(outcomes));
        expect(new Set(taken).size).toBe(taken.length);
        for (const outcome of outcomes) {
          expect(outcome.reason).not.toBe('');
          const shown = outcome.candidates.map(({ probability }) => probability);
          expect(shown).toEqual(shown.toSorted((a, b) => b - a));
          for (const candidate of outcome.candidates) {
            expect(candidate.weight).toBe(candidate.evidence.reduce((sum, item) => sum + item.weight, 0));
          }
        }
      }),
      { numRuns: 6 },
    );
  });

  it('doubts a match as soon as its run has an exact copy', () => {
    const { input } = buildWorld(SMALL, 5);
    const links = linksOf(linkRecords(input).outcomes);
    for (const [keyText, runId] of Object.entries(links).slice(0, 4)) {
      const run = input.runs.find((other) => other.runId === runId)!;
      const outcome = outcomeOf(
        { ...input, runs: [...input.runs, { ...run, runId: 'thecopy1', storageId: 'x' }] },
        keyText,
      );
      expect(outcome.kind).toBe('ambiguous');
    }
  });

  it('changes no link when runs of years before are added', () => {
    const { input } = buildWorld(SMALL, 6);
    const others = buildWorld({ ...SMALL, strangers: true }, 60).input.runs.map((run) => ({
      ...run,
      createdAt: run.createdAt - 3e11,
      heartbeatAt: null,
      summary: {},
      config: { other: run.runId },
    }));
    expect(linksOf(linkRecords({ ...input, runs: [...input.runs, ...others] }).outcomes)).toEqual(
      linksOf(linkRecords(input).outcomes),
    );
  });

  it('moves nothing but the clock when every row is written in another zone', () => {
    const here = linkRecords(buildWorld({ ...SMALL, zone: () => 0 }, 8).input);
    const there = linkRecords(buildWorld({ ...SMALL, zone: () => 345 }, 8).input);
    expect(linksOf(there.outcomes)).toEqual(linksOf(here.outcomes));
    const zones = [here, there].map(({ clock }) => clock.periods.map(({ zoneMinutes }) => zoneMinutes));
    expect(zones).toEqual([[0], [345]]);
  });
});
