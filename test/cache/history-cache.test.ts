import { mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CachedSource, cacheHistories } from '../../src/cache/history-cache.ts';
import type { HistoryRow } from '../../src/model/history.ts';
import { makeFolder } from '../helpers/database.ts';
import { type MemoryHistory, type MemoryRun, createMemoryHistory, readAll, rowsOf } from '../helpers/memory-history.ts';

const SCOPE = { baseUrl: 'https://api.wandb.test', entity: 'lab', project: 'molecules' };

interface Setting {
  readonly source: MemoryHistory;
  readonly folder: string;
  readonly said: string[];
  /** Another invocation over the same folder. */
  readonly open: (maxBytes?: number) => CachedSource;
  readonly change: (rows: readonly HistoryRow[], run?: MemoryRun['run']) => void;
}

function setUp(rows: readonly HistoryRow[], folder = join(makeFolder(), 'cache')): Setting {
  const source = createMemoryHistory(new Map([['a', { rows }]]), { chunk: 3 });
  const said: string[] = [];
  return {
    source,
    folder,
    said,
    open: (maxBytes) =>
      cacheHistories(source, SCOPE, {
        folder,
        say: (line) => void said.push(line),
        ...(maxBytes === undefined ? {} : { maxBytes }),
      }),
    change: (next, run = {}) => void source.runs.set('a', { rows: next, run }),
  };
}

const LOSS = { runId: 'a', keys: ['loss'] };
const rows = (count: number, from = 0): readonly HistoryRow[] =>
  Array.from({ length: count }, (_row, no) => ({
    _step: from + no,
    loss: 1 / (from + no + 1),
    ...(no % 2 === 0 ? { val: no } : {}),
  }));
const losses = (count: number): readonly HistoryRow[] => rows(count).map(({ _step, loss }) => ({ _step, loss: loss! }));

