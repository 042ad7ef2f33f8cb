import type { MetricKind } from '../../model/history.ts';

/** Steps from `from` up to, and without, `to`. */
export interface StepWindow {
  readonly from: number;
  readonly to: number;
}

/** Values in one answer: about 1 MB of JSON. */
const VALUES_PER_WINDOW = 50_000;
const LEAST_ROWS = 25;
/** People ask for ten thousand samples, and get them; far more was answered with 500 (wandb/wandb#8291). */
export const MOST_ROWS = 10_000;
/** A histogram has 64 bins by default, and numbers for its edges; media and tables are references of some length. */
const WEIGHTS: Readonly<Record<string, number>> = { number: 1, nil: 1, bool: 1, histogram: 80, list: 20, map: 20 };
const OTHER_WEIGHT = 10;
/**
 * Rows that one window should hold, so that its answer has a size that W&B serves well: fewer where a row says much, more
 * where the metrics asked for stand in few rows.
 */
export function chooseRows(
  lineCount: number,
  metrics: ReadonlyMap<string, MetricKind>,
  keys: readonly string[] | undefined,
): number {
  const lines = Math.max(1, lineCount);
  const wanted = keys ?? [...metrics.keys()];
  const weights = wanted.map((key) => weigh(metrics.get(key), lines) / lines);
  // Whole rows come once; metrics asked for one by one each bring their own steps.
  const shares = keys === undefined ? [1] : wanted.map((key) => share(metrics.get(key), lines));
  const perRow = sum(weights) + sum(shares);
  const most = MOST_ROWS / Math.max(1 / lines, ...shares);
  return Math.floor(Math.min(most, Math.max(LEAST_ROWS, VALUES_PER_WINDOW / perRow)));
}

/** The part of the rows that hold the metric. One that W&B says nothing of may stand in every row. */
function share(metric: MetricKind | undefined, lines: number): number {
  return metric === undefined ? 1 : Math.min(1, sum(Object.values(metric.counts)) / lines);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function weigh(metric: MetricKind | undefined, lines: number): number {
  if (metric === undefined) return lines;
  return sum(Object.entries(metric.counts).map(([type, count]) => count * (WEIGHTS[type] ?? OTHER_WEIGHT)));
}

export interface PlannedRead extends StepWindow {
  /** Rows expected in all. */
  readonly rows: number;
  /** Rows that a window should hold. */
  readonly rowsPerWindow: number;
  /** A sample of the steps, ascending: where rows lie. Empty where none was taken. */
  readonly sample: readonly number[];
  /** Requests that may go on at once. */
  readonly lanes: number;
}

/**
 * Cuts the steps into windows with about equally many rows each: steps are no row numbers, they may start at a million,
 * have gaps and be sparse (wandb/wandb#5014, #12073). Without a sample the rows are taken to lie evenly.
 */
export function planWindows(read: PlannedRead): readonly StepWindow[] {
  const { from, to, sample } = read;
  if (to <= from) return [];
  const count = chooseCount(read);
  const inside = sample.filter((step) => step > from && step < to);
  const cuts = Array.from({ length: count - 1 }, (_item, no): number => {
    const part = (no + 1) / count;
    const even = Math.round(from + part * (to - from));
    return inside.length < count ? even : (inside[Math.floor(part * inside.length)] ?? even);
  });
  const edges = [from, ...cuts.filter((step) => step > from && step < to), to];
  const distinct = [...new Set(edges)];
  return distinct.slice(1).map((edge, no) => ({ from: distinct[no] ?? from, to: edge }));
}

/** Where more than half of the lanes are busy anyway, windows are cut so that the last round fills them all. */
function chooseCount({ from, to, rows, rowsPerWindow, lanes }: PlannedRead): number {
  const least = Math.max(1, Math.ceil(rows / rowsPerWindow));
  const count = least > lanes / 2 ? Math.ceil(least / lanes) * lanes : least;
  return Math.min(count, to - from);
}

/** Cuts a window that holds more rows than expected, at the rows that came of it. */
export function splitWindow(
  window: StepWindow,
  steps: readonly number[],
  rowsPerWindow: number,
): readonly StepWindow[] {
  const half = Math.floor((window.from + window.to) / 2);
  const sample = steps.length >= 4 ? steps : [half];
  const parts = { rows: 4 * rowsPerWindow, rowsPerWindow, lanes: 4 };
  const windows = planWindows({ ...window, ...parts, sample });
  if (windows.length > 1) return windows;
  return [
    { from: window.from, to: half },
    { from: half, to: window.to },
  ];
}
