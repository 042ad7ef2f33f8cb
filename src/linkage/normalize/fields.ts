import type { ValueCodes } from './values.ts';

/** Where a field comes from, which says what it may be compared with. */
export type FieldOrigin = 'column' | 'name-part' | 'config' | 'args' | 'summary' | 'run';

/** One field of all records of one side, as codes; −1 is missing. */
export interface Field {
  readonly name: string;
  readonly origin: FieldOrigin;
  readonly codes: Int32Array;
  /** Records with a value. */
  readonly filled: number;
  /** Distinct codes and how many records bear each, in the order of the records. */
  readonly counts: ReadonlyMap<number, number>;
  readonly isNumeric: boolean;
}

export interface FieldSource extends FieldId {
  readonly codes: Int32Array;
}

/** A column of numbers may hold some words (`auto`, `inf`) and stay a column of numbers. */
const NUMERIC_SHARE = 0.9;

/** @param table a place for each code, all 0 before and after */
export function buildField(
  source: FieldSource,
  values: ValueCodes,
  table: Int32Array = new Int32Array(values.size()),
): Field {
  const counts = countCodes(source.codes, table);
  let filled = 0;
  let numeric = 0;
  for (const [code, count] of counts) {
    filled += count;
    if (!Number.isNaN(values.numberOf(code))) numeric += count;
  }
  return { ...source, filled, counts, isNumeric: filled > 0 && numeric >= NUMERIC_SHARE * filled };
}

/** A table by code is far cheaper to count in than a map, which is made of it once. In the order of the records. */
function countCodes(codes: Int32Array, table: Int32Array): Map<number, number> {
  const met: number[] = [];
  for (let record = 0; record < codes.length; record++) {
    const code = codes[record] ?? -1;
    if (code < 0) continue;
    if (table[code] === 0) met.push(code);
    table[code] = (table[code] ?? 0) + 1;
  }
  const counts = new Map<number, number>();
  for (const code of met) {
    counts.set(code, table[code] ?? 0);
    table[code] = 0;
  }
  return counts;
}

export interface FieldId {
  readonly name: string;
  readonly origin: FieldOrigin;
}

/** Collects fields by name while records are read one after the other; a field that few records have stays cheap. */
export interface FieldCollector {
  add(record: number, field: FieldId, code: number): void;
  build(values: ValueCodes): Field[];
}

interface Column {
  readonly name: string;
  readonly origin: FieldOrigin;
  readonly records: number[];
  readonly codes: number[];
}

/** More keys than this are histograms or tables unrolled into config; the fullest are kept. */
const MOST_FIELDS = 400;

export function createFieldCollector(size: number): FieldCollector {
  // by origin first: a key joined of both would be made and hashed for each cell
  const origins = new Map<FieldOrigin, Map<string, Column>>();
  return {
    add(record, { name, origin }, code) {
      if (code < 0) return;
      let columns = origins.get(origin);
      if (columns === undefined) origins.set(origin, (columns = new Map()));
      let column = columns.get(name);
      if (column === undefined) columns.set(name, (column = { name, origin, records: [], codes: [] }));
      if (column.records[column.records.length - 1] === record) return; // the first value stands
      column.records.push(record);
      column.codes.push(code);
    },
    build(values) {
      const kept = [...origins.values()]
        .flatMap((columns) => [...columns.values()])
        .toSorted((a, b) => b.records.length - a.records.length || (a.name < b.name ? -1 : 1))
        .slice(0, MOST_FIELDS);
      const table = new Int32Array(values.size());
      return kept.map((column) => buildField({ ...column, codes: spread(column, size) }, values, table));
    },
  };
}

function spread(column: Column, size: number): Int32Array {
  const codes = new Int32Array(size).fill(-1);
  for (const [index, record] of column.records.entries()) codes[record] = column.codes[index] ?? -1;
  return codes;
}

/** Numbers of a field by record; NaN where it has none, or an infinite one as losses of diverged runs are. */
export function numbersOf(field: Field, values: ValueCodes): Float64Array {
  const numbers = new Float64Array(field.codes.length).fill(Number.NaN);
  for (let record = 0; record < numbers.length; record++) {
    const code = field.codes[record] ?? -1;
    const value = code < 0 ? Number.NaN : values.numberOf(code);
    if (Number.isFinite(value)) numbers[record] = value;
  }
  return numbers;
}
