import type { Database } from 'better-sqlite3';
import { renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import type { KnownLink } from '../model/linkage.ts';
import { sameKey } from './exact.ts';
import type { TableSql } from './exact.ts';
import { hasRunlinkTables } from './migration-log.ts';

interface LinkedRow {
  readonly key: Cell;
  readonly keyText: string;
}

export interface LinkGuard {
  /** The key of another row that has the run, in the table or in our own list of links; null where it is free. */
  readonly findHolderOrNull: (wandbRunId: string, row: LinkedRow) => string | null;
  /** The same of our own list only: a run that two rows had before runlink came is not ours to refuse. */
  readonly findOwnHolderOrNull: (wandbRunId: string, row: LinkedRow) => string | null;
  /** Gives the row this run and takes its former one away. */
  readonly setLink: (wandbRunId: string, row: LinkedRow) => void;
  readonly removeLink: (row: LinkedRow) => void;
}

/** Everything here belongs into the transaction that writes the row. */
export function createLinkGuard(db: Database, sql: TableSql): LinkGuard {
  const [run] = sql.identity.filter(({ role }) => role === 'wandb_run_id').map(({ column }) => column);
  const own = `SELECT row_key FROM runlink_links WHERE wandb_run_id = $run AND NOT (${sameKey('row_key', '$key')})`;
  const holder = db
    .prepare<[Record<string, Cell>], Cell>(
      `SELECT ${sql.key} FROM ${sql.table} WHERE ${run} = $run AND NOT (${sameKey(sql.key, '$key')})
       UNION ALL ${own} LIMIT 1`,
    )
    .pluck();
  const ownHolder = db.prepare<[Record<string, Cell>], Cell>(own).pluck();
  const insert = db.prepare('INSERT INTO runlink_links (wandb_run_id, row_key, key_text) VALUES (?, ?, ?)');
  const remove = db.prepare(`DELETE FROM runlink_links WHERE ${sameKey('row_key', '$key')}`);
  return {
    findHolderOrNull: (wandbRunId, { key }) => renderOrNull(holder.get({ run: wandbRunId, key })),
    findOwnHolderOrNull: (wandbRunId, { key }) => renderOrNull(ownHolder.get({ run: wandbRunId, key })),
    setLink: (wandbRunId, { key, keyText }) => {
      remove.run({ key });
      insert.run(wandbRunId, key, keyText);
    },
    removeLink: ({ key }) => void remove.run({ key }),
  };
}

function renderOrNull(key: Cell | undefined): string | null {
  return key === undefined ? null : renderCell(key);
}

/** Pairs that were rolled back, for the matching to leave out; empty where runlink never wrote. Only reads. */
export function readRejections(db: Database): readonly KnownLink[] {
  if (!hasRunlinkTables(db)) return [];
  return db
    .prepare<[], KnownLink>(
      'SELECT key_text AS keyText, wandb_run_id AS wandbRunId FROM runlink_rejections ORDER BY key_text, wandb_run_id',
    )
    .all();
}

/** Links that runlink wrote by its own policy, unseen by a person, and that stand; empty where it never wrote. Only reads. */
export function readPolicyLinks(db: Database): readonly KnownLink[] {
  if (!hasRunlinkTables(db)) return [];
  return db
    .prepare<[], KnownLink>(
      `SELECT key_text AS keyText, wandb_run_id AS wandbRunId FROM runlink_ledger
       WHERE event = 'applied' AND written_by = 'policy'
       AND seq NOT IN (SELECT undoes FROM runlink_ledger WHERE undoes IS NOT NULL) ORDER BY seq`,
    )
    .all();
}
