import type { Database } from 'better-sqlite3';
import type { ListingWindow, QuarantinedRun, RunPage, SnapshotStore } from '../model/snapshot.ts';
import { explainSqlite } from './connection.ts';
import type { Run } from '../model/run.ts';
import { decodeRun, encodeRun } from './run-json.ts';

/** Keeps the pages of a listing in the plan file; each call is one commit, on the disk when it resolves. */
export function createSnapshotStore(db: Database, path: string): SnapshotStore {
  const commit = async <T>(work: () => T): Promise<T> => explainSqlite(path, () => db.transaction(work).immediate());
  return {
    readWindows: async () => readWindows(db),
    saveWindows: (windows) => commit(() => writeWindows(db, windows)),
    savePage: (page) => commit(() => writePage(db, page)),
    restartWindow: (windowNo) => commit(() => forgetWindow(db, windowNo)),
    saveQuarantined: (run) => commit(() => writeQuarantined(db, run)),
    readRunIds: async (windowNo) => readRunIds(db, windowNo),
    readQuarantined: async () => readQuarantined(db),
  };
}

interface WindowRecord {
  readonly no: bigint;
  readonly from_second: bigint | null;
  readonly to_second: bigint | null;
  readonly expected: bigint;
  readonly state: string;
  readonly cursor: string | null;
}

export function readWindows(db: Database): readonly ListingWindow[] {
  const records = db.prepare<[], WindowRecord>('SELECT * FROM windows ORDER BY no').all();
  return records.map((record) => ({
    no: Number(record.no),
    from: record.from_second === null ? null : Number(record.from_second),
    to: record.to_second === null ? null : Number(record.to_second),
    expected: Number(record.expected),
    state: record.state === 'complete' ? 'complete' : 'open',
    cursor: record.cursor,
  }));
}

function writeWindows(db: Database, windows: readonly ListingWindow[]): void {
  const insert = db.prepare('INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?)');
  for (const { no, from, to, expected, state, cursor } of windows) insert.run(no, from, to, expected, state, cursor);
}

function writePage(db: Database, page: RunPage): void {
  const insert = db.prepare(
    'INSERT OR REPLACE INTO runs (storage_id, run_id, window_no, run_json) VALUES (?, ?, ?, ?)',
  );
  const release = db.prepare('DELETE FROM quarantined WHERE run_id = ?');
  for (const run of page.runs) {
    insert.run(run.storageId, run.runId, page.windowNo, encodeRun(run));
    release.run(run.runId);
  }
  const moved = db.prepare('UPDATE windows SET cursor = ? WHERE no = ?').run(page.nextCursor, page.windowNo);
  if (moved.changes !== 1) throw new Error(`a page arrived for window ${page.windowNo}, which is not saved`);
}

function forgetWindow(db: Database, windowNo: number): void {
  db.prepare('DELETE FROM runs WHERE window_no = ?').run(windowNo);
  db.prepare('DELETE FROM quarantined WHERE window_no = ?').run(windowNo);
  db.prepare(`UPDATE windows SET cursor = NULL, state = 'open' WHERE no = ?`).run(windowNo);
}

/** Sorted by run id. */
export function readRuns(db: Database): readonly Run[] {
  return db.prepare<[], string>('SELECT run_json FROM runs ORDER BY run_id').pluck().all().map(decodeRun);
}

export function readQuarantined(db: Database): readonly QuarantinedRun[] {
  const records = db
    .prepare<[], [string, bigint, string]>('SELECT run_id, window_no, error FROM quarantined ORDER BY run_id')
    .raw()
    .all();
  return records.map(([runId, windowNo, error]) => ({ runId, windowNo: Number(windowNo), error }));
}

function writeQuarantined(db: Database, run: QuarantinedRun): void {
  db.prepare('INSERT OR REPLACE INTO quarantined (run_id, window_no, error) VALUES (?, ?, ?)').run(
    run.runId,
    run.windowNo,
    run.error,
  );
}

function readRunIds(db: Database, windowNo: number): readonly string[] {
  const ids = db
    .prepare<[number, number], string>(
      'SELECT run_id FROM runs WHERE window_no = ? UNION SELECT run_id FROM quarantined WHERE window_no = ?',
    )
    .pluck()
    .all(windowNo, windowNo);
  return ids.sort();
}
