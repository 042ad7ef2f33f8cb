import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { mergeShards, parseShard } from '../../src/commands/export.ts';
import { openLocalStore } from '../../src/dataset/local-store.ts';
import { makeContext } from '../helpers/context.ts';
import { exportTo, hashTree, makeDatasetFolder, makeMemoryRuns, makeLinkedRegistry } from '../helpers/export-lab.ts';
import { makeHistory, createMemoryHistory } from '../helpers/memory-history.ts';
import { query, write } from '../helpers/query.ts';
import { runInline } from '../helpers/run-inline.ts';

const RUNS = 12;
const registry = makeLinkedRegistry(RUNS);
const held = makeMemoryRuns(RUNS, () => 400);
const MANIFEST = 'project=lab%2Fmolecules/_manifest.json';

async function exportWhole(): Promise<Readonly<Record<string, string>>> {
  const folder = makeDatasetFolder();
  await exportTo(folder, { source: createMemoryHistory(held) }, { registry });
  return hashTree(folder);
}

describe('an export', () => {
  test('writes each selected run once, and nothing that is up to date again', async () => {
    const folder = makeDatasetFolder();
    const source = createMemoryHistory(held);
    const where = ['gradient_method=mgda'];
    const first = await exportTo(folder, { source }, { registry, where });
    expect(first).toMatchObject({
      selected: 6,
      unlinked: 1,
      exported: 6,
      upToDate: 0,
      failed: [],
      runs: 6,
      rows: 2400,
    });
    expect(Object.keys(hashTree(folder))).toContain('project=lab%2Fmolecules/run=run4/part-00000.parquet');
    const before = hashTree(folder);
    const again = await exportTo(folder, { source }, { registry, where });
    expect(again).toMatchObject({ exported: 0, upToDate: 6, rows: 2400, exitCode: 0 });
    expect(source.scans).toHaveLength(6);
    expect(hashTree(folder)).toEqual(before);
    await exportTo(folder, { source }, { registry, where, refresh: true });
    expect(source.scans).toHaveLength(12);
    expect(hashTree(folder)).toEqual(before);
  });

  test('reads a run again that has grown, and one whose file is gone or short', async () => {
    const folder = makeDatasetFolder();
    const runs = new Map(held);
    await exportTo(folder, { source: createMemoryHistory(runs) }, { registry });
    runs.set('run3', { rows: makeHistory(3, 450), run: { state: 'running' } });
    rmSync(join(folder, 'project=lab%2Fmolecules/run=run5/part-00000.parquet'));
    writeFileSync(join(folder, 'project=lab%2Fmolecules/run=run7/part-00000.parquet'), 'PAR1');
    const source = createMemoryHistory(runs);
    const report = await exportTo(folder, { source }, { registry });
    expect(source.scans.map(({ runId }) => runId).sort()).toEqual(['run3', 'run5', 'run7']);
    expect(report).toMatchObject({ exported: 3, upToDate: 9, rows: 12 * 400 + 50 });
  });

  test('puts nothing into the registry', async () => {
    const before = query(registry, 'SELECT * FROM training_runs');
    await exportWhole();
    expect(query(registry, 'SELECT * FROM training_runs')).toEqual(before);
    expect(query(registry, 'SELECT count(*) AS tables FROM sqlite_schema')).toEqual([{ tables: 2 }]);
  });

  test('names runs that fail, and goes on with the others', async () => {
    const folder = makeDatasetFolder();
    const runs = new Map(held);
    runs.delete('run1');
    runs.set('run2', { rows: makeHistory(2, 400), goneAt: 250 });
    const report = await exportTo(folder, { source: createMemoryHistory(runs) }, { registry });
    expect(report).toMatchObject({ exported: 10, runs: 10, exitCode: 1 });
    expect([...report.failed].sort((a, b) => (a.run < b.run ? -1 : 1))).toEqual([
      { run: 'run1', row: 'row-1', error: expect.stringContaining('may have been deleted') },
      { run: 'run2', row: 'row-2', error: 'W&B has no run "run2" any more' },
    ]);
    expect(globSync('**/*.parquet', { cwd: folder })).toHaveLength(10);
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as { runs: { status: string }[] };
    expect(manifest.runs.map(({ status }) => status).filter((status) => status === 'failed')).toHaveLength(2);
    const healed = await exportTo(folder, { source: createMemoryHistory(held) }, { registry });
    expect(healed).toMatchObject({ exported: 2, upToDate: 10, failed: [], exitCode: 0 });
    expect(hashTree(folder)).toEqual(await exportWhole());
  });

  test('keeps what it has of a run that was deleted since', async () => {
    const folder = makeDatasetFolder();
    await exportTo(folder, { source: createMemoryHistory(held) }, { registry });
    const runs = new Map(held);
    runs.delete('run1');
    const report = await exportTo(folder, { source: createMemoryHistory(runs) }, { registry });
    expect(report).toMatchObject({ runs: 12, rows: 4800, exitCode: 1 });
    expect(globSync('**/run=run1/*.parquet', { cwd: folder })).toHaveLength(1);
  });

  test('stops where it is asked to, and goes on to the same bytes', async () => {
    const folder = makeDatasetFolder();
    const stop = new AbortController();
    let chunks = 0;
    const onChunk = (): void => void ((chunks += 1) === 18 && stop.abort());
    const context = makeContext({ signal: stop.signal });
    const stopped = exportTo(folder, { context, source: createMemoryHistory(held, { onChunk }) }, { registry });
    await expect(stopped).rejects.toMatchObject({ code: 130, hint: expect.stringContaining('goes on') });
    const files = globSync('**/*.parquet', { cwd: folder }).length;
    expect(files).toBeGreaterThan(0);
    expect(files).toBeLessThan(RUNS);
    const report = await exportTo(folder, { source: createMemoryHistory(held) }, { registry });
    expect(report.upToDate).toBe(files);
    expect(hashTree(folder)).toEqual(await exportWhole());
  });
});

