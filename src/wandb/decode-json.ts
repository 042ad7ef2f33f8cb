import { isJsonObject, parseLenientJson, restoreNumbers } from '../model/json.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/**
 * Reads a `JSONString` field that should hold an object. Null, an empty text and text that is no JSON give an empty
 * object; a document inside a document is opened (seen with old clients). Some servers send the object itself.
 */
export function decodeJsonObject(value: unknown): JsonObject {
  let current = value;
  for (let depth = 0; depth < 3 && typeof current === 'string'; depth += 1) current = parseOrNull(current);
  return isJsonObject(current) ? current : {};
}

function parseOrNull(text: string): JsonValue {
  try {
    return parseLenientJson(text);
  } catch {
    return null;
  }
}

/**
 * The user's config with `{"lr": {"value": 0.1, "desc": null}}` unwrapped to `{"lr": 0.1}`. An entry that owns no
 * `value` stays as it is. `_wandb`, what W&B's client recorded of command line and machine, is unwrapped like the rest;
 * the format number `wandb_version` is dropped.
 */
export function decodeConfig(value: unknown): JsonObject {
  const entries = Object.entries(decodeJsonObject(value)).flatMap(([key, item]): [string, JsonValue][] =>
    key === 'wandb_version' ? [] : [[key, unwrap(item)]],
  );
  return Object.fromEntries(entries);
}

function unwrap(item: JsonValue): JsonValue {
  return isJsonObject(item) && Object.hasOwn(item, 'value') ? (item['value'] ?? null) : item;
}

/**
 * Summary metrics. W&B gives non-finite numbers back as the texts "NaN", "Infinity" and "-Infinity" (wandb/sweeps#32);
 * they become numbers again, at any depth: a summary holds measurements, so the word is not meant as a text there. In
 * config such a text stays, because there it may be one.
 */
export function decodeSummary(value: unknown): JsonObject {
  return restoreObject(decodeJsonObject(value));
}

function restoreObject(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, restoreNumbers(item)]));
}
