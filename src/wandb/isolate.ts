import { IncompleteListingError } from '../errors.ts';
import type { EvidenceKeys } from '../model/snapshot.ts';
import type { ListedPage, ListedRun, ProjectApi } from './api.ts';
import { ServerFailureError } from './failures.ts';
import type { RunFilter } from './filters.ts';
import { windowFilter } from './filters.ts';
import type { Span } from './filters.ts';
import { cursorAfterOrNull } from './position.ts';
import { isPlaceholder } from './quarantine.ts';
import type { PageDetail } from './queries.ts';

/** The place of the run that makes its page fail (wandb/wandb#6435: one corrupt run panics the whole answer). */
export interface Suspect {
  readonly filter: RunFilter;
  readonly span: Span;
  /** Cursor of the run before it; null at the start. */
  readonly after: string | null;
  /** Run id before it, by which a person can find a run that W&B cannot even name. */
  readonly previous: string | null;
  /** Runs of the window that we hold. */
  readonly held: ReadonlySet<string>;
}

export type Isolated =
  /** Served after all, whole or without config and summary. */
  | { readonly kind: 'run'; readonly edge: ListedRun; readonly isLight: boolean; readonly hasNextPage: boolean }
  /** Not servable. `runId` is null where W&B fails even to name it. */
  | { readonly kind: 'broken'; readonly runId: string | null; readonly cursor: string; readonly error: string }
  | { readonly kind: 'gone' };

export interface IsolateContext {
  readonly api: ProjectApi;
  readonly keys: EvidenceKeys;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks for one run alone, for less and less of it. A healthy run must not be quarantined because the server was away
 * for a while: it counts as broken only when the server serves another run at the same moment.
 *
 * @throws ServerFailureError where the server serves no other run either
 * @throws IncompleteListingError where there is no way past the run
 */
export async function isolateRun(suspect: Suspect, context: IsolateContext): Promise<Isolated> {
  const ask = (detail: PageDetail): Promise<ListedPage | ServerFailureError> => askAlone(suspect, detail, context);
  for (const detail of ['full', 'light'] as const) {
    const page = await ask(detail);
    if (!(page instanceof ServerFailureError)) return servedOrGone(page, detail === 'light');
  }
  const named = await ask('ids');
  await assertServesOthers(suspect, context);
  const again = await ask('light');
  if (!(again instanceof ServerFailureError)) return servedOrGone(again, true);
  if (!(named instanceof ServerFailureError)) {
    const edge = named.edges[0];
    if (edge === undefined) return { kind: 'gone' };
    return { kind: 'broken', runId: edge.runId, cursor: edge.cursor, error: again.message };
  }
  return passUnnamed(suspect, again, context);
}

/** Asks for a run that was served before; where there is none yet, for one that does not exist. */
async function assertServesOthers({ held }: Suspect, { api, keys, signal }: IsolateContext): Promise<void> {
  const other = [...held].findLast((id) => !isPlaceholder(id)) ?? 'none';
  const filter = { name: { $in: [other] } };
  await api.fetchPage({ filter, after: null, first: 1, detail: 'light', keys }, { signal });
}

function servedOrGone(page: ListedPage, isLight: boolean): Isolated {
  const edge = page.edges[0];
  return edge === undefined ? { kind: 'gone' } : { kind: 'run', edge, isLight, hasNextPage: page.hasNextPage };
}

/** W&B cannot even name the run. Its cursor is asked for alone, else computed, so that the walk can go on behind it. */
async function passUnnamed(suspect: Suspect, failure: ServerFailureError, context: IsolateContext): Promise<Isolated> {
  const [count = 0] = await context.api.fetchCounts([windowFilter(suspect.span)], { signal: context.signal });
  if (count <= suspect.held.size) return { kind: 'gone' };
  const page = await askAlone(suspect, 'cursors', context);
  const asked = page instanceof ServerFailureError ? null : page.edges[0]?.cursor;
  const cursor = asked ?? cursorAfterOrNull(suspect.after);
  const place = suspect.previous === null ? 'place unknown' : `listed right after run ${suspect.previous}`;
  if (cursor !== null) return { kind: 'broken', runId: null, cursor, error: `${place}: ${failure.message}` };
  throw new IncompleteListingError(`W&B fails to serve a run and gives no way past it: ${failure.message}`, {
    cause: failure,
    hint: 'Run the same command again later; if the run stays broken, ask W&B or the server’s operator to repair it.',
  });
}

async function askAlone(
  suspect: Suspect,
  detail: PageDetail,
  { api, keys, signal }: IsolateContext,
): Promise<ListedPage | ServerFailureError> {
  try {
    return await api.fetchPage({ filter: suspect.filter, after: suspect.after, first: 1, detail, keys }, { signal });
  } catch (error) {
    if (error instanceof ServerFailureError) return error;
    throw error;
  }
}
