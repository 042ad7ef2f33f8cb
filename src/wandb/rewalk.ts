import type { ListingWindow } from '../model/snapshot.ts';
import type { Holding, WindowProof } from './proof.ts';
import { walkByExclusion, walkByOffset } from './walk.ts';
import type { WalkContext, WalkEnd } from './walk.ts';

/** Times that a window is walked in one invocation before the listing gives up. */
export const MOST_WALKS = 6;
/** Walks by cursor; when these did not do, the rest go without one. */
const OFFSET_WALKS = 2;
/** Ids that the filters of a walk without cursor may hold: some hundred kilobytes. */
const MOST_EXCLUDED = 20_000;

/** A window that has to be walked, and what the last proof said of it; null for the first walk. */
export interface WalkTask {
  readonly window: ListingWindow;
  readonly proof: WindowProof | null;
}

export interface RewalkContext extends WalkContext {
  /** Walks so far by window number. */
  readonly walks: Map<number, number>;
}

/** Walks a window until the server says that there is no more, or it was walked too often: the proof tells either way. */
export async function walkUntilEnded(task: WalkTask, context: RewalkContext): Promise<void> {
  const { no } = task.window;
  for (let proof = task.proof; ; proof = null) {
    const walk = (context.walks.get(no) ?? 0) + 1;
    if (walk > MOST_WALKS) return;
    context.walks.set(no, walk);
    const end =
      proof !== null && isOnlyShort(proof) ? await fillUp(task.window, context) : await walkAnew(task, walk, context);
    if (end === 'ended') return;
  }
}

/** All that is held is still there and W&B counts more: only the missing runs need to be asked for. */
function isOnlyShort({ counted, found, named, runIds }: WindowProof): boolean {
  return found === named && counted > runIds.length && named <= MOST_EXCLUDED;
}

async function fillUp(window: ListingWindow, context: WalkContext): Promise<WalkEnd> {
  return walkByExclusion(window, context);
}

async function walkAnew({ window, proof }: WalkTask, walk: number, context: WalkContext): Promise<WalkEnd> {
  if (walk === 1 && proof === null) return walkByOffset(window, context);
  await context.store.restartWindow(window.no);
  context.onHeld(window.no, 0);
  const restarted = { ...window, cursor: null };
  const withoutCursor = walk > OFFSET_WALKS && window.expected <= MOST_EXCLUDED;
  return withoutCursor ? walkByExclusion(restarted, context) : walkByOffset(restarted, context);
}

/** The windows that no further walk is left for. */
export function isExhausted({ window }: Holding, walks: ReadonlyMap<number, number>): boolean {
  return (walks.get(window.no) ?? 0) >= MOST_WALKS;
}
