import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { startOfRun } from '../../src/plan/start.ts';
import { CREATED_AT, sampleRun } from '../helpers/plan-samples.ts';

const DAY = 86_400_000;

test('a start that the client recorded wins over every other witness', () => {
  const summary = { _timestamp: CREATED_AT / 1000 + 90, _runtime: 60 };
  const old = sampleRun('a', { config: { _wandb: { start_time: CREATED_AT / 1000 - 20 } }, summary });
  expect(startOfRun(old)).toEqual({ ms: CREATED_AT - 20_000, source: 'metadata' });
  const record = (startedAt: string) => ({ os: 'Linux', startedAt });
  const sessions = { second: record('2024-05-01T18:00:00.5Z'), first: record('2024-05-01T09:59:30.250000Z') };
  expect(startOfRun(sampleRun('a', { config: { _wandb: { e: sessions } }, summary }))).toEqual({
    ms: CREATED_AT - 29_750,
    source: 'metadata',
  });
});

test('without a record the last log line less the run time tells the start, also of a run synced a day later', () => {
  const summary = { _timestamp: CREATED_AT / 1000 - 40_000, _runtime: 3600.5 };
  expect(startOfRun(sampleRun('a', { summary }))).toEqual({ ms: CREATED_AT - 43_600_500, source: 'summary' });
});

test.each([
  ['no clock at all', {}],
  ['a run time of another type', { _timestamp: CREATED_AT / 1000, _runtime: 'NaN' }],
  ['a run time that is no number', { _timestamp: CREATED_AT / 1000, _runtime: Number.NaN }],
  ['a negative run time', { _timestamp: CREATED_AT / 1000, _runtime: -5 }],
  ['a clock more than a day ahead', { _timestamp: (CREATED_AT + 2 * DAY) / 1000, _runtime: 5 }],
  ['a clock that starts in 1970', { _timestamp: 500, _runtime: 5 }],
])('with %s, creation is all that is known', (_case, summary) => {
  expect(startOfRun(sampleRun('a', { summary }))).toEqual({ ms: CREATED_AT, source: 'created' });
});

test('whatever the telemetry holds, the start is a time no later than a day after creation', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.double(), fc.double(), (telemetry, _timestamp, _runtime) => {
      const config = { _wandb: telemetry as string };
      const { ms } = startOfRun(sampleRun('a', { config, summary: { _timestamp, _runtime } }));
      expect(ms).toBeLessThanOrEqual(CREATED_AT + DAY);
      expect(ms).toBeGreaterThan(0);
    }),
  );
});
