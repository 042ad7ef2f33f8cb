import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { startServer } from '../../fixtures/server/server.ts';
import { query } from '../helpers/query.ts';
import { makeRegistry } from '../helpers/registry.ts';
import { type InlineResult, runInline } from '../helpers/run-inline.ts';
import { buildProject, buildServedRun, FIRST_SECOND } from '../helpers/wandb.ts';

/** Names as another user of the project may give them to runs. */
const NAMES = [
  'clear \u001B[2J\u001B[H screen',
  'title \u001B]0;owned\u0007',
  'link \u001B]8;;http://evil.example\u001B\\click\u001B]8;;\u001B\\',
  'c1 \u009B31m red',
  'gnirts \u202Edesrever\u202C',
  'isolate \u2066\u2069',
  'zero\u200Bwidth',
  'line\nbreak',
  'carriage\rreturn',
  'nul\u0000byte',
  '=HYPERLINK("http://evil.example","click")',
  '+cmd|calc',
  '@SUM(1)',
  '-2+3',
  '| pipe | table | <script>alert(1)</script> [x](javascript:alert(1))',
] as const;
/** What may stand in no output: line feeds are ours, anything else that moves a cursor or turns text around is not. */
// eslint-disable-next-line no-control-regex -- these are the characters that it is about
const RAW = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/;

/** The first of them with what stands around it, as JSON shows it. */
function findRaw(text: string): string | null {
  const at = text.search(RAW);
  return at < 0 ? null : JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
}

let server: ServerHandle;
let registry: string;
let plan: string;

function runlink(line: string, color = 'never'): Promise<InlineResult> {
  const args = line.split(' ').map((word) => (word === 'PLAN' ? plan : word));
  const env = {
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
    WANDB_ENTITY: 'lab',
    WANDB_PROJECT: 'molecules',
    RUNLINK_REGISTRY: registry,
  };
  return runInline([...args, '--color', color], { cwd: dirname(registry), env });
}

beforeAll(async () => {
  const runs = NAMES.map((displayName, no) =>
    buildServedRun(`hostile${no}`, FIRST_SECOND + no * 7200, {
      displayName,
      username: 'eve\u001B[31m',
      host: '\u202Ehost',
    }),
  );
  server = await startServer({ project: buildProject(runs) });
  registry = makeRegistry({
    tableSql: `CREATE TABLE training_runs (
      run_id TEXT PRIMARY KEY, wandb_run_id TEXT, wandb_url TEXT, run_name TEXT, status TEXT, created_at TEXT)`,
    fill: (db) => {
      const insert = db.prepare('INSERT INTO training_runs VALUES (?, NULL, NULL, ?, ?, ?)');
      for (const [no, { createdAt }] of runs.entries()) {
        insert.run(`row-${no}\u001B[5m`, `old \u202E ${no}`, 'not_running', createdAt);
      }
    },
  }).path;
  plan = join(dirname(registry), 'hostile.plan');
});
afterAll(() => server.close());

describe('names that would move the cursor, turn text around or run as a formula', { timeout: 30_000 }, () => {
  it('are escaped in the report of a plan', async () => {
    const { code, stdout, stderr } = await runlink('plan --out PLAN');
    expect({ code, raw: findRaw(stderr) }).toEqual({ code: 0, raw: null });
    expect(findRaw(stdout)).toBeNull();
    expect(stdout).toContain('\\x1b[');
  });

  it.each(['table', 'diff', 'markdown'])('are escaped in %s', async (format) => {
    const { stdout } = await runlink(`show PLAN --format ${format}`);
    expect(findRaw(stdout)).toBeNull();
    expect(stdout.length).toBeGreaterThan(500);
  });

  it('are told apart by what they really are when one row is shown', async () => {
    const rows = await readEntries();
    for (const { runId } of rows) {
      const { code, stdout } = await runInline(['show', plan, '--run', runId], { cwd: dirname(registry) });
      expect(code).toBe(0);
      expect(findRaw(stdout)).toBeNull();
    }
  });

  it('are neither tables nor tags in Markdown', async () => {
    const { stdout } = await runlink('show PLAN --format markdown');
    expect(stdout).not.toContain('<script');
    expect(stdout).not.toContain('](javascript:');
    const rows = stdout.split('\n').filter((line) => line.startsWith('| row-'));
    expect(new Set(rows.map((line) => line.match(/(?<!\\)\|/g)?.length)).size).toBe(1);
  });

  it('are no formulas in CSV, and come back from it as they were', async () => {
    const { stdout } = await runlink('show PLAN --format csv');
    const cells = (parse(stdout) as string[][]).slice(1).flat();
    const numbers = cells.filter((cell) => cell !== '' && !Number.isNaN(Number(cell)));
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell) && !numbers.includes(cell))).toEqual([]);
    expect(cells.join('\n')).toContain("'=HYPERLINK");
  });

  it('are whole in JSON, as escapes', async () => {
    const { stdout } = await runlink('show PLAN --format json');
    expect(findRaw(stdout)).toBeNull();
    const names = (await readEntries()).flatMap(({ candidates }) => candidates.map(({ displayName }) => displayName));
    expect(new Set(names)).toEqual(new Set(NAMES));
  });

  it('get into the registry as they are, and are escaped wherever it is read from', async () => {
    for (const { runId, decision, candidates } of await readEntries()) {
      if (decision === 'accepted') continue;
      const args = ['decide', plan, runId, '--choose', candidates[0]!.wandbRunId];
      const { stdout } = await runInline(args, { cwd: dirname(registry) });
      expect(findRaw(stdout)).toBeNull();
    }
    const lines = ['apply PLAN --yes', 'runs', 'runs --format json', 'log', 'log --json', 'status', 'verify', 'doctor'];
    for (const line of lines) {
      const { code, stdout, stderr } = await runlink(line);
      expect({ line, code, raw: findRaw(stdout + stderr) }).toEqual({ line, code: 0, raw: null });
    }
    const names = query(registry, 'SELECT run_name FROM training_runs') as { run_name: string }[]; // our own table
    expect(new Set(names.map(({ run_name: name }) => name))).toEqual(new Set(NAMES));
    const { stdout, stderr } = await runlink('rollback --all --yes');
    expect(findRaw(stdout + stderr)).toBeNull();
  });

  it('are escaped in errors', async () => {
    for (const args of [
      ['show', plan, '--run', 'no\u001B[2J'],
      ['status', '--registry', 'no\u202E.db'],
      ['no\u001B[2J'],
    ]) {
      const { code, stderr } = await runInline(args, { cwd: dirname(registry) });
      expect([1, 2]).toContain(code);
      expect(findRaw(stderr)).toBeNull();
    }
  });
});

interface Entry {
  readonly runId: string;
  readonly decision: string;
  readonly candidates: readonly { readonly wandbRunId: string; readonly displayName: string }[];
}

async function readEntries(): Promise<readonly Entry[]> {
  const { stdout } = await runlink('show PLAN --format json');
  return (JSON.parse(stdout) as { entries: Entry[] }).entries; // our own program's output
}
