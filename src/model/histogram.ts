import type { HistoryRow } from './history.ts';
import { isJsonObject } from './json.ts';
import type { JsonValue } from './json.ts';

/** A histogram as logged at a step: `counts.length` bins, and one edge more. The values behind it are not kept by W&B. */
export interface Histogram {
  readonly _step: number;
  /** Bin i goes from edge i to edge i + 1. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/**
 * The histogram that a row holds under the key, from either encoding: `bins` are all edges, `packedBins` the least edge,
 * the width and the number of equal bins. Null where the row holds none there, or a number or something else.
 */
export function decodeHistogramOrNull(row: HistoryRow, key: string): Histogram | null {
  const value = row[key];
  if (!isJsonObject(value) || value['_type'] !== 'histogram') return null;
  const counts = listNumbers(value['values']);
  const edges =
    value['bins'] === undefined || value['bins'] === null ? unpack(value['packedBins']) : listNumbers(value['bins']);
  return counts.length > 0 && edges.length === counts.length + 1 ? { _step: row._step, edges, counts } : null;
}

function listNumbers(value: JsonValue | undefined): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

/** Edge i is min + i × size, i from 0 to count (wandb/wandb#10732). */
function unpack(packed: JsonValue | undefined): readonly number[] {
  if (!isJsonObject(packed)) return [];
  const [min, size, count] = [packed['min'], packed['size'], packed['count']].map(Number);
  if (min === undefined || size === undefined || count === undefined) return [];
  return Number.isSafeInteger(count) ? Array.from({ length: count + 1 }, (_item, no) => min + no * size) : [];
}
