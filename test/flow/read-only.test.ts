import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoLab, openSmallLab } from '../helpers/demo-lab.ts';
import { makeFolder } from '../helpers/database.ts';
import { runInline } from '../helpers/run-inline.ts';

/** Name and hash of every file of the folder but those named. No process has any of them open. */
function hashFolder(folder: string, except: readonly string[] = []): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => !except.includes(name));
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

let lab: DemoLab;
/** A registry that was applied to, so that the reading verbs have a ledger to read, by journal mode. */
const REGISTRIES = { delete: 'rollback.db', wal: 'wal.db' } as const;
/** In WAL mode a reader leaves these beside the registry, and must: only a writer may take them away. */
const SQLITES_OWN = [`${REGISTRIES.wal}-wal`, `${REGISTRIES.wal}-shm`];
type Mode = keyof typeof REGISTRIES;

beforeAll(async () => {
  lab = await openSmallLab();
  await lab.run(['plan', '--out', 'backfill.plan', '--quiet']);
  await lab.run(['apply', 'backfill.plan', '--yes', '--no-backup', '--quiet']);
  for (const [mode, name] of Object.entries(REGISTRIES)) {
    const path = join(lab.folder, name);
    copyFileSync(lab.registry, path);
    const db = new Database(path);
    db.pragma(`journal_mode = ${mode}`);
    db.close();
  }
});
afterAll(() => lab.close());

const READING: readonly string[] = [
  'doctor',
  'plan --out DRY-RUN',
  'evaluate --folds 1',
  'evaluate --plan backfill.plan --folds 1',
  'show backfill.plan',
  'status',
  'status --plan backfill.plan',
  'log',
  'verify',
  'verify --remote',
  'runs --status not_running',
  'refresh',
  'refresh --running',
  'runs --group-by status --since 2020 --format jsonl',
  'history row-r00000',
  'compare row-r00000 row-r00001 --no-cache',
  'export --out DATASET',
  'help',
];

describe.each(Object.keys(REGISTRIES) as Mode[])('a registry in %s mode', (mode) => {
  const registry = REGISTRIES[mode];

  it.each(READING)('keeps its bytes under: %s', async (line) => {
    const places: Readonly<Record<string, string>> = { 'DRY-RUN': `${mode}.plan`, DATASET: makeFolder() };
    const args = line.split(' ').map((word) => places[word] ?? word);
    const made = [`${mode}.plan`, ...SQLITES_OWN];
    const before = hashFolder(lab.folder, made);
    const result = await lab.run(args, { env: { RUNLINK_REGISTRY: registry } });
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 0 });
    expect(result.stdout).not.toBe('');
    expect(hashFolder(lab.folder, made)).toEqual(before);
    if (args[0] === 'plan') expect(readdirSync(lab.folder)).toContain(`${mode}.plan`);
  });

  it.each([
    'apply backfill.plan --dry-run',
    'apply backfill.plan --max-changes few',
    'apply backfill.plan another.plan --yes',
    'rollback --all',
    'rollback --all --plan x --yes',
    'rollback --all --keep-edited --force --yes',
    'link only-a-row',
    'link no-such-row abcdefgh --offline',
    'plan --out never.plan --min-probability 1.1',
    'plan --out never.plan --concurrency 0',
    'plan --out never.plan --project lab/nobody-knows-it',
    'plan --otu never.plan',
    'decide backfill.plan --accept --reject x',
    'decide backfill.plan --import backfill.plan',
    'demo --out FOLDER',
    'refresh --apply --project lab/nobody-knows-it',
    'refresh --apply --runing',
    'rollback --keep-link --yes',
    'status --log',
    'runs --format xml --log never.log',
    'curves --metric loss --out never.gif',
    'curves --metric loss --where batch_size=none --out never.svg --cache never',
    'compare only-one',
  ])('keeps its bytes, and gets no neighbours, where this is refused: %s', async (line) => {
    const before = hashFolder(lab.folder, SQLITES_OWN);
    const args = line
      .split(' ')
      .map((word) => (word === 'FOLDER' ? lab.folder : word.endsWith('.plan') ? join(lab.folder, word) : word));
    const result = await runInline(args, { cwd: lab.folder, env: { ...lab.env, RUNLINK_REGISTRY: registry } });
    expect([1, 2]).toContain(result.code);
    expect(result.stderr).toMatch(/^error: /m);
    expect(hashFolder(lab.folder, SQLITES_OWN)).toEqual(before);
  });
});

it('keeps its bytes while a training job has the WAL open, which sees its own rows throughout', async () => {
  const path = join(lab.folder, REGISTRIES.wal);
  const job = new Database(path);
  try {
    job.exec('UPDATE training_runs SET status = status WHERE run_id = (SELECT min(run_id) FROM training_runs)');
    for (const args of [['doctor'], ['status'], ['verify'], ['runs']]) {
      const before = job.prepare('SELECT * FROM training_runs').all();
      const version = job.pragma('data_version', { simple: true });
      expect((await lab.run(args, { env: { RUNLINK_REGISTRY: REGISTRIES.wal } })).code).toBe(0);
      expect(job.prepare('SELECT * FROM training_runs').all()).toEqual(before);
      // SQLite's own word on whether another connection has committed anything.
      expect(job.pragma('data_version', { simple: true })).toBe(version);
    }
  } finally {
    job.close();
  }
});
