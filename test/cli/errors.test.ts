import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { startServer } from '../../fixtures/server/server.ts';
import { query } from '../helpers/query.ts';
import { fillRows, makeRegistry } from '../helpers/registry.ts';
import { makeRegistryPlan, pairRows } from '../helpers/registry-plan.ts';
import { type InlineOptions, type InlineResult, runInline } from '../helpers/run-inline.ts';
import { runRunlink } from '../helpers/run-cli.ts';
import { buildProject, buildServedRuns } from '../helpers/wandb.ts';

let server: ServerHandle;
let folder: string;
let registry: string;
let plan: string;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startServer({ project: buildProject(buildServedRuns(10, 60)) });
  registry = makeRegistry({ fill: fillRows(3) }).path;
  folder = dirname(registry);
  plan = await makeRegistryPlan(registry, { runsByKey: pairRows(3) });
  env = {
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
    WANDB_ENTITY: 'lab',
    WANDB_PROJECT: 'molecules',
    RUNLINK_REGISTRY: registry,
  };
  writeFileSync(join(folder, 'text.db'), 'this is no database, but it is longer than a header of one\n'.repeat(4));
  writeFileSync(join(folder, 'other.csv'), 'name,score\nada,1\n');
  writeFileSync(join(folder, 'ragged.csv'), 'digest,run_id,decision,wandb_run_id\na,b\n');
  writeFileSync(join(folder, 'foreign.csv'), 'digest,run_id,decision,wandb_run_id\nffff,run-0001,accepted,w0000001\n');
  writeFileSync(join(folder, 'typo.json'), '{"tabel": "training_runs"}');
});
afterAll(() => server.close());

