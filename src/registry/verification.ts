import type { Database } from 'better-sqlite3';
import { SCHEMA_MIGRATIONS } from '../../migrations/list.ts';
import { holdsImage } from '../model/identity.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { describeDifferences } from './differences.ts';
import { buildReadingSql } from './exact.ts';
import type { TableSql } from './exact.ts';
import { createImageReader } from './image-reader.ts';
import { verifyChain } from './ledger-hash.ts';
import type { ChainHead } from './ledger-hash.ts';
import { readLedger } from './ledger-read.ts';
import { readStandings } from './standing.ts';
import type { Standing } from './standing.ts';
import { BATCH_NAME } from './match-round.ts';
import { readSharedRuns } from './linked-rows.ts';
import { hasRunlinkTables, readLog } from './migration-log.ts';

/** What a check can find. */
export type ProblemKind =
  | 'integrity'
  | 'chain'
  | 'log'
  | 'drift'
  | 'missing-row'
  | 'two-rows'
  | 'links'
  | 'receipt'
  | 'not-on-wandb';

export interface Problem {
  readonly kind: ProblemKind;
  /** The row that it is about; null where it is about the whole file. */
  readonly keyText: string | null;
  readonly words: string;
}

export interface Verification {
  readonly head: ChainHead;
  /** Links that stand: applied and not rolled back. */
  readonly live: readonly LedgerEntry[];
  readonly problems: readonly Problem[];
}

/** Chain, log, links, and every row that runlink wrote against what the ledger says that it holds. Only reads. */
export function verifyLedger(db: Database, schema: RegistrySchema): Verification {
  if (!hasRunlinkTables(db)) return { head: verifyNothing(), live: [], problems: [] };
  const chain = verifyChain(db);
  const entries = readLedger(db);
  const standings = [...readStandings(entries).values()];
  const live = standings.map(({ last }) => last);
  const problems = [
    ...chain.breaks.map(({ words }): Problem => ({ kind: 'chain', keyText: null, words })),
    ...findLogProblems(db, entries),
    ...findRowProblems(db, buildReadingSql(schema), standings),
    ...findLinkProblems(db, live),
  ];
  return { head: chain.head, live, problems };
}

function verifyNothing(): ChainHead {
  return { seq: 0, hash: '' };
}

/** Names that no migration has, batches with a gap, and entries whose batch was never logged. */
function findLogProblems(db: Database, entries: readonly LedgerEntry[]): readonly Problem[] {
  const log = readLog(db);
  const schemaNames = new Set(SCHEMA_MIGRATIONS.map(({ name }) => name));
  const problem = (words: string): Problem => ({ kind: 'log', keyText: null, words });
  const unknown = log
    .filter(({ name }) => !schemaNames.has(name) && !BATCH_NAME.test(name))
    .map(({ name }) => problem(`the log names "${name}", which this runlink does not know`));
  const batches = log.filter(({ batchNo }) => batchNo !== null);
  const gaps = [...Map.groupBy(batches, ({ digest }) => digest).values()].flatMap((rows) =>
    rows
      .filter((row, index) => row.batchNo !== index + 1)
      .map(({ name }) => problem(`the log has a gap before "${name}"`)),
  );
  const logged = new Set(batches.map(({ name }) => name));
  const unlogged = new Set(
    entries.map(({ batch }) => batch).filter((batch) => BATCH_NAME.test(batch) && !logged.has(batch)),
  );
  const lost = [...unlogged].map((batch) => problem(`the ledger has entries of batch "${batch}", which the log lacks`));
  return [...unknown, ...gaps, ...lost];
}

function findRowProblems(db: Database, sql: TableSql, standings: readonly Standing[]): readonly Problem[] {
  const readImage = createImageReader(db, sql);
  return standings.flatMap(({ last: { key, keyText, seq }, expected }): readonly Problem[] => {
    const now = readImage(key);
    if (now === null) return [{ kind: 'missing-row', keyText, words: `the row of ledger entry ${seq} is gone` }];
    if (holdsImage(now, expected)) return [];
    return [{ kind: 'drift', keyText, words: describeDifferences(now, expected, 'runlink wrote') }];
  });
}

/** Our list of links has exactly the links that stand. */
function findLinkProblems(db: Database, live: readonly LedgerEntry[]): readonly Problem[] {
  const links = db
    .prepare<[], { keyText: string; wandbRunId: string }>(
      'SELECT key_text AS keyText, wandb_run_id AS wandbRunId FROM runlink_links ORDER BY key_text',
    )
    .all();
  const runsByKey = new Map(links.map(({ keyText, wandbRunId }) => [keyText, wandbRunId]));
  const expectedByKey = new Map(live.map(({ keyText, wandbRunId }) => [keyText, wandbRunId]));
  const missing = live
    .filter(({ keyText, wandbRunId }) => runsByKey.get(keyText) !== wandbRunId)
    .map(({ keyText, wandbRunId }): Problem => ({
      kind: 'links',
      keyText,
      words: `runlink_links says ${runsByKey.get(keyText) ?? 'nothing'}, the ledger says ${wandbRunId}`,
    }));
  const extra = links
    .filter(({ keyText }) => !expectedByKey.has(keyText))
    .map(({ keyText, wandbRunId }): Problem => ({
      kind: 'links',
      keyText,
      words: `runlink_links says ${wandbRunId}, the ledger has no such link`,
    }));
  return [...missing, ...extra];
}

/** Runs that stand in more than one row of the whole table, whoever wrote them. */
export function findSharedRuns(db: Database, schema: RegistrySchema): readonly Problem[] {
  return [...readSharedRuns(db, schema)].map(([run, keys]): Problem => {
    return { kind: 'two-rows', keyText: keys[0] ?? null, words: `run ${run} stands in rows ${keys.join(', ')}` };
  });
}

/** SQLite's own check of the file; its first ten findings. */
export function findIntegrityProblems(db: Database): readonly Problem[] {
  const rows = db.prepare<[], string>('PRAGMA quick_check(10)').pluck().all();
  return rows.filter((words) => words !== 'ok').map((words): Problem => ({ kind: 'integrity', keyText: null, words }));
}
