import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { startServer } from '../../fixtures/server/server.ts';
import { EXIT_CODES } from '../../src/errors.ts';
import { acquireLock } from '../../src/registry/lock.ts';
import { query, write } from '../helpers/query.ts';
import { FULL_TABLE_SQL, fillRows, makeRegistry, type RegistryFile } from '../helpers/registry.ts';
import { makeRegistryPlan, pairRows } from '../helpers/registry-plan.ts';
import { type CliOptions, type CliResult, runRunlink } from '../helpers/run-cli.ts';
import { type InlineResult, runInline } from '../helpers/run-inline.ts';
import { buildProject, buildServedRuns, runName } from '../helpers/wandb.ts';

interface Lab extends RegistryFile {
  readonly folder: string;
  readonly plan: string;
}

/** Rows `run-0001`… with a plan that accepts a run for each of them. */
async function makeLab(rows = 3, ambiguous: readonly string[] = []): Promise<Lab> {
  const registry = makeRegistry({ fill: fillRows(rows) });
  const plan = await makeRegistryPlan(registry.path, { runsByKey: pairRows(rows), ambiguous });
  return { ...registry, folder: dirname(plan), plan };
}

function run(
  { path, folder }: Pick<Lab, 'path' | 'folder'>,
  args: readonly string[],
  options: Partial<CliOptions> = {},
) {
  return runRunlink(args, { cwd: folder, ...options, env: { RUNLINK_REGISTRY: path, ...options.env } });
}

/** The same in this process, for what only comes before or after the process whose code is looked at. */
function runHere({ path, folder }: Pick<Lab, 'path' | 'folder'>, args: readonly string[]): Promise<InlineResult> {
  return runInline(args, { cwd: folder, env: { RUNLINK_REGISTRY: path } });
}

/** Code, and an error that says the fact on one line and what to do next on another. */
function expectError({ code, stderr }: CliResult | InlineResult, expected: number, words: readonly RegExp[]): void {
  expect({ code, stderr }).toMatchObject({ code: expected });
  expect(stderr).toMatch(/^error: /m);
  expect(stderr).toMatch(/^hint: \S.*\S$/m);
  expect(stderr).not.toMatch(/\n {4}at /);
  for (const pattern of words) expect(stderr).toMatch(pattern);
}

function countLinked(path: string): unknown {
  const names = query(path, "SELECT name FROM pragma_table_info('training_runs')").map(
    (row) => Object.values(row as object)[0],
  );
  if (!names.includes('wandb_run_id')) return 0;
  return Object.values(query(path, 'SELECT count(wandb_run_id) FROM training_runs')[0] as object)[0];
}

let server: ServerHandle;
let wandb: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startServer({ project: buildProject(buildServedRuns(40, 3600)) });
  wandb = {
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
    WANDB_ENTITY: 'lab',
    WANDB_PROJECT: 'molecules',
  };
});
afterAll(() => server.close());

