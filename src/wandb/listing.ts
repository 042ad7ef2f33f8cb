import type { ListRunsOptions, ListingReport, ListingWindow } from '../model/snapshot.ts';
import type { ProjectApi } from './api.ts';
import { chunk, windowFilter } from './filters.ts';
import type { Span } from './filters.ts';
import { buildIncompleteError } from './incomplete.ts';
import { pageSizeFor, widenKeys } from './keys.ts';
import type { Pace } from './pace.ts';
import { proveWindows } from './proof.ts';
import type { Holding, WindowProof } from './proof.ts';
import { MOST_WALKS, isExhausted, walkUntilEnded } from './rewalk.ts';
import type { WalkTask } from './rewalk.ts';
import { settleAll } from './settle.ts';
import type { WalkContext } from './walk.ts';
import { planWindows } from './windows.ts';

/** Counts in one request while windows are planned. */
const COUNTS_PER_REQUEST = 64;

export interface ListingContext {
  readonly api: ProjectApi;
  readonly pace: Pace;
  readonly say: (line: string) => void;
  readonly countRequests: () => number;
}

/**
 * Brings all runs of a project into the store and proves that they are all. Windows are walked several at once, then
 * all are proved in one sweep; those that differ are walked again, until one whole sweep is clean. What the store
 * holds already from a call that was killed is proved like the rest and not asked for again.
 *
 * @throws IncompleteListingError when a window cannot be brought in line, StoppedError when the signal is aborted
 */
export async function listRuns(options: ListRunsOptions, context: ListingContext): Promise<ListingReport> {
  const { store, signal } = options;
  const { api, pace } = context;
  const firstRequest = context.countRequests();
  pace.setCeiling(options.concurrency);
  const keys = widenKeys(options.keys);
  const pageSize = pageSizeFor(keys);
  const windows = await openWindows(options, context, pageSize);
  const walks = new Map<number, number>();
  const walker = { api, store, keys, pageSize, say: context.say, onHeld: createProgress(windows, options), walks };
  for (let tasks = await findUnwalked(windows, options); ;) {
    await settleAll(tasks, signal, (task, own) => pace.limit(() => walkUntilEnded(task, { ...walker, signal: own })));
    const proofs = await proveWindows(await readHoldings(windows, options), { api, pace, signal });
    await store.saveWindows(proofs.map(closeWindow));
    const unproved = proofs.filter((proof) => !proof.isComplete);
    const hopeless = unproved.find((proof) => isExhausted(proof, walks));
    if (hopeless !== undefined) throw await buildIncompleteError(hopeless, MOST_WALKS, { api, signal });
    if (unproved.length === 0) return buildReport(proofs, options, context.countRequests() - firstRequest);
    tasks = unproved.map((proof) => ({ window: proof.window, proof }));
  }
}

/** The store's windows, or new ones where it has none yet. */
async function openWindows(
  { store, signal }: ListRunsOptions,
  { api, pace }: ListingContext,
  pageSize: number,
): Promise<readonly ListingWindow[]> {
  const kept = await store.readWindows();
  if (kept.length > 0) return kept;
  const count = async (spans: readonly Span[]): Promise<readonly number[]> => {
    const requests = chunk(spans.map(windowFilter), COUNTS_PER_REQUEST);
    const counts = await Promise.all(requests.map((filters) => pace.limit(() => api.fetchCounts(filters, { signal }))));
    return counts.flat();
  };
  // Two pages, of which the second repeats one run of the first.
  const spans = await planWindows(count, 2 * pageSize - 1);
  const windows = spans.map(({ from, to, count: expected }, no): ListingWindow => ({
    no,
    from,
    to,
    expected,
    state: 'open',
    cursor: null,
  }));
  await store.saveWindows(windows);
  return windows;
}

async function readHoldings(
  windows: readonly ListingWindow[],
  { store }: ListRunsOptions,
): Promise<readonly Holding[]> {
  return Promise.all(windows.map(async (window) => ({ window, runIds: await store.readRunIds(window.no) })));
}

/**
 * Windows to walk first. An open one that holds runs and has no cursor was walked to its end, and one without any run
 * needs no walk: the proof will tell.
 */
async function findUnwalked(windows: readonly ListingWindow[], options: ListRunsOptions): Promise<readonly WalkTask[]> {
  const open = windows.filter((window) => window.state === 'open');
  const holdings = await readHoldings(open, options);
  return holdings
    .filter(({ window, runIds }) => window.cursor !== null || (runIds.length === 0 && window.expected > 0))
    .map(({ window }) => ({ window, proof: null }));
}

function closeWindow(proof: WindowProof): ListingWindow {
  return { ...proof.window, expected: proof.counted, cursor: null, state: proof.isComplete ? 'complete' : 'open' };
}

async function buildReport(
  proofs: readonly WindowProof[],
  { store }: ListRunsOptions,
  requests: number,
): Promise<ListingReport> {
  const quarantined = await store.readQuarantined();
  const held = proofs.reduce((sum, proof) => sum + proof.runIds.length, 0);
  return { runs: held - quarantined.length, windows: proofs.map(closeWindow), quarantined, requests };
}

/** Adds up what the windows hold; the total is what W&B counted when they were opened. */
function createProgress(windows: readonly ListingWindow[], { onProgress }: ListRunsOptions): WalkContext['onHeld'] {
  const heldByWindow = new Map<number, number>();
  const total = windows.reduce((sum, window) => sum + window.expected, 0);
  return (windowNo, held) => {
    heldByWindow.set(windowNo, held);
    const done = [...heldByWindow.values()].reduce((sum, count) => sum + count, 0);
    onProgress?.({ done, total: Math.max(total, done) });
  };
}
