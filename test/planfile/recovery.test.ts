import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPlanFile } from '../../src/planfile/plan-file.ts';
import { makeFolder, SAMPLE, sampleRow, writeSamplePlan } from '../helpers/plan-samples.ts';

// With room for so few pages, SQLite writes into the file before the commit, which a kill then leaves half done.
const WRITER = `
  import Database from 'better-sqlite3';
  const db = new Database(process.argv[1]);
  db.pragma('cache_size = 2');
  db.exec("BEGIN IMMEDIATE; UPDATE decisions SET decision = 'rejected', reviewer = 'somebody with a long name'");
  process.stdout.write('written\\n');
  setInterval(() => {}, 1000);
`;

test('decisions that were cut off by kill -9 are as if never made, also for a reader', async () => {
  const rows = Array.from({ length: 2000 }, (_item, index) => sampleRow(`row-${index}`));
  const outcomes = rows.map((row) => ({ ...SAMPLE.outcomes[2]!, keyText: row.keyText }));
  const path = await writeSamplePlan(join(makeFolder(), 'plan.db'), { rows, runs: SAMPLE.runs, outcomes });
  const before = readFileSync(path);
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], {
    cwd: new URL('../..', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(readFileSync(path).equals(before)).toBe(false);
  expect(existsSync(`${path}-journal`)).toBe(true);
  const plan = openPlanFile(path, { readonly: true });
  expect(plan.readDecisionCounts().unmatched).toEqual({ accepted: 0, rejected: 0, undecided: 2000 });
  plan.close();
  expect(readFileSync(path).equals(before)).toBe(true);
});
