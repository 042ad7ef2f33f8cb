import { z } from 'zod';
import type { HistoryQuery } from '../../model/history.ts';
import { statusOfState } from '../../model/run.ts';
import { parseAnswer } from '../decode.ts';
import { RefusedRequestError } from '../failures.ts';
import { decodeCounts } from './counts.ts';
import type { HistoryCounts } from './counts.ts';
import { askRun } from './deps.ts';
import type { HistoryDeps } from './deps.ts';
import { START_QUERY, START_WITHOUT_EXPORT_QUERY } from './queries.ts';
import { decodeRowObject } from './rows.ts';
import { chooseRows } from './windows.ts';

/** Enough to tell where rows lie, and a few kilobytes. */
const SAMPLED_STEPS = 1000;

/** What is known of a history before its rows are read. */
export interface ScanStart {
  readonly counts: HistoryCounts;
  /** Steps of some rows, ascending; empty where none were asked for. */
  readonly sample: readonly number[];
  /** Signed addresses of exported files. */
  readonly exports: readonly string[];
  /** The first step that no file holds; Infinity where they hold everything. */
  readonly liveFrom: number;
  /** Rows that no file holds. */
  readonly liveRows: number;
}

/** Where the caller knows the run and one answer holds its rows, nothing is asked. */
export async function startScan(deps: HistoryDeps, query: HistoryQuery, signal?: AbortSignal): Promise<ScanStart> {
  const { info, keys } = query;
  if (info !== undefined) {
    const { lastStep, lineCount, metrics } = info;
    const isSmall = lineCount !== null && lineCount <= chooseRows(lineCount, metrics, keys);
    const isAlive = statusOfState(info.run.state) !== 'not_running';
    if (isSmall) return { counts: { isAlive, lastStep, lineCount, metrics }, ...NOTHING_EXPORTED };
  }
  const spec = { keys: ['_step'], samples: SAMPLED_STEPS, ...boundsOf(query) };
  const question = { runId: query.runId, variables: { specs: [JSON.stringify(spec)] } };
  const options = signal === undefined ? {} : { signal };
  try {
    return decodeStart(await askRun(deps, { ...question, query: START_QUERY }, options));
  } catch (error) {
    if (!(error instanceof RefusedRequestError) || error.status !== 400) throw error;
    return decodeStart(await askRun(deps, { ...question, query: START_WITHOUT_EXPORT_QUERY }, options));
  }
}

const NOTHING_EXPORTED = { sample: [], exports: [], liveFrom: 0, liveRows: 0 };

function boundsOf({ minStep, maxStep }: HistoryQuery): { readonly minStep?: number; readonly maxStep?: number } {
  return { ...(minStep === undefined ? {} : { minStep }), ...(maxStep === undefined ? {} : { maxStep }) };
}

const startNode = z.object({
  sampledHistory: z.array(z.array(z.unknown())),
  parquetHistory: z
    .object({ parquetUrls: z.array(z.string()).nullish(), liveData: z.array(z.unknown()).nullish() })
    .nullish(),
});

function decodeStart(node: unknown): ScanStart {
  const { sampledHistory, parquetHistory } = parseAnswer(startNode, node, 'a history');
  const sample = sampledHistory.flat().map((row) => decodeRowObject(row)._step);
  const live = (parquetHistory?.liveData ?? []).map((row) => decodeRowObject(row)._step);
  const counts = decodeCounts(node);
  const lastStep = [...sample, ...live].reduce((last, step) => Math.max(last, step), counts.lastStep);
  return {
    // Servers that do not say the last step still have sampled it: the last row is always among the samples.
    counts: { ...counts, lastStep },
    sample: sample.sort((a, b) => a - b),
    exports: parquetHistory?.parquetUrls ?? [],
    liveFrom: live.reduce((first, step) => Math.min(first, step), Infinity),
    liveRows: live.length,
  };
}
