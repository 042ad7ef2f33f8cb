import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { fillRows, makeRegistry } from './registry.ts';
import { makeRegistryPlan, pairRows } from './registry-plan.ts';
import { runRunlink } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';
import { makeFolder } from './folder.ts';

export type JournalMode = 'wal' | 'delete';

/** A registry and its plan that are never touched; every trial works on a copy. */
export interface ApplyTemplate {
  readonly registry: string;
  readonly plan: string;
  readonly journalMode: JournalMode;
}

/** One copy in a folder of its own. */
export interface ApplyLab {
  readonly folder: string;
  readonly registry: string;
  readonly plan: string;
  /** Runs `runlink VERB ARGS --registry …` in a process of its own. */
  run(verb: string, ...args: readonly string[]): Promise<CliResult>;
}

const REGISTRY = 'training_runs.db';

/** A registry of so many rows, each with a match that the plan accepts, and another table of the user's. */
export function makeApplyTemplate(rows: number, journalMode: JournalMode): Promise<ApplyTemplate> {
  const key = `${rows} ${journalMode}`;
  const template = templates.get(key) ?? buildTemplate(rows, journalMode);
  templates.set(key, template);
  return template;
}

const templates = new Map<string, Promise<ApplyTemplate>>();

async function buildTemplate(rows: number, journalMode: JournalMode): Promise<ApplyTemplate> {
  const { path } = makeRegistry({
    journalMode,
    fill: (db) => {
      fillRows(rows)(db);
      fillRest(db);
    },
  });
  return { registry: path, journalMode, plan: await makeRegistryPlan(path, { runsByKey: pairRows(rows) }) };
}

/** Values of all storage classes that nobody may touch, and as much of them as a backup takes some time to copy. */
function fillRest(db: Database.Database): void {
  db.exec(`
    UPDATE training_runs SET lr = rowid * 0.001, created_at = '2024-03-01 10:00:00',
      final_metrics_json = '{"loss": ' || rowid || ', "pad": "' || hex(zeroblob(400)) || '"}';
    UPDATE training_runs SET batch_size = '1e3x', lr = NULL WHERE rowid % 7 = 0;
    CREATE TABLE checkpoints (id INTEGER PRIMARY KEY, run_id TEXT, data BLOB, note);
    INSERT INTO checkpoints SELECT rowid, run_id, zeroblob(16), CASE rowid % 3 WHEN 0 THEN 1.0 WHEN 1 THEN '1' END
      FROM training_runs`);
}

export function copyLab(template: ApplyTemplate): ApplyLab {
  const folder = makeFolder();
  const [registry, plan] = [join(folder, REGISTRY), join(folder, 'backfill.plan')];
  copyFileSync(template.registry, registry);
  copyFileSync(template.plan, plan);
  return {
    folder,
    registry,
    plan,
    run: (verb, ...args) => runRunlink([verb, ...args, '--registry', registry], { cwd: folder }),
  };
}
