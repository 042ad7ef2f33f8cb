import Database from 'better-sqlite3';
import { renderCell } from '../model/cell.ts';
import { EMPTY_IMAGE, narrowImage } from '../model/identity.ts';
import type { RowImage } from '../model/identity.ts';
import { isRefresh } from '../model/ledger.ts';
import type { LedgerEntry, RollbackClass } from '../model/ledger.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { buildTableSql, columnsOf, createStatementCache, imageParameters, sameCell, sameKey } from './exact.ts';
import type { TableSql } from './exact.ts';
import { createImageReader } from './image-reader.ts';
import { createLedgerWriter } from './ledger.ts';
import { readLedger, selectLive } from './ledger-read.ts';
import { createLinkGuard } from './links.ts';
import { classifyTarget, isRefused, restoreImage } from './rollback-classes.ts';
import type { RollbackMode, RollbackTarget } from './rollback-classes.ts';

export interface RollbackStamp {
  readonly by: string;
  /** ISO time, UTC. */
  readonly at: string;
  readonly reason: string;
}

export interface RollbackJudgement {
  readonly class: RollbackClass;
  readonly now: RowImage | null;
  /** What stands in the way, for the classes that need it said. */
  readonly words: string;
}

export interface RollbackWriter {
  /** How the targets stand, each as if those before it were undone already. Only reads. */
  readonly judgeAll: (targets: readonly RollbackTarget[], mode: RollbackMode) => readonly RollbackJudgement[];
  /** Undoes one entry unless it is refused; row, ledger, link and rejection together. Inside an IMMEDIATE transaction. */
  readonly undo: (target: RollbackTarget, mode: RollbackMode, stamp: RollbackStamp) => RollbackJudgement;
}

export function createRollbackWriter(db: Database.Database, schema: RegistrySchema): RollbackWriter {
  const sql = buildTableSql(schema);
  const judge = createJudge(db, sql);
  const restore = createRestore(db, sql);
  const record = createRecord(db, sql);

  const undoOne = db.transaction((target: RollbackTarget, judged: RollbackJudgement, options: UndoOptions) => {
    const now = judged.now === null ? EMPTY_IMAGE : narrowImage(judged.now, target.entry.after);
    if (judged.class === 'clean' || judged.class === 'edited') restore(target.entry, now, options.mode);
    record(target.entry, now, options.stamp);
  });

  return {
    judgeAll: (targets, mode) => {
      const undone = beginUndoing();
      return targets.map((target) => judge(target, mode, undone));
    },
    undo: (target, mode, stamp) => {
      const judged = judge(refreshTarget(db, target), mode, beginUndoing());
      if (judged.class === 'repeat' || isRefused(judged.class, mode)) return judged;
      try {
        undoOne(target, judged, { mode, stamp });
        return judged;
      } catch (error) {
        const isConstraint = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT');
        if (!isConstraint || !db.inTransaction) throw error;
        return { ...judged, class: 'constraint', words: `the table refuses the former values: ${error.message}` };
      }
    },
  };
}

type Judge = (target: RollbackTarget, mode: RollbackMode, undone: UndoneBefore) => RollbackJudgement;

function createJudge(db: Database.Database, sql: TableSql): Judge {
  const readImage = createImageReader(db, sql);
  const links = createLinkGuard(db, sql);
  return (target, mode, undone) => {
    const { entry } = target;
    const supersededBy = undone.refusedByKey.get(entry.keyText) ?? target.supersededBy;
    const now = undone.imagesByKey.get(entry.keyText) ?? readImage(entry.key);
    const found = classifyTarget({ ...target, supersededBy }, now);
    const judged = { class: found, now, words: describe(entry, found, supersededBy) };
    if (found === 'repeat') return judged;
    if (isRefused(found, mode)) return refuse(judged);
    const isWritten = now !== null && (found === 'clean' || found === 'edited');
    const restored = isWritten ? restoreImage(entry, now, mode) : now;
    const run = restored === null ? '' : renderCell(restored.wandb_run_id);
    const holder = isWritten && !undone.freedRuns.has(run) ? links.findOwnHolderOrNull(run, entry) : null;
    if (holder !== null) {
      const words = `row ${holder} was given run ${run} since, which this row would get back`;
      return refuse({ class: 'constraint', now, words });
    }
    if (restored !== null) undone.imagesByKey.set(entry.keyText, restored);
    undone.freedRuns.add(entry.wandbRunId);
    return judged;

    function refuse(judgement: RollbackJudgement): RollbackJudgement {
      undone.refusedByKey.set(entry.keyText, supersededBy ?? entry);
      return judgement;
    }
  };
}