const CHILD = fileURLToPath(new URL('../helpers/export-child.ts', import.meta.url));

test('killed at any moment and run again, it ends with the same bytes', async () => {
  const expected = await exportWhole();
  for (const files of [1, 5, 9]) {
    const folder = makeDatasetFolder();
    const child = spawn(process.execPath, [CHILD, folder, registry, '5'], { stdio: 'ignore' });
    const seen = setInterval(() => {
      if (globSync('**/*.parquet', { cwd: folder }).length >= files) child.kill('SIGKILL');
    }, 1);
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    clearInterval(seen);
    expect(signal).toBe('SIGKILL');
    // What a kill in the middle of a write leaves.
    writeFileSync(join(dirname(join(folder, MANIFEST)), '._manifest.json.0.partial'), 'half');
    await exportTo(folder, { source: createMemoryHistory(held) }, { registry });
    expect(hashTree(folder)).toEqual(expected);
  }
});

const STRACE = 'strace';
const FULL_DISK = ['-f', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:error=ENOSPC:when=3+'];
const canTrace = spawnSync(STRACE, ['-f', '-o', '/dev/null', 'true']).status === 0;

test.skipIf(!canTrace)('a full disk is told, and what was written before is not written again', async () => {
  const folder = makeDatasetFolder();
  const args = [...FULL_DISK, process.execPath, CHILD, folder, registry];
  const child = spawnSync(STRACE, args, { encoding: 'utf8' });
  expect(child).toMatchObject({ status: 1 });
  expect(child.stderr).toMatch(/cannot be written: the disk is full\nMake room/);
  expect(globSync('**/*.partial', { cwd: folder, dot: true } as object)).toEqual([]);
  await exportTo(folder, { source: createMemoryHistory(held) }, { registry });
  expect(hashTree(folder)).toEqual(await exportWhole());
});

describe('shards', () => {
  test('that are merged equal one whole export', async () => {
    const folder = makeDatasetFolder();
    const source = createMemoryHistory(held);
    const shards = [1, 2, 3].map((index) => ({ index, count: 3 }));
    const reports = await Promise.all(shards.map((shard) => exportTo(folder, { source }, { registry, shard })));
    expect(reports.map(({ exported }) => exported).reduce((sum, count) => sum + count)).toBe(RUNS);
    expect(Math.max(...reports.map(({ exported }) => exported))).toBeLessThan(RUNS);
    const store = openLocalStore(folder);
    const merged = await mergeShards({ store }, { project: 'lab/molecules', shards: 3 });
    expect(merged).toMatchObject({ runs: RUNS, rows: 4800, failed: [], exitCode: 0 });
    for (const { shard } of reports) rmSync(join(folder, MANIFEST.replace('.json', `-${shard.index}-of-3.json`)));
    expect(hashTree(folder)).toEqual(await exportWhole());
    // Another number of shards goes on from the merged manifest.
    const other = await exportTo(folder, { source }, { registry, shard: { index: 1, count: 2 } });
    expect(other).toMatchObject({ exported: 0 });
    expect(other.upToDate).toBeGreaterThan(0);
  });

  test('that are missing are named', async () => {
    const folder = makeDatasetFolder();
    await exportTo(folder, { source: createMemoryHistory(held) }, { registry, shard: { index: 2, count: 3 } });
    const merged = mergeShards({ store: openLocalStore(folder) }, { project: 'lab/molecules', shards: 3 });
    await expect(merged).rejects.toThrow('2 of 3 shards have no manifest yet: 1, 3');
  });

  test.each(['0/2', '3/2', '1', 'a/b', '1/0'])('"%s" is none', (text) => {
    expect(() => parseShard(text)).toThrow(
      expect.objectContaining({ code: 2, hint: expect.stringContaining('--shard 1/8') }),
    );
  });
});

describe('what is refused', () => {
  test.each([
    ['{"format": "runl', 'is damaged: it is no JSON'],
    ['{"format":"runlink-dataset","version":2}', 'damaged or of another version: "version"'],
    ['[]', 'damaged or of another version'],
  ])('a manifest that holds %s', async (text, message) => {
    const folder = makeDatasetFolder();
    mkdirSync(dirname(join(folder, MANIFEST)), { recursive: true });
    writeFileSync(join(folder, MANIFEST), text);
    const source = createMemoryHistory(held);
    await expect(exportTo(folder, { source }, { registry })).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining('delete it'),
    });
    expect(source.scans).toEqual([]);
  });

  test('other metrics than the dataset holds', async () => {
    const folder = makeDatasetFolder();
    const source = createMemoryHistory(held);
    await exportTo(folder, { source }, { registry, keys: ['objective_COMT'] });
    await expect(exportTo(folder, { source }, { registry })).rejects.toThrow(
      'holds objective_COMT, asked for: all metrics',
    );
  });

  test('a metric that no run logged, with the nearest names, before anything is written', async () => {
    const folder = makeDatasetFolder();
    const asked = exportTo(folder, { source: createMemoryHistory(held) }, { registry, keys: ['objective_COMTT'] });
    await expect(asked).rejects.toMatchObject({ code: 2, hint: 'Did you mean "objective_COMT"?' });
    expect(globSync('**/*', { cwd: folder })).toEqual([]);
  });

  test('a selection without rows, and one without links', async () => {
    const folder = makeDatasetFolder();
    await expect(exportTo(folder, {}, { registry, where: ['run_id=nobody'] })).rejects.toThrow(
      'no row of the registry',
    );
    await expect(exportTo(folder, {}, { registry, status: 'running' })).rejects.toThrow('none of the 1 selected rows');
  });

  test('a place that cannot be written', async () => {
    const folder = makeDatasetFolder();
    writeFileSync(folder, 'a file');
    await expect(exportTo(folder, { source: createMemoryHistory(held) }, { registry })).rejects.toThrow(
      /cannot be (read|written)/,
    );
  });
});