describe('the cache of histories', () => {
  it('reads a run once, however often it is asked for', async () => {
    const { source, open } = setUp(rows(8));
    const first = await readAll(open(), LOSS);
    expect(await readAll(open(), LOSS)).toEqual(first);
    expect(first).toEqual(losses(8));
    expect(source.scans).toHaveLength(1);
  });

  it('keeps each metric apart: another one is read alone and joined by step', async () => {
    const { source, open } = setUp(rows(5));
    await readAll(open(), LOSS);
    const both = await readAll(open(), { runId: 'a', keys: ['val', 'loss'] });
    expect(both).toEqual(rows(5));
    expect(source.scans.map(({ keys }) => keys)).toEqual([['loss'], ['val']]);
    await readAll(open(), { runId: 'a', keys: ['val'] });
    expect(source.scans).toHaveLength(2);
  });

  it('goes on with a run that has grown from its last step on, and no further back', async () => {
    const { source, open, change } = setUp(rows(5));
    await readAll(open(), LOSS);
    change(rows(9));
    expect(await readAll(open(), LOSS)).toEqual(losses(9));
    expect(source.scans.at(-1)).toMatchObject({ minStep: 4 });
    expect(await readAll(open(), LOSS)).toEqual(losses(9));
    expect(source.scans).toHaveLength(2);
  });

  it.each([
    ['was rewound', rows(3), {}],
    ['was rewound and has grown to the same step, over fewer steps', [...rows(2), ...rows(1, 4)], {}],
    ['was rewound and has grown past it', [...rows(3), ...rows(9, 3).map((row) => ({ ...row, loss: 7 }))], {}],
    [
      'got steps that were logged late',
      [...rows(3), { _step: 3.5, loss: 9 }, ...rows(2, 3)].sort((a, b) => a._step - b._step),
      {},
    ],
    ['is another run under the same id', rows(5).map((row) => ({ ...row, loss: 0 })), { storageId: 'other' }],
  ])('reads a run anew that %s', async (_what, next, run) => {
    const { open, change, source } = setUp(rows(5));
    await readAll(open(), LOSS);
    change(next, run);
    expect(await readAll(open(), LOSS)).toEqual(await readAll(source, LOSS));
  });

  it('gives back every value as it was: NaN, infinities, −0, null, histograms', async () => {
    const values = [
      Number.NaN,
      Infinity,
      -Infinity,
      -0,
      null,
      'text',
      { _type: 'histogram', values: [1], bins: [0, 1] },
    ];
    const { open } = setUp(rowsOf('loss', values));
    await readAll(open(), LOSS);
    const again = await readAll(open(), LOSS);
    expect(again.map(({ loss }) => loss)).toEqual(values);
    expect(Object.is(again[3]!['loss'], -0)).toBe(true);
  });

  it('reads a damaged entry anew, without a word', async () => {
    const { open, folder, source, said } = setUp(rows(6));
    await readAll(open(), LOSS);
    const path = join(folder, readdirSync(folder)[0]!);
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.boolean(), async (at, isCut) => {
        const damaged = Buffer.from(whole);
        damaged[at] = damaged[at]! ^ 0x41;
        writeFileSync(path, isCut ? whole.subarray(0, at) : damaged);
        const before = source.scans.length;
        expect(await readAll(open(), LOSS)).toEqual(losses(6));
        expect(source.scans).toHaveLength(before + 1);
      }),
      { numRuns: 25 },
    );
    expect(said).toEqual([]);
  });

  it('serves processes that read and write the same entries at once', async () => {
    const { open, folder } = setUp(rows(50));
    const readers = Array.from({ length: 12 }, () => readAll(open(), LOSS));
    for (const read of await Promise.all(readers)) expect(read).toEqual(losses(50));
    expect(readdirSync(folder).filter((name) => !name.endsWith('.series'))).toEqual([]);
  });

  it('stays below its size: what was used longest ago goes, and what killed processes left', async () => {
    const { open, folder } = setUp(rows(40));
    await readAll(open(), { runId: 'a', keys: ['loss'] });
    const [old] = readdirSync(folder);
    await readAll(open(), { runId: 'a', keys: ['val'] });
    const past = new Date(Date.now() - 86_400_000);
    utimesSync(join(folder, old!), past, past);
    writeFileSync(join(folder, 'left.tmp'), 'x');
    utimesSync(join(folder, 'left.tmp'), past, past);
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    await open(Math.max(...sizes) + 10).prune();
    const left = readdirSync(folder);
    expect(left).toHaveLength(1);
    expect(left).not.toContain(old);
  });

  it('goes on without a folder that cannot be used, and says so once', async () => {
    const blocked = join(makeFolder(), 'file');
    writeFileSync(blocked, '');
    const { open, said } = setUp(rows(3), join(blocked, 'cache'));
    const cached = open();
    expect(await readAll(cached, LOSS)).toEqual(losses(3));
    expect(await readAll(cached, LOSS)).toEqual(losses(3));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/the cache .* cannot be used \(.*\); going on without it/);
  });

  it('passes queries for all metrics by, and knows projects apart', async () => {
    const { open, source, folder } = setUp(rows(3));
    expect(await readAll(open(), { runId: 'a' })).toEqual(rows(3));
    mkdirSync(folder, { recursive: true });
    expect(readdirSync(folder)).toEqual([]);
    await readAll(open(), LOSS);
    const other = cacheHistories(source, { ...SCOPE, project: 'other' }, { folder, say: () => undefined });
    await readAll(other, LOSS);
    expect(source.scans).toHaveLength(3);
  });

  it('keeps nothing of a reading that did not bring all', async () => {
    const { source, folder } = setUp(rows(4));
    const partial: MemoryHistory = {
      ...source,
      scanHistory: async function* scan(query) {
        yield* source.scanHistory(query);
        query.onEnd?.({
          steps: 4,
          logged: null,
          missing: [{ key: 'loss', logged: 5, arrived: 4 }],
          verdict: 'incomplete',
        });
      },
    };
    const cached = cacheHistories(partial, SCOPE, { folder, say: () => undefined });
    await readAll(cached, LOSS);
    await readAll(cached, LOSS);
    expect(source.scans).toHaveLength(2);
  });
});
