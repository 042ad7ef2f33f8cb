import { expect, test } from 'vitest';
import { refreshLinks } from '../../src/commands/refresh.ts';
import { renderRefresh } from '../../src/commands/refresh.render.ts';
import { rollbackMatch } from '../../src/commands/rollback.ts';
import { verifyRegistry } from '../../src/commands/verify.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { query, write } from '../helpers/query.ts';
import { openRefreshLab, rowKey, runId } from '../helpers/refresh-lab.ts';
import type { RefreshLab } from '../helpers/refresh-lab.ts';
import { buildServedRun, FIRST_SECOND } from '../helpers/wandb.ts';

const PAGE = { style: PLAIN, width: 100 };
const END = '2024-03-01T02:00:00Z';
const FINISHED = { state: 'finished', heartbeatAt: END };

async function expectQuiet({ path, context }: RefreshLab): Promise<void> {
  expect(await verifyRegistry({ context }, { registry: path })).toMatchObject({ problems: [], exitCode: 0 });
}

test('a dry run says what W&B says of the linked rows and writes nothing; with apply it is written, and then all is quiet', async () => {
  const lab = await openRefreshLab();
  for (const no of [1, 2, 3]) await lab.link(no);
  lab.server.updateRun(runId(1), FINISHED);
  lab.server.updateRun(runId(2), { displayName: 'renamed-by-hand' });
  const before = query(lab.path, 'SELECT * FROM training_runs');
  const dry = await lab.refresh();
  expect(dry).toMatchObject({ asked: 3, applied: false, written: 0, unchanged: 1, left: [], gone: [], exitCode: 0 });
  expect(dry.changes.map(({ keyText, events, changed }) => [keyText, events, changed])).toEqual([
    [rowKey(1), ['ended'], ['status', 'finished_at', 'duration_seconds']],
    [rowKey(2), ['renamed'], ['run_name']],
  ]);
  expect(query(lab.path, 'SELECT * FROM training_runs')).toEqual(before);
  expect(renderRefresh(dry, PAGE)).toContain('finished_at       NULL → "2024-03-01T02:00:00Z"');

  expect(await lab.refresh({ apply: true })).toMatchObject({ written: 2, unchanged: 1, exitCode: 0 });
  expect(lab.row(1)).toMatchObject({ status: 'not_running', finished_at: END, duration_seconds: 12.5 });
  expect(lab.row(2)).toMatchObject({ status: 'running', run_name: 'renamed-by-hand', finished_at: null });
  await expectQuiet(lab);
  expect(await lab.refresh({ apply: true })).toMatchObject({ changes: [], written: 0, unchanged: 3 });
  expect(query(lab.path, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 5 }]);
});

test('a link that was written offline is completed, and told from one whose run W&B has never had', async () => {
  const lab = await openRefreshLab();
  await lab.link(1, true);
  await lab.link(2, true);
  lab.server.deleteRun(runId(2));
  expect(lab.row(1)).toMatchObject({ run_name: 'hop_bs96_i-1', started_at: null });
  const report = await lab.refresh({ apply: true, running: true });
  expect(report.changes).toMatchObject([{ keyText: rowKey(1), events: ['completed'] }]);
  expect(report.gone).toMatchObject([{ keyText: rowKey(2), kind: 'unknown' }]);
  expect(lab.row(1)).toMatchObject({ run_name: `run-${runId(1)}`, started_at: '2024-03-01T00:00:00Z' });
  await expectQuiet(lab);
});

