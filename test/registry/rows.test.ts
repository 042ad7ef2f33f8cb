import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell } from '../../src/model/cell.ts';
import { readRow, readRows } from '../../src/registry/rows.ts';
import { readSchema } from '../../src/registry/schema.ts';
import { EMPTY_CONFIG } from '../../src/registry/config.ts';
import { insertRows, makeDatabase, withReadOnly } from '../helpers/database.ts';

test('rows come sorted by key, every value as SQLite stores it, absent identity columns as NULL', () => {
  const path = makeDatabase((db) => {
    db.exec('CREATE TABLE runs (run_id PRIMARY KEY, status TEXT, wandb_run_id TEXT, created_at, x)');
    insertRows(db, 'runs', [
      { run_id: 'b', status: '', x: new Uint8Array([0, 255]) },
      { run_id: 10n, status: 'running', wandb_run_id: 'w', created_at: 1700000000n, x: 9007199254740993n },
      { run_id: 2n, x: 0.1, created_at: 1700000000.5 },
      { run_id: 'a', x: '1' },
      { run_id: null, x: 'no key' },
    ]);
  });
  withReadOnly(path, (db) => {
    const rows = readRows(db, readSchema(db));
    expect(rows.map(({ key }) => key)).toEqual([2n, 10n, 'a', 'b']);
    expect(rows.map(({ values }) => values['x'])).toEqual([0.1, 9007199254740993n, '1', Buffer.from([0, 255])]);
    expect(rows[1]).toMatchObject({
      keyText: '10',
      identity: { wandb_run_id: 'w', wandb_url: null, run_name: null, status: 'running', started_at: null },
    });
    expect(rows[3]?.identity.status).toBe('');
  });
});

test('a row is found by the text of its key, whatever the type of the key, and never by another spelling', () => {
  const path = makeDatabase((db) => {
    db.exec('CREATE TABLE runs (run_id PRIMARY KEY, status TEXT, created_at TEXT)');
    insertRows(db, 'runs', [{ run_id: 7n }, { run_id: 'seven' }, { run_id: 0.5 }, { run_id: new Uint8Array([10]) }]);
  });
  withReadOnly(path, (db) => {
    const schema = readSchema(db);
    const keyOf = (text: string): Cell | undefined => readRow(db, schema, text)?.key;
    expect(keyOf('7')).toBe(7n);
    expect(keyOf('seven')).toBe('seven');
    expect(keyOf('0.5')).toBe(0.5);
    expect(keyOf("x'0a'")).toEqual(Buffer.from([10]));
    expect(['07', '7.0', ' 7', 'SEVEN', '', '99'].map(keyOf)).toEqual(Array.from({ length: 6 }, () => undefined));
  });
});

test('two keys that read the same are refused rather than mixed up', () => {
  const path = makeDatabase((db) => {
    db.exec('CREATE TABLE runs (run_id PRIMARY KEY, status TEXT, created_at TEXT)');
    insertRows(db, 'runs', [{ run_id: 1n }, { run_id: '1' }]);
  });
  withReadOnly(path, (db) => {
    const schema = readSchema(db);
    expect(() => readRows(db, schema)).toThrow('two rows of table "runs" have a key "run_id" that reads "1"');
    expect(readRow(db, schema, '1')).toBeNull();
  });
});

const hostile = fc.oneof(
  fc.constantFrom(
    'select',
    'group by',
    'a"b',
    "a'b",
    'a`b',
    '[x]',
    'ünï ☃',
    '--',
    '; DROP TABLE runs',
    '__proto__',
    'constructor',
    'x\ny',
    '%s',
    '?1',
    ':v',
  ),
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
);
/** SQLite compares names without ASCII case and cannot hold NUL in them. */
const names = fc.uniqueArray(
  hostile.filter((name) => !name.includes('\0') && !/^(sqlite|runlink)_/i.test(name) && name.isWellFormed()),
  { minLength: 3, maxLength: 6, selector: (name) => name.toLowerCase() },
);
const text = fc
  .string({ unit: 'binary', maxLength: 8 })
  .filter((value) => value.isWellFormed() && !value.includes('\0'));
const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  text,
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
);

test('hostile names of tables and columns are names like any other, and every row comes back whole', () => {
  fc.assert(
    fc.property(
      names,
      fc.uniqueArray(fc.tuple(text, cell, cell), { maxLength: 6, selector: ([key]) => key }),
      ([table = '', key = '', ...others], rows) => {
        const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
        const db = new Database(':memory:').defaultSafeIntegers(true);
        db.exec(`CREATE TABLE ${quote(table)} (${quote(key)} TEXT PRIMARY KEY, ${others.map(quote).join(', ')})`);
        const [first = '', second = first] = others;
        const stored = rows.map(([id, a, b]): Record<string, Cell> =>
          Object.fromEntries([
            [key, id],
            [first, a],
            [second, b],
          ]),
        );
        insertRows(db, table, stored);
        const schema = readSchema(db, { ...EMPTY_CONFIG, table, columns: { key } });
        const read = readRows(db, schema);
        expect(read.map(({ keyText }) => keyText).sort()).toEqual(rows.map(([id]) => id).sort());
        for (const row of stored) {
          const found = readRow(db, schema, String(row[key]));
          for (const name of [key, first, second])
            expect(
              Object.is(found?.values[name], row[name]) ||
                Buffer.compare(Buffer.from(found?.values[name] as Buffer), Buffer.from(row[name] as Buffer)) === 0,
            ).toBe(true);
        }
        db.close();
      },
    ),
    { numRuns: 150 },
  );
});