describe('exit code 0', () => {
  it('means done, and again nothing to do', async () => {
    const lab = await makeLab();
    expect((await run(lab, ['apply', lab.plan, '--yes'])).code).toBe(0);
    const again = await run(lab, ['apply', lab.plan, '--yes']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('Nothing to do');
  });

  it('means help was asked for and given', async () => {
    const lab = await makeLab(1);
    const { code, stdout, stderr } = await run(lab, ['apply', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--require-decisions');
  });
});

describe('exit code 1', () => {
  it('means a failure that is explained: no registry there, with the file that was probably meant', async () => {
    const lab = await makeLab();
    const result = await run(lab, ['status', '--registry', 'trainin_runs.db']);
    expectError(result, EXIT_CODES.failure, [
      /there is no registry at ".*trainin_runs\.db"/,
      /Did you mean ".*training_runs\.db"/,
    ]);
  });

  it('means that more would be written than --max-changes allows', async () => {
    const lab = await makeLab();
    const result = await run(lab, ['apply', lab.plan, '--yes', '--max-changes', '2']);
    expectError(result, EXIT_CODES.failure, [/would write 3 rows, and --max-changes allows 2/, /Nothing was written/]);
    expect(countLinked(lab.path)).toBe(0);
  });
});

describe('exit code 2', () => {
  it.each([
    ['an unknown verb', ['aply'], [/unknown command 'aply'/, /Did you mean apply\?/]],
    ['an unknown flag', ['apply', 'PLAN', '--dry-run'], [/unknown option '--dry-run'/]],
    ['a value of the wrong kind', ['runs', '--limit', 'many'], [/'many' is invalid/, /whole number/]],
    [
      'a plan that is not there',
      ['show', 'nothing.plan'],
      [/there is no plan nothing\.plan/, /runlink plan --registry/],
    ],
    ['no registry', ['status'], [/no registry was named: expected --registry FILE or RUNLINK_REGISTRY/]],
    [
      'no project',
      ['plan', '--registry', 'REGISTRY', '--out', 'new.plan'],
      [/no W&B project is named/, /--project ENTITY\/PROJECT/],
    ],
  ])('means %s', async (_what, args, words) => {
    const lab = await makeLab(1);
    const named = args.map((arg) => ({ PLAN: lab.plan, REGISTRY: lab.path })[arg] ?? arg);
    const result = await run(lab, named, { env: { RUNLINK_REGISTRY: '' } });
    expectError(result, EXIT_CODES.usage, words);
    expect(result.stdout).toBe('');
  });
});

describe('exit code 3', () => {
  /** A row that says everything that one of the runs says. */
  function makeLinkable(): Lab {
    const registry = makeRegistry({
      tableSql: FULL_TABLE_SQL,
      fill: (db) => db.prepare("INSERT INTO training_runs (run_id, wandb_run_id) VALUES ('mine', ?)").run(runName(7)),
    });
    return { ...registry, folder: dirname(registry.path), plan: join(dirname(registry.path), 'new.plan') };
  }

  it('means that the plan has changes, where that was asked for; 0 that it has none', async () => {
    const lab = makeLinkable();
    const args = ['plan', '--out', lab.plan, '--detailed-exitcode'];
    const nothing = await run(lab, args, { env: wandb });
    expect({ code: nothing.code, stderr: nothing.stderr }).toMatchObject({ code: 0 });
    const demo = await makeChangingPlan();
    expect({ code: demo.code, stderr: demo.stderr }).toMatchObject({ code: EXIT_CODES.changes });
    expect(demo.stdout).toContain('Next:');
  });

  /** Rows that copy id, time and settings of their runs. */
  async function makeChangingPlan(): Promise<CliResult> {
    const registry = makeRegistry({
      tableSql:
        'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, run_name TEXT, created_at TEXT, loss REAL)',
      fill: (db) => {
        const insert = db.prepare('INSERT INTO training_runs VALUES (?, NULL, ?, ?, NULL)');
        for (const { name, displayName, createdAt } of buildServedRuns(40, 3600))
          insert.run(`row-${name}`, displayName, createdAt);
      },
    });
    const folder = dirname(registry.path);
    return await run({ path: registry.path, folder }, ['plan', '--out', 'new.plan', '--detailed-exitcode'], {
      env: wandb,
    });
  }
});

describe('exit code 4', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await makeLab();
  });

  function copyPlan(name: string): string {
    const path = join(lab.folder, name);
    copyFileSync(lab.plan, path);
    return path;
  }

  async function expectRefused(plan: string, words: readonly RegExp[]): Promise<void> {
    expectError(await runHere(lab, ['show', plan]), EXIT_CODES.planRefused, words);
    expectError(await run(lab, ['apply', plan, '--yes']), EXIT_CODES.planRefused, words);
    expect(countLinked(lab.path)).toBe(0);
  }

  it('means a plan that was cut off', async () => {
    const plan = copyPlan('cut.plan');
    truncateSync(plan, 3 * 4096);
    await expectRefused(plan, [/is damaged/, /Make the plan again/]);
  });

  it('means a plan in which one bit is another', async () => {
    const plan = copyPlan('flipped.plan');
    const bytes = readFileSync(plan);
    const at = bytes.lastIndexOf('w0000002');
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(plan, bytes);
    await expectRefused(plan, [
      /was changed after it was sealed: expected [0-9a-f]{12}, found [0-9a-f]{12}|is damaged/,
    ]);
  });

  it('means a plan of a newer format', async () => {
    const plan = copyPlan('newer.plan');
    write(plan, 'PRAGMA user_version = 99');
    await expectRefused(plan, [/99/, /newer/]);
  });

  it('means a plan that is none', async () => {
    const plan = join(lab.folder, 'notes.txt');
    writeFileSync(plan, 'not a plan at all\n'.repeat(100));
    await expectRefused(plan, [/notes\.txt/, /no(t a)? plan/]);
  });

  it('means a plan that another registry was the ground of', async () => {
    const other = makeRegistry({ tableSql: FULL_TABLE_SQL, fill: fillRows(3) });
    const result = await run(lab, ['apply', lab.plan, '--registry', other.path, '--yes']);
    expectError(result, EXIT_CODES.planRefused, [
      /not for this registry: found definition \w+ in .*, expected definition \w+ of/,
    ]);
    expect(countLinked(other.path)).toBe(0);
  });

  it('means a plan that was listed and never sealed', async () => {
    const registry = makeRegistry({
      tableSql:
        'CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT, run_name TEXT, created_at TEXT)',
      fill: (db) => {
        const insert = db.prepare('INSERT INTO training_runs VALUES (?, NULL, ?, ?)');
        for (const { name, displayName, createdAt } of buildServedRuns(40, 3600))
          insert.run(`row-${name}`, displayName, createdAt);
      },
    });
    const own = { ...registry, folder: dirname(registry.path) };
    const refusal = await run(own, ['plan', '--out', 'draft.plan', '--max-changes', '0'], { env: wandb });
    expectError(refusal, EXIT_CODES.failure, [/would change \d+ rows, and --max-changes allows 0/]);
    const result = await run(own, ['apply', 'draft.plan', '--yes']);
    expectError(result, EXIT_CODES.planRefused, [/is no plan yet/, /runlink plan/]);
  });

  it('means a finished plan that plan was told to write over', async () => {
    const result = await run(lab, ['plan', '--out', lab.plan], { env: wandb });
    expectError(result, EXIT_CODES.planRefused, [/is a finished plan and is not overwritten/, /--out/]);
  });
});

