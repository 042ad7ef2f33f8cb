import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultKind } from '../../fixtures/server/options.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { startServer } from '../../fixtures/server/server.ts';
import { makeFolder } from '../helpers/database.ts';
import { TABLE_SQL, makeRegistry } from '../helpers/registry.ts';
import { type CliResult, runRunlink } from '../helpers/run-cli.ts';
import { type InlineResult, runInline } from '../helpers/run-inline.ts';
import { buildProject, buildServedRuns } from '../helpers/wandb.ts';

const KEY = 'cafe1234deadbeef'.repeat(3);
const WRONG_KEY = 'bad0c0ffee5eed42'.repeat(3);
/** As they would stand in a header, in a URL, in a dump of bytes. */
const FORMS = [KEY, WRONG_KEY].flatMap((key) => [
  key,
  key.slice(4, 40),
  Buffer.from(`api:${key}`).toString('base64'),
  Buffer.from(key).toString('base64').replace(/=+$/, ''),
  Buffer.from(key).toString('hex'),
]);

let server: ServerHandle;
let folder: string;
const printed: string[] = [];

beforeAll(async () => {
  const runs = buildServedRuns(20, 3600);
  server = await startServer({ project: buildProject(runs), apiKey: KEY });
  folder = makeFolder();
  const registry = makeRegistry({
    tableSql: TABLE_SQL,
    fill: (db) => {
      const insert = db.prepare('INSERT INTO training_runs (run_id, run_name, created_at) VALUES (?, ?, ?)');
      for (const { name, displayName, createdAt } of runs) insert.run(`row-${name}`, displayName, createdAt);
    },
  });
  writeFileSync(join(folder, 'training_runs.db'), readFileSync(registry.path));
});
afterAll(() => server.close());

function buildEnv(): Readonly<Record<string, string>> {
  return {
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: KEY,
    WANDB_ENTITY: 'lab',
    WANDB_PROJECT: 'molecules',
    RUNLINK_REGISTRY: 'training_runs.db',
  };
}

async function runlink(line: string, env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const args = [...line.split(' '), '--log', 'runlink.log'];
  const result = await runRunlink(args, { cwd: folder, env: { ...buildEnv(), ...env } });
  printed.push(result.stdout, result.stderr);
  return result;
}

/** In this process, where the jitter of the waits between two tries is nothing. */
async function failWith(kind: FaultKind): Promise<InlineResult> {
  server.setFaults({ choose: () => kind, retryAfter: 0 });
  try {
    const args = ['plan', '--out', join(folder, `${kind}.plan`), '--log', 'runlink.log'];
    const result = await runInline(args, { cwd: folder, env: buildEnv() });
    printed.push(result.stdout, result.stderr);
    return result;
  } finally {
    server.setFaults({});
  }
}

/** Every file under the folder, whatever it is. */
function readFiles(path: string): readonly { readonly name: string; readonly bytes: Buffer }[] {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({ name, bytes: readFileSync(join(parentPath, name)) }));
}

it('is sent with every request, so the searches below are for the key that was used', async () => {
  expect((await runlink('doctor --json')).code).toBe(0);
  const header = `Basic ${Buffer.from(`api:${KEY}`).toString('base64')}`;
  const sent = server.requests().map(({ headers }) => headers['authorization']);
  expect(new Set(sent)).toEqual(new Set([header]));
});

it('stands in no file and no output of a whole life', async () => {
  const codes: (number | null)[] = [];
  const life = [
    'plan --out backfill.plan',
    'show backfill.plan',
    'show backfill.plan --format json',
    'decide backfill.plan row-r00003 --reject',
    'apply backfill.plan --yes',
    'verify --remote',
    'rollback row-r00004 --yes',
    'link row-r00004 r00004',
    'status --plan backfill.plan --json',
    'log --json',
    'runs',
  ];
  for (const line of life) codes.push((await runlink(line)).code);
  expect(codes).toEqual(life.map(() => 0));
  expectNowhere();
});

it('stands in no file and no output when it is the wrong one', async () => {
  for (const line of [
    'plan --out wrong.plan',
    'plan --out wrong.plan --json',
    'doctor',
    'doctor --json',
    'verify --remote',
  ]) {
    const { stdout, stderr } = await runlink(line, { WANDB_API_KEY: WRONG_KEY });
    expect(stdout + stderr).toMatch(/401/);
  }
  expectNowhere();
});

it('stands in no file and no output when it is malformed', async () => {
  for (const key of [WRONG_KEY.slice(0, 39), `${WRONG_KEY} x`, `${WRONG_KEY}\u00E9`]) {
    const { stderr } = await runlink('plan --out wrong.plan', { WANDB_API_KEY: key });
    expect(stderr).toMatch(/^error: /m);
    expect(stderr).not.toContain(key);
  }
  expectNowhere();
});

it('stands in no file and no output when it comes from a netrc, right or wrong', async () => {
  writeKeyFile(KEY);
  expect((await runlink('doctor', { WANDB_API_KEY: '', NETRC: join(folder, 'secrets', 'netrc') })).stdout).toContain(
    'fixture-user',
  );
  writeKeyFile(WRONG_KEY);
  const { stderr } = await runlink('plan --out wrong.plan', {
    WANDB_API_KEY: '',
    NETRC: join(folder, 'secrets', 'netrc'),
  });
  expect(stderr).toMatch(/401/);
  expectNowhere(['netrc']);
});

function writeKeyFile(key: string): void {
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  writeFileSync(join(folder, 'secrets', 'netrc'), `machine 127.0.0.1\n  login user\n  password ${key}\n`);
}

it.each<FaultKind>(['429', '500', '502', 'cut', 'reset'])(
  'stands in no file and no output when W&B answers by %s',
  async (kind) => {
    const { code, stderr } = await failWith(kind);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*127\.0\.0\.1/m);
    expectNowhere(['netrc']);
  },
);

function expectNowhere(except: readonly string[] = []): void {
  const files = readFiles(folder).filter(({ name }) => !except.includes(name));
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['runlink.log', 'training_runs.db']));
  const found = files.filter(({ bytes }) => FORMS.some((form) => bytes.includes(form))).map(({ name }) => name);
  expect(found).toEqual([]);
  expect(printed.filter((text) => FORMS.some((form) => text.includes(form)))).toEqual([]);
}
