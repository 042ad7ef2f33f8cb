import JSON5 from 'json5';

/** JSON as W&B writes it: numbers may be NaN or infinite. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads JSON that may hold bare `NaN`, `Infinity` and `-Infinity` and raw control characters inside strings, which
 * Python's json module writes and tolerates and `JSON.parse` refuses.
 *
 * @throws SyntaxError where the text is no JSON even so.
 */
export function parseLenientJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue; // JSON.parse returns nothing but JSON
  } catch {
    // eslint-disable-next-line no-control-regex -- these are the characters to be escaped
    const escaped = text.replaceAll(/[\u0000-\u0008\u000A-\u001F]/g, (char) =>
      char === '\n' || char === '\r' ? ' ' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    return JSON5.parse<JsonValue>(escaped);
  }
}

/** Writes JSON that `parseLenientJson` reads back to the same value, non-finite numbers included. */
export function renderJson(value: JsonValue): string {
  return isAllFinite(value) ? JSON.stringify(value) : JSON5.stringify(value, { quote: '"' });
}

/** The same for values that differ in the order of their keys only, at any depth. */
export function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

function isAllFinite(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isAllFinite);
}

const NON_FINITE: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** Non-finite numbers that came as texts become numbers again, at any depth. */
export function restoreNumbers(value: JsonValue): JsonValue {
  if (typeof value === 'string') return NON_FINITE.get(value) ?? value;
  return mapItems(value, restoreNumbers);
}

/** The way back: what JSON has no number for becomes "NaN", "Infinity" or "-Infinity". */
export function spellNonFinite(value: JsonValue): JsonValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return mapItems(value, spellNonFinite);
}

function mapItems(value: JsonValue, map: (item: JsonValue) => JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(map);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]));
}
