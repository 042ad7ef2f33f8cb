import { copyFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellsEqual } from '../../src/model/cell.ts';
import type { Cell } from '../../src/model/cell.ts';
import { EMPTY_IMAGE, IDENTITY_COLUMNS } from '../../src/model/identity.ts';
import type { IdentityColumn, IdentityImage } from '../../src/model/identity.ts';
import { ROLLBACK_CLASSES } from '../../src/model/ledger.ts';
import type { RollbackClass } from '../../src/model/ledger.ts';
import type { RegistrySchema } from '../../src/model/registry.ts';
import { verifyChain } from '../../src/registry/ledger-hash.ts';
import { readLedger } from '../../src/registry/ledger-read.ts';
import { createMatchWriter } from '../../src/registry/match-writer.ts';
import { openRegistryForWriting } from '../../src/registry/open.ts';
import { isRefused } from '../../src/registry/rollback-classes.ts';
import type { RollbackMode } from '../../src/registry/rollback-classes.ts';
import { findRollbackTargets } from '../../src/registry/rollback-targets.ts';
import { createRollbackWriter } from '../../src/registry/rollback-writer.ts';
import { applySchemaMigrations } from '../../src/registry/schema-migrations.ts';
import { buildMatch, makeRegistry } from '../helpers/registry.ts';

const KEYS = ['a', 'b'] as const;
const PLANS = ['plan-one', 'plan-two'] as const;
const RUNS = ['run-x', 'run-y', 'run-z'] as const;

type Step =
  | { readonly do: 'write'; readonly key: string; readonly run: string; readonly plan: string }
  | { readonly do: 'edit'; readonly key: string; readonly role: IdentityColumn; readonly value: Cell }
  | { readonly do: 'delete'; readonly key: string }
  | { readonly do: 'restore-by-hand'; readonly key: string }
  | { readonly do: 'rollback'; readonly key: string; readonly mode: RollbackMode }
  | { readonly do: 'rollback-plan'; readonly plan: string; readonly mode: RollbackMode };

const cell = fc.constantFrom<Cell>(null, '', '1', 1n, 1, 1.5, 9007199254740993n, Buffer.from([0, 255]), 'edited');
const key = fc.constantFrom(...KEYS);
const plan = fc.constantFrom(...PLANS);
const mode = fc.constantFrom<RollbackMode>(
  { keepEdited: false, force: false },
  { keepEdited: true, force: false },
  { keepEdited: false, force: true },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('write' as const), key, run: fc.constantFrom(...RUNS), plan }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      key,
      role: fc.constantFrom(...IDENTITY_COLUMNS),
      value: cell,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restore-by-hand' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('rollback' as const), key, mode }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rollback-plan' as const), plan, mode }) },
);

interface Entry {
  readonly no: number;
  readonly key: string;
  readonly run: string;
  readonly plan: string;
  readonly before: IdentityImage;
  readonly after: IdentityImage;
}

/** What the registry should hold, kept in plain JavaScript: rows, and per row the stack of links that stand. */
class Model {
  readonly rows = new Map<string, IdentityImage>();
  readonly stacks = new Map<string, Entry[]>(KEYS.map((key) => [key, []]));
  readonly written: Entry[] = [];

  stack(key: string): Entry[] {
    return this.stacks.get(key) ?? [];
  }

  ownRun(key: string): string | undefined {
    return this.stack(key).at(-1)?.run;
  }

  isTaken(run: string, key: string): boolean {
    return KEYS.some(
      (other) => other !== key && (this.ownRun(other) === run || this.rows.get(other)?.wandb_run_id === run),
    );
  }

  write(key: string, run: string, plan: string): boolean {
    const before = this.rows.get(key);
    if (before === undefined || this.isTaken(run, key)) return false;
    const { after } = buildMatch(key, run);
    const entry = { no: this.written.length + 1, key, run, plan, before, after };
    this.written.push(entry);
    this.stack(key).push(entry);
    this.rows.set(key, after);
    return true;
  }

