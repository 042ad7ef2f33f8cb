import type { PairedField } from '../pairing/pairing.ts';
import type { RunSink } from './comparison.ts';

/** Finds runs by the settings they share with a row. */
export interface SettingIndex {
  /** How many runs have the row's value of the field. */
  sizeOf(row: number, field: number): number;
  collectField(request: { readonly row: number; readonly field: number }, sink: RunSink): void;
  /** Runs that agree on every field that both sides have; null where too many patterns of missing fields exist. */
  sizeOfAll(row: number): number | null;
  collectAll(row: number, sink: RunSink): void;
}

/** Each pattern of present fields costs one lookup a row. */
const MOST_PATTERNS = 300;
const NONE = new Int32Array(0);

export function buildSettingIndex(fields: readonly PairedField[], runCount: number): SettingIndex {
  const postings = fields.map((field) => buildPostings(field.runCodes));
  const patterns = groupByPattern(fields, runCount);
  const tuples = new Map<number, Map<number, Int32Array>>();
  const width = 2 ** fields.length;

  const tupleTable = (pattern: number, mask: number): Map<number, Int32Array> => {
    const id = pattern * width + mask;
    let table = tuples.get(id);
    if (table === undefined) {
      table = groupByHash(patterns.get(pattern) ?? [], (run) =>
        hashOf(fields, (field) => field.runCodes[run] ?? -1, mask),
      );
      tuples.set(id, table);
    }
    return table;
  };
  const visitTuples = (row: number, visit: (runs: Int32Array) => void): void => {
    const rowMask = maskOf(fields, (field) => field.rowCodes[row] ?? -1);
    for (const pattern of patterns.keys()) {
      const mask = pattern & rowMask;
      if (mask === 0) continue;
      const runs = tupleTable(pattern, mask).get(hashOf(fields, (field) => field.rowCodes[row] ?? -1, mask));
      if (runs !== undefined) visit(runs);
    }
  };
  const runsWith = (row: number, field: number): Int32Array =>
    postings[field]?.get(fields[field]?.rowCodes[row] ?? -1) ?? NONE;

  return {
    sizeOf: (row, field) => runsWith(row, field).length,
    collectField({ row, field }, sink) {
      for (const run of runsWith(row, field)) sink(run);
    },
    sizeOfAll(row) {
      if (patterns.size > MOST_PATTERNS) return null;
      let size = 0;
      visitTuples(row, (runs) => (size += runs.length));
      return size;
    },
    collectAll(row, sink) {
      visitTuples(row, (runs) => {
        for (const run of runs) sink(run);
      });
    },
  };
}

/** Which fields are there, as bits; −2 (a value that no row has) is there too. */
export function maskOf(fields: readonly PairedField[], codeOf: (field: PairedField) => number): number {
  let mask = 0;
  for (const [index, field] of fields.entries()) if (codeOf(field) !== -1) mask |= 1 << index;
  return mask;
}

/** A hash of the codes of the masked fields, exact to 53 bits. A collision only widens a list or a count. */
export function hashOf(fields: readonly PairedField[], codeOf: (field: PairedField) => number, mask: number): number {
  let low = 0x811c9dc5;
  let high = 0x1234567;
  for (const [index, field] of fields.entries()) {
    if ((mask & (1 << index)) === 0) continue;
    const code = codeOf(field) + 7;
    low = Math.imul(low ^ code, 0x01000193) ^ (code >>> 7);
    high = Math.imul(high ^ (code + index), 0x85ebca6b) ^ (high >>> 13);
  }
  return (low >>> 0) * 2 ** 21 + ((high >>> 0) & 0x1fffff);
}

function buildPostings(codes: Int32Array): Map<number, Int32Array> {
  const records = Array.from(codes, (_code, record) => record).filter((record) => (codes[record] ?? -1) >= 0);
  return groupByHash(records, (record) => codes[record] ?? -1);
}

function groupByPattern(fields: readonly PairedField[], runCount: number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let run = 0; run < runCount; run++) {
    const mask = maskOf(fields, (field) => field.runCodes[run] ?? -1);
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
