import Database from 'better-sqlite3';
import { renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import type { IdentityImage } from '../model/identity.ts';
import type { AcceptedMatch } from '../model/ledger.ts';
import { buildTableSql, imageParameters, sameCell, sameKey } from './exact.ts';
import type { TableSql } from './exact.ts';
import { createLedgerWriter } from './ledger.ts';
import { createLinkGuard } from './links.ts';
import type { RegistrySchema } from '../model/registry.ts';

/** Why a match was left out; the rest of its batch is written. */
export const SKIP_REASONS = ['missing-row', 'drift', 'run-taken', 'rejected', 'constraint'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export type WriteOutcome =
  | { readonly kind: 'written' }
  /** The same plan wrote this pair in an earlier round, and it may have been rolled back since. */
  | { readonly kind: 'already-written' }
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly words: string };

/** What all matches of one transaction share. */
export interface WriteStamp {
  readonly planId: string;
  readonly batch: string;
  /** ISO time, UTC. */
  readonly at: string;
}

export interface MatchWriter {
  /** Writes row, ledger and link together, or nothing of them. To be called inside an IMMEDIATE transaction. */
  readonly write: (match: AcceptedMatch, stamp: WriteStamp) => WriteOutcome;
  /** Why the match could not be written as things stand; null where nothing is in its way. Only reads. */
  readonly findObstacleOrNull: (match: AcceptedMatch) => Extract<WriteOutcome, { kind: 'skipped' }> | null;
  readonly isAlreadyWritten: (match: AcceptedMatch, planId: string) => boolean;
}

/** Undoes one row's savepoint and becomes its outcome. */
class SkipRow extends Error {
  readonly outcome: Extract<WriteOutcome, { kind: 'skipped' }>;
  constructor(reason: SkipReason, words: string) {
    super(words);
    this.outcome = { kind: 'skipped', reason, words };
  }
}

export function createMatchWriter(db: Database.Database, schema: RegistrySchema): MatchWriter {
  const sql = buildTableSql(schema);
  const links = createLinkGuard(db, sql);
  const ledger = createLedgerWriter(db, sql);
  const row = createRowWriter(db, sql);
  const already = db.prepare(
    `SELECT 1 FROM runlink_ledger WHERE key_text = ? AND plan_id = ? AND wandb_run_id = ? AND event = 'applied'`,
  );
  const rejected = db.prepare('SELECT 1 FROM runlink_rejections WHERE key_text = ? AND wandb_run_id = ?');

  const isAlreadyWritten = (match: AcceptedMatch, planId: string): boolean =>
    already.get(match.keyText, planId, match.wandbRunId) !== undefined;

  const findObstacleOrNull: MatchWriter['findObstacleOrNull'] = (match) => {
    const drift = row.findDriftOrNull(match);
    if (drift !== null) return drift;
    const holder = links.findHolderOrNull(match.wandbRunId, match);
    if (holder !== null) return skip('run-taken', `run ${match.wandbRunId} is linked to row ${holder} already`);
    const isRejected = match.decidedBy === 'policy' && rejected.get(match.keyText, match.wandbRunId) !== undefined;
    return isRejected
      ? skip('rejected', `this pair was rolled back before; only a reviewer may accept it again`)
      : null;
  };

  const writeRow = db.transaction((match: AcceptedMatch, stamp: WriteStamp) => {
    row.update(match);
    ledger.append({ ...match, ...stamp, event: 'applied', undoes: null });
    links.setLink(match.wandbRunId, match);
  });

  const write: MatchWriter['write'] = (match, stamp) => {
    if (isAlreadyWritten(match, stamp.planId)) return { kind: 'already-written' };
    const obstacle = findObstacleOrNull(match);
    if (obstacle !== null) return obstacle;
    try {
      writeRow(match, stamp);
      return { kind: 'written' };
    } catch (error) {
      return outcomeOfError(error, db);
    }
  };
  return { write, findObstacleOrNull, isAlreadyWritten };
}

/** A row that its table refuses is skipped; but where a trigger ended the whole transaction, nothing may go on. */
function outcomeOfError(error: unknown, db: Database.Database): WriteOutcome {
  if (!db.inTransaction) throw error;
  if (error instanceof SkipRow) return error.outcome;
  if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')) {
    return skip('constraint', `the table refuses the new values: ${error.message}`);
  }
  throw error;
}

