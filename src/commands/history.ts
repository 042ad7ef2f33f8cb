import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSpool } from '../dataset/spool.ts';
import type { Spool } from '../dataset/spool.ts';
import { assertWritable } from '../dataset/out-file.ts';
import { renderTableText, writeTable } from '../dataset/table-file.ts';
import type { TableFormat } from '../dataset/table-file.ts';
import { EXIT_CODES, RunlinkError, StoppedError, UsageError } from '../errors.ts';
import type { ExitCode } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import { checkHistory, describeMissing } from '../model/history-check.ts';
import type { HistoryCheck, RunHistoryInfo } from '../model/history.ts';
import type { DataTable } from '../model/table.ts';
import type { RegistryLocation } from '../registry/session.ts';
import type { ProjectSource } from '../wandb/run-source.ts';
import { assertKeysAreLogged } from './history-keys.ts';
import { buildHistogramsTable, buildMetricsTable, listMixedKinds, summarizeRows } from './history-table.ts';
import { findRunTargets } from './run-target.ts';
import type { RunTarget } from './run-target.ts';

export interface HistoryOptions {
  /** Key of a registry row, run id, `entity/project/run`, or the address of the run's page. */
  readonly run: string;
  /** Where a registry row's link is looked up; null asks no registry. */
  readonly registry: RegistryLocation | null;
  /** The project as the caller names it. */
  readonly project: string | null;
  readonly what: HistoryPart;
  readonly format: TableFormat;
  /** The file to write; null prints, which Parquet cannot. */
  readonly out: string | null;
}

export type HistoryPart =
  /** Metrics by name; all of them where null. */
  | { readonly kind: 'metrics'; readonly keys: readonly string[] | null }
  | { readonly kind: 'histograms'; readonly key: string }
  | { readonly kind: 'system' };

export interface HistoryDeps {
  readonly context: InvocationContext;
  /** Opens the project; null is the one that the settings name. */
  readonly openProject: (project: string | null) => Promise<ProjectSource>;
  /** Takes the pieces of what is printed. */
  readonly print: (text: string) => void;
}

export interface HistoryReport {
  readonly runId: string;
  readonly displayName: string | null;
  readonly url: string;
  readonly state: string | null;
  readonly rows: number;
  readonly columns: number;
  readonly out: string | null;
  /** Rows of an interrupted invocation that this one went on with. */
  readonly resumedRows: number;
  /** Null for system metrics, which W&B only samples. */
  readonly check: HistoryCheck | null;
  readonly exitCode: ExitCode;
}

/**
 * Reads the history of one run into a file, or prints it. Interrupted, the rows so far stay in `OUT.partial`, and the same
 * call goes on behind them. Whether every logged step arrived is in the report, and in its exit code.
 *
 * @throws UsageError where the run, or a metric, cannot be found
 * @throws StoppedError after the chunk under way when the signal is aborted
 */
export async function history(deps: HistoryDeps, options: HistoryOptions): Promise<HistoryReport> {
  if (options.out !== null) await assertWritable(options.out, options.registry?.registry ?? null);
  const { targets, project } = await findRunTargets([options.run], options);
  const [target] = targets;
  if (target === undefined) throw new Error('a name gave no target');
  const source = await deps.openProject(project);
  try {
    const [info] = await source.history.fetchHistoryInfos([target.runId]);
    if (info === undefined || info === null) throw notFound(source, target, options);
    if (info instanceof RunlinkError) throw info;
    const reading = { ...deps, options, source, info };
    return options.what.kind === 'system' ? await readSystem(reading) : await readSteps(reading);
  } finally {
    await source.close();
  }
}

function notFound(
  { entity, project }: ProjectSource,
  { runId, keyText }: RunTarget,
  { registry }: HistoryOptions,
): UsageError {
  const wasKey = registry !== null && keyText === null ? ', and no such row in the registry' : '';
  return new UsageError(`there is no run ${runId} in W&B project ${entity}/${project}${wasKey}`, {
    hint: 'It may have been deleted or moved, or your key may not see it. Name a row of the registry by its key, a run by its id or by the address of its page; `runlink runs` lists the rows.',
  });
}

interface Reading extends HistoryDeps {
  readonly options: HistoryOptions;
  readonly source: ProjectSource;
  readonly info: RunHistoryInfo;
}

async function readSystem(reading: Reading): Promise<HistoryReport> {
  const { source, info, context } = reading;
  const rows = await source.history.fetchSystemMetrics(info.run.runId);
  if (rows.length === 0) context.say(`run ${info.run.runId} has no system metrics`);
  const table = buildMetricsTable(rows, summarizeRows(rows), ['_timestamp', '_runtime']);
  return await finish(reading, table, { check: null, resumedRows: 0, rows: rows.length });
}

