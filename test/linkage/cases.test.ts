import { describe, expect, it } from 'vitest';
import { assignComponent } from '../../src/linkage/decision/assign.ts';
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { Cell } from '../../src/model/cell.ts';
import type { LinkOutcome } from '../../src/model/linkage.ts';
import type { RegistryRow } from '../../src/model/registry.ts';
import type { Run } from '../../src/model/run.ts';
import { designLab } from '../helpers/habits/optimisation.ts';
import { buildHabitWorld } from '../helpers/habits/records.ts';
import { firstRows, strangersOf } from '../helpers/habits/strangers.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

// A quiet lab: one job a day, from which delay, settings and metrics are learned. Each case adds a busy morning to it.
const QUIET_DAYS = 24;

interface Job {
  /** Time of day in UTC on the day of the case. */
  readonly at: string;
  readonly lr?: number;
  readonly seconds?: number;
  readonly score?: number;
  readonly task?: string;
}

const startOf = (at: string): number => Date.parse(`2024-06-01T${at}Z`);

function rowFor(
  key: string,
  start: number,
  { lr = 0.001, seconds, score, task = 'hop' }: Omit<Job, 'at'>,
): RegistryRow {
  const values: Record<string, Cell> = {
    created_at: new Date(start).toISOString().slice(0, 19).replace('T', ' '),
    lr,
    task,
    duration_seconds: seconds ?? null,
    final_metrics_json: score === undefined ? null : JSON.stringify({ score }),
  };
  return rowOf(key, values);
}

function runFor(id: string, start: number, job: Omit<Job, 'at'> & Partial<Run>): Run {
  const { lr = 0.001, seconds, score, task = 'hop', ...parts } = job;
  const created = start + 6000;
  return runOf(id, new Date(created).toISOString(), {
    heartbeatAt: seconds === undefined ? null : created + 1000 * seconds,
    config: { lr, task },
    summary: score === undefined ? {} : { score: score + 0.00002 },
    ...parts,
  });
}

function quietDays(): { rows: RegistryRow[]; runs: Run[] } {
  const days = Array.from({ length: QUIET_DAYS }, (_item, day) => ({
    start: Date.UTC(2024, 3, 1 + day, 7 + (day % 9), (13 * day) % 60, (29 * day) % 60),
    job: {
      lr: [0.001, 0.0003, 0.01][day % 3]!,
      task: ['hop', 'jnk', 'drd'][day % 2]!,
      seconds: 900 + 173 * day,
      score: Number((0.3 + 0.02431 * day).toFixed(4)),
    },
  }));
  return {
    rows: days.map(({ start, job }, day) => rowFor(`quiet-${day}`, start, job)),
    runs: days.map(({ start, job }, day) => runFor(`quiet${day}`, start + 1000 * (day % 4), job)),
  };
}

/** The outcomes of the case's own rows, by key. */
function decide(rows: readonly RegistryRow[], runs: readonly Run[]): Record<string, LinkOutcome> {
  const quiet = quietDays();
  const { outcomes } = linkRecords(inputOf([...quiet.rows, ...rows], [...quiet.runs, ...runs]));
  return Object.fromEntries(
    outcomes.filter(({ keyText }) => !keyText.startsWith('quiet')).map((one) => [one.keyText, one]),
  );
}

const linkOf = (outcome: LinkOutcome | undefined): string | null => outcome?.wandbRunId ?? null;

describe('the assignment', () => {
  // RobinL in moj-analytical-services/splink#251: greedy takes a1–b1 and leaves a2 with nothing
  it('gives a1 its second best where that leaves a2 its only good one', () => {
    const bits = (probability: number): number => Math.log2(probability / (1 - probability));
    const runByRow = assignComponent([
      { row: 1, run: 1, weight: bits(0.95) },
      { row: 1, run: 2, weight: bits(0.94) },
      { row: 2, run: 1, weight: bits(0.93) },
      { row: 2, run: 2, weight: bits(0.01) },
    ]);
    expect(Object.fromEntries(runByRow)).toEqual({ 1: 2, 2: 1 });
  });
});

describe('a row and its run', () => {
  it('find each other on a quiet day', () => {
    const { a } = decide(
      [rowFor('a', startOf('09:00:00'), { seconds: 1500, score: 0.8123 })],
      [runFor('one', startOf('09:00:00'), { seconds: 1500, score: 0.8123 })],
    );
    expect(linkOf(a)).toBe('one');
  });

  it('find each other although the run was renamed', () => {
    const { a } = decide(
      [{ ...rowFor('a', startOf('09:00:00'), { seconds: 1500, score: 0.8123 }), ...{} }],
      [
        runFor('one', startOf('09:00:00'), {
          seconds: 1500,
          score: 0.8123,
          displayName: 'paper: figure 3, do not delete',
        }),
      ],
    );
    expect(linkOf(a)).toBe('one');
  });
});

describe('two rows and two runs of one second', () => {
  const start = startOf('09:00:00');

  it('are told apart by their metrics', () => {
    const outcomes = decide(
      [rowFor('a', start, { score: 0.8123 }), rowFor('b', start, { score: 0.4417 })],
      [runFor('one', start, { score: 0.4417 }), runFor('two', start, { score: 0.8123 })],
    );
    expect([linkOf(outcomes['a']), linkOf(outcomes['b'])]).toEqual(['two', 'one']);
  });

  it('stay open where nothing tells them apart, each with both runs as candidates', () => {
    const outcomes = decide(
      [rowFor('a', start, {}), rowFor('b', start, {})],
      [runFor('one', start, {}), runFor('two', start, {})],
    );
    for (const key of ['a', 'b']) {
      expect(outcomes[key]).toMatchObject({ kind: 'ambiguous', wandbRunId: null });
      expect(outcomes[key]!.reason).toMatch(/alike|as well/);
      expect(outcomes[key]!.candidates.map(({ wandbRunId }) => wandbRunId).toSorted()).toEqual(['one', 'two']);
    }
  });
});