/** What the same rollback has done before this target: entries of one row are undone from the last to the first. */
interface UndoneBefore {
  readonly imagesByKey: Map<string, RowImage>;
  readonly freedRuns: Set<string>;
  readonly refusedByKey: Map<string, LedgerEntry>;
}

function beginUndoing(): UndoneBefore {
  return { imagesByKey: new Map(), freedRuns: new Set(), refusedByKey: new Map() };
}

/** The ledger as it is in this very transaction: a link may have been added since the target was chosen. */
function refreshTarget(db: Database.Database, { entry }: RollbackTarget): RollbackTarget {
  const live = selectLive(readLedger(db, { keyText: entry.keyText }));
  const undone = !live.some(({ seq }) => seq === entry.seq);
  const last = live.at(-1);
  return { entry, undone, supersededBy: undone || last === undefined || last.seq === entry.seq ? null : last };
}

interface UndoOptions {
  readonly mode: RollbackMode;
  readonly stamp: RollbackStamp;
}

function describe(entry: LedgerEntry, found: RollbackClass, supersededBy: LedgerEntry | null): string {
  switch (found) {
    case 'clean':
      return 'as runlink wrote it';
    case 'edited':
      return 'changed since runlink wrote it; --keep-edited restores only the other fields, --force all of them';
    case 'already-undone':
      return 'holds its former values already; only recorded';
    case 'repeat':
      return 'was rolled back before';
    case 'missing-row':
      return 'the row is gone; --force records the rollback and frees the run';
    case 'superseded':
      return `a later entry stands on this row: ${supersededBy?.wandbRunId ?? ''} of ${supersededBy?.planId ?? ''}; roll that one back first`;
    case 'constraint':
      return `entry ${entry.seq} cannot be restored`;
  }
}

/** Takes the former values from the ledger inside SQLite, and only while the row holds what was judged. */
function createRestore(db: Database.Database, sql: TableSql) {
  const prepare = createStatementCache((image) => {
    const columns = columnsOf(sql, image);
    const set = columns.map(
      ({ role, column }) =>
        `${column} = CASE WHEN $force OR ${sameCell(`t.${column}`, `l.after_${role}`)} THEN l.before_${role} ELSE t.${column} END`,
    );
    const guard = columns.map(({ role, column }) => sameCell(`t.${column}`, `$before_${role}`));
    return db.prepare(
      `UPDATE ${sql.table} AS t SET ${set.join(', ')} FROM runlink_ledger AS l
       WHERE l.seq = $seq AND ${sameKey(`t.${sql.key}`, '$key')} AND ${guard.join(' AND ')}`,
    );
  });
  return (entry: LedgerEntry, now: RowImage, mode: RollbackMode): void => {
    const force = mode.force ? 1n : 0n;
    const { changes } = prepare(entry.after).run({
      seq: BigInt(entry.seq),
      key: entry.key,
      force,
      ...imageParameters('before', now),
    });
    if (changes !== 1) throw new Error(`${changes} rows were restored for entry ${entry.seq}, expected 1`);
  };
}

/** Ledger, link and rejection; an earlier entry on the row that stands again gets its link back. */
function createRecord(db: Database.Database, sql: TableSql) {
  const ledger = createLedgerWriter(db, sql);
  const links = createLinkGuard(db, sql);
  const reject = db.prepare(
    `INSERT INTO runlink_rejections (key_text, wandb_run_id, rejected_by, rejected_at, reason) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (key_text, wandb_run_id) DO UPDATE SET
       rejected_by = excluded.rejected_by, rejected_at = excluded.rejected_at, reason = excluded.reason`,
  );
  return (entry: LedgerEntry, now: RowImage, stamp: RollbackStamp): void => {
    const { by, at, reason } = stamp;
    ledger.append({ ...entry, event: 'rolled-back', batch: 'rollback', before: now, undoes: entry.seq, by, at });
    const earlier = selectLive(readLedger(db, { keyText: entry.keyText })).at(-1);
    if (earlier === undefined) links.removeLink(entry);
    else links.setLink(earlier.wandbRunId, entry);
    if (isRefresh(entry)) return; // the pair stands, or is rejected by the entry that linked it
    reject.run(entry.keyText, entry.wandbRunId, by, at, reason);
  };
}
