import { IncompleteListingError } from '../errors.ts';
import type { ListingWindow } from '../model/snapshot.ts';
import type { ProjectApi } from './api.ts';
import { IDS_PER_LIST, chunk, heldFilter, othersFilter } from './filters.ts';
import type { RunFilter, Span } from './filters.ts';
import type { WindowProof } from './proof.ts';
import { isPlaceholder } from './quarantine.ts';

/** Ids that an error names; more would hide the sentence. */
const MOST_NAMED = 10;

const NO_KEYS = { config: [], summary: [] } as const;

/** The error for a window that walking again and again did not bring in line with what W&B counts. */
export async function buildIncompleteError(
  proof: WindowProof,
  walks: number,
  context: { readonly api: ProjectApi; readonly signal: AbortSignal | undefined },
): Promise<IncompleteListingError> {
  const { window, runIds, counted } = proof;
  const differences = await describeDifferences(proof, context);
  const fact =
    `the listing of ${context.api.path} is incomplete: for runs ${renderSpan(window)}, W&B counts ${counted}, ` +
    `found ${runIds.length} after ${walks} walks${differences}`;
  return new IncompleteListingError(fact, {
    hint: 'What is complete is kept. Run the same command again when the project changes less, or W&B has caught up.',
  });
}

/** Names what is missing or too much where W&B tells; never in the way of the error itself. */
async function describeDifferences(
  { window, runIds, counted, named, found }: WindowProof,
  context: { readonly api: ProjectApi; readonly signal: AbortSignal | undefined },
): Promise<string> {
  const known = runIds.filter((id) => !isPlaceholder(id));
  const ask = async (filter: RunFilter, first: number): Promise<readonly string[]> => {
    const question = { filter, after: null, first, detail: 'ids', keys: NO_KEYS } as const;
    const page = await context.api.fetchPage(question, { signal: context.signal });
    return page.edges.flatMap(({ runId }) => (runId === null ? [] : [runId]));
  };
  try {
    const missing = counted > found ? await ask(othersFilter(window, known), MOST_NAMED) : [];
    const extra = found < named ? await findExtra(window, known, ask) : [];
    const unlisted = counted > found && missing.length === 0 ? '; the missing runs are counted, but not listed' : '';
    return `${renderIds('missing', missing)}${renderIds('no longer there', extra)}${unlisted}`;
  } catch {
    return '';
  }
}

async function findExtra(
  window: Span,
  known: readonly string[],
  ask: (filter: RunFilter, first: number) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const extra: string[] = [];
  for (const ids of chunk(known, IDS_PER_LIST)) {
    const there = new Set(await ask(heldFilter(window, ids), ids.length));
    extra.push(...ids.filter((id) => !there.has(id)));
    if (extra.length >= MOST_NAMED) break;
  }
  return extra.slice(0, MOST_NAMED);
}

function renderIds(label: string, ids: readonly string[]): string {
  return ids.length === 0 ? '' : `; ${label}: ${ids.join(', ')}`;
}

function renderSpan({ from, to }: ListingWindow): string {
  const render = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  if (from === null && to === null) return 'of all times';
  if (from === null) return `created before ${render(to ?? 0)}`;
  return to === null ? `created from ${render(from)} on` : `created from ${render(from)} to before ${render(to)}`;
}
