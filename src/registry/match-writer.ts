import Database from 'better-sqlite3';
import { cellsEqual, renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { listImageColumns } from '../model/identity.ts';
import type { ImageColumn } from '../model/identity.ts';
import type { AcceptedMatch } from '../model/ledger.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { showCell } from './differences.ts';
import { buildTableSql, columnsOf, imageParameters, sameCell, sameKey } from './exact.ts';
import type { ColumnSql, TableSql } from './exact.ts';
import { createImageReader } from './image-reader.ts';
import { createLedgerWriter } from './ledger.ts';
import { createLinkGuard } from './links.ts';
import { createObstacleFinder } from './match-obstacles.ts';
import type { Obstacle } from './match-obstacles.ts';

export type WriteOutcome =
  | { readonly kind: 'written' }
  /** The same plan wrote this pair in an earlier round, and it may have been rolled back since. */
  | { readonly kind: 'already-written' }
  | ({ readonly kind: 'skipped' } & Obstacle);

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
  /** The same, unless the stamp's plan has written this pair before. */
  readonly writeOnce: (match: AcceptedMatch, stamp: WriteStamp) => WriteOutcome;
}

export function createMatchWriter(db: Database.Database, schema: RegistrySchema): MatchWriter {
  const sql = buildTableSql(schema);
  const finder = createObstacleFinder(db, sql);
  const links = createLinkGuard(db, sql);
  const ledger = createLedgerWriter(db, sql);
  const updateRow = createRowUpdate(db, sql);

  const writeAll = db.transaction((match: AcceptedMatch, stamp: WriteStamp) => {
    updateRow(match);
    ledger.append({ ...match, ...stamp, event: 'applied', undoes: null });
    links.setLink(match.wandbRunId, match);
  });

  const write: MatchWriter['write'] = (match, stamp) => {
    const obstacle = finder.findObstacleOrNull(match);
    if (obstacle !== null) return { kind: 'skipped', ...obstacle };
    try {
      writeAll(match, stamp);
      return { kind: 'written' };
    } catch (error) {
      const refusal = db.inTransaction ? refusalOrNull(error) : null;
      if (refusal === null) throw error; // where a trigger ended the whole transaction, nothing may go on
      return { kind: 'skipped', reason: 'constraint', words: refusal };
    }
  };
  const writeOnce: MatchWriter['writeOnce'] = (match, stamp) =>
    finder.isAlreadyWritten(match, stamp.planId) ? { kind: 'already-written' } : write(match, stamp);
  return { write, writeOnce };
}

/** Undoes one row's savepoint; the batch goes on without the row. */
class RefusedRow extends Error {}

function refusalOrNull(error: unknown): string | null {
  if (error instanceof RefusedRow) return error.message;
  const isConstraint = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT');
  return isConstraint ? `the table refuses the new values: ${error.message}` : null;
}

/**
 * Compare and set, then look whether the row kept what was set. Only columns that change are set, so that a trigger on
 * another one stays quiet; where none does, the row was compared a moment ago in this very transaction.
 */
function createRowUpdate(db: Database.Database, sql: TableSql): (match: AcceptedMatch) => void {
  const prepare = createUpdateCache(db, sql);
  const readImage = createImageReader(db, sql);
  return ({ key, before, after }) => {
    const columns = columnsOf(sql, after);
    const changed = columns.filter(({ role }) => !cellsEqual(before[role] ?? null, after[role] ?? null));
    if (changed.length > 0) {
      const images = { ...imageParameters('before', before), ...imageParameters('after', after) };
      const { changes } = prepare(columns, changed).run({ key, ...images });
      if (changes !== 1) throw new RefusedRow(`${changes} rows answer to the key and the expected values, not 1`);
    }
    const stored = readImage(key);
    for (const role of listImageColumns(after)) assertKept(role, after[role] ?? null, stored?.[role] ?? null);
  };
}

function createUpdateCache(db: Database.Database, { table, key }: TableSql) {
  const statements = new Map<string, Database.Statement<[Record<string, Cell>]>>();
  return (guarded: readonly ColumnSql[], set: readonly ColumnSql[]) => {
    const sql =
      `UPDATE ${table} SET ${set.map(({ role, column }) => `${column} = $after_${role}`).join(', ')}` +
      ` WHERE ${sameKey(key, '$key')}` +
      guarded.map(({ role, column }) => ` AND ${sameCell(column, `$before_${role}`)}`).join('');
    const statement = statements.get(sql) ?? db.prepare<[Record<string, Cell>]>(sql);
    statements.set(sql, statement);
    return statement;
  };
}

/**
 * A column's affinity may turn a text into a number (`STRING` columns do) and a trigger may write something else. That a
 * whole REAL becomes an INTEGER is how SQLite stores it; that the run id 12e4 becomes 120000.0 is a loss.
 */
function assertKept(role: ImageColumn, wanted: Cell, stored: Cell): void {
  const isSameNumber = typeof wanted === 'number' && typeof stored === 'bigint' && Number(stored) === wanted;
  if (isSameNumber || renderCell(stored) === renderCell(wanted)) return;
  throw new RefusedRow(`the column for ${role} would store ${showCell(wanted)} as ${showCell(stored)}`);
}
