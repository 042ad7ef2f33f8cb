import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { doctor } from '../../src/commands/doctor.ts';
import { renderDoctor } from '../../src/commands/doctor.render.ts';
import { UsageError } from '../../src/errors.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { insertRows, makeDatabase } from '../helpers/database.ts';
import { buildServedRuns, openTestSource, runName, withSource } from '../helpers/wandb.ts';

const REGISTRY = makeDatabase((db) => {
  db.exec(`CREATE TABLE jobs (job TEXT PRIMARY KEY, wandb_id TEXT, state TEXT, created TEXT, bs INTEGER, loss REAL);
    CREATE TRIGGER touch AFTER UPDATE ON jobs BEGIN SELECT 1; END`);
  insertRows(db, 'jobs', [
    { job: 'a', wandb_id: runName(1), state: 'DONE', created: '2024-03-01 00:00:00', bs: 8n, loss: 0.5 },
    { job: 'b', wandb_id: 'gone', state: 'DONE', created: '2024-03-01 00:01:00', bs: 8n, loss: 0.25 },
    { job: 'c\u001b[2J\u202e', wandb_id: null, state: 'RUNNING', created: '2024-03-01 00:02:00', bs: 16n, loss: null },
  ]);
});
const context = makeContext();

test('finds the registry, asks W&B who we are and how many runs there are, and looks up the links', async () => {
  const report = await withSource(buildServedRuns(3, 60), ({ source }) =>
    doctor({ context, source }, { registry: REGISTRY }),
  );
  expect(report.registry.states).toMatchObject({ rows: 3, linked: 2, unlinked: 1 });
  expect(report.wandb).toMatchObject({
    kind: 'reached',
    entity: 'lab',
    project: 'molecules',
    runs: 3,
    checked: 2,
    unknown: ['gone'],
  });
  expect(report.problems).toEqual([
    'apply will add wandb_url, run_name, started_at: an INSERT that lists no columns fails after that, and SELECT * returns more',
    '1 of 2 linked run ids is not in the project: gone',
    'trigger "touch" runs on UPDATE: it will run for each row that is linked',
  ]);
});

test('one run in several rows is a problem to look at', async () => {
  const registry = makeDatabase(`CREATE TABLE runs (run_id TEXT PRIMARY KEY, wandb_run_id TEXT);
    INSERT INTO runs VALUES ('a', 'w1'), ('b', 'w1'), ('c', 'w2')`);
  const { problems } = await doctor({ context }, { registry });
  expect(problems).toContain('1 W&B run stands in more than one row: w1');
});

describe('what fails at W&B is part of the report', () => {
  test('a source that could not be opened', async () => {
    const source = new UsageError('no project was named', { hint: 'name one' });
    const { wandb, problems } = await doctor({ context, source }, { registry: REGISTRY });
    expect(wandb).toEqual({ kind: 'failed', target: null, error: 'no project was named', hint: 'name one' });
    expect(problems).toContain('W&B could not be asked: no project was named');
  });

  test('a project that is not there', async () => {
    const report = await withSource([], async ({ server }) => {
      const source = openTestSource(server, {
        explicit: { baseUrl: server.url, entity: 'lab', project: 'nowhere', apiKey: server.apiKey },
      });
      try {
        return await doctor({ context, source }, { registry: REGISTRY });
      } finally {
        await source.close();
      }
    });
    expect(report.wandb).toMatchObject({ kind: 'reached', runs: null, checked: 0 });
    expect(report.problems.join('\n')).toMatch(/W&B shows no project lab\/nowhere as \w+/);
  });

  test('a server that is not there', async () => {
    const source = await withSource([], async ({ server }) => openTestSource(server));
    const { wandb } = await doctor({ context, source }, { registry: REGISTRY });
    await source.close();
    expect(wandb).toMatchObject({ kind: 'failed', target: expect.stringContaining('lab/molecules at http') });
  });
});

test('an unreadable registry or config is a failure', async () => {
  await expect(doctor({ context }, { registry: '/nowhere/runs.db' })).rejects.toThrow('there is no registry');
  const registry = makeDatabase('CREATE TABLE runs (run_id TEXT PRIMARY KEY)');
  writeFileSync(join(dirname(registry), 'runlink.json'), '{"tables": []}');
  await expect(doctor({ context }, { registry })).rejects.toThrow('runlink.json');
});

test('the report shows each part with its column and an example, escaped', async () => {
  const report = await withSource(buildServedRuns(3, 60), ({ source }) =>
    doctor({ context, source }, { registry: REGISTRY }),
  );
  const text = renderDoctor(report, PLAIN);
  expect(text).toContain(REGISTRY);
  expect(text).toMatch(/key +job +text +3\/3 +c\\x1b\[2J\\u\{202e\}/);
  expect(text).toMatch(/wandb_run_id +wandb_id +text +2\/3 +gone/);
  expect(text).toMatch(/wandb_url +\(apply adds it\)/);
  expect(text).toMatch(/final metric +loss +number +2\/3 +0\.25/);
  expect(text).toContain('rows: 3 = 2 linked + 0 with a synthetic name and no link + 1 others without a link');
  expect(text).toContain('running is "RUNNING", not running is "DONE"');
  expect(text).toContain('runs: 3');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\u202e');
});
