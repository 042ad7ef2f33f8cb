import type { HistoryRow } from '../model/history.ts';
import type { JsonValue } from '../model/json.ts';
import type { Points, XKey } from './curve.ts';

/** One metric of one run, and what of it could not become a point. */
export interface BuiltCurve extends Points {
  readonly metric: string;
  /** Values of another type, by W&B's word for it: `{histogram: 3}`. */
  readonly others: Readonly<Record<string, number>>;
  /** Points that are NaN, infinite or null: gaps. */
  readonly gaps: number;
  /** Values on rows without a number on the x axis. */
  readonly unplaced: number;
}

export interface CurveBuilder {
  readonly add: (rows: readonly HistoryRow[]) => void;
  readonly finish: () => readonly BuiltCurve[];
}

/** Turns history rows, in whatever chunks they come, into one curve a metric. */
export function createCurveBuilder(metrics: readonly string[], x: XKey): CurveBuilder {
  const drafts = metrics.map((metric) => createDraft(metric, x));
  return {
    add: (rows) => {
      for (const row of rows) for (const draft of drafts) draft.add(row);
    },
    finish: () => drafts.map((draft) => draft.finish()),
  };
}

function createDraft(metric: string, xKey: XKey): { add: (row: HistoryRow) => void; finish: () => BuiltCurve } {
  const xs: number[] = [];
  const ys: number[] = [];
  const others: Record<string, number> = {};
  let [gaps, unplaced] = [0, 0];
  return {
    add: (row) => {
      const value = row[metric];
      if (value === undefined) return;
      const x = row[xKey];
      if (typeof value !== 'number' && value !== null) {
        const type = typeNameOf(value);
        others[type] = (others[type] ?? 0) + 1;
      } else if (typeof x !== 'number' || !Number.isFinite(x)) unplaced += 1;
      else {
        const y = value !== null && Number.isFinite(value) ? value : Number.NaN;
        if (Number.isNaN(y)) gaps += 1;
        xs.push(x);
        ys.push(y);
      }
    },
    finish: () => ({ metric, ...sortPoints(xs, ys), others, gaps, unplaced }),
  };
}

function typeNameOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? 'bool' : typeof value;
  const type = '_type' in value ? value['_type'] : undefined;
  return typeof type === 'string' ? type : 'map';
}

/** By x; of points that share an x, as a resumed run's clock may give, the one logged last. */
function sortPoints(xs: readonly number[], ys: readonly number[]): Points {
  if (isAscending(xs)) return { x: Float64Array.from(xs), y: Float64Array.from(ys) };
  const order = xs.map((_x, index) => index);
  const at = (values: readonly number[], index: number | undefined): number => values[index ?? -1] ?? Number.NaN;
  order.sort((a, b) => at(xs, a) - at(xs, b) || a - b);
  const kept = order.filter((index, place) => at(xs, index) !== at(xs, order[place + 1]));
  return {
    x: Float64Array.from(kept, (index) => at(xs, index)),
    y: Float64Array.from(kept, (index) => at(ys, index)),
  };
}

function isAscending(xs: readonly number[]): boolean {
  let last = -Infinity;
  for (const x of xs) {
    if (x <= last) return false;
    last = x;
  }
  return true;
}
