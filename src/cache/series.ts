import type { HistoryRow, RunHistoryInfo } from '../model/history.ts';
import type { JsonValue } from '../model/json.ts';

/** One metric of one run, and the state of the run when it was read. */
export interface StoredSeries {
  readonly key: string;
  /** Names the run itself, not its id, which another run may get. */
  readonly origin: string;
  readonly lastStep: number;
  readonly lineCount: number | null;
  readonly steps: Float64Array;
  /** A value a step. */
  readonly values: readonly JsonValue[];
}

function originOf({ run }: RunHistoryInfo): string {
  return `${run.storageId} ${run.createdAt}`;
}

/** Whether a series still says all that there is: `grown` may be gone on with, `stale` must be read again. */
export function judgeSeries(series: StoredSeries, info: RunHistoryInfo): 'current' | 'grown' | 'stale' {
  const { lastStep, lineCount } = info;
  if (series.origin !== originOf(info) || lastStep < series.lastStep) return 'stale';
  if (series.lastStep === lastStep) return series.lineCount === lineCount ? 'current' : 'stale';
  return (lineCount ?? Infinity) > (series.lineCount ?? 0) ? 'grown' : 'stale';
}

/**
 * The series of some metrics in rows. A run goes on while it is read: what lies past the last step that was promised is left
 * out, since it may not be all there yet.
 */
export function cutSeries(
  rows: readonly HistoryRow[],
  keys: readonly string[],
  info: RunHistoryInfo,
): readonly StoredSeries[] {
  const { lastStep, lineCount } = info;
  return keys.map((key) => {
    const own = rows.flatMap((row) => pointOf(row, key)).filter(({ step }) => step <= lastStep);
    return { key, origin: originOf(info), lastStep, lineCount, ...columnsOf(own) };
  });
}

/** Appends the rows past its last one, which must be among them as it was; null where it is not. */
export function extendSeriesOrNull(series: StoredSeries, rows: readonly HistoryRow[]): StoredSeries | null {
  const points = rows.flatMap((row) => pointOf(row, series.key));
  const last = series.steps.at(-1) ?? -Infinity;
  if (series.steps.length > 0) {
    const again = points.find(({ step }) => step === last);
    if (again === undefined || !areEqual(again.value, series.values.at(-1))) return null;
  }
  const { steps, values } = columnsOf(points.filter(({ step }) => step > last));
  return { ...series, steps: Float64Array.from([...series.steps, ...steps]), values: [...series.values, ...values] };
}

interface Point {
  readonly step: number;
  readonly value: JsonValue;
}

function pointOf(row: HistoryRow, key: string): readonly Point[] {
  const value = row[key];
  return value === undefined ? [] : [{ step: row._step, value }];
}

function columnsOf(points: readonly Point[]): Pick<StoredSeries, 'steps' | 'values'> {
  return { steps: Float64Array.from(points, ({ step }) => step), values: points.map(({ value }) => value) };
}

function areEqual(a: JsonValue, b: JsonValue | undefined): boolean {
  return Object.is(a, b) || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/** Rows by ascending step, each with the metrics that have a value there. */
export function joinSeries(all: readonly StoredSeries[]): readonly HistoryRow[] {
  const rows = new Map<number, Record<string, JsonValue> & { _step: number }>();
  for (const { key, steps, values } of all) {
    for (const [index, value] of values.entries()) {
      const step = steps[index] ?? 0;
      const row = rows.get(step) ?? { _step: step };
      if (key !== '_step') Object.defineProperty(row, key, { value, enumerable: true });
      rows.set(step, row);
    }
  }
  return [...rows.values()].sort((a, b) => a._step - b._step);
}
