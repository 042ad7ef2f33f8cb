import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/commands/compare.ts';
import type { CompareOptions } from '../../src/commands/compare.ts';
import { renderCompare } from '../../src/commands/compare.render.ts';
import { readCurves } from '../../src/commands/curves.ts';
import type { CurvesOptions } from '../../src/commands/curves.ts';
import { describeCurves, renderCurves, renderPlot } from '../../src/commands/curves.render.ts';
import { RunlinkError, StoppedError, UsageError } from '../../src/errors.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { insertRows, makeDatabase } from '../helpers/database.ts';
import { type MemoryRun, createMemoryHistory, rowsOf } from '../helpers/memory-history.ts';

const HISTOGRAM = { _type: 'histogram', values: [1], bins: [0, 1] };

const registry = makeDatabase((db) => {
  db.exec(`CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, run_name TEXT, status TEXT,
    created_at TEXT, gradient_method TEXT, batch_size INTEGER)`);
  const row = (run_id: string, wandb_run_id: string | null, [gradient_method, batch_size]: [string, bigint]) => ({
    ...{ run_id, wandb_run_id, run_name: `name ${run_id}`, status: 'not_running' },
    ...{ created_at: '2024-03-01T00:00:00Z', gradient_method, batch_size },
  });
  insertRows(db, 'training_runs', [
    row('r1', 'a', ['mgda', 32n]),
    row('r2', 'b', ['mgda', 64n]),
    row('r3', 'c', ['pcgrad', 32n]),
    row('r4', null, ['mgda', 32n]),
    row('r5', 'a', ['mgda', 32n]),
    row('r6', 'h', ['odd', 32n]),
    row('r7', 'e', ['odd', 32n]),
    row('r8', 'gone', ['odd', 32n]),
    row('r9', 'x', ['broken', 32n]),
    row('r10', 'n', ['broken', 32n]),
  ]);
});

const rising = (end: number): readonly JsonValue[] => [0, end / 2, end];
const RUNS: Readonly<Record<string, MemoryRun>> = {
  a: {
    rows: rowsOf('score', rising(4)),
    run: { config: { lr: 0.002, deep: { depth: 3 } }, summary: { score: 4, _step: 2 } },
  },
  b: {
    rows: rowsOf('score', [...rising(8), 9]),
    run: { config: { lr: '2e-3', deep: { depth: 5 } }, summary: { score: 9 } },
  },
  c: { rows: rowsOf('score', rising(2)) },
  h: { rows: rowsOf('score', [HISTOGRAM]) },
  e: { rows: [] },
  x: { rows: rowsOf('score', [1]), error: new RunlinkError('W&B answered 500 seven times') },
  n: { rows: rowsOf('score', [Number.NaN, null]) },
};

function read(options: Partial<CurvesOptions> = {}, runs = RUNS) {
  return readCurves(
    { context: makeContext(), source: createMemoryHistory(new Map(Object.entries(runs)), { chunk: 3 }) },
    { registry, metrics: ['score'], ...options },
  );
}

async function failure(promise: Promise<unknown>): Promise<{ message: string; hint: string; error: unknown }> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RunlinkError);
  const { message, hint } = error as RunlinkError;
  return { message, hint: hint ?? '', error };
}

describe('which runs', () => {
  it('follows the links of the selected rows, each run once, and names the rows without', async () => {
    const { selection, curves } = await read({ where: ['gradient_method=mgda'] });
    expect(selection).toMatchObject({ rows: 4, unlinked: ['r4'], repeated: ['r5'] });
    expect(curves.map(({ run, y }) => [run.rowKey, run.runId, [...y]])).toEqual([
      ['r1', 'a', [0, 2, 4]],
      ['r2', 'b', [0, 4, 8, 9]],
    ]);
  });

  it('asks for the named metrics alone', async () => {
    const source = createMemoryHistory(new Map(Object.entries(RUNS)), { chunk: 3 });
    await readCurves({ context: makeContext(), source }, { registry, metrics: ['score'], where: ['batch_size=64'] });
    expect(source.scans).toMatchObject([{ runId: 'b', keys: ['score'] }]);
  });

  it('says what values there are where the query selects nothing', async () => {
    const { message, hint, error } = await failure(read({ where: ['gradient_method=mdga', 'batch_size>=32'] }));
    expect(error).toBeInstanceOf(UsageError);
    expect(message).toContain(
      'no row of table "training_runs" is selected by: gradient_method=mdga and batch_size>=32',
    );
    expect(hint).toContain('gradient_method is mgda (4), odd (3)');
    expect(hint).toContain('batch_size is 32 (9), 64 (1)');
  });

  it('says how to link where no selected row is linked, and refuses unknown columns', async () => {
    expect(await failure(read({ where: ['run_id=r4'] }))).toMatchObject({
      message: expect.stringContaining('none of the selected rows of table "training_runs" is linked'),
      hint: expect.stringContaining('runlink plan'),
    });
    expect((await failure(read({ groupBy: 'gradient_methd' }))).hint).toContain('gradient_method');
  });
});

