// What `runs` takes over 1,000,000 rows beside the same SQL through better-sqlite3 alone: `node test/bench/runs.ts [ROWS]`.
// The registry is made in a temporary folder, 400 bytes a row, with an index on method and status as people make one.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { queryRuns, runs } from '../../src/commands/runs.ts';
import { renderRuns } from '../../src/commands/runs.render.ts';
import type { RunsFormat } from '../../src/commands/formats.ts';
import { writeOutFile } from '../../src/dataset/out-file.ts';
import type { RunsOptions } from '../../src/commands/runs.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeFolder } from '../helpers/folder.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 5;
const METHODS = ['mgda', 'pcgrad', 'cagrad', 'nash', 'none'];

function makeRegistry(path: string): void {
  const db = new Database(path);
  db.exec(
    `CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, wandb_url TEXT, run_name TEXT, status TEXT,
       created_at TEXT, started_at TEXT, finished_at TEXT, duration_seconds REAL, batch_size INTEGER, lr REAL,
       gradient_method TEXT, num_objectives INTEGER, seed INTEGER, use_amp BOOLEAN, final_metrics_json TEXT)`,
  );
  const insert = db.prepare(`INSERT INTO training_runs VALUES (${Array(16).fill('?').join(', ')})`);
  const iso = (second: number): string => new Date((1_700_000_000 + second) * 1000).toISOString();
  db.transaction(() => {
    for (let no = 0; no < rows; no += 1) {
      const method = METHODS[(no * 7) % 5];
      const id = ((no * 2_654_435_761) >>> 0).toString(36);
      const times = [iso(30 * no), iso(30 * no + 5), iso(30 * no + 4000)];
      const settings = [4000.5 + (no % 100), [32, 64, 96, 128][no % 4], 10 ** -(1 + (no % 5)), method];
      insert.run(
        ...[`deco_hop_${method}_i-${id}-${no}`, `${id}${no}`, `https://wandb.ai/lab/molecules/runs/${id}${no}`],
        ...[`fog-${no}`, no % 50 === 0 ? 'running' : 'not_running', ...times, ...settings],
        ...[no % 7, no % 1000, no % 2, JSON.stringify({ objective_COMT: no / rows, loss: 1 / (no + 1) })],
      );
    }
  })();
  db.exec('CREATE INDEX by_method ON training_runs(gradient_method, status)');
  db.close();
}

interface Case {
  readonly name: string;
  readonly raw: (path: string) => number;
  readonly ours: (path: string) => Promise<number>;
}

function readAll(sql: string): (path: string) => number {
  return (path) => {
    const db = new Database(path, { readonly: true });
    const { length } = db.prepare(sql).all();
    db.close();
    return length;
  };
}

/** The same lines as ours, as a script writes them that wants them on the disk at the end. */
function writeLines(sql: string): (path: string) => number {
  return (path) => {
    const db = new Database(path, { readonly: true });
    const file = openSync(`${path}.raw.jsonl`, 'w');
    let [count, piece] = [0, ''];
    for (const row of db.prepare(sql).iterate()) {
      piece += `${JSON.stringify(row)}\n`;
      count += 1;
      if (piece.length > 65_536) {
        writeSync(file, piece);
        piece = '';
      }
    }
    writeSync(file, piece);
    fsyncSync(file);
    closeSync(file);
    db.close();
    return count;
  };
}

const deps = {
  context: {
    now: () => Date.now(),
    user: 'bench',
    say: () => undefined,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  },
};

function stream(options: Omit<RunsOptions, 'registry'>, format: RunsFormat): (path: string) => Promise<number> {
  return (registry) =>
    runs(deps, { registry, ...options }, async (report) => {
      let count = 0;
      const counted = {
        *[Symbol.iterator]() {
          for (const block of report.blocks) {
            count += block.length;
            yield block;
          }
        },
      };
      await writeOutFile(
        `${registry}.ours.${format}`,
        await renderRuns({ ...report, blocks: counted }, format, { style: PLAIN, width: Infinity }),
      );
      return count;
    });
}

