import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { IncompleteListingError, LockedError, PlanRefusedError, UsageError } from '../../src/errors.ts';
import type { Cell } from '../../src/model/cell.ts';
import { createPlanFile } from '../../src/planfile/draft.ts';
import { openPlanFile } from '../../src/planfile/plan-file.ts';
import { HEADER, makeFolder, openSamplePlan, SAMPLE, sampleRow, writeSamplePlan } from '../helpers/plan-samples.ts';
import type { Sample, SampleOptions } from '../helpers/plan-samples.ts';

function readAll(path: string): unknown {
  const plan = openPlanFile(path, { readonly: true });
  try {
    return [plan.sealed, plan.readCounts(), [...plan.iterateEntries()]];
  } finally {
    plan.close();
  }
}

function changeFile(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

test('a sealed plan is one file that reads back as it was proposed', async () => {
  const plan = await openSamplePlan();
  expect(readdirSync(dirname(plan.path))).toEqual(['plan.db']);
  expect(plan.sealed.header).toEqual(HEADER);
  expect(plan.sealed.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(plan.readCounts()).toEqual({ runs: 6, rows: 5, match: 2, ambiguous: 1, unmatched: 1, linked: 1 });
  const lines = [...plan.iterateEntries()].map(({ entry, decision }) => [entry.keyText, entry.kind, decision.decision]);
  expect(lines).toEqual([
    ['deco_hop_bs64_sum_i-0lost42', 'unmatched', 'undecided'],
    ['deco_hop_bs96_mgda_i-0abc123', 'match', 'accepted'],
    ['deco_hop_bs96_mgda_i-0dup001', 'ambiguous', 'undecided'],
    ['qed_bs32_linked', 'linked', 'undecided'],
    ['qed_bs32_old_link', 'match', 'undecided'],
  ]);
  expect(plan.readEntryOrNull('deco_hop_bs96_mgda_i-0abc123')?.choice?.after).toEqual({
    wandb_run_id: '3k9xq1ab',
    wandb_url: 'https://wandb.ai/lab/molopt/runs/3k9xq1ab',
    run_name: 'fresh-sun-12',
    status: 'not_running',
    started_at: '2024-05-01T10:00:00Z',
  });
});

test('entries are found by kind, by decision and by key', async () => {
  const plan = await openSamplePlan();
  const keys = (selection: Parameters<typeof plan.iterateEntries>[0]): string[] =>
    [...plan.iterateEntries(selection)].map(({ entry }) => entry.keyText);
  expect(keys({ kinds: ['ambiguous', 'linked'] })).toEqual(['deco_hop_bs96_mgda_i-0dup001', 'qed_bs32_linked']);
  expect(keys({ kinds: ['match'], decisions: ['undecided'] })).toEqual(['qed_bs32_old_link']);
  expect(plan.readEntryOrNull('nobody')).toBeNull();
  expect(plan.readHolders('3k9xq1ab')).toEqual(['deco_hop_bs96_mgda_i-0abc123']);
  expect(plan.readHolders('linked01')).toEqual(['qed_bs32_linked']);
  expect(plan.readHolders('tie00001')).toEqual([]);
});

test('more entries than one chunk come once each and in order', async () => {
  const rows = Array.from({ length: 1203 }, (_item, index) => sampleRow(`row-${String(index).padStart(4, '0')}`));
  const outcomes = rows.map((row) => ({ ...SAMPLE.outcomes[2]!, keyText: row.keyText }));
  const plan = await openSamplePlan({ rows, runs: SAMPLE.runs, outcomes });
  expect([...plan.iterateEntries()].map(({ entry }) => entry.keyText)).toEqual(rows.map((row) => row.keyText));
});

test('every storage class survives in keys and images', async () => {
  const cells = fc.oneof<fc.Arbitrary<Cell>[]>(
    fc.constant(null),
    fc.string({ unit: 'binary' }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true }),
    fc.uint8Array({ maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(cells, { minLength: 3, maxLength: 3 }), async ([name, started, key]) => {
      const row = { ...sampleRow('k', { run_name: name!, started_at: started! }), key: key! };
      const outcomes = [{ ...SAMPLE.outcomes[2]!, keyText: 'k' }];
      const plan = await openSamplePlan({ rows: [row], runs: SAMPLE.runs, outcomes });
      const read = plan.readEntryOrNull('k');
      const wellFormed = (cell: Cell): Cell =>
        typeof cell === 'string' ? cell.toWellFormed() : cell instanceof Uint8Array ? Buffer.from(cell) : cell;
      expect([read?.entry.key, read?.entry.before.run_name, read?.entry.before.started_at]).toEqual(
        [key!, name!, started!].map(wellFormed),
      );
    }),
    { numRuns: 40 },
  );
});

test('the same runs and rows make the same digest, in whatever order and pages they arrive', async () => {
  const digestOf = async (sample: Sample, registryPath: string, options: SampleOptions = {}): Promise<string> => {
    const header = { ...HEADER, registry: { ...HEADER.registry, path: registryPath } };
    const path = await writeSamplePlan(join(makeFolder(), 'plan.db'), sample, { ...options, header });
    const plan = openPlanFile(path, { readonly: true });
    plan.close();
    return plan.sealed.digest;
  };
  const expected = await digestOf(SAMPLE, '/a.db');
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...SAMPLE.runs], { minLength: SAMPLE.runs.length }),
      fc.shuffledSubarray([...SAMPLE.rows], { minLength: SAMPLE.rows.length }),
      fc.integer({ min: 1, max: 4 }),
      async (runs, rows, pageSize) => {
        const options = { pageSize, windowNo: pageSize };
        expect(await digestOf({ ...SAMPLE, runs, rows }, '/b.db', options)).toBe(expected);
      },
    ),
    { numRuns: 20 },
  );
  const renamed = SAMPLE.runs.map((run) => ({ ...run, displayName: 'another' }));
  expect(await digestOf({ ...SAMPLE, runs: renamed }, '/a.db')).not.toBe(expected);
});