describe('which metrics', () => {
  it('names the nearest where no run has one, with runs that do', async () => {
    const { message, hint } = await failure(read({ metrics: ['scroe'], where: ['gradient_method=mgda'] }));
    expect(message).toBe('none of the 2 selected runs has logged a metric "scroe"');
    expect(hint).toBe('Did you mean "score" (logged by name r1, name r2)?');
    expect((await failure(read({ metrics: ['zzzzzz'] }))).hint).toContain('score (5 runs)');
    expect((await failure(read({ metrics: [] }))).message).toContain('expected --metric NAME');
  });

  it('takes patterns, most common first, and leaves W&B’s own metrics out', async () => {
    const rows = [{ _step: 0, 'obj/a': 1, 'obj/b': 2, other: 3, _runtime: 1 }];
    const runs = { a: { rows }, b: { rows: [{ _step: 0, 'obj/b': 1 }] } };
    expect((await read({ metrics: ['obj/*'], where: ['gradient_method=mgda'] }, runs)).metrics).toEqual([
      'obj/b',
      'obj/a',
    ]);
    expect((await read({ metrics: ['*'], where: ['gradient_method=mgda'] }, runs)).metrics).not.toContain('_runtime');
  });

  it('draws the numbers and names the runs where it is a histogram, missing, or gone', async () => {
    const { curves, skipped, failed } = await read({ where: ['gradient_method!=broken'] });
    expect(failed).toMatchObject([{ runId: 'gone', message: 'W&B has no run gone in this project' }]);
    expect(curves.map(({ run }) => run.runId)).toEqual(['a', 'b', 'c']);
    expect(skipped).toEqual([
      { runId: 'h', label: 'name r6', metric: 'score', why: 'is no number there but histogram' },
      { runId: 'e', label: 'name r7', metric: null, why: 'has no history' },
    ]);
  });

  it('refuses a metric that is a histogram everywhere', async () => {
    const { message } = await failure(read({ where: ['run_id=r6'] }));
    expect(message).toBe('"score" cannot be drawn as a curve: expected numbers, found histogram in 1 run');
  });
});

describe('what goes wrong with one run', () => {
  it('is a line of the report, and the others are drawn', async () => {
    const report = await read();
    expect(report.exitCode).toBe(1);
    expect(report.failed).toEqual([
      {
        runId: 'gone',
        label: 'name r8',
        message: expect.any(String),
        hint: expect.stringContaining('wandb_run_id!=gone'),
      },
      { runId: 'x', label: 'name r9', message: 'W&B answered 500 seven times', hint: null },
    ]);
    expect(report.skipped).toContainEqual({
      runId: 'n',
      label: 'name r10',
      metric: 'score',
      why: 'has no finite number',
    });
    const text = renderCurves(report, { style: PLAIN, written: [], out: 'x.svg' });
    expect(text).toContain('3 runs drawn: score');
    expect(text).toContain('1 of 10 rows are not linked: r4');
    expect(text).toContain('name r9 could not be read: W&B answered 500 seven times');
    expect(text).toContain('left out, score is no number there but histogram: name r6');
  });

  it('is the error where nothing else is left', async () => {
    expect((await failure(read({ where: ['run_id=r9'] }))).message).toBe('W&B answered 500 seven times');
    expect((await failure(read({ where: ['run_id=r10'] }))).message).toContain('there is nothing to draw of score');
    expect((await failure(read({ where: ['run_id=r8'] }))).message).toContain(
      'W&B has none of the runs that the rows are linked to: gone',
    );
  });

  it('is no such line where the invocation was stopped', async () => {
    const context = makeContext({ signal: AbortSignal.abort() });
    const stopped = readCurves(
      { context, source: createMemoryHistory(new Map(Object.entries(RUNS)), { chunk: 3 }) },
      { registry, metrics: ['score'] },
    );
    await expect(stopped).rejects.toThrow(StoppedError);
  });
});

