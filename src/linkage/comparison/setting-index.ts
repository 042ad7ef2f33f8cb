import type { PairedField } from '../pairing/pairing.ts';
import type { RunSink } from './comparison.ts';
import { HalfIndex } from './half-index.ts';
import type { CodeSides } from './half-index.ts';
import { KeyedRuns } from './keyed-runs.ts';

/** Runs that are held against a row one by one; where there are more, a half is listed as it is. */
const MOST_FILTERED = 1024;

/** The codes of all fields record by record, so that a pair reads two short stretches of memory. */
export interface RecordTables {
  readonly ofRows: Int32Array;
  readonly ofRuns: Int32Array;
}

/** A column of codes for each field becomes a stretch of codes for each record. */
export function recordByRecord(columns: readonly Int32Array[]): Int32Array {
  const size = columns[0]?.length ?? 0;
  const table = new Int32Array(size * columns.length);
  for (const [at, column] of columns.entries()) {
    for (let record = 0; record < size; record++) table[record * columns.length + at] = column[record] ?? -1;
  }
  return table;
}

/**
 * Finds runs by the settings they share with a row. The fields are dealt into two halves: a run that differs once
 * agrees on all of one half, so that two lists hold every run with at most one difference.
 */
export class SettingIndex {
  readonly halves: readonly [HalfIndex, HalfIndex];
  readonly #sides: CodeSides;
  readonly #tables: RecordTables;
  readonly #postings: readonly KeyedRuns[];
  /** Which fields any run has, each combination once. */
  readonly #patterns: readonly number[];
  readonly #halfMasks: readonly [number, number];
  readonly #oneSided = new Map<number, readonly [boolean, boolean]>();
  #asked = -1;
  #sizes: readonly [number, number] = [0, 0];
  /** Runs that agree on everything; of one half only where both have too many. */
  #whole: number[] = [];
  /** The half that was not looked at for them, or −1. */
  #beside = -1;
  /** The half that is listed instead of them, or −1. */
  #listed = -1;