  undo(entry: Entry, mode: RollbackMode): RollbackClass {
    const stack = this.stack(entry.key);
    if (!stack.includes(entry)) return 'repeat';
    const now = this.rows.get(entry.key);
    if (stack.at(-1) !== entry) return 'superseded';
    const found =
      now === undefined
        ? 'missing-row'
        : same(now, entry.after)
          ? 'clean'
          : same(now, entry.before)
            ? 'already-undone'
            : 'edited';
    if (isRefused(found, mode)) return found;
    const restored = now === undefined || found === 'already-undone' ? now : this.restore(entry, now, mode);
    const earlier = stack.at(-2)?.run;
    const wanted = [found === 'clean' || found === 'edited' ? restored?.wandb_run_id : undefined, earlier];
    if (
      KEYS.some((other) => other !== entry.key && wanted.some((run) => run !== undefined && this.ownRun(other) === run))
    )
      return 'constraint';
    stack.pop();
    if (restored !== undefined) this.rows.set(entry.key, restored);
    return found;
  }

  restore(entry: Entry, now: IdentityImage, mode: RollbackMode): IdentityImage {
    const image = { ...now };
    for (const role of IDENTITY_COLUMNS) {
      if (mode.force || cellsEqual(now[role], entry.after[role])) image[role] = entry.before[role];
    }
    return image;
  }
}

function same(a: IdentityImage, b: IdentityImage): boolean {
  return IDENTITY_COLUMNS.every((role) => cellsEqual(a[role], b[role]));
}

interface World {
  readonly db: Database.Database;
  readonly model: Model;
  readonly writer: ReturnType<typeof createMatchWriter>;
  readonly rollback: ReturnType<typeof createRollbackWriter>;
  /** Classes that came up. */
  readonly seen: Set<RollbackClass>;
}

/** One migrated registry, copied for each world: a fresh one each time would wait for the disk. */
function makeTemplate(): { readonly path: string; readonly schema: RegistrySchema } {
  const { path, schema } = makeRegistry({
    tableSql: 'CREATE TABLE training_runs (run_id PRIMARY KEY, wandb_run_id, wandb_url, run_name, status, started_at)',
    fill: (db) => {
      for (const key of KEYS)
        db.prepare('INSERT INTO training_runs (run_id, run_name) VALUES (?, ?)').run(key, `old ${key}`);
    },
  });
  const db = openRegistryForWriting(path);
  const complete = applySchemaMigrations(db, schema, 'now');
  db.close();
  return { path, schema: complete };
}

const template = makeTemplate();

function makeWorld(seen = new Set<RollbackClass>()): World {
  const path = `${template.path}.copy`;
  copyFileSync(template.path, path);
  const db = openRegistryForWriting(path);
  db.pragma('synchronous = OFF');
  const model = new Model();
  for (const key of KEYS) model.rows.set(key, { ...EMPTY_IMAGE, run_name: `old ${key}` });
  const { schema } = template;
  return { db, model, writer: createMatchWriter(db, schema), rollback: createRollbackWriter(db, schema), seen };
}

function take(world: World, step: Step): void {
  const { db, model, writer } = world;
  switch (step.do) {
    case 'write': {
      const match = buildMatch(step.key, step.run, { before: model.rows.get(step.key) ?? EMPTY_IMAGE });
      const stamp = { planId: step.plan, batch: 'link', at: 'now' };
      // A pair that was rolled back may come again where a reviewer says so.
      const outcome = db.transaction(() => writer.write({ ...match, decidedBy: 'reviewer' }, stamp)).immediate();
      assertSame(outcome.kind === 'written', model.write(step.key, step.run, step.plan));
      return;
    }
    case 'edit': {
      const row = model.rows.get(step.key);
      db.prepare(`UPDATE training_runs SET ${step.role} = ? WHERE run_id = ?`).run(step.value, step.key);
      if (row !== undefined) model.rows.set(step.key, { ...row, [step.role]: step.value });
      return;
    }
    case 'delete':
      db.prepare('DELETE FROM training_runs WHERE run_id = ?').run(step.key);
      model.rows.delete(step.key);
      return;
    case 'restore-by-hand': {
      const before = model.stack(step.key).at(-1)?.before ?? { ...EMPTY_IMAGE, run_name: 'made again' };
      db.prepare('DELETE FROM training_runs WHERE run_id = ?').run(step.key);
      db.prepare('INSERT INTO training_runs VALUES (?, ?, ?, ?, ?, ?)').run(
        step.key,
        ...IDENTITY_COLUMNS.map((role) => before[role]),
      );
      model.rows.set(step.key, before);
      return;
    }
    case 'rollback': {
      const entry = model.stack(step.key).at(-1) ?? model.written.findLast((item) => item.key === step.key);
      if (entry === undefined) return;
      undo(world, { kind: 'rows', keyTexts: [step.key] }, step.mode);
      return;
    }
    case 'rollback-plan':
      if (model.written.some((item) => item.plan === step.plan))
        undo(world, { kind: 'plan', planId: step.plan }, step.mode);
  }
}