function skip(reason: SkipReason, words: string): Extract<WriteOutcome, { kind: 'skipped' }> {
  return { kind: 'skipped', reason, words };
}

interface RowWriter {
  /** Compare and set. @throws SkipRow where the row is not what the match expects, or would not keep the values */
  readonly update: (match: AcceptedMatch) => void;
  readonly findDriftOrNull: (match: AcceptedMatch) => Extract<WriteOutcome, { kind: 'skipped' }> | null;
}

function createRowWriter(db: Database.Database, sql: TableSql): RowWriter {
  const where = sameKey(sql.key, '$key');
  const columns = sql.identity.map(({ column }) => column);
  const set = sql.identity.map(({ role, column }) => `${column} = $after_${role}`).join(', ');
  const guard = sql.identity.map(({ role, column }) => sameCell(column, `$before_${role}`));
  const update = db.prepare(`UPDATE ${sql.table} SET ${set} WHERE ${where} AND ${guard.join(' AND ')}`);
  const read = db.prepare<[Record<string, Cell>], Cell[]>(
    `SELECT ${columns.join(', ')} FROM ${sql.table} WHERE ${where}`,
  );
  const drifted = db
    .prepare<[Record<string, Cell>], bigint[]>(`SELECT ${guard.join(', ')} FROM ${sql.table} WHERE ${where}`)
    .raw(true);

  const findDriftOrNull: RowWriter['findDriftOrNull'] = (match) => {
    const same = drifted.get({ key: match.key, ...imageParameters('before', match.before) });
    if (same === undefined) return skip('missing-row', 'the row is gone');
    const cells = read.raw(true).get({ key: match.key }) ?? [];
    const words = sql.identity.flatMap(({ role }, index) =>
      Number(same[index]) === 1
        ? []
        : [`${role} is ${showCell(cells[index] ?? null)}, the plan expects ${showCell(match.before[role])}`],
    );
    return words.length === 0 ? null : skip('drift', words.join('; '));
  };

  return {
    findDriftOrNull,
    update: (match) => {
      const images = { ...imageParameters('before', match.before), ...imageParameters('after', match.after) };
      const { changes } = update.run({ key: match.key, ...images });
      if (changes !== 1) throw new SkipRow('drift', `${changes} rows answer to the key and the expected values, not 1`);
      const cells = read.raw(true).get({ key: match.key }) ?? [];
      for (const [index, { role }] of sql.identity.entries()) assertKept(role, match.after[role], cells[index] ?? null);
    },
  };
}

/**
 * A column's affinity may turn a text into a number (`STRING` columns do) and a trigger may write something else. That a
 * whole REAL becomes an INTEGER is how SQLite stores it; that the run id 12e4 becomes 120000.0 is a loss.
 */
function assertKept(role: keyof IdentityImage, wanted: Cell, stored: Cell): void {
  const isSameNumber = typeof wanted === 'number' && typeof stored === 'bigint' && Number(stored) === wanted;
  if (isSameNumber || renderCell(stored) === renderCell(wanted)) return;
  throw new SkipRow('constraint', `the column for ${role} would store ${showCell(wanted)} as ${showCell(stored)}`);
}

/** For messages: text in quotes, so that the number 1 and the text "1" look different. */
export function showCell(cell: Cell): string {
  if (cell === null) return 'empty (NULL)';
  return typeof cell === 'string' ? JSON.stringify(cell) : renderCell(cell);
}
