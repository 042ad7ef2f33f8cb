import { KeyedRuns } from './keyed-runs.ts';

/** Runs that agree with a row on every field of one half that both have, as stretches of sorted tables. */
export class HalfIndex {
  /** The half's fields, by their number among all. */
  readonly members: readonly number[];
  readonly #rowCodes: readonly Int32Array[];
  readonly #runCodes: readonly Int32Array[];
  /** Runs by which of the half's fields they have; those without any are left out. */
  readonly #patterns: readonly Pattern[];
  readonly #rowKeys: Int32Array;
  #tables: KeyedRuns[] = [];
  #starts: number[] = [];
  #ends: number[] = [];

  constructor(members: readonly number[], sides: CodeSides) {
    this.members = members;
    this.#rowCodes = members.map((field) => sides.rowCodes[field] ?? NO_CODES);
    this.#runCodes = members.map((field) => sides.runCodes[field] ?? NO_CODES);
    this.#patterns = groupByPattern(this.#runCodes, sides.runCount);
    this.#rowKeys = new Int32Array(members.length);
  }

  /** Finds the stretches for a row, which stand until the next row is asked for. Returns how many runs they hold. */
  find(row: number): number {
    let there = 0;
    for (let at = 0; at < this.#rowCodes.length; at++) {
      const code = this.#rowCodes[at]?.[row] ?? -1;
      if (code === -1) continue;
      there |= 1 << at;
      this.#rowKeys[at] = keyOfCode(at, code);
    }
    this.#tables = [];
    this.#starts = [];
    this.#ends = [];
    let size = 0;
    for (const pattern of this.#patterns) {
      const mask = pattern.mask & there;
      if (mask === 0) continue;
      const table = this.#tableOf(pattern, mask);
      const key = this.#keyOfRow(mask);
      const start = table.startOf(key);
      const end = table.endOf(key);
      if (end === start) continue;
      this.#tables.push(table);
      this.#starts.push(start);
      this.#ends.push(end);
      size += end - start;
    }
    return size;
  }

  forEachFound(visit: (run: number) => void): void {
    for (const [at, table] of this.#tables.entries()) {
      const end = this.#ends[at] ?? 0;
      for (let position = this.#starts[at] ?? 0; position < end; position++) visit(table.runAt(position));
    }
  }

  #keyOfRow(mask: number): number {
    let key = 0;
    for (let at = 0; at < this.#rowKeys.length; at++) if ((mask & (1 << at)) !== 0) key ^= this.#rowKeys[at] ?? 0;
    return key >>> 0;
  }

  #tableOf(pattern: Pattern, mask: number): KeyedRuns {
    let table = pattern.tables.get(mask);
    if (table === undefined) {
      const fields = this.#runCodes.map((codes, at) => ({ codes, at })).filter(({ at }) => (mask & (1 << at)) !== 0);
      const keyOf = (run: number): number => {
        let key = 0;
        for (const { codes, at } of fields) key ^= keyOfCode(at, codes[run] ?? -1);
        return key >>> 0;
      };
      pattern.tables.set(mask, (table = new KeyedRuns(pattern.runs, keyOf)));
    }
    return table;
  }
}

/** Codes of all fields by record; −1 is missing. */
export interface CodeSides {
  readonly rowCodes: readonly Int32Array[];
  readonly runCodes: readonly Int32Array[];
  readonly runCount: number;
}

interface Pattern {
  readonly mask: number;
  readonly runs: Int32Array;
  /** By which of the pattern's fields a row has. */
  readonly tables: Map<number, KeyedRuns>;
}

const NO_CODES = new Int32Array(0);

function groupByPattern(runCodes: readonly Int32Array[], runCount: number): Pattern[] {
  const groups = new Map<number, number[]>();
  for (let run = 0; run < runCount; run++) {
    let mask = 0;
    for (let at = 0; at < runCodes.length; at++) if ((runCodes[at]?.[run] ?? -1) !== -1) mask |= 1 << at;
    if (mask === 0) continue;
    const group = groups.get(mask);
    if (group === undefined) groups.set(mask, [run]);
    else group.push(run);
  }
  return [...groups].map(([mask, runs]) => ({ mask, runs: Int32Array.from(runs), tables: new Map() }));
}

/** 32 well-mixed bits for a field's value; those of several fields are joined by exclusive or. */
function keyOfCode(field: number, code: number): number {
  let key = Math.imul(code + 7 + Math.imul(field + 1, 0x9e3779b1), 0x85ebca6b);
  key = Math.imul(key ^ (key >>> 15), 0xc2b2ae35);
  key = Math.imul(key ^ (key >>> 13), 0x27d4eb2f);
  return key ^ (key >>> 16);
}
