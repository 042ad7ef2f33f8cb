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

export interface FieldSource {
  readonly name: string;
  readonly origin: FieldOrigin;
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

/** A field that is filled while records are read one after the other. */
export interface FieldWriter {
  /** The first code of a record stands; one below 0 is no value. */
  add(record: number, code: number): void;
}

/** Collects fields by name; a field that few records have stays cheap. */
export interface FieldCollector {
  /** Gives the fields of one origin by their names. */
  writersOf(origin: FieldOrigin): (name: string) => FieldWriter;
  build(values: ValueCodes): Field[];
}

class Column implements FieldWriter {
  readonly name: string;
  readonly origin: FieldOrigin;
  readonly records: number[] = [];
  readonly codes: number[] = [];
  readonly #begin: (column: Column) => void;

  /** @param begin is told of the column with its first value */
  constructor(name: string, origin: FieldOrigin, begin: (column: Column) => void) {
    this.name = name;
    this.origin = origin;
    this.#begin = begin;
  }

  add(record: number, code: number): void {
    if (code < 0) return;
    const size = this.records.length;
    if (size === 0) this.#begin(this);
    else if (this.records[size - 1] === record) return;
    this.records.push(record);
    this.codes.push(code);
  }
}

/** More keys than this are histograms or tables unrolled into config; the fullest are kept. */
const MOST_FIELDS = 400;

export function createFieldCollector(size: number): FieldCollector {
  const begun = new Map<FieldOrigin, Column[]>();
  const begin = (column: Column): void => {
    const columns = begun.get(column.origin);
    if (columns === undefined) begun.set(column.origin, [column]);
    else columns.push(column);
  };
  // by origin first: a key joined of both would be made and hashed for each cell
  const known = new Map<FieldOrigin, Map<string, Column>>();
  return {
    writersOf(origin) {
      let columns = known.get(origin);
      if (columns === undefined) known.set(origin, (columns = new Map()));
      const byName = columns;
      return (name) => {
        let column = byName.get(name);
        if (column === undefined) byName.set(name, (column = new Column(name, origin, begin)));
        return column;
      };
    },
    build(values) {
      const kept = [...begun.values()]
        .flat()
        .toSorted((a, b) => b.records.length - a.records.length || (a.name < b.name ? -1 : 1))
        .slice(0, MOST_FIELDS);
      const table = new Int32Array(values.size());
      return kept.map((column) => {
        const { name, origin } = column;
        return buildField({ name, origin, codes: spread(column, size) }, values, table);
      });
    },
  };
}

function spread({ records, codes }: Column, size: number): Int32Array {
  const byRecord = new Int32Array(size).fill(-1);
  for (let at = 0; at < records.length; at++) byRecord[records[at] ?? 0] = codes[at] ?? -1;
  return byRecord;
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
