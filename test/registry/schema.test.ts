import { describe, expect, test } from 'vitest';
import type { RunlinkError } from '../../src/errors.ts';
import { insertRows, makeDatabase, readSchemaOf } from '../helpers/database.ts';

/** Registries as people keep them: what SQL makes them, and which column plays which part. */
const REGISTRIES = {
  'a launcher’s log with epoch seconds and its own words': {
    sql: `CREATE TABLE jobs (job_id INTEGER PRIMARY KEY, name TEXT, state TEXT, launched REAL, elapsed REAL, bs INTEGER, lr TEXT, wandb TEXT, psnr REAL);
      INSERT INTO jobs VALUES (1, 'sr_bs16', 'RUNNING', 1700000000.25, NULL, 16, '1e-3', NULL, NULL),
        (2, 'sr_bs32', 'DONE', 1700003600.5, 1800.5, 32, '1e-4', '3k9xq1ab', 31.27), (3, 'sr_bs8', 'DONE', 1700007200.5, 70, 8, '3e-4', NULL, 29.9)`,
    parts: {
      table: 'jobs',
      key: 'job_id',
      identity: { wandb_run_id: 'wandb', wandb_url: null, run_name: 'name', status: 'state', started_at: 'launched' },
      createdAt: null,
      durationSeconds: 'elapsed',
      finalMetrics: ['psnr'],
      hyperparameters: ['bs', 'lr'],
      statusWords: { running: 'RUNNING', not_running: 'DONE' },
    },
  },
  'names in camel case, epoch milliseconds, JSON results': {
    sql: `CREATE TABLE "Experiment" ("experimentKey" TEXT PRIMARY KEY, "wandbRunId" TEXT, "wandbURL" TEXT, "createdAt" INTEGER, "endTime" INTEGER, "hparams" TEXT, "results" TEXT);
      INSERT INTO Experiment VALUES ('e1', 'abc', NULL, 1700000000123, 1700000900000, '{"lr": 0.1}', '{"acc": 0.9, "loss": NaN}'),
        ('e2', NULL, '', 1700001000123, NULL, '{"lr": 0.2}', '{"acc": 0.8, "loss": 1.5}')`,
    parts: {
      table: 'Experiment',
      key: 'experimentKey',
      identity: { wandb_run_id: 'wandbRunId', wandb_url: 'wandbURL', run_name: null, status: null, started_at: null },
      createdAt: 'createdAt',
      finishedAt: 'endTime',
      finalMetrics: ['results'],
      hyperparameters: ['hparams'],
    },
  },
  'tables of an experiment tracker, of which one is the runs': {
    sql: `CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT UNIQUE, creation_time BIGINT, lifecycle_stage TEXT);
      CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, status TEXT, start_time BIGINT, end_time BIGINT, user_id TEXT, experiment_id INTEGER);
      CREATE TABLE metrics (key TEXT, value REAL, timestamp BIGINT, run_uuid TEXT, step INTEGER, PRIMARY KEY (key, timestamp, step, run_uuid));
      INSERT INTO experiments VALUES (1, 'x', 1700000000000, 'active');
      INSERT INTO runs VALUES ('u1', 'a', 'FINISHED', 1700000000000, 1700000100000, 'me', 1), ('u2', 'b', 'FAILED', 1700000200000, 1700000300000, 'me', 1), ('u3', 'c', 'RUNNING', 1700000400000, NULL, 'me', 1);
      INSERT INTO metrics VALUES ('loss', 0.5, 1700000000000, 'u1', 1)`,
    parts: {
      table: 'runs',
      key: 'run_uuid',
      identity: { wandb_run_id: null, wandb_url: null, run_name: 'name', status: 'status', started_at: 'start_time' },
      finishedAt: 'end_time',
      statusWords: { running: 'RUNNING', not_running: 'not_running' },
    },
  },
  'a table without a primary key but with a unique name; the link is known by its values only': {
    sql: `CREATE TABLE trials (name TEXT NOT NULL UNIQUE, page TEXT, "when" TEXT, n_params INTEGER, seed INTEGER);
      INSERT INTO trials VALUES ('t1', 'https://wandb.ai/lab/p/runs/3k9xq1ab', '2024-01-01 10:00:00', 1500000000, 1234567890),
        ('t2', NULL, '2024-01-02 10:00:00', 1600000000, 1700000000), ('t3', '', '2024-01-03 10:00:00', 1700000000, 1800000000)`,
    parts: {
      table: 'trials',
      key: 'name',
      identity: { wandb_run_id: null, wandb_url: 'page', run_name: null, status: null, started_at: null },
      createdAt: 'when',
      hyperparameters: ['n_params', 'seed'],
    },
  },
} as const;

