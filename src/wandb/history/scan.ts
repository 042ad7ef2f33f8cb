import { describeMissing } from '../../model/history-check.ts';
import type { HistoryQuery, HistoryRow } from '../../model/history.ts';
import { assertGoingOn } from '../client.ts';
import { decodeCounts } from './counts.ts';
import type { HistoryCounts } from './counts.ts';
import { askRun } from './deps.ts';
import type { HistoryDeps } from './deps.ts';
import { mapInOrder } from './in-order.ts';
import { COUNTS_QUERY } from './queries.ts';
import { readWindow } from './read-window.ts';
import { startScan } from './start.ts';
import type { ScanStart } from './start.ts';
import { createTally } from './tally.ts';
import type { Tally } from './tally.ts';
import { chooseRows, planWindows } from './windows.ts';

/** A run that grows faster than it is read is not followed for ever. */
const MOST_ROUNDS = 3;

type Chunks = AsyncGenerator<readonly HistoryRow[], void>;

interface Scan {
  readonly deps: HistoryDeps;
  readonly query: HistoryQuery;
  readonly signal: AbortSignal;
  readonly tally: Tally;
}

/** Steps to read, and what is known of them. */
interface Stretch {
  readonly from: number;
  readonly counts: HistoryCounts;
  readonly sample: readonly number[];
  /** Rows expected. */
  readonly rows: number;
}

/**
 * All logged rows of a run by step, a chunk at a time, each step once, also of a run that grows meanwhile. A few chunks
 * are fetched ahead of the reader and no more.
 *
 * @throws RunlinkError where the run is not there, or not any more
 * @throws StoppedError where the signal is aborted
 */
export async function* scanHistory(deps: HistoryDeps, query: HistoryQuery): Chunks {
  const controller = new AbortController();
  const signals = [controller.signal, deps.signal, query.signal].filter((signal) => signal !== undefined);
  const signal = AbortSignal.any(signals);
  const tally = createTally();
  const scan = { deps, query, signal, tally };
  try {
    const { counts, isRewound } = yield* readRounds(scan);
    const counted = tally.check(counts, query);
    const check = isRewound ? { ...counted, verdict: 'incomplete' as const } : counted;
    if (counted.verdict === 'incomplete') deps.say(`not all of run ${query.runId} arrived: ${describeMissing(check)}`);
    query.onEnd?.(check);
  } catch (error) {
    assertGoingOn(query.signal ?? deps.signal);
    throw error;
  } finally {
    controller.abort();
  }
}

interface End {
  readonly counts: HistoryCounts;
  /** Steps that were read are not part of the run any more. */
  readonly isRewound: boolean;
}

/** Reads up to the last step, and where the run lives on, what came meanwhile. */
async function* readRounds(scan: Scan): AsyncGenerator<readonly HistoryRow[], End> {
  const { deps, query, signal, tally } = scan;
  const start = await startScan(deps, query, signal);
  let { counts } = start;
  yield* readAll(scan, start);
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const isDone = !counts.isAlive && tally.check(counts, query).verdict !== 'incomplete';
    if (isDone || (query.maxStep ?? Infinity) <= counts.lastStep) break;
    const next = decodeCounts(await askRun(deps, { query: COUNTS_QUERY, runId: query.runId }, { signal }));
    if (next.lastStep < counts.lastStep && next.lastStep >= 0) {
      deps.say(`run ${query.runId} was rewound to step ${next.lastStep} while it was read; read it again`);
      return { counts: next, isRewound: true };
    }
    if (next.lastStep <= counts.lastStep) return { counts: next, isRewound: false };
    const rows = Math.max(1, (next.lineCount ?? next.lastStep) - (counts.lineCount ?? counts.lastStep));
    yield* readStretch(scan, { from: counts.lastStep + 1, counts: next, sample: [], rows });
    counts = next;
  }
  return { counts, isRewound: false };
}

/** Exported files first; what they lack, or what is wrong with them, by windows. */
async function* readAll(scan: Scan, start: ScanStart): Chunks {
  const { counts, sample, exports } = start;
  const rows = counts.lineCount ?? counts.lastStep + 1;
  const all = { from: scan.query.minStep ?? 0, counts, sample, rows };
  const isOneAnswer = rows <= chooseRows(rows, counts.metrics, scan.query.keys);
  const rest = exports.length === 0 || isOneAnswer ? all : yield* readExported(scan, start, all);
  yield* readStretch(scan, rest);
}

/** @returns what is left to be read by windows */
async function* readExported(
  { deps, query, signal, tally }: Scan,
  { exports, liveFrom, liveRows }: ScanStart,
  all: Stretch,
): AsyncGenerator<readonly HistoryRow[], Stretch> {
  const maxStep = query.maxStep ?? Infinity;
  let next = all.from;
  try {
    // What reads Parquet is loaded where a server offers it.
    const { readExports } = await import('./exports.ts');
    const part = { urls: exports, keys: query.keys, minStep: all.from, maxStep, before: liveFrom };
    for await (const chunk of readExports(deps, part, signal)) {
      assertGoingOn(signal);
      tally.add(chunk);
      yield chunk;
      next = (chunk.at(-1)?._step ?? next - 1) + 1;
    }
    return { ...all, from: Math.max(all.from, liveFrom), rows: liveRows };
  } catch (error) {
    assertGoingOn(signal);
    const why = error instanceof Error ? error.message : String(error);
    deps.say(`the exported files of run ${query.runId} cannot be used (${why}); reading step by step`);
    return { ...all, from: next };
  }
}

async function* readStretch({ deps, query, signal, tally }: Scan, stretch: Stretch): Chunks {
  const { from, sample, rows } = stretch;
  const { lastStep, lineCount, metrics } = stretch.counts;
  const to = Math.min(lastStep, query.maxStep ?? Infinity) + 1;
  const rowsPerWindow = chooseRows(lineCount ?? lastStep + 1, metrics, query.keys);
  const windows = planWindows({ from, to, rows, rowsPerWindow, sample, lanes: deps.lanes });
  const reader = { deps, runId: query.runId, keys: query.keys, rowsPerWindow };
  const ahead = { ahead: deps.lanes, signal };
  for await (const chunk of mapInOrder(windows, ahead, (window, own) => readWindow(reader, window, own))) {
    assertGoingOn(signal);
    tally.add(chunk);
    if (chunk.length > 0) yield chunk;
  }
}
