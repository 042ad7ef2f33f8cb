import type { JsonObject } from '../model/json.ts';
import type { ListingWindow } from '../model/snapshot.ts';

/** A W&B run filter (Mongo-like); it travels as JSON text. */
export type RunFilter = JsonObject;

/** A half-open interval of createdAt in epoch seconds; null is an open end. */
export type Span = Pick<ListingWindow, 'from' | 'to'>;

/** Ids in one `$in` or `$nin` list. */
export const IDS_PER_LIST = 500;

const EVERYTHING: RunFilter = {};

/** The runs created in a window. Times go as whole seconds with `Z`: an epoch number makes W&B fail with 500. */
export function windowFilter({ from, to }: Span): RunFilter {
  const bounds = [
    ...(from === null ? [] : [{ createdAt: { $gte: renderSecond(from) } }]),
    ...(to === null ? [] : [{ createdAt: { $lt: renderSecond(to) } }]),
  ];
  return bounds.length === 0 ? EVERYTHING : { $and: bounds };
}

function renderSecond(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Those of the window's runs that are among these ids. */
export function heldFilter(span: Span, runIds: readonly string[]): RunFilter {
  return { $and: [windowFilter(span), { name: { $in: runIds } }] };
}

/** Those of the window's runs that are not among these ids. */
export function othersFilter(span: Span, runIds: readonly string[]): RunFilter {
  return { $and: [windowFilter(span), ...chunk(runIds, IDS_PER_LIST).map((ids) => ({ name: { $nin: ids } }))] };
}

export function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_item, no) => items.slice(no * size, (no + 1) * size));
}
