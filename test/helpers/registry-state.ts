import Database from 'better-sqlite3';

/** What two registries must share to be called the same: everything but times, processes and hashes over them. */
export interface RegistryState {
  readonly schema: readonly unknown[];
  /** Every cell of every table of the user's, with its storage class, exactly. */
  readonly rowsByTable: Readonly<Record<string, readonly string[]>>;
  readonly ledger: readonly unknown[];
  readonly links: readonly unknown[];
  readonly rejections: readonly unknown[];
  readonly log: readonly unknown[];
}

const OURS = /^(runlink|sqlite)_/;
/** What an invocation stamps with its own time or process. */
const STAMPS = new Set(['written_at', 'prev_hash', 'hash', 'rejected_at', 'applied_at', 'pid', 'host']);

/** Opens for writing, as the next program would, so that what a killed process left is rolled back first. */
export function readState(path: string): RegistryState {
  return withDatabase(path, (db) => {
    const names = readTables(db);
    const own = (name: string): readonly unknown[] => (names.includes(name) ? readTable(db, name) : []);
    return {
      schema: db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all(),
      rowsByTable: Object.fromEntries(
        names.filter((name) => !OURS.test(name)).map((name) => [name, readTable(db, name)]),
      ),
      ledger: own('runlink_ledger'),
      links: own('runlink_links'),
      rejections: own('runlink_rejections'),
      log: own('runlink_log'),
    };
  });
}

/** What holds at every moment of every apply and rollback, however it ended. @returns what does not hold */
export function findBrokenInvariants(path: string): readonly string[] {
  return withDatabase(path, (db) => {
    const wrong = (what: string, sql: string): readonly string[] => {
      const found: unknown = db.prepare(sql).pluck().get();
      return found === null || found === 0 ? [] : [`${what}: ${String(found)}`];
    };
    const integrity = String(db.pragma('integrity_check', { simple: true }));
    const file = integrity === 'ok' ? [] : [integrity];
    if (!readTables(db).includes('runlink_ledger')) return file;
    const live = `SELECT l.* FROM runlink_ledger l WHERE event = 'applied'
      AND NOT EXISTS (SELECT 1 FROM runlink_ledger u WHERE u.undoes = l.seq)`;
    const hasColumns = db.prepare("SELECT 1 FROM runlink_log WHERE name LIKE '0002%'").get() !== undefined;
    if (!hasColumns) return [...file, ...wrong('entries without a column', 'SELECT count(*) FROM runlink_ledger')];
    return [
      ...file,
      ...wrong(
        'runs in two rows',
        'SELECT count(*) - count(DISTINCT wandb_run_id) FROM training_runs WHERE wandb_run_id IS NOT NULL',
      ),
      ...wrong(
        'rows written twice',
        `SELECT count(*) - count(DISTINCT row_key) FROM (${live}) WHERE plan_id <> 'refresh'`,
      ),
      ...wrong(
        'entries without their row',
        `SELECT count(*) FROM (${live}) AS l
        WHERE NOT EXISTS (SELECT 1 FROM training_runs t WHERE t.run_id = l.row_key AND t.wandb_run_id = l.wandb_run_id)`,
      ),
      ...wrong(
        'rows without their entry',
        `SELECT count(*) FROM training_runs t WHERE wandb_run_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM (${live}) AS l WHERE t.run_id = l.row_key AND t.wandb_run_id = l.wandb_run_id)`,
      ),
      ...wrong(
        'links against entries',
        `SELECT (SELECT count(*) FROM runlink_links) - (SELECT count(DISTINCT row_key) FROM (${live}))`,
      ),
      ...wrong(
        'entries of batches that the log lacks',
        `SELECT count(*) FROM runlink_ledger
        WHERE event = 'applied' AND plan_id NOT IN ('link', 'refresh') AND batch NOT IN (SELECT name FROM runlink_log)`,
      ),
    ];
  });
}

/** Migrations in the log; 0 where there is none yet. Reads only, for looking on while another process writes. */
export function countLogged(path: string): number {
  const db = new Database(path, { readonly: true, timeout: 0 });
  try {
    return Number(db.prepare('SELECT count(*) FROM runlink_log').pluck().get());
  } catch {
    return 0; // no table yet, or the moment of a commit
  } finally {
    db.close();
  }
}

function withDatabase<T>(path: string, use: (db: Database.Database) => T): T {
  const db = new Database(path, { fileMustExist: true });
  try {
    return use(db);
  } finally {
    db.close();
  }
}

function readTables(db: Database.Database): readonly string[] {
  return db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
}

function readTable(db: Database.Database, table: string): readonly string[] {
  const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
  const exact = columns
    .filter((name) => !OURS.test(table) || !STAMPS.has(name))
    .map((name) => `typeof("${name}") || ' ' || quote("${name}")`);
  const order = table === 'runlink_ledger' ? 'seq' : '1';
  return db
    .prepare<[], string>(`SELECT ${exact.join(" || ', ' || ")} FROM "${table}" ORDER BY ${order}`)
    .pluck()
    .all();
}
