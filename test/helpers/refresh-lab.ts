import { onTestFinished } from 'vitest';
import type { ServedRun } from '../../fixtures/server/project.ts';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { linkRun } from '../../src/commands/link.ts';
import { refreshLinks } from '../../src/commands/refresh.ts';
import type { RefreshOptions, RefreshReport } from '../../src/commands/refresh.ts';
import type { RunSource } from '../../src/model/snapshot.ts';
import { makeContext } from './context.ts';
import { query } from './query.ts';
import { makeRegistry } from './registry.ts';
import { FIRST_SECOND, buildProject, buildServedRun, openTestSource } from './wandb.ts';

/** A table that keeps how runs ended, with times that name their zone. */
const ENDS_TABLE_SQL = `CREATE TABLE training_runs (
  run_id TEXT PRIMARY KEY, wandb_run_id TEXT, wandb_url TEXT, run_name TEXT, status TEXT, started_at TEXT,
  finished_at TEXT, duration_seconds REAL, created_at TEXT, batch_size INTEGER
)`;

export interface RefreshLab {
  readonly path: string;
  readonly server: ServerHandle;
  readonly source: RunSource;
  readonly context: ReturnType<typeof makeContext>;
  /** Links `row-N` to `run0000N`. */
  link(no: number, offline?: boolean): Promise<void>;
  refresh(options?: Partial<RefreshOptions>): Promise<RefreshReport>;
  /** Status, name, start, end and duration of `row-N`. */
  row(no: number): unknown;
}

export interface RefreshLabOptions {
  readonly rows?: number;
  readonly tableSql?: string;
  readonly journalMode?: 'wal' | 'delete';
  readonly otherProjects?: readonly { readonly project: string; readonly runs: readonly ServedRun[] }[];
}

export function runId(no: number): string {
  return `run${String(no).padStart(5, '0')}`;
}

export function rowKey(no: number): string {
  return `row-${String(no).padStart(5, '0')}`;
}

/** Rows of jobs that have just begun, each with its run, which is running, on a server of the lab's own. */
export async function openRefreshLab(options: RefreshLabOptions = {}): Promise<RefreshLab> {
  const { rows = 4, tableSql = ENDS_TABLE_SQL, journalMode = 'delete', otherProjects = [] } = options;
  const numbers = Array.from({ length: rows }, (_item, index) => index + 1);
  const { path } = makeRegistry({
    tableSql,
    journalMode,
    fill: (db) => {
      const insert = db.prepare(
        `INSERT INTO training_runs (run_id, run_name, status, created_at) VALUES (?, ?, 'running', '2024-03-01T00:00:00Z')`,
      );
      db.transaction(() => numbers.forEach((no) => insert.run(rowKey(no), `hop_bs96_i-${no}`)))();
    },
  });
  const runs = numbers.map((no) => buildServedRun(runId(no), FIRST_SECOND + no, { state: 'running' }));
  const project = buildProject(runs);
  const server = await startServer({
    project,
    otherProjects: otherProjects.map((other) => ({ ...other, entity: project.entity })),
  });
  const source = openTestSource(server);
  onTestFinished(async () => {
    await source.close();
    await server.close();
  });
  const context = makeContext();
  return {
    path,
    server,
    source,
    context,
    link: async (no, offline = false) => {
      await linkRun({ context, source }, { registry: path, runId: rowKey(no), wandbRun: runId(no), offline });
    },
    refresh: (more = {}) => refreshLinks({ context, source }, { registry: path, ...more }),
    row: (no) =>
      query(
        path,
        `SELECT status, run_name, started_at, finished_at, duration_seconds FROM training_runs WHERE run_id = '${rowKey(no)}'`,
      )[0],
  };
}
