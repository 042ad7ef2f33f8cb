import type { Database } from 'better-sqlite3';
import { renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import type { RowImage } from '../model/identity.ts';
import type { AcceptedMatch } from '../model/ledger.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { describeDifferences } from './differences.ts';
import { buildReadingSql, columnsOf, createStatementCache, imageParameters, sameCell, sameKey } from './exact.ts';
import type { TableSql } from './exact.ts';
import { createImageReader } from './image-reader.ts';
import { createLinkGuard } from './links.ts';
import { hasRunlinkTables } from './migration-log.ts';

/** Why a match is left out; the rest of its batch is written. */
export const SKIP_REASONS = ['missing-row', 'drift', 'run-taken', 'rejected', 'constraint'] as const;

export interface Obstacle {
  readonly reason: (typeof SKIP_REASONS)[number];
  /** What was found and what was expected. */
  readonly words: string;
}

export interface ObstacleFinder {
  /** What is in the match's way as things stand; null where it can be written. Only reads. */
  readonly findObstacleOrNull: (match: AcceptedMatch) => Obstacle | null;
  /** Whether this plan has written this very pair before; it may have been rolled back since. */
  readonly isAlreadyWritten: (match: AcceptedMatch, planId: string) => boolean;
}

/** The key of another row that has the run; null where it is free. */
type HolderFinder = (match: AcceptedMatch) => string | null;

/** Looks with the index that `apply` makes, inside its transactions. */
export function createObstacleFinder(db: Database, sql: TableSql): ObstacleFinder {
  const links = createLinkGuard(db, sql);
  return buildFinder(db, sql, (match) => links.findHolderOrNull(match.wandbRunId, match));
}

/** Looks before anything of ours may be in the file: one read of the whole table instead of an index. */
export function createFirstObstacleFinder(db: Database, schema: RegistrySchema): ObstacleFinder {
  const sql = buildReadingSql(schema);
  const holdersByRun = readHoldersByRun(db, sql);
  return buildFinder(
    db,
    sql,
    ({ wandbRunId, keyText }) => holdersByRun.get(wandbRunId)?.find((holder) => holder !== keyText) ?? null,
  );
}

function buildFinder(db: Database, sql: TableSql, findHolderOrNull: HolderFinder): ObstacleFinder {
  const findDriftOrNull = createDriftFinder(db, sql);
  const memory = hasRunlinkTables(db) ? createMemory(db) : BLANK_MEMORY;
  return {
    isAlreadyWritten: memory.isAlreadyWritten,
    findObstacleOrNull: (match) => {
      const drift = findDriftOrNull(match);
      if (drift !== null) return drift;
      const holder = findHolderOrNull(match);
      if (holder !== null) {
        return { reason: 'run-taken', words: `run ${match.wandbRunId} is linked to row ${holder} already` };
      }
      if (match.decidedBy === 'reviewer' || !memory.isRejected(match)) return null;
      return { reason: 'rejected', words: 'this pair was rolled back before; only a reviewer may accept it again' };
    },
  };
}

interface Memory {
  readonly isAlreadyWritten: ObstacleFinder['isAlreadyWritten'];
  readonly isRejected: (match: AcceptedMatch) => boolean;
}

const BLANK_MEMORY: Memory = { isAlreadyWritten: () => false, isRejected: () => false };

function createMemory(db: Database): Memory {
  const written = db.prepare(
    `SELECT 1 FROM runlink_ledger WHERE key_text = ? AND plan_id = ? AND wandb_run_id = ? AND event = 'applied'`,
  );
  const rejected = db.prepare('SELECT 1 FROM runlink_rejections WHERE key_text = ? AND wandb_run_id = ?');
  return {
    isAlreadyWritten: ({ keyText, wandbRunId }, planId) => written.get(keyText, planId, wandbRunId) !== undefined,
    isRejected: ({ keyText, wandbRunId }) => rejected.get(keyText, wandbRunId) !== undefined,
  };
}

function createDriftFinder(db: Database, sql: TableSql): (match: AcceptedMatch) => Obstacle | null {
  const isExpected = createImageTest(db, sql);
  const readImage = createImageReader(db, sql);
  return ({ key, before }) => {
    const found = isExpected(key, before);
    if (found === undefined) return { reason: 'missing-row', words: 'the row is gone' };
    if (Number(found) === 1) return null;
    const now = readImage(key) ?? before;
    const words = describeDifferences(now, before, 'the plan expects');
    return { reason: 'drift', words: words === '' ? 'a value is not what the plan expects' : words };
  };
}

/** 1 where the row holds exactly this image, 0 where it does not, undefined where it is gone. */
function createImageTest(db: Database, sql: TableSql): (key: Cell, image: RowImage) => bigint | undefined {
  const prepare = (image: RowImage) => {
    const guard = columnsOf(sql, image).map(({ role, column }) => sameCell(column, `$before_${role}`));
    return db
      .prepare<[Record<string, Cell>], bigint>(
        `SELECT CAST(${guard.join(' AND ')} AS INTEGER) FROM ${sql.table} WHERE ${sameKey(sql.key, '$key')}`,
      )
      .pluck();
  };
  const tests = createStatementCache(prepare);
  return (key, image) => tests(image).get({ key, ...imageParameters('before', image) });
}

function readHoldersByRun(db: Database, sql: TableSql): ReadonlyMap<string, readonly string[]> {
  const run = sql.identity.find(({ role }) => role === 'wandb_run_id')?.column ?? 'NULL';
  const ours = hasRunlinkTables(db) ? 'UNION SELECT wandb_run_id, row_key FROM runlink_links' : '';
  const pairs = db
    .prepare<[], [Cell, Cell]>(`SELECT ${run}, ${sql.key} FROM ${sql.table} WHERE ${run} IS NOT NULL ${ours}`)
    .raw(true)
    .all();
  const holdersByRun = new Map<string, string[]>();
  for (const [run, key] of pairs) {
    const id = renderCell(run);
    holdersByRun.set(id, [...(holdersByRun.get(id) ?? []), renderCell(key)]);
  }
  return holdersByRun;
}
