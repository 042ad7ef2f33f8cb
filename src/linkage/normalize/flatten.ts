import { isJsonObject } from '../../model/json.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';

/** Lists up to this length are read item by item; longer ones are data, not settings. */
const LONGEST_LIST = 20;
const DEEPEST = 6;

/**
 * Calls `visit` with a dotted path for each scalar of a JSON value, and with the number of its items for a list under
 * `<path>.length`: a registry that keeps `num_objectives` counted the objectives of a config. W&B's own bookkeeping
 * (`_wandb`) is left out except what its client recorded of the launch under `_wandb.e.<writer>`, whose random writer id
 * is dropped from the path.
 */
export function flattenJson(value: JsonObject, visit: (path: string, scalar: JsonValue) => void): void {
  for (const key of keysOf(value)) {
    const item = value[key] ?? null;
    if (key === '_wandb') flattenRecorded(item, visit);
    else flattenItem(item, key, visit);
  }
}

/** A value that is no whole config or summary, by its path. */
export function flattenItem(item: JsonValue, path: string, visit: (path: string, scalar: JsonValue) => void): void {
  if (depthOf(path) > DEEPEST) return;
  if (Array.isArray(item)) {
    const list: readonly JsonValue[] = item;
    visit(`${path}.length`, list.length);
    if (list.length > LONGEST_LIST) return;
    for (const [index, element] of list.entries()) flattenItem(element, `${path}.${index}`, visit);
    return;
  }
  if (!isJsonObject(item)) return visit(path, item);
  if ('_type' in item) return; // media, histograms, tables
  for (const key of keysOf(item)) flattenItem(item[key] ?? null, `${path}.${key}`, visit);
}

/** In their own order, save that a key with a dot, which may lead to the path of another one, always comes after it. */
function keysOf(value: JsonObject): readonly string[] {
  const keys = Object.keys(value);
  if (!keys.some((key) => key.includes('.'))) return keys;
  const dotted = keys.filter((key) => key.includes('.'));
  return [...keys.filter((key) => !key.includes('.')), ...dotted.toSorted()];
}

function depthOf(path: string): number {
  let depth = 1;
  for (let at = path.indexOf('.'); at >= 0; at = path.indexOf('.', at + 1)) depth++;
  return depth;
}

function flattenRecorded(item: JsonValue, visit: (path: string, scalar: JsonValue) => void): void {
  const recorded = childOf(childOf(item, 'value') ?? item, 'e');
  if (recorded === null) return;
  for (const name of Object.keys(recorded).toSorted()) {
    const writer = childOf(recorded, name);
    if (writer === null) continue;
    for (const [key, child] of Object.entries(writer)) flattenItem(child, `_wandb.e.${key}`, visit);
  }
}

function childOf(value: JsonValue, key: string): JsonObject | null {
  if (!isJsonObject(value)) return null;
  const child = value[key];
  return child !== undefined && isJsonObject(child) ? child : null;
}
