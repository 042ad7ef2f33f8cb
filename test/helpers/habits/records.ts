import Database from 'better-sqlite3';
import { buildKnownLinks } from '../../../src/plan/entries.ts';
import { EMPTY_CONFIG } from '../../../src/registry/config.ts';
import { readRows } from '../../../src/registry/rows.ts';
import { readSchema } from '../../../src/registry/schema.ts';
import type { Cell } from '../../../src/model/cell.ts';
import { renderCell } from '../../../src/model/cell.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../../src/model/linkage.ts';
import type { LinkageInput } from '../../../src/model/linkage.ts';
import type { Run } from '../../../src/model/run.ts';
import { createRandom } from '../worlds/random.ts';
import type { Random } from '../worlds/random.ts';

/** Where a quantity of the job must lie, given what was written down and the noise that the habit states. */
export type Range = readonly [from: number, to: number];

/** What one side's record says of its job: ranges of quantities, and words. Absent: says nothing. */
export type Trace = Readonly<Record<string, Range | string | undefined>>;

export interface RowRecord {
  readonly cells: Readonly<Record<string, Cell>>;
  /** The job that the row was written for. */
  readonly job: string;
  readonly tells: Trace;
}

export interface RunRecord {
  readonly run: Run;
  /** The job whose run a link may name; null for runs that no row means, for example further ranks. */
  readonly job: string | null;
  readonly shows: Trace;
}

/** A lab's registry and project as they stand on the disk and at W&B, with what only the generator knows. */
export interface Archive {
  readonly table: string;
  /** Columns as SQLite declares them; the first is the key. */
  readonly columns: string;
  readonly rows: readonly RowRecord[];
  readonly runs: readonly RunRecord[];
  /** Share of the true links that are in the registry already. Needs a column `wandb_run_id`. */
  readonly linked?: number;
}

/** One lab and its conventions, which are fixed; what it launched comes from the generator. */
export type Habit = (random: Random) => Archive;

export interface HabitWorld {
  readonly input: LinkageInput;
  /** Run id by key text, for rows that are to be linked and whose run is in the input. */
  readonly truth: ReadonlyMap<string, string>;
  readonly archive: Archive;
  readonly seed: number;
}

export function randomOf(seed: number): Random {
  return createRandom(seed * 104_729 + 77);
}

/** Writes the registry to SQLite and reads it as the program does. */
export function buildHabitWorld(habit: Habit, seed: number): HabitWorld {
  const random = randomOf(seed);
  const archive = habit(random);
  const keyColumn = archive.columns.trim().split(' ')[0]!.replaceAll('"', '');
  const runByJob = new Map(archive.runs.flatMap(({ job, run }) => (job === null ? [] : [[job, run.runId] as const])));
  const linkedCells = archive.rows.map(({ cells, job }) =>
    archive.linked !== undefined && random.chance(archive.linked)
      ? { ...cells, wandb_run_id: runByJob.get(job) ?? null }
      : cells,
  );
  const { schema, rows } = readRegistry(archive, linkedCells);
  const runs = random.shuffle(archive.runs.map(({ run }) => run));
  const linked = buildKnownLinks(rows, new Set(runs.map(({ runId }) => runId)));
  const known = new Set(linked.map(({ keyText }) => keyText));
  const truth = new Map<string, string>();
  for (const { cells, job } of archive.rows) {
    const keyText = renderCell(cells[keyColumn] ?? null);
    const runId = runByJob.get(job);
    if (runId !== undefined && !known.has(keyText)) truth.set(keyText, runId);
  }
  return {
    input: { schema, rows, runs, linked, rejected: [], options: DEFAULT_LINKAGE_OPTIONS },
    truth,
    archive,
    seed,
  };
}

function readRegistry(
  { table, columns }: Archive,
  cells: readonly Readonly<Record<string, Cell>>[],
): Pick<LinkageInput, 'schema' | 'rows'> {
  const db = new Database(':memory:');
  try {
    db.defaultSafeIntegers(true);
    db.exec(`CREATE TABLE ${table} (${columns})`);
    for (const row of cells) {
      const names = Object.keys(row);
      const sql = `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
      db.prepare(sql).run(...Object.values(row));
    }
    const schema = readSchema(db, { ...EMPTY_CONFIG, table });
    return { schema, rows: readRows(db, schema) };
  } finally {
    db.close();
  }
}
