import { IncompleteListingError } from '../errors.ts';
import type { EvidenceKeys, ListingWindow, SnapshotStore } from '../model/snapshot.ts';
import type { ListedPage, ProjectApi } from './api.ts';
import { assertGoingOn } from './client.ts';
import { ServerFailureError } from './failures.ts';
import { othersFilter, windowFilter } from './filters.ts';
import type { RunFilter } from './filters.ts';
import { isolateRun } from './isolate.ts';
import type { Isolated, Suspect } from './isolate.ts';
import { START, advance, decodePositionOrNull, encodePosition } from './position.ts';
import type { Position, Step } from './position.ts';
import { isPlaceholder, placeholderId } from './quarantine.ts';

/** Tries for a page that can still be asked for in smaller pieces. */
const TRIES_BEFORE_HALVING = 3;
/** More broken runs than this in one project are no broken runs but a broken server. */
const MOST_QUARANTINED = 50;

export interface WalkContext {
  readonly api: ProjectApi;
  readonly store: SnapshotStore;
  readonly keys: EvidenceKeys;
  readonly pageSize: number;
  readonly signal: AbortSignal | undefined;
  readonly say: (line: string) => void;
  /** Told how many runs of the window are held after each page. */
  readonly onHeld: (windowNo: number, held: number) => void;
}

/** `ended`: the server says that there is no more, which the proof will test. `shifted`: pages did not join. */
export type WalkEnd = 'ended' | 'shifted';

/**
 * Walks a window page by page from where it stands. Each page and where the next one starts are in the store before
 * the next one is asked for.
 */
export async function walkByOffset(window: ListingWindow, context: WalkContext): Promise<WalkEnd> {
  const filter = windowFilter(window);
  const held = new Set(await context.store.readRunIds(window.no));
  let position = window.cursor === null ? START : decodePositionOrNull(window.cursor);
  if (position === null) return 'shifted';
  for (let size = context.pageSize; ; size = Math.min(context.pageSize, size * 2)) {
    const least = position.overlap === null ? 1 : 2;
    const asked = await fetchShrinking({ filter, after: position.after, size, least }, context);
    size = asked.size;
    const step: Step =
      asked.page === null
        ? await stepOver(
            { filter, span: window, after: position.last, previous: position.overlap, held },
            { window, held },
            context,
          )
        : advance(position, asked.page, held);
    if (step.kind === 'shifted') return 'shifted';
    await saveRuns({ window, held }, step, context);
    if (step.next === null) return 'ended';
    position = step.next;
  }
}

/**
 * Completes a window by asking for the runs that are not held yet, without any cursor: no shift, tie or repeated cursor
 * can lose a run. The filters grow with what is held, so it is the second choice.
 */
export async function walkByExclusion(window: ListingWindow, context: WalkContext): Promise<WalkEnd> {
  const held = new Set(await context.store.readRunIds(window.no));
  for (let size = context.pageSize; ; size = Math.min(context.pageSize, size * 2)) {
    const known = [...held].filter((id) => !isPlaceholder(id));
    const filter = othersFilter(window, known);
    const asked = await fetchShrinking({ filter, after: null, size, least: 1 }, context);
    size = asked.size;
    const step: Step =
      asked.page === null
        ? await stepOver({ filter, span: window, after: null, previous: null, held }, { window, held }, context)
        : advance(START, asked.page, held);
    if (step.kind === 'shifted') return 'shifted';
    await saveRuns({ window, held }, { ...step, next: null }, context);
    const isStuck = step.fresh.length === 0 && asked.page !== null;
    if (step.next === null || isStuck) return 'ended';
  }
}

interface Question {
  readonly filter: RunFilter;
  readonly after: string | null;
  readonly size: number;
  /** The smallest page that still brings something new. */
  readonly least: number;
}

/** A page, halved as long as the server fails at it; null where it fails at the smallest. */
async function fetchShrinking(
  question: Question,
  { api, keys, signal }: WalkContext,
): Promise<{ readonly page: ListedPage | null; readonly size: number }> {
  const { filter, after, least } = question;
  for (let size = Math.max(question.size, least); ; size = Math.max(least, Math.floor(size / 2))) {
    assertGoingOn(signal);
    try {
      const options = { signal, tries: TRIES_BEFORE_HALVING };
      return { page: await api.fetchPage({ filter, after, first: size, detail: 'full', keys }, options), size };
    } catch (error) {
      if (!(error instanceof ServerFailureError)) throw error;
      if (size === least) return { page: null, size };
    }
  }
}

interface Held {
  readonly window: ListingWindow;
  readonly held: Set<string>;
}

async function saveRuns(
  { window, held }: Held,
  step: Extract<Step, { kind: 'moved' }>,
  context: WalkContext,
): Promise<void> {
  const runs = step.fresh.flatMap(({ run }) => (run === null ? [] : [run]));
  const nextCursor = step.next === null ? null : encodePosition(step.next);
  await context.store.savePage({ windowNo: window.no, runs, nextCursor });
  for (const run of runs) held.add(run.runId);
  context.onHeld(window.no, held.size);
}

/** Goes past one run that makes its page fail: takes it alone, or without config and summary, or quarantines it. */
async function stepOver(suspect: Suspect, { window, held }: Held, context: WalkContext): Promise<Step> {
  const isolated = await isolateRun(suspect, context);
  if (isolated.kind === 'gone') return { kind: 'shifted' };
  if (isolated.kind === 'run') return joinServed(isolated, held, context);
  const runId = isolated.runId ?? placeholderId(window.no, countPlaceholders(held) + 1);
  await context.store.saveQuarantined({ runId, windowNo: window.no, error: isolated.error });
  held.add(runId);
  context.say(`quarantined run ${runId}: ${isolated.error}`);
  await assertFewQuarantined(isolated.error, context);
  return { kind: 'moved', fresh: [], next: positionBehind(isolated.cursor) };
}

function joinServed(served: Extract<Isolated, { kind: 'run' }>, held: ReadonlySet<string>, context: WalkContext): Step {
  const { edge, isLight, hasNextPage } = served;
  if (isLight) context.say(`run ${edge.runId ?? ''} came without config and summary, which W&B fails to serve`);
  const step = advance(START, { edges: [edge], hasNextPage }, held);
  return step.kind === 'shifted' ? step : { ...step, next: hasNextPage ? positionBehind(edge.cursor) : null };
}

async function assertFewQuarantined(error: string, { api, store }: WalkContext): Promise<void> {
  const { length } = await store.readQuarantined();
  if (length <= MOST_QUARANTINED) return;
  throw new IncompleteListingError(`W&B fails to serve ${length} runs of ${api.path}: ${error}`, {
    hint: 'So many broken runs look like a fault of the server. Run the same command again when it is well.',
  });
}

/** Behind a run that cannot be asked for again there is nothing to overlap with; the proof covers the seam. */
function positionBehind(cursor: string): Position {
  return { after: cursor, overlap: null, last: cursor };
}

function countPlaceholders(held: ReadonlySet<string>): number {
  return [...held].filter(isPlaceholder).length;
}