describe('exit code 5', () => {
  it('means rows that changed since the plan: left alone, listed, the rest written', async () => {
    const lab = await makeLab();
    write(lab.path, "UPDATE training_runs SET run_name = 'renamed' WHERE run_id = 'run-0002'");
    const { code, stdout } = await run(lab, ['apply', lab.plan, '--yes']);
    expect(code).toBe(EXIT_CODES.conflict);
    expect(stdout).toMatch(/2 rows written/);
    expect(stdout).toMatch(/run-0002 → w0000002 \(drift\): .*run_name/);
    expect(countLinked(lab.path)).toBe(2);
  });

  it('means a run that another row has taken meanwhile', async () => {
    const lab = await makeLab();
    await runHere(lab, ['link', 'run-0001', 'w0000003', '--offline', '--project', 'lab/molecules']);
    const { code, stdout } = await run(lab, ['apply', lab.plan, '--yes']);
    expect(code).toBe(EXIT_CODES.conflict);
    expect(stdout).toMatch(/run-0003 → w0000003 \((taken|run-taken)\): .*run-0001/);
    expect(countLinked(lab.path)).toBe(2);
  });

  it('means a row that does not say what the ledger says', async () => {
    const lab = await makeLab();
    await runHere(lab, ['apply', lab.plan, '--yes']);
    write(lab.path, "UPDATE training_runs SET wandb_run_id = 'another' WHERE run_id = 'run-0002'");
    const { code, stdout } = await run(lab, ['verify']);
    expect(code).toBe(EXIT_CODES.conflict);
    expect(stdout).toMatch(/run-0002: .*another/);
  });

  it('means a rollback of a row that was edited since, which is left alone', async () => {
    const lab = await makeLab();
    await runHere(lab, ['apply', lab.plan, '--yes']);
    write(lab.path, "UPDATE training_runs SET run_name = 'mine' WHERE run_id = 'run-0001'");
    const { code, stdout } = await run(lab, ['rollback', 'run-0001', '--yes']);
    expect(code).toBe(EXIT_CODES.conflict);
    expect(stdout).toMatch(/run_name/);
    expect(stdout).toMatch(/--keep-edited/);
    expect(countLinked(lab.path)).toBe(3);
  });

  it('means a link over another link without --replace', async () => {
    const lab = await makeLab();
    await runHere(lab, ['apply', lab.plan, '--yes']);
    const result = await run(lab, ['link', 'run-0001', 'zzz', '--offline', '--project', 'lab/molecules']);
    expectError(result, EXIT_CODES.conflict, [
      /row "run-0001" is linked to run w0000001 already, not to zzz/,
      /--replace/,
    ]);
  });
});