test('runs that were deleted, moved or not listed yet are told apart, and every link stays', async () => {
  const other = { project: 'archive', runs: [buildServedRun(runId(2), FIRST_SECOND + 2)] };
  const lab = await openRefreshLab({ otherProjects: [other] });
  for (const no of [1, 2, 3]) await lab.link(no);
  lab.server.deleteRun(runId(1));
  lab.server.deleteRun(runId(2));
  lab.server.setFaults({ unlisted: [runId(3)] });
  lab.server.updateRun(runId(3), FINISHED);
  write(lab.path, `UPDATE training_runs SET wandb_run_id = 'elsewhere' WHERE run_id = '${rowKey(4)}'`);
  write(
    lab.path,
    `UPDATE training_runs SET wandb_url = 'https://wandb.ai/lab/other/runs/elsewhere' WHERE run_id = '${rowKey(4)}'`,
  );
  const links = (): unknown => query(lab.path, 'SELECT run_id, wandb_run_id, wandb_url FROM training_runs');
  const before = links();
  const report = await lab.refresh({ apply: true });
  expect(report.gone).toMatchObject([
    { keyText: rowKey(1), kind: 'deleted' },
    { keyText: rowKey(2), kind: 'moved', words: expect.stringContaining('lab/archive has a run of this id') },
  ]);
  expect(report).toMatchObject({ asked: 3, elsewhere: { 'lab/other': 1 }, written: 1, exitCode: 0 });
  expect(lab.row(3)).toMatchObject({ status: 'not_running' });
  expect(links()).toEqual(before);
  expect(renderRefresh(report, PAGE)).toContain('2 runs are not there; the links stay:');
});

test('a run that is resumed loses the end that a refresh wrote, gets its new one, and keeps one that somebody else wrote', async () => {
  const lab = await openRefreshLab();
  await lab.link(1);
  await lab.link(2);
  write(lab.path, `UPDATE training_runs SET finished_at = '2024-03-01T01:00:00Z' WHERE run_id = '${rowKey(2)}'`);
  for (const no of [1, 2]) lab.server.updateRun(runId(no), FINISHED);
  await lab.refresh({ apply: true });
  for (const no of [1, 2]) lab.server.updateRun(runId(no), { state: 'running' });
  const resumed = await lab.refresh({ apply: true });
  expect(resumed.changes.map(({ events }) => events)).toEqual([['resumed'], ['resumed']]);
  expect(lab.row(1)).toMatchObject({ status: 'running', finished_at: null, duration_seconds: null });
  expect(lab.row(2)).toMatchObject({ status: 'running', finished_at: '2024-03-01T01:00:00Z', duration_seconds: null });
  await expectQuiet(lab);
  for (const no of [1, 2]) lab.server.updateRun(runId(no), { state: 'crashed', heartbeatAt: '2024-03-02T00:00:00Z' });
  await lab.refresh({ apply: true, running: true });
  expect(lab.row(1)).toMatchObject({ status: 'not_running', finished_at: '2024-03-02T00:00:00Z' });
  expect(lab.row(2)).toMatchObject({ status: 'not_running', finished_at: '2024-03-01T01:00:00Z' });
  await expectQuiet(lab);
});

