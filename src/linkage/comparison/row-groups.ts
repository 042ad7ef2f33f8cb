/** Pairs of group and value that are numbered in a table. */
const MOST_CELLS = 2 ** 16;

/** Rows by number of their group; −1 where a row is in none. */
export interface Groups {
  readonly numbers: Int32Array;
  /** How many groups there are. */
  readonly size: number;
}

export function allInOne(rowCount: number): Groups {
  return { numbers: new Int32Array(rowCount), size: 1 };
}

/** A column's values numbered from 0. */
export interface DenseColumn {
  readonly codes: Int32Array;
  readonly size: number;
}

export function numberDensely(codes: Int32Array): DenseColumn {
  const numbers = new Map<number, number>();
  const dense = new Int32Array(codes.length).fill(-1);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] ?? -1;
    if (code < 0) continue;
    let number = numbers.get(code);
    if (number === undefined) numbers.set(code, (number = numbers.size));
    dense[row] = number;
  }
  return { codes: dense, size: numbers.size };
}

/** Splits groups by a column's values; rows without one leave. */
export function refineGroups(from: Groups, column: DenseColumn): Groups {
  const cells = from.size * column.size;
  // a table of all pairs costs less than a map of those that are there, unless it is huge
  const known = cells <= Math.max(MOST_CELLS, 4 * from.numbers.length) ? new Int32Array(cells).fill(-1) : null;
  const rare = new Map<number, number>();
  const numbers = new Int32Array(from.numbers.length).fill(-1);
  let size = 0;
  for (let row = 0; row < numbers.length; row++) {
    const group = from.numbers[row] ?? -1;
    const code = column.codes[row] ?? -1;
    if (group < 0 || code < 0) continue;
    const key = group * column.size + code;
    let number = known === null ? (rare.get(key) ?? -1) : (known[key] ?? -1);
    if (number < 0) {
      number = size++;
      if (known === null) rare.set(key, number);
      else known[key] = number;
    }
    numbers[row] = number;
  }
  return { numbers, size };
}

/** Size of each row's group; 0 for rows in none. */
export function sizesOf({ numbers, size }: Groups): Int32Array {
  const sizes = new Int32Array(size);
  for (let row = 0; row < numbers.length; row++) {
    const group = numbers[row] ?? -1;
    if (group >= 0) sizes[group] = (sizes[group] ?? 0) + 1;
  }
  const byRow = new Int32Array(numbers.length);
  for (let row = 0; row < numbers.length; row++) byRow[row] = sizes[numbers[row] ?? -1] ?? 0;
  return byRow;
}

/** Rows alike on a set of columns, and on all of them but the last: by row, among the rows that have all of them. */
export interface StepTable {
  readonly groups: Groups;
  readonly alike: Int32Array;
  readonly before: Int32Array;
}

export function buildStep(from: Groups, column: DenseColumn): StepTable {
  const groups = refineGroups(from, column);
  const rowCount = from.numbers.length;
  const sizes = new Int32Array(from.size);
  for (let row = 0; row < rowCount; row++) {
    const group = from.numbers[row] ?? -1;
    if (group >= 0 && (column.codes[row] ?? -1) >= 0) sizes[group] = (sizes[group] ?? 0) + 1;
  }
  const before = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    if ((column.codes[row] ?? -1) >= 0) before[row] = sizes[from.numbers[row] ?? -1] ?? 0;
  }
  return { groups, alike: sizesOf(groups), before };
}
