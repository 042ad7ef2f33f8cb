import type { PairedField } from '../pairing/pairing.ts';
import type { RunSink } from './comparison.ts';

/** Each pattern of present fields costs one lookup a row. */
const MOST_PATTERNS = 300;
const NONE = new Int32Array(0);

/** Finds runs by the settings they share with a row. */
export class SettingIndex {
  readonly #rowCodes: readonly Int32Array[];
  readonly #runCodes: readonly Int32Array[];
  readonly #postings: readonly Map<number, Int32Array>[];
  /** Runs by which of the fields they have. */
  readonly #patterns: ReadonlyMap<number, readonly number[]>;
  /** Runs of a pattern by their values on masked fields. */
  readonly #tuples = new Map<number, Map<number, Int32Array>>();

  constructor(fields: readonly PairedField[], runCount: number) {
    this.#rowCodes = fields.map((field) => field.rowCodes);
    this.#runCodes = fields.map((field) => field.runCodes);
    this.#postings = this.#runCodes.map(buildPostings);
    this.#patterns = groupByPattern(this.#runCodes, runCount);
  }

  /** How many runs have the row's value of the field. */
  sizeOf(row: number, field: number): number {
    return this.#runsWith(row, field).length;
  }

  collectField({ row, field }: { readonly row: number; readonly field: number }, sink: RunSink): void {
    for (const run of this.#runsWith(row, field)) sink(run);
  }

  /** Whether runs that agree on every field can be listed: not where too many patterns of missing fields exist. */
  listsAll(): boolean {
    return this.#patterns.size <= MOST_PATTERNS;
  }

  /** How many runs agree on every field that both sides have. */
  sizeOfAll(row: number): number {
    let size = 0;
    this.#visitTuples(row, (runs) => (size += runs.length));
    return size;
  }

  collectAll(row: number, sink: RunSink): void {
    this.#visitTuples(row, (runs) => {
      for (const run of runs) sink(run);
    });
  }

  #runsWith(row: number, field: number): Int32Array {
    return this.#postings[field]?.get(this.#rowCodes[field]?.[row] ?? -1) ?? NONE;
  }

  #visitTuples(row: number, visit: (runs: Int32Array) => void): void {
    const rowMask = maskOf(this.#rowCodes, row);
    for (const pattern of this.#patterns.keys()) {
      const mask = pattern & rowMask;
      if (mask === 0) continue;
      const runs = this.#tupleTable(pattern, mask).get(hashOf(this.#rowCodes, row, mask));
      if (runs !== undefined) visit(runs);
    }
  }

  #tupleTable(pattern: number, mask: number): Map<number, Int32Array> {
    const id = pattern * 2 ** this.#runCodes.length + mask;
    let table = this.#tuples.get(id);
    if (table === undefined) {
      const hash = (run: number): number => hashOf(this.#runCodes, run, mask);
      this.#tuples.set(id, (table = groupByHash(this.#patterns.get(pattern) ?? [], hash)));
    }
    return table;
  }
}

/** Which fields a record has, as bits; −2 (a value that no row has) is there too. */
export function maskOf(codes: readonly Int32Array[], record: number): number {
  let mask = 0;
  let bit = 1;
  for (const field of codes) {
    if ((field[record] ?? -1) !== -1) mask |= bit;
    bit <<= 1;
  }
  return mask;
}

/** A hash of a record's codes of the masked fields, exact to 53 bits. A collision only widens a list or a count. */
export function hashOf(codes: readonly Int32Array[], record: number, mask: number): number {
  let low = 0x811c9dc5;
  let high = 0x1234567;
  for (let index = 0; index < codes.length; index++) {
    if ((mask & (1 << index)) === 0) continue;
    const code = (codes[index]?.[record] ?? -1) + 7;
    low = Math.imul(low ^ code, 0x01000193) ^ (code >>> 7);
    high = Math.imul(high ^ (code + index), 0x85ebca6b) ^ (high >>> 13);
  }
  return (low >>> 0) * 2 ** 21 + ((high >>> 0) & 0x1fffff);
}

function buildPostings(codes: Int32Array): Map<number, Int32Array> {
  const records = Array.from(codes, (_code, record) => record).filter((record) => (codes[record] ?? -1) >= 0);
  return groupByHash(records, (record) => codes[record] ?? -1);
}

function groupByPattern(runCodes: readonly Int32Array[], runCount: number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let run = 0; run < runCount; run++) {
    const mask = maskOf(runCodes, run);
    const group = groups.get(mask);
    if (group === undefined) groups.set(mask, [run]);
    else group.push(run);
  }
  return groups;
}

function groupByHash(records: readonly number[], hash: (record: number) => number): Map<number, Int32Array> {
  const lists = new Map<number, number[]>();
  for (const record of records) {
    const key = hash(record);
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [record]);
    else list.push(record);
  }
  return new Map([...lists].map(([key, list]) => [key, Int32Array.from(list)]));
}
