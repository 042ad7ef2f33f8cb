import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../src/model/cell.ts';
import type { RegistrySchema } from '../../src/model/registry.ts';
import { openQuery, queryRows } from '../../src/registry/query.ts';
import type { RowQuery } from '../../src/registry/query.ts';
import { buildConditions, parseCondition } from '../../src/registry/query-where.ts';
import type { Operator } from '../../src/registry/query-where.ts';
import { readSchema } from '../../src/registry/schema.ts';
import { insertRows, makeDatabase, withReadOnly } from '../helpers/database.ts';

type Row = Readonly<Record<string, Cell>>;

const REGISTRY = makeDatabase((db) => {
  db.exec(`CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, created_at TEXT, ended INTEGER, bs_int INTEGER, bs_real REAL, bs_text TEXT, bs_any, lr TEXT, method TEXT, amp TEXT);
    CREATE INDEX by_method ON runs(method, status); CREATE INDEX by_bs ON runs(bs_any); CREATE INDEX by_time ON runs(created_at)`);
  const row = (run_id: string, numbers: { size: bigint; day: number }, more: Row): Row => ({
    run_id,
    created_at: `2024-03-0${numbers.day}T12:00:00`,
    ended: 1_709_251_200n + BigInt(numbers.day) * 86_400n,
    bs_int: numbers.size,
    bs_real: numbers.size,
    bs_text: numbers.size,
    bs_any: numbers.size,
    ...more,
  });
  insertRows(db, 'runs', [
    row('a', { size: 96n, day: 1 }, { status: 'RUNNING', lr: '1e-3', method: 'mgda', amp: 'True' }),
    row(
      'b',
      { size: 96n, day: 2 },
      { status: 'finished', lr: '0.001', method: 'mgda', amp: 'False', bs_any: 96, bs_text: '96.0' },
    ),
    row('c', { size: 32n, day: 3 }, { status: 'crashed', lr: '5e-5', method: 'pcgrad', bs_any: '96' }),
    row(
      'd',
      { size: 960n, day: 4 },
      { status: null, lr: 'auto', method: null, bs_any: 'n/a', created_at: '2024-03-04 00:00:00' },
    ),
    row('e', { size: 8n, day: 5 }, { status: '', lr: null, method: '', bs_any: null }),
  ]);
});

function ask(where: readonly string[], rest: Omit<RowQuery, 'where'> = {}): readonly unknown[] {
  return withReadOnly(REGISTRY, (db) =>
    queryRows(db, readSchema(db), { where: where.map(parseCondition), ...rest }).rows.map((row) => row['run_id']),
  );
}

describe('a number is found however it is stored', () => {
  test.each(['bs_int', 'bs_real', 'bs_text'])('in %s', (column) => {
    expect(ask([`${column}=96`])).toEqual(['a', 'b']);
    expect(ask([`${column}=96.0`])).toEqual(['a', 'b']);
  });
  test('in a column without a type, as INTEGER, REAL and TEXT', () =>
    expect(ask(['bs_any=96'])).toEqual(['a', 'b', 'c']));
  test('in a text column, in the spellings of Python and C', () => {
    expect(ask(['lr=0.001'])).toEqual(['a', 'b']);
    expect(ask(['lr=1e-3'])).toEqual(['a', 'b']);
    expect(ask(['lr=0.00005'])).toEqual(['c']);
  });
  test('as a boolean', () => expect(ask(['amp=true'])).toEqual(['a']));
});

