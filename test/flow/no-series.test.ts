import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFolder } from '../helpers/database.ts';
import { type DemoLab, openSmallLab } from '../helpers/demo-lab.ts';
import { runInline } from '../helpers/run-inline.ts';

/** Every cell of every table, with its storage class, by table. */
function walkTables(path: string): Readonly<Record<string, readonly string[]>> {
  const db = new Database(path, { readonly: true });
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all();
    return Object.fromEntries(
      tables.map((table) => {
        const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
        const cells = columns.map((name) => `typeof("${name}") || ' ' || quote("${name}")`).join(" || ', ' || ");
        return [table, db.prepare<[], string>(`SELECT ${cells} AS row FROM "${table}" ORDER BY row`).pluck().all()];
      }),
    );
  } finally {
    db.close();
  }
}

let lab: DemoLab;
let registry: string;

beforeAll(async () => {
  lab = await openSmallLab();
  const generated = { seed: 1, rows: 40, metrics: ['loss'], histograms: { grad: 'bins' } } as const;
  lab.server.updateRun('r00003', { generated, generatedEvents: 5 });
  await runInline(['link', 'row-r00003', 'r00003'], { cwd: lab.folder, env: lab.env });
  registry = join(makeFolder(), 'registry.db');
  copyFileSync(lab.registry, registry);
});
afterAll(() => lab.close());

it.each([
  ['history row-r00003', /^_step,_timestamp,_runtime,grad,loss\n0,/],
  ['history row-r00003 --keys loss --format json', /"_step":39/],
  ['history row-r00003 --histograms grad --format jsonl', /"edges":\[/],
  ['history row-r00003 --system', /system\.cpu/],
  ['history row-r00003 --out FILE', /complete/],
  ['history r00003 --format jsonl', /"loss":/],
])('time series never enter the registry: %s', async (line, shown) => {
  const before = walkTables(registry);
  expect(before['training_runs']!.join()).toContain("text 'r00003'");
  const args = line.split(' ').map((word) => (word === 'FILE' ? join(makeFolder(), 'a.parquet') : word));
  const result = await runInline(args, { cwd: lab.folder, env: { ...lab.env, RUNLINK_REGISTRY: registry } });
  expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(shown) });
  expect(walkTables(registry)).toEqual(before);
});
