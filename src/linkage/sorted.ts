/** Index of the first element that is not below `value`; `sorted` ascends. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first text that is not before `text`, in the order of code units. */
export function lowerBoundText(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index behind the last element that is not above `value`. */
export function upperBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Records ordered by a number they bear; those without one (NaN) are left out. */
export interface SortedIndex {
  readonly values: Float64Array;
  /** Record number behind each value. */
  readonly records: Int32Array;
}

/** Times and metrics are asked for by one comparison after the other, with the same records left out. */
const known = new WeakMap<Float64Array, { readonly isIn: Uint8Array | undefined; readonly index: SortedIndex }>();

/** @param values never to be changed again */
export function sortedIndexOf(values: Float64Array, isIn?: Uint8Array): SortedIndex {
  let found = known.get(values);
  if (found === undefined || found.isIn !== isIn) {
    known.set(values, (found = { isIn, index: buildSortedIndex(values, isIn) }));
  }
  return found.index;
}

/** Ties are broken by record number, so that the same input gives the same order. */
export function buildSortedIndex(values: Float64Array, isIn?: Uint8Array): SortedIndex {
  const there = recordsWithin(values, isIn);
  // numbers alone are sorted many times faster than records by their numbers
  const sorted = Float64Array.from(there, (record) => values[record] ?? 0).sort();
  return { values: sorted, records: placeRecords(values, { there, sorted }) };
}

/** The records that have a value. */
function recordsWithin(values: Float64Array, isIn: Uint8Array | undefined): Int32Array {
  const there = new Int32Array(values.length);
  let size = 0;
  for (let record = 0; record < values.length; record++) {
    if (!Number.isNaN(values[record]) && (isIn === undefined || isIn[record] === 1)) there[size++] = record;
  }
  return there.subarray(0, size);
}

function placeRecords(
  values: Float64Array,
  { there, sorted }: { readonly there: Int32Array; readonly sorted: Float64Array },
): Int32Array {
  const records = new Int32Array(there.length);
  const placed = new Int32Array(there.length);
  for (let at = 0; at < there.length; at++) {
    const record = there[at] ?? 0;
    const first = lowerBound(sorted, values[record] ?? 0);
    const next = placed[first] ?? 0;
    records[first + next] = record;
    placed[first] = next + 1;
  }
  return records;
}

/** Code units, not locale: the same order on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