describe('order compares like with like', () => {
  test('numbers as numbers, text beside them never', () => {
    expect(ask(['bs_int>=96'])).toEqual(['a', 'b', 'd']);
    expect(ask(['bs_text>32'])).toEqual(['a', 'b', 'd']);
    expect(ask(['bs_int<33', 'bs_int>8'])).toEqual(['c']);
  });
  test('a date is the whole day, in text and in epochs', () => {
    expect(ask(['created_at=2024-03-02'])).toEqual(['b']);
    expect(ask(['created_at<=2024-03-02'])).toEqual(['a', 'b']);
    expect(ask(['created_at>2024-03-02'])).toEqual(['c', 'd', 'e']);
    expect(ask(['created_at>=2024-03-04'])).toEqual(['d', 'e']);
    expect(ask(['ended=2024-03-03'])).toEqual(['b']);
    expect(ask(['ended<2024-03-03'])).toEqual(['a']);
  });
  test('a time in any spelling, in the column’s own', () => {
    expect(ask(['created_at>=2024-03-02 12:00:00Z', 'created_at<2024-03-03T12:00:00'])).toEqual(['b']);
    expect(ask(['created_at=2024/03/02 12:00:00'])).toEqual(['b']);
    expect(ask(['ended>=2024-03-05T00:00:00Z'])).toEqual(['d', 'e']);
    expect(ask(['ended=1709337600'])).toEqual(['a']);
  });
});

describe('what is not there', () => {
  test('is found by an empty value, NULL and the empty text alike', () => {
    expect(ask(['method='])).toEqual(['d', 'e']);
    expect(ask(['method!='])).toEqual(['a', 'b', 'c']);
  });
  test('differs from every value', () => expect(ask(['method!=mgda'])).toEqual(['c', 'd', 'e']));
});

describe('the status', () => {
  test('goes by its role and the registry’s own words', () => {
    expect(ask([], { status: 'running' })).toEqual(['a']);
    expect(ask([], { status: 'not_running' })).toEqual(['b', 'c']);
    expect(ask([], { status: 'crashed' })).toEqual(['c']);
    expect(ask(['status=not_running', 'method=mgda'])).toEqual(['b']);
  });
});

test('columns are named as they are, without case, or by the part that they play', () => {
  expect(ask(['METHOD=pcgrad'])).toEqual(['c']);
  expect(ask(['finished_at=2024-03-03'])).toEqual(['b']);
  expect(ask(['key=e'])).toEqual(['e']);
  expect(() => ask(['wandb_url=x'])).toThrow('no column of table "runs" plays the part "wandb_url"');
});

test('an unknown column is refused with the nearest names', () => {
  expect(() => ask(['metod=mgda'])).toThrow(
    expect.objectContaining({ code: 2, message: 'table "runs" has no column "metod"', hint: 'Did you mean "method"?' }),
  );
});

test.each(['method', '=x', '', '>'])('"%s" is no condition', (text) => {
  expect(() => parseCondition(text)).toThrow('expected COLUMN=VALUE');
});

test.each([
  ['bs_int>big', 'holds numbers'],
  ['ended>soon', 'is no time'],
  ['method>', 'is empty'],
])('%s %s', (where, message) => {
  expect(() => ask([where])).toThrow(message);
});

test('order, limit and choice of columns', () => {
  expect(ask([], { order: '-bs_int', limit: 2 })).toEqual(['d', 'a']);
  expect(ask([], { order: 'created_at' })).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(() => ask([], { limit: 0 })).toThrow('the limit must be a whole number above 0');
  const { columns, rows } = withReadOnly(REGISTRY, (db) =>
    queryRows(db, readSchema(db), { where: [], columns: ['bs_int', 'key'], limit: 1 }),
  );
  expect(columns).toEqual(['bs_int', 'run_id']);
  expect(rows).toEqual([{ bs_int: 96, run_id: 'a' }]);
});

