import { isJsonObject, parseLenientJson, renderJson } from '../model/json.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Run } from '../model/run.ts';

/** JSON text with sorted keys, so that a run is the same text whatever the order in which W&B wrote its keys. */
export function encodeRun(run: Run): string {
  return renderJson(sortKeys({ ...run }));
}

export function decodeRun(text: string): Run {
  return parseLenientJson(text) as unknown as Run; // nothing but encodeRun writes here
}

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