const FILTER = "WHERE gradient_method = 'mgda' AND status = 'not_running'";
const SELECT = 'SELECT * FROM training_runs';
const where = { gradient_method: 'mgda', status: 'not_running' };
const filter = ['gradient_method=mgda', 'status=not_running'];

const CASES: readonly Case[] = [
  {
    name: 'count by group, queryRuns',
    raw: readAll('SELECT gradient_method, count(*) AS count FROM training_runs GROUP BY 1 ORDER BY 2 DESC'),
    ours: async (registry) => (await queryRuns({}, { registry, groupBy: ['gradient_method'] })).length,
  },
  {
    name: 'filtered list, queryRuns',
    raw: readAll(`${SELECT} ${FILTER}`),
    ours: async (registry) => (await queryRuns(where, { registry })).length,
  },
  {
    name: 'ordered, 100 rows, queryRuns',
    raw: readAll(`${SELECT} WHERE lr >= 1e-3 ORDER BY started_at DESC, run_id LIMIT 100`),
    ours: async (registry) =>
      (await queryRuns({ lr: { '>=': 1e-3 } }, { registry, order: '-started_at', limit: 100 })).length,
  },
  {
    name: 'filtered list to JSON lines',
    raw: writeLines(`${SELECT} ${FILTER}`),
    ours: stream({ where: filter }, 'jsonl'),
  },
  { name: 'all rows to JSON lines', raw: writeLines(SELECT), ours: stream({}, 'jsonl') },
];

interface Cost {
  readonly seconds: number;
  /** User and system time of this process: what a busy machine does not stretch. */
  readonly cpu: number;
  readonly count: number;
}

async function measure(run: () => number | Promise<number>): Promise<Cost> {
  const began = process.cpuUsage();
  const started = performance.now();
  const count = await run();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(began);
  return { seconds, cpu: (user + system) / 1e6, count };
}

/** Rounds in turn, and the median of each round's ratio: a busy machine slows both sides of a round. */
async function compare({ name, raw, ours }: Case, path: string): Promise<void> {
  const theirs: Cost[] = [];
  const own: Cost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(await measure(() => raw(path)));
    own.push(await measure(() => ours(path)));
  }
  const count = own[0]?.count ?? 0;
  if (theirs[0]?.count !== count) throw new Error(`${name}: ${theirs[0]?.count} rows by SQL, ${count} by us`);
  const show = (what: 'seconds' | 'cpu'): string => {
    const [sql, we] = [theirs, own].map((costs) => median(costs.map((cost) => cost[what])));
    const ratio = median(own.map((cost, round) => cost[what] / (theirs[round]?.[what] ?? 1)));
    return `${(sql ?? 0).toFixed(3)} and ${(we ?? 0).toFixed(3)} s, ${ratio.toFixed(2)} times`;
  };
  const first = own[0]?.seconds.toFixed(3);
  console.log(
    `${name.padEnd(28)} ${String(count).padStart(7)} rows   CPU ${show('cpu')}   wall ${show('seconds')}   our first ${first} s`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** All rows in a process of its own, whose memory nothing else has used. */
async function writeParquet(path: string): Promise<void> {
  const { count, seconds } = await measure(() => stream({}, 'parquet')(path));
  const perSecond = Math.round(count / seconds).toLocaleString('en');
  const memory = Math.round(process.resourceUsage().maxRSS / 1e3);
  console.log(
    `${count} rows of 16 columns to Parquet ${seconds.toFixed(1)} s, ${perSecond} rows/s, ${memory} MB at most`,
  );
}

async function compareAll(): Promise<void> {
  const folder = makeFolder();
  try {
    const path = join(folder, 'training_runs.db');
    makeRegistry(path);
    console.log(`${rows.toLocaleString('en')} rows, median of ${ROUNDS}, SQL alone and ours, Node ${process.version}`);
    for (const each of CASES) await compare(each, path);
    execFileSync(process.execPath, [import.meta.filename, '--parquet', path], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await (process.argv[2] === '--parquet' ? writeParquet(process.argv[3] ?? '') : compareAll());