describe('how they are treated', () => {
  it('groups by a column, with the deviation between runs where nothing else is said', async () => {
    const { groups, band } = await read({ groupBy: 'gradient_method', where: ['batch_size<=64'] });
    expect(band).toBe('stdev');
    expect(groups!.map(({ group, size, y, counts }) => [group, size, [...y], [...counts]])).toEqual([
      ['mgda', 2, [0, 3, 6, 9], [2, 2, 2, 1]],
      ['pcgrad', 1, [0, 1, 2], [1, 1, 1]],
    ]);
    expect((await read({ band: 'minmax' })).groups).toHaveLength(1);
    expect((await read()).groups).toBeNull();
  });

  it('keeps the best runs, of each group where there are groups, and says which way is better and why', async () => {
    const { curves, best } = await read({ best: 1 });
    expect(curves.map(({ run }) => run.runId)).toEqual(['b']);
    expect(best).toEqual({ count: 1, by: 'final', goal: 'max', goalFrom: 'curves', metric: 'score' });
    const grouped = await read({ best: 1, goal: 'min', groupBy: 'gradient_method' });
    expect(grouped.curves.map(({ run }) => run.runId)).toEqual(['a', 'c']);
    expect(grouped.best!.goalFrom).toBe('caller');
  });

  it('smooths each run before it averages, and keeps what was logged', async () => {
    const { curves, groups } = await read({
      smooth: 'ema:0.5',
      groupBy: 'gradient_method',
      where: ['gradient_method=mgda'],
    });
    expect([...curves[0]!.raw!]).toEqual([0, 2, 4]);
    expect(curves[0]!.y[2]).toBeCloseTo((2 * 0.5 + 4) / 1.75, 12);
    expect(groups![0]!.y[2]).toBeCloseTo((curves[0]!.y[2]! + curves[1]!.y[2]!) / 2, 12);
  });

  it('refuses what it does not know before anything is read', async () => {
    const options = [{ smooth: 'ema:2' }, { best: 0 }, { x: 'step' as '_step' }, { band: 'sd' as 'stdev' }];
    for (const own of options) await expect(read(own)).rejects.toThrow(UsageError);
  });
});

describe('in the terminal', () => {
  it.each([40, 80, 100, 200])(
    'fits %i columns, tells lines apart without colour and holds no control characters',
    async (width) => {
      const report = await read({ groupBy: 'gradient_method', where: ['batch_size<=64'] });
      const text = renderPlot(describeCurves(report), {}, { style: PLAIN, width });
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
      expect(text).toMatch(/A mgda \(n = 2\) +B pcgrad \(n = 1\)/);
      expect(text).toMatch(/│.*A/);
      // eslint-disable-next-line no-control-regex -- they are what must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
    },
  );
});

describe('comparing', () => {
  const opened: (string | null)[] = [];
  const compare = (runs: readonly string[], options: Partial<CompareOptions> = {}) =>
    compareRuns(
      {
        context: makeContext(),
        withHistories: (project, use) => {
          opened.push(project);
          return use(createMemoryHistory(new Map(Object.entries(RUNS)), { chunk: 3 }));
        },
      },
      { runs, registry: { registry }, ...options },
    );

  it('takes rows, ids and addresses, and tells what differs, what they ended with, and their curves', async () => {
    const report = await compare(['r1', 'https://wandb.test/lab/molecules/runs/b/overview']);
    expect(report.runs.map(({ runId, rowKey }) => [runId, rowKey])).toEqual([
      ['a', 'r1'],
      ['b', null],
    ]);
    expect(report.config).toEqual([{ key: 'deep.depth', values: [3, 5] }]);
    expect(report.sameConfig).toBe(1); // 0.002 and "2e-3"
    expect(report.summary).toEqual([
      { key: 'score', values: [4, 9] },
      { key: '_step', values: [2, undefined] },
    ]);
    expect(report.curves.map(({ metric, run }) => [metric, run.runId])).toEqual([
      ['score', 'a'],
      ['score', 'b'],
    ]);
    const text = renderCompare(report, { style: PLAIN, width: 100 });
    expect(text).toMatch(/config +name-of-a +name-of-b\ndeep\.depth +3 +5\n1 setting is the same/);
    expect(text).toMatch(/_step +2 +–/);
  });

  it('takes the project from the option, a path or an address, whichever says most; else from the settings', async () => {
    await compare(['a', 'b']);
    await compare(['a', 'molecules/b']);
    await compare(['molecules/a', 'https://wandb.test/lab/molecules/runs/b']);
    await compare(['a', 'molecules/b'], { project: 'lab/molecules' });
    expect(opened.splice(0).slice(-4)).toEqual([null, 'molecules', 'lab/molecules', 'lab/molecules']);
  });

  it('refuses one run, a run twice, rows without a link, other projects and runs that are not there', async () => {
    expect((await failure(compare(['r1']))).message).toContain('expected two or more');
    expect((await failure(compare(['r1', 'a']))).message).toContain('run a is named twice');
    expect((await failure(compare(['r1', 'r4']))).message).toContain('row "r4" is not linked');
    const given = { project: 'lab/molecules' };
    expect((await failure(compare(['r1', 'other/project/b'], given))).hint).toContain('--project other/project');
    expect((await failure(compare(['lab/molecules/a', 'other/project/b']))).message).toBe(
      'the run "other/project/b" is in other/project, and the project is lab/molecules',
    );
    expect((await failure(compare(['r1', 'nobody']))).message).toBe('W&B has no run nobody');
    expect((await failure(compare(['r1', 'r2'], { metrics: ['scroe'] }))).hint).toContain('"score"');
  });
});
