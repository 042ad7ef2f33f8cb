/** Values over one x axis; the first is the line, others may be edges of its band. */
export interface Columns {
  readonly x: Float64Array;
  readonly values: readonly Float64Array[];
}

interface Extent {
  readonly from: number;
  readonly to: number;
}

/**
 * The points that are enough to draw the same picture: in each of so many pixel columns the first and the last point, the
 * least and the greatest of each value, and a gap where there is one (M4: Jugel et al., VLDB 2014). No peak is lost.
 *
 * @returns indexes, ascending; all of them where there are few
 */
export function selectForEye({ x, values }: Columns, pixels: number, extent: Extent): readonly number[] {
  if (x.length <= 2 * pixels) return Array.from(x, (_x, index) => index);
  const width = (extent.to - extent.from) / pixels || 1;
  const kept = new Set<number>();
  for (let start = 0; start < x.length;) {
    const pixel = Math.floor(((x[start] ?? 0) - extent.from) / width);
    let end = start + 1;
    while (end < x.length && Math.floor(((x[end] ?? 0) - extent.from) / width) === pixel) end += 1;
    keepColumn(values, { from: start, to: end }, kept);
    start = end;
  }
  return [...kept].sort((a, b) => a - b);
}

/** @param range indexes, half-open */
function keepColumn(values: readonly Float64Array[], { from, to }: Extent, kept: Set<number>): void {
  kept.add(from).add(to - 1);
  for (const own of values) {
    let [least, most, gap] = [-1, -1, -1];
    for (let index = from; index < to; index += 1) {
      const value = own[index] ?? Number.NaN;
      if (Number.isNaN(value)) gap = gap < 0 ? index : gap;
      else {
        if (least < 0 || value < (own[least] ?? 0)) least = index;
        if (most < 0 || value > (own[most] ?? 0)) most = index;
      }
    }
    for (const index of [least, most, gap]) if (index >= 0) kept.add(index);
  }
}
