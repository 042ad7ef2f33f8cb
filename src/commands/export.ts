import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import { isInShard, manifestPath } from '../dataset/layout.ts';
import { mergeManifests, readEarlierRuns, writeManifest } from '../dataset/manifest.ts';
import { PART_CELLS } from '../dataset/part.ts';
import { EXIT_CODES, UsageError } from '../errors.ts';
import type { ExitCode } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import { WHOLE } from '../model/dataset.ts';
import type { DatasetManifest, DatasetRun, DatasetStore, Shard } from '../model/dataset.ts';
import type { HistorySource } from '../model/history.ts';
import { createMetricCheck } from './export-metrics.ts';
import type { MetricCheck } from './export-metrics.ts';
import { exportRun, isUpToDate } from './export-run.ts';
import type { RunExport, RunTask } from './export-run.ts';
import { selectLinkedRuns } from './linked-runs.ts';
import type { LinkedRun, SelectionOptions } from './linked-runs.ts';

/** Histories of one W&B project. */
export interface HistoryProject extends HistorySource {
  readonly entity: string;
  readonly project: string;
}

export interface ExportDeps {
  readonly context: InvocationContext;
  readonly source: HistoryProject;
  readonly store: DatasetStore;
}

export interface ExportOptions extends SelectionOptions {
  /** Metrics wanted; all where absent. */
  readonly keys?: readonly string[];
  readonly shard?: Shard;
  /** Reads runs again although they stand there whole. */
  readonly refresh?: boolean;
  /** Values that one file holds, after which a run begins another; a million without it. */
  readonly partCells?: number;
  /** Runs that are read at once. */
  readonly concurrency: number;
}

export interface ExportReport {
  readonly place: string;
  readonly project: string;
  readonly shard: Shard;
  readonly manifest: string;
  /** Runs of the selection, over all shards, and rows of it that have no link. */
  readonly selected: number;
  readonly unlinked: number;
  /** Of this shard: written now, up to date already, failed. */
  readonly exported: number;
  readonly upToDate: number;
  readonly failed: readonly { readonly run: string; readonly row: string; readonly error: string }[];
  /** What the manifest holds in all. */
  readonly runs: number;
  readonly rows: number;
  readonly bytes: number;
  readonly exitCode: ExitCode;
}

/**
 * Writes the histories of the runs that a query selects as a Hive-partitioned Parquet dataset. Each file is complete or
 * absent; a run that stands there as W&B has it is not read again; a run that fails is data in the report.
 *
 * @throws UsageError where no run is selected or no run logged a metric; StoppedError; what the store throws
 */
export async function exportDataset(deps: ExportDeps, options: ExportOptions): Promise<ExportReport> {
  const { context, source, store } = deps;
  const { shard = WHOLE, partCells = PART_CELLS } = options;
  const keys = options.keys === undefined || options.keys.length === 0 ? null : [...new Set(options.keys)].sort();
  const target = { project: `${source.entity}/${source.project}`, keys, shard };
  const { runs, unlinked } = await selectLinkedRuns(options);
  const mine = runs.filter(({ runId }) => isInShard(runId, shard));
  const earlier = await readEarlierRuns(store, target);
  await store.tidy(manifestPath(target.project, shard));
  const metrics = createMetricCheck(keys ?? [], shard.count === 1 ? mine.length : null);
  const progress = createRecord(store, target, earlier);
  const run: RunExport = { source, store, project: target.project, keys, partCells, signal: context.signal };
  const results = await exportAll({ deps, run, mine, metrics, progress }, options);
  metrics.end(context.say);
  const manifest = await progress.end();
  const failed = results.flatMap(({ run, row, error }) => (error === null ? [] : [{ run, row, error }]));
  return {
    place: store.place,
    ...target,
    manifest: `${store.place}/${manifestPath(target.project, shard)}`,
    selected: runs.length,
    unlinked,
    exported: results.filter(({ error }) => error === null).length,
    upToDate: mine.length - results.length,
    failed,
    ...summarize(manifest),
    exitCode: failed.length > 0 ? EXIT_CODES.failure : EXIT_CODES.done,
  };
}

export interface MergeReport {
  readonly place: string;
  readonly project: string;
  readonly shards: number;
  readonly manifest: string;
  readonly failed: readonly { readonly run: string; readonly row: string; readonly error: string }[];
  readonly runs: number;
  readonly rows: number;
  readonly bytes: number;
  readonly exitCode: ExitCode;
}

/** Joins the manifests of the shards of one dataset. @throws RunlinkError where one is missing or damaged */
export async function mergeShards(
  { store }: { readonly store: DatasetStore },
  options: { readonly project: string; readonly shards: number },
): Promise<MergeReport> {
  const { project, shards } = options;
  const manifest = await mergeManifests(store, project, shards);
  const failed = manifest.runs.flatMap(({ run, row, error }) => (error === null ? [] : [{ run, row, error }]));
  const path = `${store.place}/${manifestPath(project, WHOLE)}`;
  const exitCode = failed.length > 0 ? EXIT_CODES.failure : EXIT_CODES.done;
  return { place: store.place, project, shards, manifest: path, failed, ...summarize(manifest), exitCode };
}