/** What becomes of a metric that is a histogram at some steps and a number at others. */
const MIXED: Readonly<Record<HistoryPart['kind'], string>> = {
  metrics: 'its column is JSON',
  histograms: 'only the histograms are taken',
  system: 'its column is JSON',
};

async function readSteps(reading: Reading): Promise<HistoryReport> {
  const { info, context, options } = reading;
  const { what } = options;
  if (info.lineCount === 0) context.say(`run ${info.run.runId} has logged no history`);
  assertKeysAreLogged(info, what);
  const { spool, folder } = openOwnSpool(reading);
  try {
    const resumedRows = spool.rows();
    if (resumedRows > 0)
      context.say(`going on after step ${spool.lastStep()}, with ${resumedRows} rows that are there`);
    const live = await fillSpool(reading, spool);
    const summary = summarizeRows(spool.read());
    const keys = wantedKeys(what);
    const check = resumedRows === 0 ? live : checkHistory(summary, info, keys === undefined ? {} : { keys });
    for (const line of listMixedKinds(summary)) context.say(`${line}; ${MIXED[what.kind]}`);
    const table =
      what.kind === 'histograms'
        ? buildHistogramsTable(spool.read(), what.key)
        : buildMetricsTable(spool.read(), summary, ['_step', ...(keys ?? [])]);
    const report = await finish(reading, table, { check, resumedRows, rows: summary.steps });
    spool.discard();
    return report;
  } catch (error) {
    spool.close();
    throw options.out === null ? explainStop(error) : error;
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

/** Beside the file, so that the next invocation finds it; in a folder of its own where the rows are printed. */
function openOwnSpool({ options, info }: Reading): { readonly spool: Spool; readonly folder: string | null } {
  const keys = wantedKeys(options.what);
  const title = { runlink: 'history', version: 1, run: info.run.storageId, keys: keys ?? null };
  const folder = options.out === null ? mkdtempSync(join(tmpdir(), 'runlink-history-')) : null;
  const path = folder === null ? `${options.out}.partial` : join(folder, 'rows');
  const spool = openSpool(path, title);
  // A run that was rewound since has other rows now.
  if (spool.lastStep() > info.lastStep) spool.clear();
  return { spool, folder };
}

function wantedKeys(what: HistoryPart): readonly string[] | undefined {
  if (what.kind === 'histograms') return [what.key];
  return what.kind === 'metrics' && what.keys !== null ? what.keys : undefined;
}

async function fillSpool({ source, context, options, info }: Reading, spool: Spool): Promise<HistoryCheck> {
  const keys = wantedKeys(options.what);
  const label = `reading history of ${info.run.runId}`;
  const total = info.lineCount ?? info.lastStep + 1;
  const resumed = spool.rows() === 0 ? {} : { minStep: spool.lastStep() + 1 };
  let check: HistoryCheck | null = null;
  const onEnd = (end: HistoryCheck): void => void (check = end);
  const query = { runId: info.run.runId, info, onEnd, signal: context.signal, ...resumed };
  for await (const rows of source.history.scanHistory(keys === undefined ? query : { ...query, keys })) {
    spool.append(rows);
    // Metrics that stand in few steps would seem to stand still by rows.
    const done = keys === undefined ? spool.rows() : Math.round((total * (spool.lastStep() + 1)) / (info.lastStep + 1));
    context.onProgress({ label, done: Math.min(done, total), total });
  }
  if (check === null) throw new RunlinkError('the reading ended without a check', { hint: 'Please report this.' });
  return check;
}

async function finish(
  { options, info, context, print }: Reading,
  table: DataTable,
  { check, resumedRows, rows }: Pick<HistoryReport, 'check' | 'resumedRows' | 'rows'>,
): Promise<HistoryReport> {
  const { out, format } = options;
  const { runId, displayName, state } = info.run;
  const head = { version: 1, run: { id: runId, name: displayName, url: info.url, state }, check };
  if (out !== null) await writeTable(out, table, { format, head });
  else if (format === 'parquet') throw new UsageError('Parquet is no text, expected --out FILE with --format parquet');
  else for (const piece of renderTableText(table, format, head)) print(piece);
  const isIncomplete = check?.verdict === 'incomplete';
  if (isIncomplete && resumedRows > 0) context.say(`not all of run ${runId} arrived: ${describeMissing(check)}`);
  const exitCode = isIncomplete ? EXIT_CODES.incomplete : EXIT_CODES.done;
  const identity = { runId, displayName, url: info.url, state };
  return { ...identity, rows, columns: table.columns.length, out, resumedRows, check, exitCode };
}

function explainStop(error: unknown): unknown {
  if (!(error instanceof StoppedError)) return error;
  return new StoppedError('stopped while reading from W&B; nothing was printed', {
    hint: 'With --out FILE the rows so far are kept, and the same `runlink history` goes on behind them.',
  });
}