/** FOLDER and PLAN stand for the real paths. */
function runlink(line: string, options: Partial<InlineOptions> = {}): Promise<InlineResult> {
  const words: Readonly<Record<string, string>> = { PLAN: plan, FOLDER: folder };
  const args = line.split(' ').map((word) => words[word] ?? word.replace(/^FOLDER\//, `${folder}/`));
  return runInline(args, { cwd: folder, ...options, env: { ...env, ...options.env } });
}

describe('a mistake at the command line', () => {
  it.each<readonly [string, number, string, string]>([
    ['doctor --registry FOLDER/text.db', 1, 'text.db" is not an SQLite database', 'path of the registry itself'],
    ['doctor --registry FOLDER', 1, 'is a folder, expected an SQLite file', 'Did you mean'],
    ['status --registry nothing.db', 1, 'there is no registry at', 'Did you mean'],
    ['status --config typo.json', 1, 'Unrecognized key: "tabel"', 'Known keys: table, columns'],
    ['status --config nothing.json', 1, 'there is no config file at', '--config FILE'],
    ['status --plan nothing.plan', 2, 'there is no plan nothing.plan', 'runlink plan --registry'],
    ['plan', 2, 'no plan file was named: expected --out PLAN', '--out backfill.plan'],
    ['plan --out new.plan --base-url w&b', 2, 'found "w&b" in the options, expected an address', 'WANDB_BASE_URL'],
    ['plan --out new.plan --project lab/nobody', 1, 'W&B project lab/nobody: not found or no access', 'spelling'],
    ['plan --out FOLDER/no/new.plan', 2, 'the folder of', 'Make the folder first'],
    [
      'plan --out new.plan --base-url http://127.0.0.1:1',
      1,
      'no server listens at 127.0.0.1:1 (ECONNREFUSED)',
      'network',
    ],
    ['show PLAN --run nobody', 2, 'row "nobody" is not in plan', 'List the rows: runlink show'],
    ['show PLAN --format html5', 2, "'html5' is invalid. Allowed choices are table", 'runlink VERB --help'],
    ['decide PLAN', 2, 'expected exactly one of --accept, --reject', 'For example'],
    ['decide PLAN --accept', 2, 'no row was named', 'Name the rows after the plan'],
    ['decide PLAN run-0001 --all-above 0.9', 2, '1 rows were named, and this option takes none', 'Leave the rows out'],
    ['decide PLAN --all-above 0.4', 2, 'expected more than 0.5', 'one by one'],
    ['decide PLAN nobody --accept', 2, 'row "nobody" is not in this plan', 'runlink show'],
    [
      'decide PLAN run-0001 --choose w9',
      2,
      'run "w9" chosen for row "run-0001" is not among the listed runs',
      'runlink show',
    ],
    ['decide PLAN run-0001 --choose w0000002', 5, 'is taken by row "run-0002"', 'Reject the other row first'],
    [
      'decide PLAN --import nothing.csv',
      2,
      'the decisions nothing.csv cannot be read',
      'runlink show PLAN --format csv',
    ],
    [
      'decide PLAN --import FOLDER/other.csv',
      2,
      'lack the column digest, run_id, decision, wandb_run_id; found name, score',
      'Start from',
    ],
    ['decide PLAN --import FOLDER/ragged.csv', 2, 'the decisions are no CSV: Invalid Record Length', 'comma-separated'],
    [
      'decide PLAN --import FOLDER/foreign.csv',
      4,
      'line 2: expected a decision about plan',
      'Export the decisions of this plan',
    ],
    ['rollback', 2, 'expected RUN_IDs, --plan ID or --all, exactly one of them; found 0', 'runlink rollback RUN_ID'],
    ['rollback nobody --yes', 2, 'runlink never wrote row "nobody"', 'runlink log'],
    ['rollback --plan nobody --yes', 2, 'the ledger has no entry of plan "nobody"', 'applied'],
    ['link nobody w0000001', 2, 'has no row whose "run_id" or name is "nobody"', 'after it has inserted it'],
    ['link run-0001 nobody', 5, 'W&B has no run nobody in lab/molecules', 'Check the id'],
    [
      'link run-0001 other/project/w1',
      2,
      'is in other/project, and the project is lab/molecules',
      '--project other/project',
    ],
    ['runs --where nonsense=1', 2, 'has no column "nonsense"', 'Its columns: run_id'],
    ['runs --where nonsense', 2, 'cannot read the condition "nonsense": expected COLUMN=VALUE', 'for example'],
    ['runs --order nonsense', 2, 'has no column "nonsense"', 'Its columns'],
    ['log --last few', 2, "'few' is invalid. expected a whole number", '--help'],
    ['help nonsense', 2, 'there is no help on "nonsense"', 'Topics: configuration'],
    ['demo --out FOLDER', 1, 'the demo needs an empty folder', 'Name another folder'],
  ])('runlink %s: exit %i, the fact and what to do next', async (...[line, code, fact, hint]) => {
    const result = await runlink(line);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
    expect(result.stderr).toMatch(/^error: /m);
    expect(/^error: ([\s\S]*?)^hint: /m.exec(result.stderr)?.[1]).toContain(fact);
    expect(/^hint: ([\s\S]*)/m.exec(result.stderr)?.[1]).toContain(hint);
    expect(result.stderr).not.toMatch(/\n {4}at |undefined|\[object/);
  });

  it.each(['status --registry nothing.db', 'plan --out new.plan --concurency 3', 'apply nothing.plan --yes'])(
    'is one JSON object on stderr, and nothing on stdout, for: %s --json',
    async (line) => {
      const { code, stdout, stderr } = await runlink(`${line} --json`);
      expect(stdout).toBe('');
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(JSON.parse(stderr)).toEqual({
        error: { code, message: expect.stringMatching(/\w+ \w+/), hint: expect.stringMatching(/\w+ \w+/) },
      });
    },
  );

  it.each<readonly [string, Readonly<Record<string, string>>, RegExp]>([
    ['none', { WANDB_API_KEY: '' }, /did not let us in without an API key/],
    ['a wrong one', { WANDB_API_KEY: 'f'.repeat(40) }, /did not let us in with the API key from WANDB_API_KEY/],
    ['half of one', { WANDB_API_KEY: 'f'.repeat(20) }, /key from WANDB_API_KEY has 20 characters, expected 40 or more/],
  ])('with the API key, %s, is told with where it is to be found', async (_what, own, fact) => {
    const { code, stderr } = await runlink('plan --out new.plan', { env: own });
    expect([1, 2]).toContain(code);
    expect(stderr).toMatch(fact);
    expect(stderr).toMatch(/^hint: .*\/authorize/m);
    expect(stderr).not.toContain('f'.repeat(20));
  });

  it('is no end of doctor, which says what it found and what stands in the way of the rest', async () => {
    const { code, stdout } = await runlink('doctor', { env: { WANDB_API_KEY: 'f'.repeat(40) } });
    expect(code).toBe(0);
    expect(stdout).toContain('training_runs');
    expect(stdout).toMatch(/did not let us in with the API key from WANDB_API_KEY/);
  });
});

describe('a question before writing', () => {
  const terminal = { in: true, out: true, err: true };
  const countLinked = (): unknown =>
    query(registry, "SELECT count(*) AS n FROM pragma_table_info('training_runs') WHERE name = 'wandb_run_id'");

  it('is never asked where nobody can answer: the preview is shown and --yes is named', async () => {
    const before = countLinked();
    const { code, asked, stderr } = await runlink('apply PLAN');
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    expect(stderr).toContain('3 rows to write');
    expect(stderr).toMatch(/^hint: Add --yes/m);
    expect(countLinked()).toEqual(before);
  });

  it.each(['', 'n', 'no', 'ja', 'yikes'])('is answered by %j as no: nothing is written', async (answer) => {
    const before = countLinked();
    const { code, asked, stderr } = await runlink('apply PLAN', { terminal, answer });
    expect({ code, asked }).toEqual({ code: 0, asked: ['Write 3 rows? [y/N] '] });
    expect(stderr).toContain('nothing was written');
    expect(countLinked()).toEqual(before);
  });

  it('is answered by y as yes, for apply and for rollback', async () => {
    expect((await runlink('apply PLAN', { terminal, answer: 'y' })).code).toBe(0);
    const { code, asked, stdout } = await runlink('rollback --all', { terminal, answer: 'yes' });
    expect({ code, asked: asked.length }).toEqual({ code: 0, asked: 1 });
    expect(stdout).toContain('3 matches rolled back');
  });

  it('is not asked where there is nothing to do', async () => {
    const { code, asked } = await runlink('rollback --all', { terminal });
    expect({ code, asked }).toEqual({ code: 0, asked: [] });
  });
});

describe('colour', () => {
  const ESCAPE = '\u001B[';
  const onTerminal = { in: true, out: true, err: true };

  it.each<readonly [string, boolean, Readonly<Record<string, string>>, boolean, string]>([
    ['', false, {}, false, 'a pipe'],
    ['', true, {}, true, 'a terminal'],
    ['', true, { TERM: 'dumb' }, false, 'a dumb terminal'],
    ['', true, { NO_COLOR: '1' }, false, 'NO_COLOR on a terminal'],
    ['', true, { NO_COLOR: '' }, true, 'an empty NO_COLOR, which counts as none'],
    ['', false, { FORCE_COLOR: '1' }, true, 'FORCE_COLOR in a pipe'],
    ['', true, { FORCE_COLOR: '0' }, false, 'FORCE_COLOR=0'],
    ['', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false, 'NO_COLOR, which is stronger than FORCE_COLOR'],
    [' --color always', false, { NO_COLOR: '1' }, true, '--color always, which is stronger than NO_COLOR'],
    [' --color never', true, { FORCE_COLOR: '1' }, false, '--color never'],
  ])('%s: with terminal %s and %j it is %s (%s)', async (...[option, isTerminal, own, expected]) => {
    const terminal = isTerminal ? onTerminal : {};
    for (const line of ['show PLAN', 'status', 'runs']) {
      const { code, stdout } = await runlink(`${line}${option}`, { env: own, terminal });
      expect(code).toBe(0);
      expect({ line, coloured: stdout.includes(ESCAPE) }).toEqual({ line, coloured: expected });
    }
  });

  it('never gets into JSON, CSV and Markdown', async () => {
    for (const format of ['json', 'csv', 'markdown']) {
      const { stdout } = await runlink(`show PLAN --color always --format ${format}`);
      expect(stdout).not.toContain(ESCAPE);
    }
  });

  it('and progress bars stay out of a real pipe', async () => {
    const { stdout, stderr, code } = await runRunlink(['doctor'], { cwd: folder, env });
    expect(code).toBe(0);
    expect([ESCAPE, '\r'].filter((mark) => `${stdout}${stderr}`.includes(mark))).toEqual([]);
  });
});
