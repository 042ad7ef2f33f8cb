import type { ListingWindow } from '../model/snapshot.ts';
import type { ProjectApi } from './api.ts';
import { IDS_PER_LIST, chunk, heldFilter, windowFilter } from './filters.ts';
import type { RunFilter } from './filters.ts';
import type { Pace } from './pace.ts';
import { isPlaceholder } from './quarantine.ts';

/** Bounds of one request: counts in it, and characters of filters. */
const MOST_COUNTS = 60;
const MOST_CHARACTERS = 256 * 1024;

/** A window and the run ids that the snapshot holds for it. */
export interface Holding {
  readonly window: ListingWindow;
  readonly runIds: readonly string[];
}

/** What the server says of a window against what is held. */
export interface WindowProof extends Holding {
  /** Runs that the server counts in the window. */
  readonly counted: number;
  /** Runs among the held ids that the server counts in the window. */
  readonly found: number;
  /** Ids held that can be looked for: all but stand-ins of runs that W&B cannot name. */
  readonly named: number;
  readonly isComplete: boolean;
}

/** One window's questions within one request. A window with very many ids has several. */
interface Part {
  readonly no: number;
  readonly filters: readonly RunFilter[];
  readonly characters: number;
}

/**
 * Proves windows complete. For each, one request counts the window's runs and those of them that are held: complete is
 * a window of which all that is counted is held, and all that is held is counted. The second count catches what the
 * first cannot: one run deleted and another one created.
 */
export async function proveWindows(
  holdings: readonly Holding[],
  context: { readonly api: ProjectApi; readonly pace: Pace; readonly signal: AbortSignal | undefined },
): Promise<readonly WindowProof[]> {
  const parts = holdings.flatMap(buildParts);
  const answers = await Promise.all(
    packParts(parts).map((pack) => context.pace.limit(() => askPack(pack, context.api, context.signal))),
  );
  return holdings.map((holding) => judge(holding, answers.flat()));
}

interface PartAnswer {
  readonly no: number;
  readonly counted: number;
  readonly found: number;
}

async function askPack(
  pack: readonly Part[],
  api: ProjectApi,
  signal: AbortSignal | undefined,
): Promise<readonly PartAnswer[]> {
  const counts = await api.fetchCounts(
    pack.flatMap((part) => part.filters),
    { signal },
  );
  let at = 0;
  return pack.map(({ no, filters }) => {
    const [counted = -1, ...found] = counts.slice(at, (at += filters.length));
    return { no, counted, found: found.reduce((sum, count) => sum + count, 0) };
  });
}

function judge(holding: Holding, answers: readonly PartAnswer[]): WindowProof {
  const own = answers.filter((answer) => answer.no === holding.window.no);
  const counted = own[0]?.counted ?? -1;
  const found = own.reduce((sum, answer) => sum + answer.found, 0);
  const named = holding.runIds.filter((id) => !isPlaceholder(id)).length;
  const isSteady = own.every((answer) => answer.counted === counted);
  return {
    ...holding,
    counted,
    found,
    named,
    isComplete: isSteady && counted === holding.runIds.length && found === named,
  };
}

function buildParts({ window, runIds }: Holding): readonly Part[] {
  const lists = chunk(
    runIds.filter((id) => !isPlaceholder(id)),
    IDS_PER_LIST,
  );
  const perPart = MOST_COUNTS - 1;
  const groups = lists.length === 0 ? [[]] : chunk(lists, perPart);
  return groups.map((group) => {
    const filters = [windowFilter(window), ...group.map((ids) => heldFilter(window, ids))];
    return { no: window.no, filters, characters: JSON.stringify(filters).length };
  });
}

/** Fills requests one after the other up to their bounds; a part is never torn. */
function packParts(parts: readonly Part[]): readonly (readonly Part[])[] {
  const packs: { parts: Part[]; counts: number; characters: number }[] = [];
  for (const part of parts) {
    const last = packs.at(-1);
    const fits =
      last !== undefined &&
      last.counts + part.filters.length <= MOST_COUNTS &&
      last.characters + part.characters <= MOST_CHARACTERS;
    if (fits) {
      last.parts.push(part);
      last.counts += part.filters.length;
      last.characters += part.characters;
    } else packs.push({ parts: [part], counts: part.filters.length, characters: part.characters });
  }
  return packs.map((pack) => pack.parts);
}
