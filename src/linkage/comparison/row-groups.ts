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
  const numbers = new Int32Array(from.numbers.length).fill(-1);
  // a table of all pairs costs less than a map of those that are there, unless it is huge
  const isSmall = cells <= Math.max(MOST_CELLS, 4 * from.numbers.length);
  const size = isSmall
    ? numberInTable({ from: from.numbers, column, table: new Int32Array(cells) }, numbers)
    : numberInMap(from.numbers, column, numbers);
  return { numbers, size };
}

/** @param table all 0; it holds the numbers plus 1 */
function numberInTable(
  { from, column, table }: { readonly from: Int32Array; readonly column: DenseColumn; readonly table: Int32Array },
  numbers: Int32Array,
): number {
  const { codes, size: width } = column;
  let size = 0;
  for (let row = 0; row < numbers.length; row++) {
    const group = from[row] ?? -1;
    const code = codes[row] ?? -1;
    if (group < 0 || code < 0) continue;
    const cell = group * width + code;
    let number = table[cell] ?? 0;
    if (number === 0) table[cell] = number = ++size;
    numbers[row] = number - 1;
  }
  return size;
}

function numberInMap(from: Int32Array, { codes, size: width }: DenseColumn, numbers: Int32Array): number {
  const known = new Map<number, number>();
  for (let row = 0; row < numbers.length; row++) {
    const group = from[row] ?? -1;
    const code = codes[row] ?? -1;
    if (group < 0 || code < 0) continue;
    const cell = group * width + code;
    let number = known.get(cell);
    if (number === undefined) known.set(cell, (number = known.size));
    numbers[row] = number;
  }
  return known.size;
}

/** Size of each row's group; 0 for rows in none. */
export function sizesOf({ numbers, size }: Groups): Int32Array {
  const sizes = new Int32Array(size);
  for (let row = 0; row < numbers.length; row++) {
    const group = numbers[row] ?? -1;
    if (group >= 0) sizes[group] = (sizes[group] ?? 0) + 1;
  }
  const byRow = new Int32Array(numbers.length);
  for (let row = 0; row < numbers.length; row++) {
    const group = numbers[row] ?? -1;
    if (group >= 0) byRow[row] = sizes[group] ?? 0;
  }
  return byRow;
}

/** Rows by what they have on a set of columns, and by what they have on all of them but the last. */
export interface StepTable {
  readonly groups: Groups;
  readonly from: Groups;
  /** By group, and by group before: how many rows have all of the columns. */
  readonly sizes: Int32Array;
  readonly sizesBefore: Int32Array;
}

export function buildStep(from: Groups, column: DenseColumn): StepTable {
  const groups = refineGroups(from, column);
  const step = { groups, from, sizes: new Int32Array(groups.size), sizesBefore: new Int32Array(from.size) };
  for (let row = 0; row < groups.numbers.length; row++) {
    const number = groups.numbers[row] ?? -1;
    if (number < 0) continue;
    const group = from.numbers[row] ?? 0;
    step.sizes[number] = (step.sizes[number] ?? 0) + 1;
    step.sizesBefore[group] = (step.sizesBefore[group] ?? 0) + 1;
  }
  return step;
}

/** Rows alike on all columns, the row itself included; 0 where it lacks one of them. */
export function alikeOn({ groups, sizes }: StepTable, row: number): number {
  const group = groups.numbers[row] ?? -1;
  return group < 0 ? 0 : (sizes[group] ?? 0);
}

/** Of the rows that have all columns, those alike on all but the last; 0 where the row itself lacks one. */
export function alikeBefore({ groups, from, sizesBefore }: StepTable, row: number): number {
  return (groups.numbers[row] ?? -1) < 0 ? 0 : (sizesBefore[from.numbers[row] ?? 0] ?? 0);
}
