import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DEMO_REGISTRY, readDemoProject } from '../../fixtures/demo/load.ts';
import type { RecordedRequest, ServerOptions } from '../../fixtures/server/options.ts';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { makeFolder } from './database.ts';
import { buildServedRun, FIRST_SECOND } from './wandb.ts';

/** A part of the demo, or the demo among many runs of other people. */
export interface PlanLabOptions {
  /** Which rows and runs of the demo, in the order of their creation. */
  readonly part: { readonly from: number; readonly rows: number; readonly runs: number };
  /** Runs beside them, so that the listing needs several windows. */
  readonly strangers?: number;
  readonly server?: Partial<ServerOptions>;
}

export interface PlanLab {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly server: ServerHandle;
  /** Called for each request; replaceable while the server runs. */
  onRequest: (request: RecordedRequest) => void;
  /** The command line that makes a plan of this name. */
  planArgs(name: string): readonly string[];
}

export async function openPlanLab({ part, strangers = 0, server: options }: PlanLabOptions): Promise<PlanLab> {
  const folder = makeFolder();
  copyFileSync(DEMO_REGISTRY, join(folder, 'training_runs.db'));
  const db = new Database(join(folder, 'training_runs.db'));
  db.prepare(
    `DELETE FROM training_runs WHERE rowid NOT IN (SELECT rowid FROM training_runs ORDER BY created_at LIMIT ? OFFSET ?)`,
  ).run(part.rows, part.from);
  db.close();
  const demo = readDemoProject();
  const own = [...demo.runs].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const others = Array.from({ length: strangers }, (_item, no) =>
    buildServedRun(`x${String(no).padStart(6, '0')}`, FIRST_SECOND + no * 7919),
  );
  const from = Math.floor((part.from * own.length) / 400);
  const runs = [...own.slice(from, from + part.runs), ...others];
  const lab: Pick<PlanLab, 'onRequest'> = { onRequest: () => undefined };
  const server = await startServer({
    project: { ...demo, runs },
    ...options,
    onRequest: (_no, request) => lab.onRequest(request),
  });
  return Object.assign(lab, {
    folder,
    server,
    env: { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey },
    planArgs: (name: string) => {
      const project = `${demo.entity}/${demo.project}`;
      return ['plan', '--registry', 'training_runs.db', '--project', project, '--out', name];
    },
  });
}

/** A plan file as a killed process left it, read from a copy, so that the next process meets it as it is. */
export interface DraftState {
  /** A transaction was under way. */
  readonly isHot: boolean;
  readonly windows: readonly DraftWindow[];
  readonly runs: number;
  /** Null while the plan is not sealed. */
  readonly digest: string | null;
}

interface DraftWindow {
  readonly from_second: number | null;
  readonly to_second: number | null;
  readonly expected: number;
  readonly state: string;
  readonly cursor: string | null;
}

export function readDraft(path: string): DraftState {
  const isHot = isJournalHot(path);
  if (!existsSync(path)) return { isHot, windows: [], runs: 0, digest: null };
  const copy = join(makeFolder(), 'plan');
  copyFileSync(path, copy);
  if (existsSync(`${path}-journal`)) copyFileSync(`${path}-journal`, `${copy}-journal`);
  const db = new Database(copy);
  try {
    const tables = Number(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'windows'").pluck().get());
    if (tables === 0) return { isHot, windows: [], runs: 0, digest: null };
    return {
      isHot,
      windows: db.prepare<[], DraftWindow>('SELECT * FROM windows ORDER BY no').all(),
      runs: Number(db.prepare('SELECT count(*) FROM runs').pluck().get()),
      digest: db.prepare<[], string>('SELECT digest FROM seal').pluck().get() ?? null,
    };
  } finally {
    db.close();
  }
}

/** Eight bytes that begin a rollback journal while its transaction is not committed (https://sqlite.org/fileformat.html). */
const HOT = 'd9d505f920a163d7';

export function isJournalHot(path: string): boolean {
  try {
    return readFileSync(`${path}-journal`).subarray(0, 8).toString('hex') === HOT;
  } catch {
    return false;
  }
}