describe('a batch of four in one second', () => {
  const start = startOf('09:00:00');

  it('gives up the member whose metric is known, and leaves the other three open', () => {
    const outcomes = decide(
      ['a', 'b', 'c', 'd'].map((key) => rowFor(key, start, key === 'c' ? { score: 0.7351 } : {})),
      ['one', 'two', 'three', 'four'].map((id) =>
        runFor(id, start, { displayName: `brisk-sun-${id}`, ...(id === 'two' ? { score: 0.7351 } : {}) }),
      ),
    );
    expect(linkOf(outcomes['c'])).toBe('two');
    for (const key of ['a', 'b', 'd']) {
      expect(outcomes[key]!.kind).toBe('ambiguous');
      expect(outcomes[key]!.candidates[0]!.wandbRunId).not.toBe('two');
    }
  });

  it('is linked whole where each member has a learning rate of its own', () => {
    const rates = [0.1, 0.03, 0.003, 0.00001];
    const outcomes = decide(
      rates.map((lr, at) => rowFor(`a${at}`, start, { lr, seconds: 1200 + 111 * at })),
      rates.map((lr, at) => runFor(`one${at}`, start, { lr, seconds: 1200 + 111 * at })),
    );
    expect(rates.map((_lr, at) => linkOf(outcomes[`a${at}`]))).toEqual(rates.map((_lr, at) => `one${at}`));
  });
});

describe('a retry after a crash', () => {
  const [first, second] = [startOf('09:00:00'), startOf('09:03:10')];
  const runs = [
    runFor('early', first, { seconds: 40, state: 'crashed' }),
    runFor('later', second, { seconds: 2100, score: 0.6142 }),
  ];

  it('gets the row that has its end, its length and its metrics, and the early try stays free', () => {
    const outcomes = decide([rowFor('a', second, { seconds: 2100, score: 0.6142 })], runs);
    expect(linkOf(outcomes['a'])).toBe('later');
  });

  it('leaves each try its own row where both were registered', () => {
    const outcomes = decide(
      [rowFor('a', first, { seconds: 40 }), rowFor('b', second, { seconds: 2100, score: 0.6142 })],
      runs,
    );
    expect([linkOf(outcomes['a']), linkOf(outcomes['b'])]).toEqual(['early', 'later']);
  });

  it('does not lend the early try to the row when the later one is gone', () => {
    const outcomes = decide([rowFor('a', second, { seconds: 2100, score: 0.6142 })], runs.slice(0, 1));
    expect(linkOf(outcomes['a'])).toBeNull();
  });
});

describe('the ranks of one launch', () => {
  it('are named beside the one that has the metrics', () => {
    const start = startOf('09:00:00');
    const rank = (id: string, score?: number): Run =>
      runFor(id, start, { displayName: 'ddp', seconds: 1500, ...(score === undefined ? {} : { score }) });
    const { a } = decide(
      [rowFor('a', start, { seconds: 1500, score: 0.8123 })],
      [rank('rank1'), rank('rank0', 0.8123), rank('rank2'), rank('rank3')],
    );
    expect(linkOf(a)).toBe('rank0');
    expect(a!.candidates[0]!.evidence.at(-1)!.words).toContain('rank1, rank2, rank3');
  });
});

describe('tasks of a job array', () => {
  it('are told apart by the job number in the log path and on the command line', () => {
    const start = startOf('09:00:00');
    const tasks = ['5512301', '5512302', '5512303'];
    const rows = tasks.map((task) => {
      const row = rowFor(`a${task}`, start, {});
      return { ...row, values: { ...row.values, log: `/scratch/logs/slurm-${task}.out` } };
    });
    const runs = tasks.map((task, at) => runFor(`one${at}`, start, { args: ['--fast', '--slurm-job', task] }));
    const outcomes = decide(rows, runs);
    expect(tasks.map((task) => linkOf(outcomes[`a${task}`]))).toEqual(['one0', 'one1', 'one2']);
  });
});

describe('with hardly anything to learn from', () => {
  it('one row beside many runs is linked only if it is recognised, and the report says what it lacks', () => {
    const { input, truth } = buildHabitWorld(firstRows(designLab, 1), 2);
    const { outcomes, health } = linkRecords(input);
    expect(outcomes).toHaveLength(1);
    expect([null, truth.get(outcomes[0]!.keyText)]).toContain(outcomes[0]!.wandbRunId);
    expect(health.join('\n')).toContain('too few links to learn from');
  });

  it('rows that are all alike stay open beside runs that are all alike', () => {
    const start = startOf('09:00:00');
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const { outcomes } = linkRecords(
      inputOf(
        keys.map((key) => rowFor(key, start, {})),
        keys.map((key) => runFor(`run-${key}`, start, {})),
      ),
    );
    expect(outcomes.map(({ wandbRunId }) => wandbRunId)).toEqual([null, null, null, null, null]);
    for (const { reason } of outcomes) expect(reason).not.toBe('');
  });

  it('a registry of strangers gets nothing, in its first days and later', () => {
    for (const count of [2, 6, 60]) {
      const { input } = buildHabitWorld(firstRows(strangersOf(designLab), count), 3);
      expect(linkRecords(input).outcomes.filter(({ kind }) => kind === 'match')).toEqual([]);
    }
  });
});
