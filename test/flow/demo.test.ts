import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTruth } from '../../fixtures/demo/load.ts';
import { query } from '../helpers/query.ts';
import { type CliResult, runRunlink } from '../helpers/run-cli.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const BAD_MATCH = readTruth().find(({ why }) => why === 'rolled-back-in-demo')!.run_id;

/** Paths of the checkout but what installing and building make, and what git keeps. */
function listCheckout(): readonly string[] {
  const skipped = ['node_modules', 'dist', '.git'];
  const walk = (folder: string): readonly string[] =>
    readdirSync(join(CHECKOUT, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (skipped.includes(entry.name)) return [];
      return entry.isDirectory() ? walk(path) : [path];
    });
  // Kinds of files that a demo could leave; sources may be edited while the tests run.
  return walk('.').filter((path) => /\.(db|plan|backup|json|log)$|-(wal|shm|journal|lock)$/.test(path));
}

describe('the demo', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'runlink-test-')), 'demo');
  let result: CliResult;
  let before: readonly string[];

  beforeAll(async () => {
    before = listCheckout();
    result = await runRunlink(['demo', '--out', folder], { cwd: tmpdir() });
  }, 600_000);

  it('ends well and says what it made', () => {
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 0 });
    const made = readdirSync(folder).sort();
    expect(result.stdout.trimEnd().split('\n').at(-1)).toBe(`made in ${folder}: ${made.join(', ')}`);
    expect(made).toEqual(expect.arrayContaining(['again.plan', 'backfill.plan', 'objectives.svg', 'training_runs.db']));
  });

  it('leaves nothing in the checkout', () => {
    expect(listCheckout()).toEqual(before);
  });

  it('shows each command line as a user would type it', () => {
    const verbs = [...result.stdout.matchAll(/^\$ runlink (\w+)/gm)].map((match) => match[1]);
    expect(verbs).toEqual(
      expect.arrayContaining(['doctor', 'plan', 'show', 'decide', 'apply', 'verify', 'rollback', 'runs', 'curves']),
    );
    expect(verbs.filter((verb) => verb === 'plan')).toHaveLength(2);
  });

  it('shows commands that a user can type again in its folder', async () => {
    const line = /^\$ runlink (runs .*)$/m.exec(result.stdout)![1]!;
    const again = await runRunlink(line.split(' '), { cwd: folder });
    expect(again.code).toBe(0);
    expect(result.stdout).toContain(again.stdout.trimEnd());
  });

  it('links, takes one bad match back, and does not propose it again', async () => {
    const registry = join(folder, 'training_runs.db');
    const events = query(registry, `SELECT event FROM runlink_ledger WHERE key_text = '${BAD_MATCH}' ORDER BY seq`);
    expect(events).toEqual([{ event: 'applied' }, { event: 'rolled-back' }]);
    const [row] = query(registry, `SELECT wandb_run_id FROM training_runs WHERE run_id = '${BAD_MATCH}'`);
    expect(Object.values(row as object)[0] ?? '').toBe('');
    const shown = await runRunlink(['show', 'again.plan', '--run', BAD_MATCH, '--json'], { cwd: folder });
    expect(JSON.parse(shown.stdout)).toMatchObject({ entries: [{ runId: BAD_MATCH, wandbRunId: null }] });
  });

  it('ends with the objectives of the MGDA runs that were just linked, as a picture and in the terminal', () => {
    const picture = readFileSync(join(folder, 'objectives.svg'), 'utf8');
    for (const objective of ['COMT', 'BBB', 'DECO', 'JNK3']) expect(picture).toContain(`>objective_${objective}<`);
    const linked = query(
      join(folder, 'training_runs.db'),
      "SELECT count(*) AS n FROM training_runs WHERE gradient_method = 'mgda' AND wandb_run_id <> ''",
    );
    const drawn = Number(/gradient_method=mgda: (\d+) runs/.exec(picture)![1]);
    expect(drawn).toBeGreaterThan(22); // which were linked before
    expect(drawn).toBeLessThanOrEqual((linked as { n: number }[])[0]!.n);
    expect(result.stdout).toMatch(/│ *[\u2801-\u28ff]+/);
  });

  it('refuses a folder in which something is', async () => {
    const again = await runRunlink(['demo', '--out', folder], { cwd: tmpdir() });
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/the demo needs an empty folder, and .* holds \d+ files/);
  });

  it('stops after the step that runs when it is asked to, and at once when it is asked twice', async () => {
    const once = await interrupt(1);
    expect(once.code).toBe(130);
    expect(once.stderr).toMatch(/error: the demo was stopped at "/);
    expect(once.stderr).toMatch(/hint: .*runlink demo/);
    const twice = await interrupt(2);
    expect(twice.code).toBe(130);
    expect(twice.stderr).not.toContain('error:');
    expect(twice.stdout).not.toContain('Registry  ');
  });
});

/** Sends so many Ctrl-C to the demo, but not to its steps, as soon as the first step is shown. */
async function interrupt(times: number): Promise<CliResult> {
  const folder = join(mkdtempSync(join(tmpdir(), 'runlink-test-')), 'demo');
  let group: number | undefined;
  try {
    return await new Promise((done, fail) => {
      const args = [join(CHECKOUT, 'src/cli.ts'), 'demo', '--out', folder];
      // A process group of its own, so that a step that outlives the demo can be ended.
      const child = spawn(process.execPath, args, { cwd: tmpdir(), detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      group = child.pid;
      let [stdout, stderr, sent] = ['', '', 0];
      const send = (): void => {
        if (sent === times) return;
        sent += 1;
        child.kill('SIGINT');
      };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (sent === 0 && stdout.includes('$ runlink ')) send();
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
        if (text.includes('once more to stop at once')) send();
      });
      child.on('error', fail);
      child.on('exit', (code, signal) => done({ code, signal, stdout, stderr }));
    });
  } finally {
    if (group !== undefined) endGroup(group);
  }
}

function endGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody of it is left.
  }
}