test('what somebody edited since is reported and never overwritten, refresh after refresh; the rest of the row goes on', async () => {
  const lab = await openRefreshLab();
  for (const no of [1, 2, 3]) await lab.link(no);
  write(lab.path, `UPDATE training_runs SET run_name = 'my favourite' WHERE run_id = '${rowKey(1)}'`);
  write(lab.path, `UPDATE training_runs SET wandb_run_id = 'run99999' WHERE run_id = '${rowKey(2)}'`);
  for (const no of [1, 3]) lab.server.updateRun(runId(no), FINISHED);
  lab.server.insertRun(buildServedRun('run99999', FIRST_SECOND, FINISHED));
  const report = await lab.refresh({ apply: true });
  expect(report).toMatchObject({
    written: 2,
    left: [
      { keyText: rowKey(1), reason: 'edited', words: `run_name is "my favourite", runlink wrote "run-${runId(1)}"` },
      { keyText: rowKey(2), reason: 'relinked' },
    ],
    exitCode: 5,
  });
  expect(lab.row(1)).toMatchObject({ run_name: 'my favourite', status: 'not_running', finished_at: END });
  expect(lab.row(2)).toMatchObject({ status: 'running', finished_at: null });
  write(
    lab.path,
    `UPDATE training_runs SET finished_at = '2024-03-01T05:00:00Z', status = 'archived' WHERE run_id = '${rowKey(3)}'`,
  );
  lab.server.updateRun(runId(1), { displayName: 'renamed' });
  const again = await lab.refresh({ apply: true });
  expect(again).toMatchObject({ written: 0, exitCode: 5 });
  expect(again.left.map(({ keyText, words }) => [keyText, words])).toEqual([
    [rowKey(1), expect.stringContaining('run_name is "my favourite"')],
    [rowKey(2), expect.any(String)],
    [rowKey(3), expect.stringMatching(/status is "archived".*finished_at is "2024-03-01T05/)],
  ]);
  expect(lab.row(3)).toMatchObject({ status: 'archived', finished_at: '2024-03-01T05:00:00Z' });
  const kinds = (await verifyRegistry({ context: lab.context }, { registry: lab.path })).problems.map(
    ({ kind }) => kind,
  );
  expect(kinds).toEqual(['drift', 'drift', 'drift']);
});

test('a job that ends its own row tells the same news: it is noted, and the registry’s finer words stay', async () => {
  const lab = await openRefreshLab();
  for (const no of [1, 2]) await lab.link(no);
  write(
    lab.path,
    `UPDATE training_runs SET status = 'crashed', finished_at = '2024-03-01T01:59:30Z' WHERE run_id = '${rowKey(1)}'`,
  );
  expect((await verifyRegistry({ context: lab.context }, { registry: lab.path })).problems).toHaveLength(1);
  lab.server.updateRun(runId(1), FINISHED);
  const report = await lab.refresh({ apply: true });
  expect(report.changes).toMatchObject([{ keyText: rowKey(1), events: ['noted'], changed: ['duration_seconds'] }]);
  expect(lab.row(1)).toMatchObject({ status: 'crashed', finished_at: '2024-03-01T01:59:30Z', duration_seconds: 12.5 });
  await expectQuiet(lab);
});

test('times without a zone are not written, unless the configuration names it', async () => {
  const lab = await openRefreshLab();
  write(lab.path, `UPDATE training_runs SET created_at = '2024-03-01 01:00:00'`);
  await lab.link(1, true);
  lab.server.updateRun(runId(1), { ...FINISHED, heartbeatAt: '2024-07-01T00:00:00Z' });
  const report = await lab.refresh({ apply: true });
  expect(report.withoutZone).toEqual({ started_at: 1, finished_at: 1 });
  expect(lab.row(1)).toMatchObject({
    started_at: null,
    finished_at: null,
    duration_seconds: 12.5,
    status: 'not_running',
  });
  expect(renderRefresh(report, PAGE)).toContain('"time_zone" in runlink.json');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${lab.path}.json`, JSON.stringify({ time_zone: 'Europe/Berlin' }));
  await lab.refresh({ apply: true, config: `${lab.path}.json` });
  // Winter at the start, summer at the end.
  expect(lab.row(1)).toMatchObject({ started_at: '2024-03-01 01:00:00', finished_at: '2024-07-01 02:00:00' });
});

test('a rollback of a row takes the refreshes with the link; --keep-link and --plan refresh take the refreshes alone', async () => {
  const lab = await openRefreshLab();
  for (const no of [1, 2, 3]) await lab.link(no);
  const linked = [1, 2, 3].map((no) => lab.row(no));
  for (const no of [1, 2, 3]) lab.server.updateRun(runId(no), { ...FINISHED, displayName: `new-${no}` });
  await lab.refresh({ apply: true });
  const roll = (selection: Parameters<typeof rollbackMatch>[1]['selection']) =>
    rollbackMatch({ context: lab.context }, { registry: lab.path, selection });

  expect(await roll({ kind: 'rows', keyTexts: [rowKey(1)] })).toMatchObject({ undone: 2, exitCode: 0 });
  expect(lab.row(1)).toEqual({
    status: 'running',
    run_name: 'hop_bs96_i-1',
    started_at: null,
    finished_at: null,
    duration_seconds: null,
  });
  expect(await roll({ kind: 'rows', keyTexts: [rowKey(2)], keepLink: true })).toMatchObject({ undone: 1 });
  expect(lab.row(2)).toEqual(linked[1]);
  await expectQuiet(lab);
  expect(query(lab.path, 'SELECT key_text FROM runlink_rejections')).toEqual([{ key_text: rowKey(1) }]);
  expect(query(lab.path, 'SELECT key_text FROM runlink_links ORDER BY 1')).toEqual([
    { key_text: rowKey(2) },
    { key_text: rowKey(3) },
  ]);

  expect(await roll({ kind: 'plan', planId: 'refresh' })).toMatchObject({ undone: 1 });
  expect(lab.row(3)).toEqual(linked[2]);
  await lab.refresh({ apply: true });
  expect(await roll({ kind: 'plan', planId: 'link' })).toMatchObject({ undone: 4, refused: 0 });
  expect(
    query(
      lab.path,
      'SELECT count(*) AS n FROM training_runs WHERE wandb_run_id IS NOT NULL OR finished_at IS NOT NULL',
    ),
  ).toEqual([{ n: 0 }]);
  await expectQuiet(lab);
});

test('an edited end keeps a rollback from being silent, and --keep-edited keeps the edit', async () => {
  const lab = await openRefreshLab();
  await lab.link(1);
  lab.server.updateRun(runId(1), FINISHED);
  await lab.refresh({ apply: true });
  write(lab.path, `UPDATE training_runs SET duration_seconds = 99 WHERE run_id = '${rowKey(1)}'`);
  const roll = (keepEdited: boolean) =>
    rollbackMatch({ context: lab.context }, { registry: lab.path, selection: { kind: 'all' }, keepEdited });
  expect(await roll(false)).toMatchObject({ undone: 0, refused: 2, exitCode: 5 });
  expect(await roll(true)).toMatchObject({ undone: 2, refused: 0 });
  expect(lab.row(1)).toMatchObject({ status: 'running', finished_at: null, duration_seconds: 99 });
});

test('a row that was linked without runlink is refreshed too, and one run in two rows is refused', async () => {
  const lab = await openRefreshLab();
  write(lab.path, `UPDATE training_runs SET wandb_run_id = '${runId(1)}' WHERE run_id = '${rowKey(1)}'`);
  write(
    lab.path,
    `UPDATE training_runs SET wandb_run_id = '${runId(2)}' WHERE run_id IN ('${rowKey(2)}', '${rowKey(3)}')`,
  );
  for (const no of [1, 2]) lab.server.updateRun(runId(no), FINISHED);
  const report = await lab.refresh({ apply: true });
  expect(report).toMatchObject({ written: 1, exitCode: 5 });
  expect(report.left.map(({ keyText, reason }) => [keyText, reason])).toEqual([
    [rowKey(2), 'run-taken'],
    [rowKey(3), 'run-taken'],
  ]);
  expect(lab.row(1)).toMatchObject({
    status: 'not_running',
    run_name: `run-${runId(1)}`,
    started_at: '2024-03-01T00:00:00Z',
    finished_at: END,
  });
  await rollbackMatch({ context: lab.context }, { registry: lab.path, selection: { kind: 'all' } });
  expect(lab.row(1)).toEqual({
    status: 'running',
    run_name: 'hop_bs96_i-1',
    started_at: null,
    finished_at: null,
    duration_seconds: null,
  });
  expect(query(lab.path, 'SELECT * FROM runlink_links')).toEqual([]);
});

test('a row that changes between the question and the write is judged again as it is then', async () => {
  const lab = await openRefreshLab();
  for (const no of [1, 2, 3]) await lab.link(no);
  for (const no of [1, 2, 3]) lab.server.updateRun(runId(no), FINISHED);
  const source = {
    ...lab.source,
    fetchRunsById: async (ids: readonly string[]) => {
      const runs = await lab.source.fetchRunsById(ids);
      write(lab.path, `UPDATE training_runs SET finished_at = '2024-03-01T01:59:00Z' WHERE run_id = '${rowKey(1)}'`);
      write(lab.path, `UPDATE training_runs SET run_name = 'edited just now' WHERE run_id = '${rowKey(2)}'`);
      write(lab.path, `UPDATE training_runs SET wandb_run_id = NULL WHERE run_id = '${rowKey(3)}'`);
      return runs;
    },
  };
  const report = await refreshLinks({ context: lab.context, source }, { registry: lab.path, apply: true });
  expect(report).toMatchObject({ written: 2, exitCode: 5 });
  expect(report.left.map(({ keyText, reason }) => [keyText, reason])).toEqual([
    [rowKey(2), 'edited'],
    [rowKey(3), 'drift'],
  ]);
  expect(lab.row(1)).toMatchObject({
    status: 'not_running',
    finished_at: '2024-03-01T01:59:00Z',
    duration_seconds: 12.5,
  });
  expect(lab.row(2)).toMatchObject({ status: 'not_running', run_name: 'edited just now' });
  expect(lab.row(3)).toMatchObject({ status: 'running' });
});

test('a table without end columns is left without them, and other columns are never touched', async () => {
  const lab = await openRefreshLab({
    tableSql: `CREATE TABLE training_runs (run_id TEXT PRIMARY KEY, run_name TEXT, status TEXT, created_at TEXT, wandb_run_id TEXT);
      CREATE TRIGGER touched AFTER UPDATE OF run_name, created_at, wandb_run_id ON training_runs
        WHEN OLD.wandb_run_id IS NOT NULL BEGIN SELECT RAISE(ABORT, 'touched'); END`,
  });
  await lab.link(1);
  lab.server.updateRun(runId(1), FINISHED);
  expect(await lab.refresh({ apply: true })).toMatchObject({ written: 1, left: [] });
  expect(query(lab.path, "SELECT name FROM pragma_table_info('training_runs')")).toHaveLength(7);
  expect(query(lab.path, `SELECT status FROM training_runs WHERE run_id = '${rowKey(1)}'`)).toEqual([
    { status: 'not_running' },
  ]);
});

test('nothing is written where W&B fails or is away, and a fault that passes is passed over', async () => {
  const lab = await openRefreshLab();
  for (const no of [1, 2]) await lab.link(no);
  lab.server.updateRun(runId(1), FINISHED);
  const before = query(lab.path, 'SELECT * FROM training_runs');
  for (const kind of ['500', '503', 'cut', '429'] as const) {
    lab.server.setFaults({ choose: () => kind });
    await expect(lab.refresh({ apply: true })).rejects.toMatchObject({
      name: expect.stringMatching(/Error$/),
      code: 1,
    });
  }
  expect(query(lab.path, 'SELECT * FROM training_runs')).toEqual(before);
  lab.server.setFaults({ every: { nth: 2, kinds: ['429', '502', 'cut'] } });
  expect(await lab.refresh({ apply: true })).toMatchObject({ written: 1 });
  await lab.server.close();
  await expect(lab.refresh({ apply: true })).rejects.toMatchObject({ code: 1, hint: expect.any(String) });
  await expectQuiet(lab);
});

test('a refresh that is stopped ends between two transactions, and the next one does the rest', async () => {
  const lab = await openRefreshLab({ rows: 150 });
  write(lab.path, `UPDATE training_runs SET wandb_run_id = 'run' || substr(run_id, 5)`);
  const stop = new AbortController();
  const context = makeContext({
    signal: stop.signal,
    onProgress: ({ label }) => label === 'writing rows' && stop.abort(),
  });
  await expect(
    refreshLinks({ context, source: lab.source }, { registry: lab.path, apply: true }),
  ).rejects.toMatchObject({ code: 130 });
  expect(query(lab.path, 'SELECT count(*) AS n FROM runlink_ledger')).toEqual([{ n: 100 }]);
  expect(await lab.refresh({ apply: true })).toMatchObject({ written: 50, unchanged: 100 });
  await expectQuiet(lab);
});
