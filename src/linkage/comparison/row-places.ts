/** From one second to another, both within. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A row between its neighbours: by number of its place, and by the starts of their runs. */
export interface PlacedRow extends Span {
  readonly row: number;
  readonly at: number;
  /** Places of the farthest neighbours on both sides. */
  readonly first: number;
  readonly last: number;
}

/**
 * Puts each row between the nearest rows before and after it whose runs are known; its own run is not asked.
 *
 * @param rows in their order
 * @param count neighbours on each side: where one of them was made out of turn, the stretch becomes wide and not wrong
 */
export function placeRows(
  rows: Int32Array,
  startsByRow: ReadonlyMap<number, number>,
  count: number,
): readonly PlacedRow[] {
  const known: { readonly at: number; readonly start: number }[] = [];
  for (const [at, row] of rows.entries()) {
    const start = startsByRow.get(row);
    if (start !== undefined) known.push({ at, start });
  }
  let next = 0;
  return Array.from(rows, (row, at) => {
    while ((known[next]?.at ?? Infinity) < at) next++;
    const before = known.slice(Math.max(0, next - count), next);
    const follows = known[next]?.at === at ? next + 1 : next;
    const after = known.slice(follows, follows + count);
    return { row, at, ...spanOf(before, after), first: before[0]?.at ?? -1, last: after.at(-1)?.at ?? rows.length };
  });
}

interface Known {
  readonly start: number;
}

/** Open where nothing is known on a side. Neighbours that changed places span what lies between them all the same. */
function spanOf(before: readonly Known[], after: readonly Known[]): Span {
  const from = before.length === 0 ? -Infinity : Math.min(...before.map(({ start }) => start));
  const to = after.length === 0 ? Infinity : Math.max(...after.map(({ start }) => start));
  return from <= to ? { from, to } : { from: to, to: from };
}
