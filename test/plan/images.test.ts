import { expect, test } from 'vitest';
import { EMPTY_IMAGE } from '../../src/model/identity.ts';
import type { RegistryColumn, RegistrySchema } from '../../src/model/registry.ts';
import type { TimeFormat } from '../../src/model/time.ts';
import { buildChoice, buildImageRules } from '../../src/plan/images.ts';
import { runUrl, sampleRun, SCHEMA } from '../helpers/plan-samples.ts';

const CLOCK = { periods: [{ from: null, zoneMinutes: 120 }], words: '' };
const NAIVE: TimeFormat = { kind: 'iso', separator: ' ', zone: 'none', fractionDigits: 0 };
const EPOCH: TimeFormat = { kind: 'epoch', unitsPerSecond: 1, storage: 'real' };

function schemaWith(columns: readonly Partial<RegistryColumn>[]): RegistrySchema {
  const base = { generated: false, notNull: false, filled: 0, sampled: 0, distinct: 0, example: null } as const;
  return {
    ...SCHEMA,
    identity: { ...SCHEMA.identity, started_at: 'started_at' },
    columns: columns.map((column) => ({
      ...base,
      name: '',
      declaredType: 'TEXT',
      kind: 'time',
      timeFormat: null,
      ...column,
    })),
  };
}

const choose = (schema: RegistrySchema, changes: object = {}, before = EMPTY_IMAGE) => {
  const run = sampleRun('3k9xq1ab', changes);
  return buildChoice({ before, run, url: runUrl(run.runId), rules: buildImageRules(schema, CLOCK) });
};

test.each([
  ['in its own format', [{ name: 'started_at', timeFormat: EPOCH }], 1_714_557_600],
  ['naive, by the clock of the registry', [{ name: 'started_at', timeFormat: NAIVE }], '2024-05-01 12:00:00'],
  [
    'like created_at where it is empty and declared alike',
    [{ name: 'started_at' }, { name: 'created_at', timeFormat: NAIVE }],
    '2024-05-01 12:00:00',
  ],
  [
    'as ISO time where it is empty and declared otherwise',
    [{ name: 'started_at' }, { name: 'created_at', declaredType: 'REAL', timeFormat: EPOCH }],
    '2024-05-01T10:00:00Z',
  ],
])('the start is written %s', (_case, columns, expected) => {
  expect(choose(schemaWith(columns)).after.started_at).toBe(expected);
});

test('a start column that has to be added gets ISO times in UTC', () => {
  expect(choose(SCHEMA)).toMatchObject({ after: { started_at: '2024-05-01T10:00:00Z' }, startSource: 'created' });
});

test('what the row has and W&B does not know better stays', () => {
  const before = { ...EMPTY_IMAGE, run_name: 'synthetic', status: 'running', started_at: 1_714_550_000n };
  expect(choose(SCHEMA, { displayName: null, state: 'hibernating' }, before)).toMatchObject({
    after: { run_name: 'synthetic', status: 'running', started_at: 1_714_550_000n, wandb_run_id: '3k9xq1ab' },
    startSource: 'kept',
  });
  expect(choose(SCHEMA, { displayName: ' ' }, before).after.run_name).toBe('synthetic');
});

test.each([
  ['running', 'läuft'],
  ['pending', 'läuft'],
  ['preempting', 'läuft'],
  ['finished', 'fertig'],
  ['failed', 'fertig'],
  ['crashed', 'fertig'],
  ['killed', 'fertig'],
  ['preempted', 'fertig'],
])("state %s becomes the registry's own word %s", (state, word) => {
  const schema = { ...SCHEMA, statusWords: { running: 'läuft', not_running: 'fertig' } };
  expect(choose(schema, { state }).after.status).toBe(word);
});
