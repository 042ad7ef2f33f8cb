import type { ListedPage, ListedRun } from './api.ts';

/**
 * Where a walk stands. W&B's cursors are offsets (wandb/wandb#6614): what is inserted, deleted or moved ahead of one
 * shifts all later pages. So a page is asked for after the last run but one, and has to begin with the last run again.
 */
export interface Position {
  readonly after: string | null;
  /** The run id with which the next page has to begin; null where nothing can be expected. */
  readonly overlap: string | null;
  /** Cursor of the last run received. */
  readonly last: string | null;
}

export const START: Position = { after: null, overlap: null, last: null };

export type Step =
  | { readonly kind: 'shifted' }
  | {
      readonly kind: 'moved';
      readonly fresh: readonly ListedRun[];
      /** Null when the server says that there is no further page, or brings nothing new. */
      readonly next: Position | null;
    };

/** What a page means for the walk. A run that came before is a sign of a shift, except the one that has to overlap. */
export function advance(position: Position, page: ListedPage, held: ReadonlySet<string>): Step {
  const { edges, hasNextPage } = page;
  if (position.overlap !== null && edges[0]?.runId !== position.overlap) return { kind: 'shifted' };
  const fresh = position.overlap === null ? edges : edges.slice(1);
  const ids = fresh.map((edge) => edge.runId);
  const isRepeated = ids.some((id) => id !== null && held.has(id)) || new Set(ids).size < ids.length;
  if (isRepeated) return { kind: 'shifted' };
  return { kind: 'moved', fresh, next: hasNextPage ? nextPosition(position, edges) : null };
}

function nextPosition(position: Position, edges: readonly ListedRun[]): Position | null {
  const last = edges.at(-1);
  const beforeLast = edges.at(-2);
  if (last === undefined) return null;
  if (beforeLast !== undefined) return { after: beforeLast.cursor, overlap: last.runId, last: last.cursor };
  // One run a page leaves no room for an overlap; where it was the overlap itself, only going on without one helps.
  return last.cursor === position.after ? null : { after: last.cursor, overlap: null, last: last.cursor };
}

/** The position as the snapshot keeps it; opaque to the store. */
export function encodePosition(position: Position): string {
  return JSON.stringify([position.after, position.overlap, position.last]);
}

/** Null where the text is none of ours: the window is then walked from its start. */
export function decodePositionOrNull(text: string): Position | null {
  const parts: unknown = parseJsonOrNull(text);
  if (!Array.isArray(parts) || parts.length !== 3) return null;
  const [after, overlap, last] = parts.map((part) => (typeof part === 'string' ? part : null));
  return { after: after ?? null, overlap: overlap ?? null, last: last ?? null };
}

function parseJsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The cursor of the next run without asking for it: the only way past a run that fails every answer it is part of. Null
 * where the cursor is not W&B's usual base64 of `arrayconnection:OFFSET`.
 */
export function cursorAfterOrNull(cursor: string | null): string | null {
  const offset = cursor === null ? -1 : readOffsetOrNull(cursor);
  return offset === null ? null : Buffer.from(`arrayconnection:${offset + 1}`).toString('base64');
}

function readOffsetOrNull(cursor: string): number | null {
  const match = /^arrayconnection:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'));
  return match === null ? null : Number(match[1]);
}
