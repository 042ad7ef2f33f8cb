import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { exportDataset } from '../../src/commands/export.ts';
import type { ExportDeps, ExportOptions, ExportReport } from '../../src/commands/export.ts';
import { openLocalStore } from '../../src/dataset/local-store.ts';
import { makeContext } from './context.ts';
import { insertRows, makeDatabase, makeFolder } from './database.ts';
import { makeHistory, createMemoryHistory } from './memory-history.ts';
import type { MemoryRun } from './memory-history.ts';

/** A registry of so many linked rows, half of them MGDA; row `row-7` is linked to `run7`. */
export function makeLinkedRegistry(runs: number): string {
  return makeDatabase((db) => {
    db.exec(
      'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, status TEXT, created_at TEXT, gradient_method TEXT)',
    );
    insertRows(
      db,
      'training_runs',
      Array.from({ length: runs }, (_row, no) => ({
        run_id: `row-${no}`,
        wandb_run_id: `run${no}`,
        status: 'not_running',
        created_at: `2024-03-${String((no % 28) + 1).padStart(2, '0')} 10:00:00`,
        gradient_method: no % 2 === 0 ? 'mgda' : 'pcgrad',
      })),
    );
    insertRows(db, 'training_runs', [{ run_id: 'row-without-link', status: 'running', gradient_method: 'mgda' }]);
  }, 'training_runs.db');
}

export function makeMemoryRuns(runs: number, steps: (no: number) => number): Map<string, MemoryRun> {
  return new Map(Array.from({ length: runs }, (_run, no) => [`run${no}`, { rows: makeHistory(no, steps(no)) }]));
}

export async function exportTo(
  folder: string,
  deps: Partial<ExportDeps>,
  options: Partial<ExportOptions> & { readonly registry: string },
): Promise<ExportReport> {
  const { context = makeContext(), source = createMemoryHistory(new Map()), store = openLocalStore(folder) } = deps;
  return await exportDataset({ context, source, store }, { concurrency: 3, ...options });
}

export function makeDatasetFolder(): string {
  return join(makeFolder(), 'dataset');
}

/** Hash of every file below a folder, by its path. */
export function hashTree(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );
}
