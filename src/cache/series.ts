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
  return keys.map((key) => ({
    key,
    origin: originOf(info),
    lastStep,
    lineCount,
    ...pickSeries(rows, key, [-Infinity, lastStep]),
  }));
}

/** Loops, because histories have millions of rows. @param range of steps, both ends included */
function pickSeries(
  rows: readonly HistoryRow[],
  key: string,
  [from, to]: readonly [number, number],
): Pick<StoredSeries, 'steps' | 'values'> {
  const [steps, values]: [number[], JsonValue[]] = [[], []];
  for (const row of rows) {
    const value = row[key];
    if (value === undefined || row._step < from || row._step > to) continue;
    steps.push(row._step);
    values.push(value);
  }
  return { steps: Float64Array.from(steps), values };
}

/** Appends the rows past its last one, which must be among them as it was; null where it is not. */
export function extendSeriesOrNull(series: StoredSeries, rows: readonly HistoryRow[]): StoredSeries | null {
  const last = series.steps.at(-1) ?? -Infinity;
  if (series.steps.length > 0) {
    const again = rows.find((row) => row._step === last)?.[series.key];
    if (again === undefined || !areEqual(again, series.values.at(-1))) return null;
  }
  const later = rows.filter((row) => row._step > last);
  const { steps, values } = pickSeries(later, series.key, [-Infinity, Infinity]);
  return { ...series, steps: Float64Array.from([...series.steps, ...steps]), values: [...series.values, ...values] };
}

function areEqual(a: JsonValue, b: JsonValue | undefined): boolean {
  return Object.is(a, b) || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

type WritableRow = Record<string, JsonValue> & { _step: number };

/** Rows by ascending step, each with the metrics that have a value there. */
export function joinSeries(all: readonly StoredSeries[]): readonly HistoryRow[] {
  const rows = new Map<number, WritableRow>();
  for (const { key, steps, values } of all) {
    for (const [index, value] of values.entries()) {
      const step = steps[index] ?? 0;
      let row = rows.get(step);
      if (row === undefined) rows.set(step, (row = { _step: step }));
      setValue(row, key, value);
    }
  }
  const joined = [...rows.values()];
  return all.length === 1 ? joined : joined.sort((a, b) => a._step - b._step);
}

/** A metric may be called `__proto__`, which an assignment would not make a value of the row. */
function setValue(row: WritableRow, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(row, key, { value, enumerable: true });
  else if (key !== '_step') row[key] = value;
}