  constructor(fields: readonly PairedField[], runCount: number, tables: RecordTables) {
    this.#tables = tables;
    const rowCodes = fields.map((field) => field.rowCodes);
    const runCodes = fields.map((field) => field.runCodes);
    this.#sides = { rowCodes, runCodes, runCount };
    this.#postings = runCodes.map(buildPostings);
    this.#patterns = [...new Set(Array.from({ length: runCount }, (_item, run) => maskOf(runCodes, run)))];
    const [first, second] = dealOut(runCodes);
    this.halves = [new HalfIndex(first, this.#sides), new HalfIndex(second, this.#sides)];
    this.#halfMasks = [maskOfFields(first), maskOfFields(second)];
  }

  /** How many runs have the row's value of the field. */
  sizeOf(row: number, field: number): number {
    const code = this.#sides.rowCodes[field]?.[row] ?? -1;
    const postings = this.#postings[field];
    return code < 0 || postings === undefined ? 0 : postings.endOf(code) - postings.startOf(code);
  }

  collectField({ row, field }: { readonly row: number; readonly field: number }, sink: RunSink): void {
    const code = this.#sides.rowCodes[field]?.[row] ?? -1;
    const postings = this.#postings[field];
    if (code < 0 || postings === undefined) return;
    const end = postings.endOf(code);
    for (let position = postings.startOf(code); position < end; position++) sink(postings.runAt(position));
  }

  /** How many runs are listed as agreeing on every field that both sides have. */
  sizeOfWhole(row: number): number {
    this.#find(row);
    return this.#listed < 0 ? this.#whole.length : (this.#sizes[this.#listed] ?? 0);
  }

  collectWhole(row: number, sink: RunSink): void {
    this.#find(row);
    if (this.#listed >= 0) this.halves[this.#listed]?.forEachFound(sink);
    else for (const run of this.#whole) sink(run);
  }

  /** The half that may be all that a run agrees on which `collectWhole` leaves out; −1 for none. */
  halfBesideWhole(row: number): number {
    this.#find(row);
    return this.#beside >= 0 && this.oneSidedRuns(row)[this.#beside] === true ? this.#beside : -1;
  }

  sizeOfHalves(row: number): number {
    this.#find(row);
    return this.#sizes[0] + this.#sizes[1];
  }

  collectHalves(row: number, sink: RunSink): void {
    this.#find(row);
    for (const half of this.halves) half.forEachFound(sink);
  }

  /** By half: whether any run has fields of it in common with the row and none of the other half. */
  oneSidedRuns(row: number): readonly [boolean, boolean] {
    const rowMask = maskOf(this.#sides.rowCodes, row);
    let found = this.#oneSided.get(rowMask);
    if (found === undefined) {
      const has = (pattern: number, half: 0 | 1): boolean => (pattern & rowMask & this.#halfMasks[half]) !== 0;
      found = [
        this.#patterns.some((pattern) => has(pattern, 0) && !has(pattern, 1)),
        this.#patterns.some((pattern) => has(pattern, 1) && !has(pattern, 0)),
      ];
      this.#oneSided.set(rowMask, found);
    }
    return found;
  }

  #find(row: number): void {
    if (row === this.#asked) return;
    this.#asked = row;
    const [first, second] = this.halves;
    this.#sizes = [first.find(row), second.find(row)];
    this.#whole = [];
    this.#listed = -1;
    this.#beside = -1;
    const keep = (run: number): void => this.#keepWhole(row, run);
    if (this.#sizes[0] + this.#sizes[1] <= MOST_FILTERED) {
      first.forEachFound(keep);
      // runs that have fields of both halves were found already
      second.forEachFound((run) => {
        if (!this.#hasHalf(row, run, first.members)) keep(run);
      });
      return;
    }
    const smaller = this.#sizes[0] <= this.#sizes[1] ? 0 : 1;
    this.#beside = 1 - smaller;
    if (this.#sizes[smaller] <= MOST_FILTERED) this.halves[smaller].forEachFound(keep);
    else this.#listed = smaller;
  }

  #keepWhole(row: number, run: number): void {
    const { ofRows, ofRuns } = this.#tables;
    const width = this.#sides.rowCodes.length;
    for (let at = 0; at < width; at++) {
      const own = ofRows[row * width + at] ?? -1;
      const other = ofRuns[run * width + at] ?? -1;
      if (own !== -1 && other !== -1 && own !== other) return;
    }
    this.#whole.push(run);
  }

  #hasHalf(row: number, run: number, members: readonly number[]): boolean {
    const { rowCodes, runCodes } = this.#sides;
    return members.some((at) => (rowCodes[at]?.[row] ?? -1) !== -1 && (runCodes[at]?.[run] ?? -1) !== -1);
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

function maskOfFields(fields: readonly number[]): number {
  return fields.reduce((mask, field) => mask | (1 << field), 0);
}

function buildPostings(codes: Int32Array): KeyedRuns {
  const runs: number[] = [];
  for (let run = 0; run < codes.length; run++) if ((codes[run] ?? -1) >= 0) runs.push(run);
  return new KeyedRuns(Int32Array.from(runs), (run) => codes[run] ?? 0);
}

/** Two halves of which neither tells much more than the other: the most telling fields first, each to the poorer one. */
function dealOut(runCodes: readonly Int32Array[]): [number[], number[]] {
  const fields = runCodes.map((codes, field) => ({ field, bits: bitsOf(codes) }));
  fields.sort((a, b) => b.bits - a.bits || a.field - b.field);
  const halves: [number[], number[]] = [[], []];
  const sums: [number, number] = [0, 0];
  for (const { field, bits } of fields) {
    const poorer = sums[0] <= sums[1] ? 0 : 1;
    halves[poorer].push(field);
    sums[poorer] += bits;
  }
  return halves;
}

/** Bits that a field's value tells: −log2 of the chance that two runs share it. */
function bitsOf(codes: Int32Array): number {
  const counts = new Map<number, number>();
  let there = 0;
  for (const code of codes) {
    if (code < 0) continue;
    there++;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let equal = 0;
  for (const count of counts.values()) equal += (count / there) ** 2;
  return there === 0 ? 0 : -Math.log2(equal);
}
