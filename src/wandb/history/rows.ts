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
  const isStrange = Object.values(row).some((item) => typeof item === 'string' || typeof item === 'object');
  if (!isStrange) return row;
  const entries = Object.entries(row).map(([key, item]) => [key, restoreNumbers(item)] as const);
  return { ...Object.fromEntries(entries), _step: row._step };
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
  const isSorted = rows.every((row, index) => index === 0 || row._step > (rows[index - 1]?._step ?? row._step));
  return isSorted ? rows : joinRows([rows]);
}

/** An outer join on the step: what was logged at a step stands in one row, whichever list it came in. */
export function joinRows(lists: readonly (readonly HistoryRow[])[]): readonly HistoryRow[] {
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
  return rows.flatMap((row) => {
    const entries = keys.flatMap((key) => (Object.hasOwn(row, key) ? [[key, row[key] ?? null] as const] : []));
    return entries.length === 0 ? [] : [{ ...Object.fromEntries(entries), _step: row._step }];
  });
}