function summarize({ runs }: DatasetManifest): {
  readonly runs: number;
  readonly rows: number;
  readonly bytes: number;
} {
  const parts = runs.flatMap((run) => run.parts);
  return {
    runs: runs.filter(({ status }) => status === 'complete').length,
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  };
}

interface Work {
  readonly deps: ExportDeps;
  readonly run: RunExport;
  readonly mine: readonly LinkedRun[];
  readonly metrics: MetricCheck;
  readonly progress: RunRecord;
}

/** Runs that are asked about at once, and exported before the next ones are asked about. */
const BATCH = 100;

/** @returns the runs that were not up to date. The first error that stops the batch is thrown when all workers are done. */
async function exportAll(work: Work, options: ExportOptions): Promise<readonly DatasetRun[]> {
  const limit = pLimit(options.concurrency);
  const results: DatasetRun[] = [];
  let done = 0;
  const exportOne = async (task: RunTask): Promise<void> => {
    const result = await exportOrNull(work, task, options.refresh === true);
    if (result !== null) results.push(result);
    work.deps.context.onProgress({ label: 'exporting runs', done: (done += 1), total: work.mine.length });
  };
  try {
    for (let from = 0; from < work.mine.length; from += BATCH) {
      const tasks = await fetchTasks(work, work.mine.slice(from, from + BATCH));
      await settleAll(
        tasks.map((task) => () => exportOne(task)),
        limit,
      );
    }
    return results;
  } catch (error) {
    // Runs that were finished before count, where the store still takes the manifest.
    await work.progress.rescue().catch(() => undefined);
    throw error;
  }
}

/** After the first error none begins any more; it is thrown when those that run have ended. */
async function settleAll(tasks: readonly (() => Promise<void>)[], limit: LimitFunction): Promise<void> {
  const failures: unknown[] = [];
  const attempt = async (task: () => Promise<void>): Promise<void> => {
    if (failures.length === 0) await task().catch((error: unknown) => void failures.push(error));
  };
  await Promise.all(tasks.map((task) => limit(attempt, task)));
  if (failures.length > 0) throw failures[0];
}

async function fetchTasks({ deps, metrics, progress }: Work, batch: readonly LinkedRun[]): Promise<readonly RunTask[]> {
  const infos = await deps.source.fetchHistoryInfos(batch.map(({ runId }) => runId));
  metrics.add(infos);
  return batch.map((linked, index) => ({
    linked,
    known: infos[index] ?? null,
    earlier: progress.find(linked.runId),
  }));
}

async function exportOrNull(work: Work, task: RunTask, refresh: boolean): Promise<DatasetRun | null> {
  if (!refresh && (await isUpToDate(work.deps.store, task))) return null;
  const result = await exportRun(task, work.run);
  await work.progress.save(result);
  return result;
}

interface RunRecord {
  readonly find: (runId: string) => DatasetRun | null;
  readonly save: (run: DatasetRun) => Promise<void>;
  readonly end: () => Promise<DatasetManifest>;
  /** The same where something was saved since. */
  readonly rescue: () => Promise<void>;
}

/** A killed invocation loses at most this much of its record, not of its files. */
const SAVE_EVERY_MS = 2000;

/** Keeps the manifest; written now and then, since writing all of it for each of thousands of runs would cost more than they. */
function createRecord(
  store: DatasetStore,
  target: Omit<DatasetManifest, 'runs'>,
  earlier: readonly DatasetRun[],
): RunRecord {
  const runsById = new Map(earlier.map((run) => [run.run, run]));
  let savedAt = performance.now();
  let isChanged = false;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<DatasetManifest> => {
    const manifest = { ...target, runs: [...runsById.values()] };
    isChanged = false;
    writing = writing.then(() => writeManifest(store, manifest));
    await writing;
    return manifest;
  };
  return {
    find: (runId) => runsById.get(runId) ?? null,
    save: async (run) => {
      runsById.set(run.run, run);
      isChanged = true;
      if (performance.now() - savedAt < SAVE_EVERY_MS) return;
      savedAt = performance.now();
      await write();
    },
    end: write,
    rescue: async () => void (isChanged && (await write())),
  };
}

/** @throws UsageError where the text is not `i/n` with 1 ≤ i ≤ n */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim());
  const shard = { index: Number(match?.[1]), count: Number(match?.[2]) };
  if (match !== null && shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(`"${text}" is no shard: expected i/n with i from 1 to n`, {
    hint: 'For example --shard 1/8 to --shard 8/8; of a job array that counts from 0: --shard $((ID + 1))/8',
  });
}