test('the command line checks its words before it opens anything, and merges without asking W&B', async () => {
  const folder = makeDatasetFolder();
  const cwd = dirname(folder);
  const env = {
    RUNLINK_REGISTRY: registry,
    WANDB_ENTITY: 'lab',
    WANDB_PROJECT: 'molecules',
    WANDB_API_KEY: 'k'.repeat(40),
  };
  const runlink = (...args: readonly string[]): ReturnType<typeof runInline> =>
    runInline(['export', ...args], { cwd, env });
  expect(await runlink()).toMatchObject({ code: 2, stderr: expect.stringContaining('--out FOLDER') });
  expect(await runlink('--out', 'd', '--shard', '9/8')).toMatchObject({ code: 2 });
  expect(await runlink('--out', 'gs://b/x')).toMatchObject({ code: 2, stderr: expect.stringContaining('gs://') });
  expect(await runlink('--out', 's3://bucket/x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('AWS_ACCESS_KEY_ID'),
  });
  for (const index of [1, 2]) {
    await exportTo(folder, { source: createMemoryHistory(held) }, { registry, shard: { index, count: 2 } });
  }
  const merged = await runlink('--out', 'dataset', '--merge', '2');
  expect(merged).toMatchObject({ code: 0, stderr: '' });
  expect(merged.stdout).toContain('12 runs, 4,800 steps');
  const json = await runlink('--out', 'dataset', '--merge', '2', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, verb: 'export', runs: 12, rows: 4800 });
});

test('a row that is linked twice, and links with odd letters, do no harm', async () => {
  const odd = makeLinkedRegistry(20);
  write(odd, "UPDATE training_runs SET wandb_run_id = '../../etc', status = 'odd' WHERE run_id = 'row-0'");
  write(odd, "UPDATE training_runs SET wandb_run_id = 'ü=/%2e b', status = 'odd' WHERE run_id = 'row-1'");
  write(odd, "INSERT INTO training_runs (run_id, wandb_run_id, status) VALUES ('twin', '../../etc', 'odd')");
  const folder = makeDatasetFolder();
  const runs = new Map(['../../etc', 'ü=/%2e b'].map((id, no) => [id, { rows: makeHistory(no, 5) }]));
  const report = await exportTo(folder, { source: createMemoryHistory(runs) }, { registry: odd, status: 'odd' });
  expect(report).toMatchObject({ selected: 2, exported: 2, rows: 10 });
  expect(Object.keys(hashTree(dirname(folder))).sort()).toEqual([
    'dataset/project=lab%2Fmolecules/_manifest.json',
    'dataset/project=lab%2Fmolecules/run=%C3%BC%3D%2F%252e%20b/part-00000.parquet',
    'dataset/project=lab%2Fmolecules/run=..%2F..%2Fetc/part-00000.parquet',
  ]);
});
