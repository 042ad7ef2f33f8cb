import { RunlinkError } from '../../errors.ts';
import type { HistoryRow } from '../../model/history.ts';
import { isJsonObject, parseLenientJson, restoreNumbers } from '../../model/json.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';

const NON_FINITE = /NaN|Infinity/;
/** Strings are matched so that the words inside them are left alone. */
const TOKENS = /"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g;

/**
 * A row as `history` sends it: JSON text in which NaN and infinities stand as bare tokens, or as strings, depending on
 * who wrote it. Both become numbers; null stays null: logged, and no number.
 */
export function decodeRowText(text: string): HistoryRow {
  if (!NON_FINITE.test(text)) return asRow(parseOrThrow(text));
  const quoted = text.replaceAll(TOKENS, (token) => (token.startsWith('"') ? token : `"${token}"`));
  return decodeRowObject(parseOrThrow(quoted));
}

function parseOrThrow(text: string): JsonValue {
  try {
    return parseLenientJson(text);
  } catch (cause) {
    throw refuse(text, cause);
  }
}

/** A row as `sampledHistory` and the live data send it: inline JSON, where non-finite numbers are strings. */
export function decodeRowObject(value: unknown): HistoryRow {
  const row = asRow(value);
  if (!isStrange(row)) return row;
  const entries = Object.entries(row).map(([key, item]) => [key, restoreNumbers(item)] as const);
  return { ...Object.fromEntries(entries), _step: row._step };
}

/** A loop, because there are millions of rows, and nearly all of them hold numbers alone. */
function isStrange(row: HistoryRow): boolean {
  for (const key in row) {
    const type = typeof row[key];
    if (type === 'string' || type === 'object') return true;
  }
  return false;
}

function asRow(value: unknown): HistoryRow {
  if (isJsonObject(value) && hasStep(value)) return value;
  throw refuse(JSON.stringify(value) ?? 'nothing');
}

function hasStep(value: JsonObject): value is HistoryRow {
  return typeof value['_step'] === 'number';
}

function refuse(text: string, cause?: unknown): RunlinkError {
  return new RunlinkError(`W&B sent a history row that is not understood: "${text.slice(0, 200)}"`, {
    hint: 'Expected a JSON object with a number "_step"; please report this message.',
    cause,
  });
}

/** By step, each step once: W&B's own client got the rows at a page's edge twice from some servers. */
export function sortRows(rows: readonly HistoryRow[]): readonly HistoryRow[] {
  return isAscending(rows) ? rows : joinRows([rows]);
}

function isAscending(rows: readonly HistoryRow[]): boolean {
  let last = -Infinity;
  for (const { _step: step } of rows) {
    if (step <= last) return false;
    last = step;
  }
  return true;
}

/** An outer join on the step: what was logged at a step stands in one row, whichever list it came in. */
export function joinRows(lists: readonly (readonly HistoryRow[])[]): readonly HistoryRow[] {
  const [only, ...others] = lists;
  if (only !== undefined && others.length === 0 && isAscending(only)) return only;
  const rowsByStep = new Map<number, HistoryRow>();
  for (const row of lists.flat()) {
    const found = rowsByStep.get(row._step);
    rowsByStep.set(row._step, found === undefined ? row : { ...found, ...row });
  }
  return [...rowsByStep.values()].sort((a, b) => a._step - b._step);
}

/** The rows that hold one of the keys, with these keys only; all of them without keys. */
export function pickKeys(rows: readonly HistoryRow[], keys: readonly string[] | undefined): readonly HistoryRow[] {
  if (keys === undefined) return rows;
  const wanted = new Set(keys);
  const picked: HistoryRow[] = [];
  for (const row of rows) {
    const own = pickRowOrNull(row, wanted);
    if (own !== null) picked.push(own);
  }
  return picked;
}

/** The row itself where it holds nothing else. */
function pickRowOrNull(row: HistoryRow, wanted: ReadonlySet<string>): HistoryRow | null {
  let [hasWanted, hasOther] = [false, false];
  for (const key in row) {
    if (wanted.has(key)) hasWanted = true;
    else if (key !== '_step') hasOther = true;
  }
  if (!hasWanted) return null;
  if (!hasOther) return row;
  return { ...Object.fromEntries(Object.entries(row).filter(([key]) => wanted.has(key))), _step: row._step };
}
