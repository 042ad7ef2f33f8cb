import type { Database } from 'better-sqlite3';
import { UsageError } from '../errors.ts';
import { cellsEqual, renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import type { RowImage } from '../model/identity.ts';
import { LINK_OFFLINE } from '../model/ledger.ts';
import type { LinkedRow, RowStanding } from '../model/refresh.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { readStatusOrNull } from '../model/status.ts';
import { buildReadingSql, sameKey } from './exact.ts';
import type { TableSql } from './exact.ts';
import { readLedger } from './ledger-read.ts';
import { hasRunlinkTables } from './migration-log.ts';
import { readStandings } from './standing.ts';
import type { Standing } from './standing.ts';

/**
 * The rows that have a run id, whoever wrote it, sorted by key; `running` leaves those whose status says that the run is
 * over. Only reads.
 *
 * @throws UsageError where `running` is asked of a table without a status
 */
export function readLinkedRows(db: Database, schema: RegistrySchema, running: boolean): readonly LinkedRow[] {
  if (schema.identity.wandb_run_id === null) return [];
  const sql = buildReadingSql(schema);
  const words = running ? readRunningWords(db, schema, sql) : [];
  const isRunning = running ? ` AND ${roleSql(sql, 'status')} IN (${words.map(() => '?').join(', ')})` : '';
  const rows = db
    .prepare<Cell[], SqlRow>(`${selectLinked(sql)}${isRunning} ORDER BY ${sql.key}`)
    .safeIntegers(true)
    .all(...words);
  const standings = createStandingReader(db, rows.length);
  return rows.map((row) => buildRow(row, standings));
}

/** The same row as it is now; null where it is gone or has no run any more. */
export function readLinkedRowOrNull(db: Database, schema: RegistrySchema, key: Cell): LinkedRow | null {
  const sql = buildReadingSql(schema);
  const row = db
    .prepare<[{ key: Cell }], SqlRow>(`${selectLinked(sql)} AND ${sameKey(sql.key, '$key')}`)
    .safeIntegers(true)
    .get({ key });
  return row === undefined ? null : buildRow(row, createStandingReader(db, 1));
}

type SqlRow = RowImage & { readonly row_key: Cell };

function selectLinked(sql: TableSql): string {
  const columns = [...sql.identity, ...sql.ends].map(({ role, column }) => `${column} AS ${role}`);
  const run = roleSql(sql, 'wandb_run_id');
  return `SELECT ${sql.key} AS row_key, ${columns.join(', ')} FROM ${sql.table}
    WHERE ${run} IS NOT NULL AND trim(${run}) <> '' AND ${sql.key} IS NOT NULL`;
}

function roleSql(sql: TableSql, role: 'wandb_run_id' | 'status'): string {
  return sql.identity.find((item) => item.role === role)?.column ?? 'NULL';
}

/** The words that stand in the table, so that an index on the status works. */
function readRunningWords(db: Database, schema: RegistrySchema, sql: TableSql): readonly Cell[] {
  if (schema.identity.status === null) {
    throw new UsageError(`table "${schema.table}" has no status, so nothing tells which of its runs are running`, {
      hint: 'Leave out --running to ask about all linked rows; with --apply that adds the column.',
    });
  }
  return db
    .prepare<[], Cell>(`SELECT DISTINCT ${roleSql(sql, 'status')} FROM ${sql.table}`)
    .pluck()
    .all()
    .filter((word) => readStatusOrNull(word, schema.statusWords) === 'running');
}

type StandingReader = (keyText: string) => Standing | undefined;

/** A whole ledger is read at once where most of it is needed, else row by row over its index. */
const ENTRIES_PER_ROW = 20;

function createStandingReader(db: Database, rows: number): StandingReader {
  if (!hasRunlinkTables(db)) return () => undefined;
  const entries = Number(db.prepare('SELECT coalesce(max(seq), 0) FROM runlink_ledger').pluck().get());
  if (entries > ENTRIES_PER_ROW * rows) return (keyText) => readStandings(readLedger(db, { keyText })).get(keyText);
  const standings = readStandings(readLedger(db));
  return (keyText) => standings.get(keyText);
}

function buildRow({ row_key: key, ...image }: SqlRow, readStanding: StandingReader): LinkedRow {
  const keyText = renderCell(key);
  const standing = readStanding(keyText);
  const isOwn = standing !== undefined && cellsEqual(standing.last.key, key);
  const wandbRunId = renderCell(image.wandb_run_id).trim();
  return { key, keyText, wandbRunId, image, standing: isOwn ? buildStanding(standing) : null };
}

function buildStanding({ last, link, expected, former }: Standing): RowStanding {
  const isOffline = link?.batch === LINK_OFFLINE && link.seq === last.seq;
  return { expected, former, wandbRunId: last.wandbRunId, isOffline };
}

/** Runs that stand in more than one row, with the keys of the rows. */
export function readSharedRuns(db: Database, schema: RegistrySchema): ReadonlyMap<string, readonly string[]> {
  const sql = buildReadingSql(schema);
  const run = roleSql(sql, 'wandb_run_id');
  const pairs = db
    .prepare<[], [Cell, Cell]>(
      `SELECT ${run}, ${sql.key} FROM ${sql.table} WHERE ${run} IN
         (SELECT ${run} FROM ${sql.table} WHERE trim(${run}) <> '' GROUP BY ${run} HAVING count(*) > 1)
       ORDER BY ${run}, ${sql.key}`,
    )
    .raw(true)
    .all();
  const rowsByRun = Map.groupBy(pairs, ([id]) => renderCell(id));
  return new Map([...rowsByRun].map(([id, rows]) => [id, rows.map(([, key]) => renderCell(key))]));
}