describe('finds which column plays which part in', () => {
  test.each(Object.entries(REGISTRIES))('%s', (_title, { sql, parts }) => {
    expect(readSchemaOf(makeDatabase(sql))).toMatchObject(parts);
  });
});

test('tables of ours, views and virtual tables are never the registry', () => {
  const path = makeDatabase(`CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, created_at TEXT);
    CREATE TABLE runlink_ledger (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, wandb_url TEXT, status TEXT, started_at TEXT);
    CREATE VIEW training_runs AS SELECT *, run_id AS wandb_run_id FROM runs;
    CREATE VIRTUAL TABLE runs_text USING fts5(run_name, status, wandb_run_id)`);
  expect(readSchemaOf(path).table).toBe('runs');
});

describe('a table that does not look like a registry is one where it is', () => {
  const NOTEBOOK = 'CREATE TABLE notebook (entry INTEGER PRIMARY KEY, description TEXT, result TEXT)';

  test('the only one in the file', () => {
    expect(readSchemaOf(makeDatabase(NOTEBOOK))).toMatchObject({ table: 'notebook', key: 'entry' });
    const unique = makeDatabase('CREATE TABLE logs (file TEXT NOT NULL UNIQUE, bytes INTEGER)');
    expect(readSchemaOf(unique)).toMatchObject({ table: 'logs', key: 'file' });
  });

  test.each([
    'alembic_version (version_num TEXT PRIMARY KEY)',
    'schema_migrations (version TEXT PRIMARY KEY)',
    'SequelizeMeta (name TEXT PRIMARY KEY)',
    '__drizzle_migrations (id INTEGER PRIMARY KEY, hash TEXT)',
    'runlink_ledger (seq INTEGER PRIMARY KEY)',
  ])('the only one beside %s', (books) => {
    const view = 'CREATE VIEW best AS SELECT * FROM notebook';
    expect(readSchemaOf(makeDatabase(`CREATE TABLE ${books}; ${NOTEBOOK}; ${view}`)).table).toBe('notebook');
  });

  test('but not beside another one, nor without a key', () => {
    const two = errorOf(
      makeDatabase(`${NOTEBOOK}; CREATE TABLE authors (name TEXT, mail TEXT, room TEXT, phone TEXT)`),
    );
    expect(two.message).toMatch(/Tables found:[^]*authors \(name[^]*refused: [^]*notebook \(entry/);
    expect(JSON.parse(two.hint?.slice(two.hint.indexOf('{')) ?? '')).toMatchObject({
      table: 'notebook',
      columns: { key: 'entry' },
    });
    expect(errorOf(makeDatabase('CREATE TABLE notebook (entry TEXT, result TEXT)')).message).toContain('refused');
  });
});

test('a column that holds another thing than its name says does not play that part', () => {
  const path =
    makeDatabase(`CREATE TABLE runs (run_id TEXT PRIMARY KEY, wandb INTEGER, status REAL, created_at TEXT, duration TEXT, url TEXT);
    INSERT INTO runs VALUES ('a', 1, 0.5, 'last week', 'long', 'https://example.org/paper.pdf')`);
  expect(readSchemaOf(path, { table: 'runs' })).toMatchObject({
    identity: { wandb_run_id: null, wandb_url: null, status: null },
    createdAt: null,
    durationSeconds: null,
  });
});

test.each([
  ['elapsed_min', 60],
  ['durationHours', 3600],
  ['runtime_ms', 0.001],
  ['duration_seconds', 1],
  ['walltime', 1],
  ['wall_s', 1],
  ['Laufzeit_h', 3600],
])('the unit of %s is %s s', (name, seconds) => {
  const path = makeDatabase(`CREATE TABLE runs (run_id TEXT PRIMARY KEY, ${name} REAL)`);
  expect(readSchemaOf(path)).toMatchObject({ durationSeconds: name, durationUnitSeconds: seconds });
});

test('empty columns play the part that their name says', () => {
  const path = makeDatabase(
    'CREATE TABLE runs (id INTEGER PRIMARY KEY, wandb_id TEXT, url TEXT, name TEXT, status TEXT, start_time TEXT)',
  );
  const { identity } = readSchemaOf(path);
  expect(identity).toEqual({
    wandb_run_id: 'wandb_id',
    wandb_url: 'url',
    run_name: 'name',
    status: 'status',
    started_at: 'start_time',
  });
});

function errorOf(path: string, config: Parameters<typeof readSchemaOf>[1] = {}): RunlinkError {
  try {
    readSchemaOf(path, config);
  } catch (error) {
    return error as RunlinkError;
  }
  throw new Error('the schema was read');
}

describe('refuses with advice', () => {
  test('a file where no table fits: all candidates, and a runlink.json to write that is JSON', () => {
    const error = errorOf(
      makeDatabase(
        'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT); CREATE TABLE teams (id INTEGER PRIMARY KEY)',
      ),
    );
    expect(error.message).toContain('no table looks like a registry of runs');
    expect(error.message).toContain('users (id, email)');
    expect(error.message).toContain('teams (id)');
    expect(JSON.parse(error.hint?.slice(error.hint.indexOf('{')) ?? '')).toMatchObject({
      table: 'users',
      columns: { key: 'id' },
    });
  });

  test('two tables that fit as well, until the config names one', () => {
    const columns = '(run_id TEXT PRIMARY KEY, wandb_run_id TEXT, status TEXT)';
    const path = makeDatabase(`CREATE TABLE runs_2023 ${columns}; CREATE TABLE runs_2024 ${columns}`);
    const error = errorOf(path);
    expect(error.message).toMatch(/2 tables look like the registry:[^]*runs_2023[^]*runs_2024/);
    expect(JSON.parse(error.hint?.slice(error.hint.indexOf('{')) ?? '')).toEqual({ table: 'runs_2023' });
    expect(readSchemaOf(path, { table: 'RUNS_2024' }).table).toBe('runs_2024');
  });

  test('a table without any unique column', () => {
    const error = errorOf(makeDatabase('CREATE TABLE runs (run_id TEXT, status TEXT, created_at TEXT)'));
    expect(error.message).toContain('no unique column that is always filled');
    expect(error.hint).toContain('CREATE UNIQUE INDEX');
  });

  test('a view that the config names', () => {
    const path = makeDatabase(
      'CREATE TABLE runs (run_id TEXT PRIMARY KEY); CREATE VIEW all_runs AS SELECT * FROM runs',
    );
    expect(errorOf(path, { table: 'all_runs' }).message).toContain('"all_runs" is a view');
  });

  test('a file without tables, as a mistyped path makes it', () => {
    expect(errorOf(makeDatabase('')).hint).toContain('mistyped');
  });

  test('every column of the config that is not there, with the nearest name, and one that has two parts', () => {
    const path = makeDatabase('CREATE TABLE runs (run_id TEXT PRIMARY KEY, finished TEXT, g TEXT AS (run_id))');
    const error = errorOf(path, {
      table: 'runs',
      file: '/lab/runlink.json',
      columns: { finished_at: 'finishd', created_at: 'run_id', key: 'run_id', status: 'g' },
      ignore: ['nothing_like_it'],
    });
    expect(error.message).toContain('"/lab/runlink.json" does not fit table "runs"');
    expect(error.message).toContain('columns.finished_at: no column "finishd"; did you mean "finished"?');
    expect(error.message).toContain('ignore: no column "nothing_like_it"');
    expect(error.message).toContain('columns.created_at: "run_id" is columns.key already');
    expect(error.message).toContain('columns.status: "g" is a generated column');
  });

  test('names that a terminal would obey are shown escaped', () => {
    const error = errorOf(
      makeDatabase(
        'CREATE TABLE "a\u001b[2Jb" ("x\u202ey" INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY)',
      ),
    );
    expect(error.message).toContain('a\\x1b[2Jb (x\\u{202e}y)');
  });
});

test('the config has the last word: another key, no run name, ignored columns, status words, evidence', () => {
  const path =
    makeDatabase(`CREATE TABLE runs (id INTEGER PRIMARY KEY, tag TEXT NOT NULL, name TEXT, status TEXT, created_at TEXT, note TEXT, opt_lr REAL);
    INSERT INTO runs VALUES (1, 'a', 'n', 'x', '2024-01-01', 'hm', 0.1), (2, 'b', 'm', 'y', '2024-01-02', 'oh', 0.2)`);
  const schema = readSchemaOf(path, {
    columns: { key: 'TAG', run_name: null },
    ignore: ['note'],
    evidence: { opt_lr: 'optim.lr' },
    statuses: { running: 'x', not_running: 'y' },
  });
  expect(schema).toMatchObject({
    key: 'tag',
    identity: { run_name: null },
    evidence: { opt_lr: 'optim.lr' },
    statusWords: { running: 'x', not_running: 'y' },
    oddities: ['no unique index guards the key "tag"'],
  });
  expect(schema.hyperparameters).toEqual(['id', 'name', 'opt_lr']);
});

test('a key of the config whose values repeat is refused with their number', () => {
  const path = makeDatabase(`CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT, created_at TEXT);
    INSERT INTO runs VALUES (1, 'a', NULL), (2, 'a', NULL), (3, 'b', NULL)`);
  expect(errorOf(path, { table: 'runs', columns: { key: 'name' } }).message).toContain(
    '1 values of "name" stand in more than one row',
  );
});

describe('says what is odd', () => {
  test('triggers, generated columns, NOT NULL and CHECK on identity columns, foreign keys, missing keys', () => {
    const path = makeDatabase((db) => {
      db.exec(`CREATE TABLE labs (id TEXT PRIMARY KEY);
        CREATE TABLE runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, status TEXT NOT NULL CHECK (status IN ('running', 'not_running')),
          run_name TEXT REFERENCES labs(id), size INTEGER, twice INTEGER AS (size * 2), created_at TEXT);
        CREATE TABLE notes (run TEXT REFERENCES runs(wandb_run_id) ON UPDATE CASCADE);
        CREATE TRIGGER on_change AFTER UPDATE ON runs BEGIN SELECT 1; END;
        CREATE TRIGGER runlink_guard AFTER UPDATE ON runs BEGIN SELECT 1; END;
        CREATE TRIGGER on_new AFTER INSERT ON runs BEGIN SELECT 1; END`);
      db.pragma('foreign_keys = OFF');
      insertRows(db, 'runs', [
        { run_id: 'a', wandb_run_id: 'w1', status: 'running' },
        { run_id: 'b', wandb_run_id: 'w1', status: 'running' },
        { run_id: null, wandb_run_id: 'w2', status: 'running' },
      ]);
    });
    expect(readSchemaOf(path).oddities).toEqual([
      '1 row has no key "run_id" and cannot be linked',
      'trigger "on_change" runs on UPDATE: it will run for each row that is linked',
      'trigger "on_new" runs on INSERT',
      'generated column "twice": read, never written',
      '"status" is NOT NULL: it always has to hold a value',
      'a CHECK constraint names "status": a value that it refuses stops its batch',
      '"notes"."run" refers to "wandb_run_id" (ON UPDATE CASCADE)',
      '"run_name" is a foreign key to "labs": only values that are there can be written',
    ]);
  });

  test('STRICT, WITHOUT ROWID, several primary key columns, a unique link', () => {
    const path = makeDatabase(
      `CREATE TABLE runs (a TEXT, b INTEGER, run_id TEXT NOT NULL UNIQUE, wandb_run_id TEXT UNIQUE, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID`,
    );
    expect(readSchemaOf(path).oddities).toEqual([
      'its primary key spans 2 columns; the unique column "run_id" names the rows',
      'the table is STRICT: a value of another type than the column is refused',
      'the table is WITHOUT ROWID',
      '"wandb_run_id" is UNIQUE already',
    ]);
  });
});

test('the hash of a schema outlives the columns that apply adds, and nothing else', () => {
  const sql = 'CREATE TABLE runs (run_id TEXT PRIMARY KEY, status TEXT, created_at TEXT)';
  const hashOf = (extra: string): string => readSchemaOf(makeDatabase(`${sql}; ${extra}`)).schemaHash;
  const before = hashOf('');
  expect(before).toMatch(/^[\da-f]{64}$/);
  expect(hashOf('ALTER TABLE runs ADD COLUMN wandb_run_id TEXT; ALTER TABLE runs ADD COLUMN started_at')).toBe(before);
  expect(hashOf('ALTER TABLE runs ADD COLUMN note TEXT')).not.toBe(before);
});

test('of a long table the oldest and the newest rows are looked at', () => {
  const path = makeDatabase(`CREATE TABLE runs (id INTEGER PRIMARY KEY, status TEXT, name TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO runs SELECT i, CASE WHEN i > 4990 THEN 'running' ELSE 'finished' END, 'r' || i FROM n`);
  const schema = readSchemaOf(path);
  expect(schema.statusWords).toEqual({ running: 'running', not_running: 'finished' });
  expect(schema.columns[0]).toMatchObject({ sampled: 2000, distinct: 2000, example: 5000n });
});