describe('since and until', () => {
  /** The same six moments, an hour apart around the beginning of February, as registries write them. */
  const HOURS = [-2, -1, 0, 1, 24 * 29, 24 * 29 + 1];
  const FEBRUARY = Date.UTC(2024, 1);
  const iso = (ms: number): string => new Date(ms).toISOString();
  const WRITTEN: Readonly<Record<string, (ms: number) => Cell>> = {
    'naive text': (ms) => iso(ms).slice(0, 19).replace('T', ' '),
    'text with Z and milliseconds': iso,
    'text with another zone each row': (ms) => {
      const hours = (ms / 3_600_000) % 3 === 0 ? 9 : -5;
      const clock = iso(ms + hours * 3_600_000).slice(0, 19);
      return `${clock}${hours < 0 ? '-' : '+'}0${Math.abs(hours)}:00`;
    },
    'epoch seconds': (ms) => BigInt(ms / 1000),
    'epoch seconds, real': (ms) => ms / 1000,
    'epoch milliseconds': (ms) => BigInt(ms),
    'epoch seconds as text': (ms) => String(ms / 1000),
  };

  test.each(Object.keys(WRITTEN))('select by the row’s time, in %s', (how) => {
    const write = WRITTEN[how]!;
    const registry = makeDatabase((db) => {
      db.exec('CREATE TABLE runs (run_id INTEGER PRIMARY KEY, wandb_run_id TEXT, status TEXT, created_at, started_at)');
      insertRows(
        db,
        'runs',
        HOURS.map((hour, no) => ({
          run_id: BigInt(no),
          created_at: write(FEBRUARY + (no === 2 ? -9 : hour) * 3_600_000),
          started_at: no % 3 === 2 ? write(FEBRUARY + hour * 3_600_000) : no === 1 ? '' : null,
        })),
      );
    });
    const select = (range: { since?: string; until?: string }): readonly unknown[] =>
      withReadOnly(registry, (db) =>
        queryRows(db, readSchema(db), { where: [], ...range, order: 'run_id' }).rows.map((row) => row['run_id']),
      );
    expect(select({ since: '2024-02' })).toEqual([2, 3, 4, 5]);
    expect(select({ until: '2024-02-01' })).toEqual([0, 1]);
    expect(select({ since: '2024-02', until: '2024-03' })).toEqual([2, 3]);
    expect(select({ since: '2024-01-31T23:00:00Z', until: '2024-02-01 01:00:00Z' })).toEqual([1, 2]);
    expect(select({ since: '2025' })).toEqual([]);
    expect(select({ since: '2024', until: String(FEBRUARY / 1000) })).toEqual([0, 1]);
  });

  test('refuse what is no time, and a registry without times', () => {
    expect(() => ask([], { since: 'soon' })).toThrow('since is no time: found "soon"');
    expect(() => ask([], { until: '2024-13' })).toThrow('until is no time');
    const timeless = makeDatabase('CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, wandb_run_id TEXT)');
    expect(() => withReadOnly(timeless, (db) => queryRows(db, readSchema(db), { where: [], since: '2024' }))).toThrow(
      'says when a run started',
    );
  });
});

test('a month or a year is compared as a whole', () => {
  expect(ask(['created_at=2024-03'])).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(ask(['ended<=2023'])).toEqual([]);
  expect(ask(['ended>2023', 'ended<2024-03-03'])).toEqual(['a']);
});

describe('counts by group', () => {
  const count = (rest: Omit<RowQuery, 'where'>, where: readonly string[] = []): readonly unknown[] =>
    withReadOnly(REGISTRY, (db) =>
      queryRows(db, readSchema(db), { where: where.map(parseCondition), ...rest }).rows.map((row) =>
        Object.values(row),
      ),
    );
  test('the largest first, ties by the groups’ values', () => {
    expect(count({ groupBy: ['method'] })).toEqual([
      ['mgda', 2],
      [null, 1],
      ['', 1],
      ['pcgrad', 1],
    ]);
    expect(count({ groupBy: ['method', 'amp'], limit: 2, order: '-method' }, ['bs_int=96'])).toEqual([
      ['mgda', 'False', 1],
      ['mgda', 'True', 1],
    ]);
    expect(count({ groupBy: ['method'], order: 'count', limit: 1 })).toEqual([[null, 1]]);
  });
  test('unknown columns, orders that are no group, and columns beside them are refused', () => {
    expect(() => count({ groupBy: ['metod'] })).toThrow('has no column "metod"');
    expect(() => count({ groupBy: ['method'], order: 'lr' })).toThrow('cannot be ordered by "lr"');
    expect(() => count({ groupBy: ['method'], columns: ['lr'] })).toThrow('columns cannot be chosen');
    expect(() => count({ groupBy: [] })).toThrow('no column to group by');
  });
});

test('a typo in one word of a name is near that name', () => {
  const registry = makeDatabase('CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, gradient_method TEXT)');
  expect(() =>
    withReadOnly(registry, (db) => queryRows(db, readSchema(db), { where: [parseCondition('metod=mgda')] })),
  ).toThrow(expect.objectContaining({ hint: 'Did you mean "gradient_method"?' }));
});

