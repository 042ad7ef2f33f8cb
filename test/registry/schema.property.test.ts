import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell } from '../../src/model/cell.ts';
import { encodeTime } from '../../src/model/time.ts';
import type { TimeFormat } from '../../src/model/time.ts';
import { readSchema } from '../../src/registry/schema.ts';
import { insertRows } from '../helpers/database.ts';

const ROWS = 20;

/** How one part may be called, and in which spelling of words. */
const NAMES = {
  key: ['run_id', 'id', 'exp_id', 'job_id', 'experiment'],
  wandb_run_id: ['wandb_run_id', 'wandb_id', 'wandb_run', 'wandb', 'wb_id'],
  wandb_url: ['wandb_url', 'wandb_link', 'wandb_run_url', 'url'],
  run_name: ['run_name', 'wandb_name', 'display_name', 'name'],
  status: ['status', 'state', 'run_status'],
  started_at: ['started_at', 'start_time', 'launched_at', 'started'],
  created_at: ['created_at', 'creation_time', 'submitted_at', 'timestamp', 'created', 'date'],
  finished_at: ['finished_at', 'end_time', 'completed_at', 'ended'],
  duration_seconds: ['duration_seconds', 'duration', 'elapsed', 'runtime_s', 'walltime', 'minutes'],
  metrics: ['final_metrics_json', 'results', 'summary', 'metrics'],
  metric: ['val_acc', 'test_psnr', 'best_loss', 'reward'],
  lr: ['lr', 'learning_rate'],
  batch: ['batch_size', 'bs'],
} as const;
type Part = keyof typeof NAMES;
const PARTS = Object.keys(NAMES) as Part[];

const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
const spell = fc.constantFrom<(name: string) => string>(
  (name) => name,
  camel,
  (name) => name.toUpperCase(),
  (name) => name.replaceAll('_', ' '),
  (name) => name.replaceAll('_', '-'),
);

const timeFormat: fc.Arbitrary<TimeFormat> = fc.constantFrom<TimeFormat>(
  { kind: 'epoch', unitsPerSecond: 1, storage: 'integer' },
  { kind: 'epoch', unitsPerSecond: 1, storage: 'real' },
  { kind: 'epoch', unitsPerSecond: 1000, storage: 'integer' },
  { kind: 'iso', separator: 'T', zone: 'Z', fractionDigits: 3 },
  { kind: 'iso', separator: 'T', zone: '+00:00', fractionDigits: 6 },
  { kind: 'iso', separator: ' ', zone: 'none', fractionDigits: 0 },
);

/** What stands in a row's cell for each part; rows come three hours apart. */
function cellOf(part: Part, row: number, format: TimeFormat): Cell {
  const id = `${String.fromCharCode(103 + (row % 20))}k${row}xq1ab`.slice(0, 8);
  const time = (minutes: number): Cell =>
    encodeTime(1_700_000_000_000 + row * 10_800_000 + minutes * 60_000, format, 0);
  switch (part) {
    case 'key':
      return `toy_bs${8 * (1 + (row % 3))}_${row}`;
    case 'wandb_run_id':
      return id;
    case 'wandb_url':
      return `https://wandb.ai/lab/toy/runs/${id}`;
    case 'run_name':
      return `toy_bs${8 * (1 + (row % 3))}`;
    case 'status':
      return row === ROWS - 1 ? 'running' : 'finished';
    case 'created_at':
      return time(0);
    case 'started_at':
      return time(1);
    case 'finished_at':
      return time(60);
    case 'duration_seconds':
      return 3540.5 + row;
    case 'metrics':
      return JSON.stringify({ loss: 1 / (row + 1), 'val/acc': row / ROWS });
    case 'metric':
      return 0.5 + row / 97;
    case 'lr':
      return row % 2 === 0 ? 0.001 : 0.0003;
    case 'batch':
      return BigInt(8 * (1 + (row % 3)));
  }
}

const registry = fc.record({
  names: fc.record(
    Object.fromEntries(PARTS.map((part) => [part, fc.constantFrom(...NAMES[part])])) as Record<
      Part,
      fc.Arbitrary<string>
    >,
  ),
  spell,
  order: fc.shuffledSubarray(PARTS, { minLength: PARTS.length }),
  absent: fc.subarray<Part>(PARTS.filter((part) => part !== 'key')),
  emptied: fc.subarray<Part>(['wandb_run_id', 'wandb_url', 'run_name', 'status', 'started_at']),
  format: timeFormat,
  typed: fc.boolean(),
  sparse: fc.nat({ max: 3 }),
});

test('whatever the columns are called, typed and ordered, each part is found and no column plays another', () => {
  fc.assert(
    fc.property(registry, ({ names, spell, order, absent, emptied, format, typed, sparse }) => {
      const parts = order.filter((part) => !absent.includes(part));
      const nameOf = (part: Part): string => spell(names[part]);
      const typeOf = (part: Part): string => {
        if (!typed) return '';
        const cell = cellOf(part, 0, format);
        return typeof cell === 'bigint' ? 'INTEGER' : typeof cell === 'number' ? 'REAL' : 'TEXT';
      };
      const columns = parts.map((part) => `"${nameOf(part)}" ${typeOf(part)}${part === 'key' ? ' PRIMARY KEY' : ''}`);
      const db = new Database(':memory:').defaultSafeIntegers(true);
      db.exec(`CREATE TABLE runs (${columns.join(', ')})`);
      const rows = Array.from({ length: ROWS }, (_item, row) =>
        Object.fromEntries(
          parts.map((part) => {
            const missing = emptied.includes(part) || (part !== 'key' && part !== 'status' && row % 5 < sparse);
            return [nameOf(part), missing ? (row % 2 === 0 ? null : '') : cellOf(part, row, format)];
          }),
        ),
      );
      insertRows(db, 'runs', rows);
      const has = (part: Part): string | null => (parts.includes(part) ? nameOf(part) : null);
      const schema = readSchema(db);
      db.close();
      expect(schema).toMatchObject({
        key: nameOf('key'),
        identity: {
          wandb_run_id: has('wandb_run_id'),
          wandb_url: has('wandb_url'),
          run_name: has('run_name'),
          status: has('status'),
          started_at: has('started_at'),
        },
        createdAt: has('created_at'),
        finishedAt: has('finished_at'),
        durationSeconds: has('duration_seconds'),
        finalMetrics: parts.filter((part) => part === 'metrics' || part === 'metric').map(nameOf),
        hyperparameters: parts.filter((part) => part === 'lr' || part === 'batch').map(nameOf),
      });
      const times = schema.columns.filter(({ kind }) => kind === 'time');
      for (const { timeFormat } of times) expect(timeFormat).toEqual(format);
    }),
    { numRuns: 200 },
  );
});