function assertSame(found: unknown, expected: unknown): void {
  expect(found).toEqual(expected);
}

/** Undoes what can be undone, one by one, and holds each class to the model's. */
function undo(world: World, selection: Parameters<typeof findRollbackTargets>[1], mode: RollbackMode): void {
  const { db, model, rollback } = world;
  const stamp = { by: 'tester', at: 'now', reason: 'test' };
  const entriesBySeq = new Map(
    readLedger(db, { event: 'applied' }).map((entry, index) => [entry.seq, model.written[index]]),
  );
  db.transaction(() => {
    for (const target of findRollbackTargets(db, selection)) {
      const expected = model.undo(entriesBySeq.get(target.entry.seq)!, mode);
      world.seen.add(expected);
      expect(rollback.undo(target, mode, stamp).class).toBe(expected);
    }
  }).immediate();
}

function readRows(db: Database.Database): ReadonlyMap<string, IdentityImage> {
  const rows = db
    .prepare<[], [string, ...Cell[]]>(`SELECT run_id, ${IDENTITY_COLUMNS.join(', ')} FROM training_runs`)
    .raw(true)
    .all();
  return new Map(
    rows.map(([key, ...cells]) => [
      key,
      Object.fromEntries(IDENTITY_COLUMNS.map((role, index) => [role, cells[index]])) as IdentityImage,
    ]),
  );
}

test('whatever is written, edited, deleted and rolled back in whatever order, classes and rows are the model’s', () => {
  const seen = new Set<RollbackClass>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 25 }), (steps) => {
      const world = makeWorld(seen);
      for (const item of steps) take(world, item);
      expect(readRows(world.db)).toEqual(world.model.rows);
      const links = world.db
        .prepare<[], [string, string]>('SELECT key_text, wandb_run_id FROM runlink_links ORDER BY key_text')
        .raw(true)
        .all();
      expect(links).toEqual(
        KEYS.flatMap((key) => (world.model.ownRun(key) === undefined ? [] : [[key, world.model.ownRun(key)]])),
      );
      expect(verifyChain(world.db).breaks).toEqual([]);
      world.db.close();
    }),
    { numRuns: 200, seed: 20260102 },
  );
  expect([...seen].sort()).toEqual([...ROLLBACK_CLASSES].sort());
});

test('a rollback of everything is judged as it then goes, and gives every row its first values back', () => {
  fc.assert(
    fc.property(
      fc.array(
        step.filter((item) => item.do === 'write'),
        { minLength: 1, maxLength: 12 },
      ),
      (steps) => {
        const world = makeWorld();
        const { db, rollback } = world;
        for (const item of steps) take(world, item);
        const mode = { keepEdited: false, force: false };
        const targets = findRollbackTargets(db, { kind: 'all' });
        expect(rollback.judgeAll(targets, mode).map((item) => item.class)).toEqual(targets.map(() => 'clean'));
        for (const target of targets) rollback.undo(target, mode, { by: 'tester', at: 'now', reason: 'test' });
        expect([...readRows(db).values()]).toEqual(KEYS.map((key) => ({ ...EMPTY_IMAGE, run_name: `old ${key}` })));
        db.close();
      },
    ),
    { numRuns: 40 },
  );
});