test('a flipped byte is refused or changes nothing that is read', { timeout: 120_000 }, async () => {
  const path = await writeSamplePlan(join(makeFolder(), 'plan.db'));
  const bytes = readFileSync(path);
  const expected = readAll(path);
  const outcomes = { refused: 0, same: 0 };
  const flip = (at: number, mask: number): void => {
    const flipped = Buffer.from(bytes);
    flipped[at] = flipped[at]! ^ mask;
    writeFileSync(path, flipped);
    try {
      if (!isDeepStrictEqual(readAll(path), expected)) throw new Error(`byte ${at} ^ ${mask} changed what is read`);
      outcomes.same += 1;
    } catch (error) {
      if (!(error instanceof PlanRefusedError && error.code === 4)) throw error;
      outcomes.refused += 1;
    }
  };
  for (let at = 0; at < 100; at += 1) flip(at, 1);
  fc.assert(fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), flip), { numRuns: 900 });
  expect(outcomes.refused).toBeGreaterThan(100);
});

test('a plan that was cut short is refused', async () => {
  const path = await writeSamplePlan(join(makeFolder(), 'plan.db'));
  const bytes = readFileSync(path);
  for (const length of [1, 99, 4096, 8192, bytes.length - 4096, bytes.length - 1]) {
    writeFileSync(path, bytes.subarray(0, length));
    expect(() => readAll(path), `${length} bytes`).toThrow(PlanRefusedError);
  }
});

test.each([
  ["UPDATE entries SET after_run_name = 'x' WHERE no = 2", /the proposal in .* expected [0-9a-f]{12}, found/],
  ["UPDATE runs SET url = 'https://elsewhere'", /the proposal in/],
  ["UPDATE header SET value = value + 1 WHERE name = 'registry_row_count'", /the proposal in/],
  ["UPDATE header SET value = '/other.db' WHERE name = 'registry_path'", /the listing in/],
  ['UPDATE windows SET expected = 1', /the listing in/],
  [
    "UPDATE decisions SET decision = 'accepted' WHERE key_text = 'qed_bs32_old_link'",
    /decision about "qed_bs32_old_link"/,
  ],
  ["DELETE FROM decisions WHERE key_text = 'qed_bs32_old_link'", /entry qed_bs32_old_link has no decision/],
  ["INSERT INTO decisions (key_text) VALUES ('who')", /a decision is about no entry \(who\)/],
  ['PRAGMA user_version = 2', /expected 1, found 2/],
  ['PRAGMA application_id = 7', /is not a plan: expected application_id 1919709294, found application_id 7/],
  ['CREATE TABLE more (a)', /its tables are not those/],
  ['CREATE TRIGGER t AFTER UPDATE ON decisions BEGIN DELETE FROM entries; END', /its tables are not those/],
])('a plan changed by another program is refused: %s', async (sql, message) => {
  const path = await writeSamplePlan(join(makeFolder(), 'plan.db'));
  changeFile(path, sql);
  expect(() => readAll(path)).toThrow(PlanRefusedError);
  expect(() => readAll(path)).toThrow(message);
});

