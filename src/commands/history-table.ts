import { countValues } from '../model/history-check.ts';
import type { Arrived } from '../model/history-check.ts';
import { decodeHistogramOrNull } from '../model/histogram.ts';
import type { HistoryRow } from '../model/history.ts';
import { isJsonObject } from '../model/json.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ColumnType, DataCell, DataTable } from '../model/table.ts';

type Kind = 'number' | 'histogram' | 'text' | 'boolean' | 'other';

/** What rows hold, by key: how often which kind of value. */
export interface RowSummary extends Arrived {
  readonly kindsByKey: ReadonlyMap<string, ReadonlyMap<Kind, number>>;
}

export function summarizeRows(rows: Iterable<JsonObject>): RowSummary {
  const kindsByKey = new Map<string, Map<Kind, number>>();
  const valuesByKey = new Map<string, number>();
  let steps = 0;
  for (const row of rows) {
    steps += 1;
    countValues({ _step: 0, ...row }, valuesByKey);
    for (const [key, value] of Object.entries(row)) {
      if (value === null) continue;
      const kinds = kindsByKey.get(key) ?? new Map<Kind, number>();
      kinds.set(kindOf(value), (kinds.get(kindOf(value)) ?? 0) + 1);
      kindsByKey.set(key, kinds);
    }
  }
  return { steps, valuesByKey, kindsByKey };
}

function kindOf(value: JsonValue): Kind {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  return isJsonObject(value) && value['_type'] === 'histogram' ? 'histogram' : 'other';
}

const COLUMN_TYPES: Readonly<Record<Kind, ColumnType>> = {
  number: 'real',
  text: 'text',
  boolean: 'boolean',
  histogram: 'json',
  other: 'json',
};

/** `_step` first, then the clocks, then the metrics by name. A metric of several kinds, or none, is JSON. */
export function buildMetricsTable(
  rows: Iterable<JsonObject>,
  { kindsByKey }: Pick<RowSummary, 'kindsByKey'>,
  keys: readonly string[],
): DataTable {
  const names = [...new Set([...keys, ...kindsByKey.keys()])].sort(compareKeys);
  const columns = names.map((name) => ({ name, type: typeOf(name, kindsByKey.get(name)) }));
  return { columns, rows: mapRows(rows, (row) => names.map((name) => row[name] ?? null)) };
}

function typeOf(name: string, kinds: ReadonlyMap<Kind, number> | undefined): ColumnType {
  if (name === '_step') return 'integer';
  const [kind = 'number'] = kinds?.keys() ?? [];
  return (kinds?.size ?? 1) > 1 ? 'json' : COLUMN_TYPES[kind];
}

const FIRST = ['_step', '_timestamp', '_runtime'];

function compareKeys(a: string, b: string): number {
  const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** A row for each step at which the key holds a histogram: its edges and counts as lists. */
export function buildHistogramsTable(rows: Iterable<HistoryRow>, key: string): DataTable {
  const columns = [
    { name: '_step', type: 'integer' },
    { name: 'edges', type: 'json' },
    { name: 'counts', type: 'json' },
  ] as const;
  const decode = (row: HistoryRow): readonly DataCell[] | null => {
    const histogram = decodeHistogramOrNull(row, key);
    return histogram === null ? null : [histogram._step, histogram.edges, histogram.counts];
  };
  return { columns, rows: mapRows(rows, decode) };
}

/** Can be gone through again and again; what maps to null is left out. */
function mapRows<T>(rows: Iterable<T>, map: (row: T) => readonly DataCell[] | null): DataTable['rows'] {
  return {
    *[Symbol.iterator](): Generator<readonly DataCell[]> {
      for (const row of rows) {
        const cells = map(row);
        if (cells !== null) yield cells;
      }
    },
  };
}

/** Metrics that are a histogram at some steps and something else at others, in words. */
export function listMixedKinds({ kindsByKey }: RowSummary): readonly string[] {
  return [...kindsByKey]
    .filter(([, kinds]) => kinds.size > 1)
    .map(([key, kinds]) => {
      const parts = [...kinds].map(([kind, count]) => `${kind} at ${count} steps`);
      return `metric "${key}" is ${parts.join(', ')}`;
    });
}
