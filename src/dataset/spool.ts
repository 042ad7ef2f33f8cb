import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { RunlinkError } from '../errors.ts';
import { restoreNumbers, spellNonFinite } from '../model/json.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { HistoryRow } from '../model/history.ts';

/** Rows of a history on their way into a file: JSON lines below a line that says of what they are. */
export interface Spool {
  /** Rows that stand in it; those of an interrupted invocation where this one goes on with them. */
  readonly rows: () => number;
  /** −1 where there is no row. */
  readonly lastStep: () => number;
  /** Durable against a kill of the process when it returns. */
  readonly append: (rows: readonly HistoryRow[]) => void;
  /** All rows from the first on, one by one. */
  readonly read: () => Iterable<HistoryRow>;
  /** Forgets all rows. */
  readonly clear: () => void;
  readonly close: () => void;
  /** Closes and deletes it. */
  readonly discard: () => void;
}

const CHUNK_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/**
 * Opens the spool of a history, and goes on with what an interrupted invocation of the same question left there. A line
 * that was cut by a kill is dropped; a spool of another question is started anew.
 *
 * @throws RunlinkError where the file cannot be written
 */
export function openSpool(path: string, title: JsonObject): Spool {
  const fd = openFile(path);
  const head = `${JSON.stringify(title)}\n`;
  const state = { rows: 0, lastStep: -1, bytes: 0 };
  const clear = (): void => {
    ftruncateSync(fd, 0);
    writeSync(fd, head, 0);
    Object.assign(state, { rows: 0, lastStep: -1, bytes: Buffer.byteLength(head) });
  };
  recover(fd, head, state);
  if (state.bytes === 0) clear();
  else ftruncateSync(fd, state.bytes);
  return {
    rows: () => state.rows,
    lastStep: () => state.lastStep,
    append: (rows) => {
      const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(spellNonFinite(row))}\n`).join(''));
      for (let done = 0; done < bytes.length;) {
        done += writeSync(fd, bytes, done, bytes.length - done, state.bytes + done);
      }
      state.bytes += bytes.length;
      state.rows += rows.length;
      state.lastStep = rows.at(-1)?._step ?? state.lastStep;
    },
    read: () => readRows(fd),
    clear,
    close: () => closeSync(fd),
    discard: () => {
      closeSync(fd);
      rmSync(path, { force: true });
    },
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, openFlags(path));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RunlinkError(`the file ${path} cannot be written: ${why}`, {
      hint: 'Name a file in a folder that may be written with --out.',
      cause,
    });
  }
}

/** For reading and writing, made where it is not there, never cut short. */
function openFlags(path: string): string {
  closeSync(openSync(path, 'a'));
  return 'r+';
}

function recover(fd: number, head: string, state: { rows: number; lastStep: number; bytes: number }): void {
  let isFirst = true;
  for (const { text, end } of readLines(fd)) {
    if (isFirst && `${text}\n` !== head) return;
    if (!isFirst) {
      const step = parseRowOrNull(text)?._step;
      if (step === undefined || step <= state.lastStep) return;
      state.rows += 1;
      state.lastStep = step;
    }
    isFirst = false;
    state.bytes = end;
  }
}

function* readRows(fd: number): Generator<HistoryRow> {
  let isFirst = true;
  for (const { text } of readLines(fd)) {
    const row = isFirst ? null : parseRowOrNull(text);
    isFirst = false;
    if (row !== null) yield row;
  }
}

function parseRowOrNull(line: string): HistoryRow | null {
  try {
    const row = restoreNumbers(JSON.parse(line) as JsonValue); // JSON.parse returns nothing but JSON
    return typeof (row as HistoryRow | null)?._step === 'number' ? (row as HistoryRow) : null; // checked right here
  } catch {
    return null;
  }
}

/** Whole lines with the offset behind them; an unfinished last one is left out. */
function* readLines(fd: number): Generator<{ readonly text: string; readonly end: number }> {
  const size = fstatSync(fd).size;
  let rest = Buffer.alloc(0);
  let start = 0;
  for (let at = 0; at < size;) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - at));
    const count = readSync(fd, chunk, 0, chunk.length, at);
    if (count === 0) return;
    at += count;
    rest = Buffer.concat([rest, chunk.subarray(0, count)]);
    let from = 0;
    for (let to = rest.indexOf(LINE_FEED); to !== -1; to = rest.indexOf(LINE_FEED, from)) {
      yield { text: rest.toString('utf8', from, to), end: start + to + 1 };
      from = to + 1;
    }
    rest = rest.subarray(from);
    start += from;
  }
}