test('what is no plan is refused before SQLite touches it, above all a registry', async () => {
  const folder = makeFolder();
  const registry = join(folder, 'training_runs.db');
  changeFile(registry, 'PRAGMA journal_mode = WAL; CREATE TABLE training_runs (run_id TEXT)');
  const before = readFileSync(registry);
  expect(() => openPlanFile(registry, { readonly: false })).toThrow(/is not a plan/);
  expect(() => createPlanFile(registry, HEADER)).toThrow(/is not a plan/);
  expect(readFileSync(registry)).toEqual(before);
  writeFileSync(join(folder, 'notes.txt'), 'hello');
  expect(() => openPlanFile(join(folder, 'notes.txt'), { readonly: true })).toThrow(/found no SQLite file/);
  expect(() => openPlanFile(folder, { readonly: true })).toThrow(/is no file/);
  expect(() => openPlanFile(join(folder, 'none.db'), { readonly: true })).toThrow(UsageError);
  expect(() => createPlanFile(join(folder, 'no', 'plan.db'), HEADER)).toThrow(/folder of .* does not exist/);
  writeFileSync(join(folder, 'empty.db'), '');
  expect(() => openPlanFile(join(folder, 'empty.db'), { readonly: true })).toThrow(PlanRefusedError);
});

test('a plan is not sealed before its listing is complete, and not read before it is sealed', async () => {
  const path = join(makeFolder(), 'plan.db');
  const draft = createPlanFile(path, HEADER);
  const proposal = {
    entries: [],
    summary: {
      clock: '',
      health: [],
      imageRules: {
        statusWords: { running: 'running', not_running: 'not_running' },
        startedAtFormat: { kind: 'date' },
        clockPeriods: [],
      },
    },
    runUrl: (id: string) => id,
  } as const;
  const window = { no: 1, from: null, to: null, expected: 2, state: 'open', cursor: null } as const;
  expect(() => draft.seal(proposal)).toThrow(/no run was listed yet/);
  await draft.store.saveWindows([window]);
  expect(() => draft.seal(proposal)).toThrow(/1 of 1 windows are open/);
  await draft.store.savePage({ windowNo: 1, runs: [SAMPLE.runs[0]!], nextCursor: null });
  await draft.store.saveWindows([{ ...window, state: 'complete' }]);
  expect(() => draft.seal(proposal)).toThrow('window 1 holds 1 runs where W&B counted 2');
  await draft.store.savePage({ windowNo: 1, runs: [{ ...SAMPLE.runs[0]!, storageId: 'other' }], nextCursor: null });
  expect(() => draft.seal(proposal)).toThrow('run id "3k9xq1ab" was listed twice');
  draft.close();
  expect(() => openPlanFile(path, { readonly: true })).toThrow(IncompleteListingError);
  const again = createPlanFile(path, HEADER);
  await again.store.restartWindow(1);
  await again.store.savePage({ windowNo: 1, runs: SAMPLE.runs.slice(0, 2), nextCursor: null });
  await again.store.saveWindows([{ ...window, state: 'complete' }]);
  again.close();
  expect(() => openPlanFile(path, { readonly: true })).toThrow(/is no plan yet: its runs are listed but not matched/);
});

test('a sealed plan is never overwritten, and a draft takes one writer at a time', async () => {
  const folder = makeFolder();
  const path = await writeSamplePlan(join(folder, 'plan.db'));
  const before = readFileSync(path);
  expect(() => createPlanFile(path, HEADER)).toThrow(/is a finished plan and is not overwritten/);
  expect(readFileSync(path)).toEqual(before);
  const draft = createPlanFile(join(folder, 'draft.db'), HEADER);
  expect(() => createPlanFile(join(folder, 'draft.db'), HEADER)).toThrow(LockedError);
  draft.close();
});