describe('exit code 6', () => {
  it('names the invocation that holds the lock', async () => {
    const lab = await makeLab();
    const lock = acquireLock(lab.path, { command: 'apply other.plan', now: () => 0 });
    try {
      const result = await run(lab, ['apply', lab.plan, '--yes', '--lock-timeout', '0']);
      expectError(result, EXIT_CODES.locked, [
        new RegExp(
          `locked by "runlink apply other\\.plan" \\(pid ${process.pid} on .*, since 1970-01-01T00:00:00\\.000Z\\)`,
        ),
        /nothing needs to be unlocked/,
      ]);
    } finally {
      lock.release();
    }
    expect(countLinked(lab.path)).toBe(0);
    expect((await runHere(lab, ['apply', lab.plan, '--yes'])).code).toBe(0);
  });

  it('means that another program did not let go of the registry in time', async () => {
    const lab = await makeLab();
    const holder = spawn('python3', [
      '-c',
      "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()",
      lab.path,
    ]);
    try {
      await new Promise((held) => holder.stdout.once('data', held));
      const result = await run(lab, ['apply', lab.plan, '--yes', '--lock-timeout', '0.1']);
      expectError(result, EXIT_CODES.locked, [/another program has held the registry's lock/, /--lock-timeout/]);
    } finally {
      const ended = new Promise((done) => holder.once('close', done));
      holder.stdin.end();
      await ended;
    }
    expect((await runHere(lab, ['apply', lab.plan, '--yes'])).code).toBe(0);
  });
});

describe('exit code 7', () => {
  it('names the runs that W&B counts and does not list; apply refuses what there is', async () => {
    const lab = await makeLab(1);
    server.setFaults({ unlisted: [runName(3)] });
    try {
      const result = await run(lab, ['plan', '--out', 'partial.plan'], { env: wandb });
      expectError(result, EXIT_CODES.incomplete, [
        /incomplete.*W&B counts \d+, found \d+/,
        /Run the same command again/,
      ]);
    } finally {
      server.setFaults({});
    }
    const refusal = await run(lab, ['apply', 'partial.plan', '--yes']);
    expectError(refusal, EXIT_CODES.incomplete, [/not complete/, /runlink plan/]);
    const resumed = await run(lab, ['plan', '--out', 'partial.plan', '--json'], { env: wandb });
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(resumed.stdout)).toMatchObject({ resumed: true, counts: { runs: 40 } });
  });
});

describe('exit code 8', () => {
  it('means undecided entries, before anything is written', async () => {
    const lab = await makeLab(3, ['run-0002']);
    const result = await run(lab, ['apply', lab.plan, '--require-decisions', '--yes']);
    expectError(result, EXIT_CODES.undecided, [/1 entry waits for a decision/, /runlink show .* --decision undecided/]);
    expect(countLinked(lab.path)).toBe(0);
    expect(existsSync(`${lab.path}.backup`)).toBe(false);
    expect((await runHere(lab, ['decide', lab.plan, 'run-0002', '--choose', 'w0000002'])).code).toBe(0);
    expect((await runHere(lab, ['apply', lab.plan, '--require-decisions', '--yes'])).code).toBe(0);
    expect(countLinked(lab.path)).toBe(3);
  });
});

describe('exit code 130', () => {
  it('stops a plan between two pages; the printed command goes on where it stopped', async () => {
    const lab = await makeLab(2);
    const slow = await startServer({ project: buildProject(buildServedRuns(60, 60)), latency: 60, pageLimit: 5 });
    const env = { ...wandb, WANDB_BASE_URL: slow.url };
    try {
      const stopped = await run(lab, ['plan', '--out', 'new.plan', '--concurrency', '1'], {
        env,
        onStart: (child) => interruptAt(child, /listing W&B runs: \d+ of 60/),
      });
      expectError(stopped, EXIT_CODES.stopped, [/every finished page is kept/]);
      const command = /Go on with: runlink (.*)/.exec(stopped.stderr)![1]!;
      expect(command).toBe('plan --out new.plan --concurrency 1');
      const asked = slow.requests().length;
      const resumed = await run(lab, [...command.split(' '), '--json'], { env });
      expect(JSON.parse(resumed.stdout)).toMatchObject({ resumed: true, counts: { runs: 60 } });
      expect(slow.requests().length - asked).toBeGreaterThan(0);
    } finally {
      await slow.close();
    }
  });

  it('stops an apply at a batch’s end; the printed command ends it with each row written once', async () => {
    const lab = await makeLab(3000);
    const stopped = await run(lab, ['apply', lab.plan, '--yes'], {
      onStart: (child) => interruptAt(child, /writing rows/),
    });
    expectError(stopped, EXIT_CODES.stopped, [/\d+ of 3000 rows were dealt with, in whole batches/]);
    const written = Number(/(\d+) of 3000 rows were dealt with/.exec(stopped.stderr)![1]);
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(3000);
    expect(countLinked(lab.path)).toBe(written);
    const command = /Go on with: runlink (.*)/.exec(stopped.stderr)![1]!;
    const resumed = await run(lab, [...command.split(' '), '--json']);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      written: 3000 - written,
      alreadyWritten: written,
      problems: [],
    });
    expect(query(lab.path, 'SELECT count(*) AS n, count(DISTINCT wandb_run_id) AS runs FROM training_runs')).toEqual([
      { n: 3000, runs: 3000 },
    ]);
  });

  it('ends a question that W&B never answers', async () => {
    const lab = await makeLab(1);
    const mute = await startServer({ project: buildProject([]), faults: { choose: () => 'stall' } });
    try {
      const result = await run(lab, ['link', 'run-0001', 'w0000001'], {
        env: { ...wandb, WANDB_BASE_URL: mute.url },
        onStart: async (child) => {
          while (mute.requests().length === 0) await new Promise((next) => setTimeout(next, 10));
          child.kill('SIGINT');
        },
      });
      expectError(result, EXIT_CODES.stopped, [
        /once more to stop at once/,
        /Go on with: runlink link run-0001 w0000001/,
      ]);
      expect(countLinked(lab.path)).toBe(0);
    } finally {
      await mute.close();
    }
  });
});

type Child = Parameters<NonNullable<CliOptions['onStart']>>[0];

/** The first Ctrl-C, as soon as stderr says this. */
function interruptAt(child: Child, words: RegExp): void {
  let said = '';
  const listen = (text: unknown): void => {
    said += String(text);
    if (!words.test(said)) return;
    child.stderr!.off('data', listen);
    child.kill('SIGINT');
  };
  child.stderr!.on('data', listen);
}
