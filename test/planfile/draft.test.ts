import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlanRefusedError } from '../../src/errors.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { createPlanFile } from '../../src/planfile/draft.ts';
import { HEADER, makeFolder, sampleRun } from '../helpers/plan-samples.ts';

const WINDOW = { no: 1, from: null, to: 1_714_557_600, expected: 3, state: 'open', cursor: null } as const;

test('windows, pages, cursors and quarantined runs are there after the file was closed and opened', async () => {
  const path = join(makeFolder(), 'plan.db');
  const draft = createPlanFile(path, HEADER);
  expect(draft.resumed).toBe(false);
  await draft.store.saveWindows([WINDOW, { ...WINDOW, no: 2, from: 1_714_557_600, to: null }]);
  await draft.store.saveQuarantined({ runId: 'b', windowNo: 1, error: 'W&B answered 500' });
  await draft.store.saveQuarantined({ runId: 'bad', windowNo: 1, error: 'W&B answered 500' });
  await draft.store.savePage({ windowNo: 1, runs: [sampleRun('b'), sampleRun('a')], nextCursor: 'NEXT' });
  await draft.store.savePage({ windowNo: 2, runs: [sampleRun('c')], nextCursor: null });
  draft.close();
  const again = createPlanFile(path, HEADER);
  expect(again.resumed).toBe(true);
  expect(await again.store.readWindows()).toEqual([
    { ...WINDOW, cursor: 'NEXT' },
    { ...WINDOW, no: 2, from: 1_714_557_600, to: null },
  ]);
  expect(await again.store.readRunIds(1)).toEqual(['a', 'b', 'bad']);
  expect(again.readRuns()).toEqual([sampleRun('a'), sampleRun('b'), sampleRun('c')]);
  expect(again.readQuarantined()).toEqual([{ runId: 'bad', windowNo: 1, error: 'W&B answered 500' }]);
  await again.store.restartWindow(1);
  expect(await again.store.readRunIds(1)).toEqual([]);
  expect((await again.store.readWindows())[0]).toEqual(WINDOW);
  expect(again.readRuns()).toEqual([sampleRun('c')]);
  await expect(again.store.savePage({ windowNo: 9, runs: [], nextCursor: null })).rejects.toThrow('window 9');
  again.close();
});

test('a run reads back whole: non-finite numbers, hostile keys and unicode included', async () => {
  const path = join(makeFolder(), 'plan.db');
  const draft = createPlanFile(path, HEADER);
  await draft.store.saveWindows([WINDOW]);
  const json = fc.letrec<{ value: JsonValue; text: string }>((tie) => ({
    text: fc.string({ unit: 'grapheme' }),
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.double().map((value) => (Object.is(value, -0) ? 0 : value)),
      tie('text'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(tie('text'), fc.constantFrom('__proto__', 'constructor', '10', '2')), tie('value'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string(), json.value, { noNullPrototype: true }),
      json.text,
      async (config, name) => {
        const run = sampleRun('a', { config, displayName: name });
        await draft.store.savePage({ windowNo: 1, runs: [run], nextCursor: null });
        expect(draft.readRuns()).toEqual([run]);
      },
    ),
    { numRuns: 60 },
  );
  draft.close();
});

test.each([
  [{ project: 'other' }, 'W&B project expected "other", found "molopt"'],
  [{ baseUrl: 'http://127.0.0.1:1' }, 'W&B server expected "http://127.0.0.1:1", found "https://api.wandb.ai"'],
  [{ registry: { ...HEADER.registry, table: 'runs' } }, 'table expected "runs", found "training_runs"'],
  [{ registry: { ...HEADER.registry, schemaHash: 'b' } }, 'schema of the registry expected "b"'],
])('an unfinished listing of something else is not continued: %o', (changes, message) => {
  const path = join(makeFolder(), 'plan.db');
  createPlanFile(path, HEADER).close();
  expect(() => createPlanFile(path, { ...HEADER, ...changes })).toThrow(PlanRefusedError);
  expect(() => createPlanFile(path, { ...HEADER, ...changes })).toThrow(message);
});

test('a listing goes on with new thresholds and with the rows that were added meanwhile', () => {
  const path = join(makeFolder(), 'plan.db');
  createPlanFile(path, HEADER).close();
  const header = { ...HEADER, minProbability: 0.9, registry: { ...HEADER.registry, rowCount: 6 } };
  const draft = createPlanFile(path, header);
  expect(draft.header).toEqual(header);
  draft.close();
});

const WRITER = `
  import { createPlanFile } from '${new URL('../../src/planfile/draft.ts', import.meta.url).href}';
  const { path, header, run } = JSON.parse(process.argv[1]);
  const draft = createPlanFile(path, header);
  const [window] = await draft.store.readWindows();
  if (window === undefined) {
    await draft.store.saveWindows([{ no: 1, from: null, to: null, expected: 0, state: 'open', cursor: null }]);
  }
  for (let page = Number(window?.cursor ?? 0) + 1; ; page += 1) {
    const runs = Array.from({ length: 20 }, (_, index) => {
      const runId = 'p' + page + 'r' + index;
      return { ...run, runId, storageId: runId, notes: 'x'.repeat(2000) };
    });
    await draft.store.savePage({ windowNo: 1, runs, nextCursor: String(page) });
    process.stdout.write(page + '\\n');
  }
`;

test('after kill -9 at any moment every page that was confirmed is there, whole, and the listing goes on', async () => {
  const path = join(makeFolder(), 'plan.db');
  let confirmed = 0;
  for (let round = 1; round <= 12; round += 1) {
    const input = JSON.stringify({ path, header: HEADER, run: sampleRun('x') });
    const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, input], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pagesThisTime = 1 + ((round * 7) % 11);
    let pages = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const numbers = text.trim().split('\n').map(Number);
      confirmed = Math.max(confirmed, ...numbers);
      pages += numbers.length;
      // The child is in the middle of a later page by now.
      if (pages >= pagesThisTime) child.kill('SIGKILL');
    });
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    const draft = createPlanFile(path, HEADER);
    const [window] = await draft.store.readWindows();
    const saved = Number(window!.cursor);
    expect(saved).toBeGreaterThanOrEqual(confirmed);
    expect(draft.readRuns().length).toBe(saved * 20);
    draft.close();
  }
  expect(confirmed).toBeGreaterThanOrEqual(12);
});
