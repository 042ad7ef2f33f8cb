import { encodeParquet } from '../dataset/parquet.ts';
import { createPartBuffer } from '../dataset/part.ts';
import { partPath, runFolder } from '../dataset/layout.ts';
import { RunlinkError, StoppedError } from '../errors.ts';
import type { DatasetPart, DatasetRun, DatasetStore } from '../model/dataset.ts';
import type { HistoryCheck, HistoryRow, HistorySource, RunHistoryInfo } from '../model/history.ts';
import type { LinkedRun } from './linked-runs.ts';

export interface RunExport {
  readonly source: Pick<HistorySource, 'scanHistory'>;
  readonly store: DatasetStore;
  /** `entity/project`. */
  readonly project: string;
  /** Null for all. */
  readonly keys: readonly string[] | null;
  /** Values of one file. */
  readonly partCells: number;
  readonly signal: AbortSignal;
}

export interface RunTask {
  readonly linked: LinkedRun;
  /** What W&B just said of it; null where it has no such run, the reason where it fails to give it. */
  readonly known: RunHistoryInfo | RunlinkError | null;
  /** What an earlier invocation wrote of it. */
  readonly earlier: DatasetRun | null;
}

/** Whether what stands there is the whole run as W&B has it now. */
export async function isUpToDate(store: DatasetStore, { known, earlier }: RunTask): Promise<boolean> {
  if (known === null || known instanceof RunlinkError || earlier?.status !== 'complete' || earlier.error !== null)
    return false;
  if (earlier.lastStep !== known.lastStep || earlier.logged !== known.lineCount) return false;
  for (const { path, bytes } of earlier.parts) if ((await store.sizeOrNull(path)) !== bytes) return false;
  return true;
}

/**
 * Reads a run's history and writes it in parts. What W&B cannot give is data in the result: the run is then absent, or,
 * where nothing of it was written yet, as it was before. Only the store, and being stopped, end the whole export.
 */
export async function exportRun(task: RunTask, run: RunExport): Promise<DatasetRun> {
  const { linked, known } = task;
  if (known === null)
    return await failRun(task, run, { parts: [], why: 'W&B has no such run; it may have been deleted' });
  if (known instanceof RunlinkError) return await failRun(task, run, { parts: [], why: known.message });
  const folder = runFolder(run.project, linked.runId);
  await run.store.tidy(`${folder}/part-`);
  const parts: DatasetPart[] = [];
  const writer = createWriter(run, folder, parts);
  const chunks = readChunks(task, run);
  for (;;) {
    const next = await takeChunk(chunks);
    if (run.signal.aborted) throw stoppedError();
    if (next instanceof Error) return await failRun(task, run, { parts, why: next.message });
    if (next === null) break;
    await writer.add(next);
  }
  await writer.end();
  await removeParts(run.store, task.earlier?.parts.slice(parts.length) ?? []);
  return {
    ...describe(task),
    status: 'complete',
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    parts,
    error: null,
  };
}

function describe({ linked, known: asked }: RunTask): Omit<DatasetRun, 'status' | 'rows' | 'parts' | 'error'> {
  const known = asked instanceof RunlinkError ? null : asked;
  return {
    run: linked.runId,
    row: linked.row,
    name: known?.run.displayName ?? null,
    state: known?.run.state ?? null,
    lastStep: known?.lastStep ?? null,
    logged: known?.lineCount ?? null,
  };
}

function createWriter(
  { store, partCells }: RunExport,
  folder: string,
  parts: DatasetPart[],
): { readonly add: (rows: readonly HistoryRow[]) => Promise<void>; readonly end: () => Promise<void> } {
  let buffer = createPartBuffer(partCells);
  const flush = async (): Promise<void> => {
    const path = partPath(folder, parts.length);
    const bytes = encodeParquet(buffer.take());
    await store.write(path, bytes);
    parts.push({ path, rows: buffer.rows(), bytes: bytes.byteLength });
    buffer = createPartBuffer(partCells);
  };
  return {
    add: async (rows) => {
      buffer.add(rows);
      if (buffer.isFull()) await flush();
    },
    end: async () => {
      if (buffer.rows() > 0) await flush();
    },
  };
}

/** Up to the last step that W&B told of, so that a run that grows meanwhile is written as it stood at one moment. */
async function* readChunks(task: RunTask, { source, keys, signal }: RunExport): AsyncGenerator<readonly HistoryRow[]> {
  const { linked, known } = task;
  if (known === null || known instanceof RunlinkError || known.lastStep < 0) return;
  const asked = keys === null ? {} : { keys };
  let last = -Infinity;
  let check: HistoryCheck | null = null;
  const onEnd = (found: HistoryCheck): void => void (check = found);
  const query = { runId: linked.runId, maxStep: known.lastStep, info: known, signal, onEnd, ...asked };
  for await (const rows of source.scanHistory(query)) {
    for (const { _step } of rows) {
      if (_step <= last) throw new RunlinkError(`step ${_step} came after step ${last}, expected steps in their order`);
      last = _step;
    }
    yield keys === null ? rows : rows.map((row) => pickKeys(row, keys));
  }
  assertComplete(check);
}

/** @throws RunlinkError where W&B counts more than arrived */
function assertComplete(check: HistoryCheck | null): void {
  if (check?.verdict !== 'incomplete') return;
  const { steps, logged, missing } = check;
  const lacking = missing.map(({ key, logged, arrived }) => `${arrived} of ${logged} values of ${JSON.stringify(key)}`);
  throw new RunlinkError(`W&B sent ${lacking[0] ?? `${steps} of ${logged ?? 'more'} logged steps`}`);
}

const ALWAYS: readonly string[] = ['_step', '_runtime', '_timestamp'];

function pickKeys(row: HistoryRow, keys: readonly string[]): HistoryRow {
  const wanted = [...ALWAYS, ...keys].filter((key) => Object.hasOwn(row, key));
  const picked: HistoryRow = { _step: row._step, ...Object.fromEntries(wanted.map((key) => [key, row[key] ?? null])) };
  return picked;
}

/** The next chunk, null at the end, or the error of the source. */
async function takeChunk(chunks: AsyncGenerator<readonly HistoryRow[]>): Promise<readonly HistoryRow[] | null | Error> {
  try {
    const next = await chunks.next();
    return next.done === true ? null : next.value;
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    // A bug of ours is no failure of the run.
    if (error instanceof RunlinkError) return error;
    throw error;
  }
}

interface Failure {
  /** Written before it failed. */
  readonly parts: readonly DatasetPart[];
  readonly why: string;
}

async function failRun(task: RunTask, { store }: RunExport, { parts, why }: Failure): Promise<DatasetRun> {
  const { earlier } = task;
  if (parts.length === 0 && earlier?.status === 'complete') return { ...earlier, error: why };
  await removeParts(store, [...parts, ...(earlier?.parts.slice(parts.length) ?? [])]);
  return { ...describe(task), status: 'failed', rows: 0, parts: [], error: why };
}

async function removeParts(store: DatasetStore, parts: readonly DatasetPart[]): Promise<void> {
  for (const { path } of parts) await store.remove(path);
}

function stoppedError(): StoppedError {
  return new StoppedError('stopped as asked, between two parts of the dataset', {
    hint: 'Run the same command again: it goes on where it stood.',
  });
}