test('conditions as code writes them', () => {
  expect(buildConditions({ method: 'mgda', bs: 96n, lr: { '>=': 1e-4, '<': 1 }, note: null, amp: true })).toEqual([
    { column: 'method', operator: '=', value: 'mgda' },
    { column: 'bs', operator: '=', value: '96' },
    { column: 'lr', operator: '>=', value: '0.0001' },
    { column: 'lr', operator: '<', value: '1' },
    { column: 'note', operator: '=', value: '' },
    { column: 'amp', operator: '=', value: 'true' },
  ]);
  expect(() => buildConditions({ lr: { like: 'x' } as object })).toThrow('unknown operator "like"');
});

test.each([
  [['method=mgda', 'status=not_running'], 'by_method'],
  [['bs_any=96'], 'by_bs'],
  [['bs_any>90'], 'by_bs'],
  [['created_at>=2024-03-02'], 'by_time'],
  [['created_at=2024-03-02'], 'by_time'],
  [['key=a'], 'sqlite_autoindex_runs_1'],
])('%s is answered from an index', (where, index) => {
  const statements: string[] = [];
  const db = new Database(REGISTRY, { readonly: true, verbose: (sql) => statements.push(String(sql)) });
  const schema = readSchema(db.defaultSafeIntegers(true));
  queryRows(db, schema, { where: where.map(parseCondition) });
  const plan = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${statements.at(-1)}`).all();
  db.close();
  expect(plan[0]?.detail).toContain(`SEARCH runs USING INDEX ${index}`);
});

test.each([0, 255, 256, 700])('in blocks each row comes once, exact, also where row %i is beyond a double', (large) => {
  const path = makeDatabase((db) => {
    db.exec('CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, n INTEGER)');
    const sizes = Array.from({ length: 701 }, (_row, no) => (no === large ? 2n ** 53n + 1n : BigInt(no)));
    insertRows(
      db,
      'training_runs',
      sizes.map((n, no) => ({ run_id: `r${String(no).padStart(4, '0')}`, n })),
    );
  });
  withReadOnly(path, (db) => {
    const { blocks } = openQuery(db, readSchema(db), { where: [], order: 'run_id' });
    const rows = [...blocks()].flat();
    expect(rows.map(({ n }) => n)).toEqual(rows.map((_row, no) => (no === large ? 2n ** 53n + 1n : no)));
    expect(rows).toHaveLength(701);
    expect(db.inTransaction).toBe(false);
  });
});

const OPERATOR: fc.Arbitrary<Operator> = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');

function holds(value: number | null, operator: Operator, wanted: number): boolean {
  if (value === null) return operator === '!=';
  const order = Math.sign(value - wanted);
  return { '=': order === 0, '!=': order !== 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[
    operator
  ];
}

test('numbers are selected as arithmetic says, in columns of every affinity', () => {
  const size = fc.constantFrom(-1, 0, 0.5, 1e-5, 8, 16, 96, 960, 1e6);
  fc.assert(
    fc.property(
      fc.array(fc.option(size), { minLength: 1, maxLength: 12 }),
      fc.constantFrom('INTEGER', 'REAL', 'TEXT', 'NUMERIC', ''),
      fc.tuple(OPERATOR, size),
      (values, type, [operator, wanted]) => {
        const db = new Database(':memory:').defaultSafeIntegers(true);
        db.exec(`CREATE TABLE runs (run_id INTEGER PRIMARY KEY, status TEXT, wandb_run_id TEXT, x ${type})`);
        insertRows(
          db,
          'runs',
          values.map((x, index) => ({ run_id: BigInt(index), x })),
        );
        const schema: RegistrySchema = readSchema(db);
        if (values.every((x) => x === null)) return;
        const { rows } = queryRows(db, schema, { where: [{ column: 'x', operator, value: String(wanted) }] });
        db.close();
        const expected = values.flatMap((x, index) => (holds(x, operator, wanted) ? [index] : []));
        expect(rows.map((row) => row['run_id'])).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});
