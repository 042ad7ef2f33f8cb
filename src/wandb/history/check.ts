import type { HistoryCheck, HistoryQuery, HistoryRow, MetricKind } from '../../model/history.ts';
import type { HistoryCounts } from './counts.ts';

/** What arrived of a history. */
export interface Tally {
  readonly add: (rows: readonly HistoryRow[]) => void;
  readonly steps: () => number;
  readonly check: (counts: HistoryCounts, query: HistoryQuery) => HistoryCheck;
}

export function createTally(): Tally {
  const valuesByKey = new Map<string, number>();
  let steps = 0;
  return {
    add: (rows) => {
      steps += rows.length;
      for (const row of rows) countValues(row, valuesByKey);
    },
    steps: () => steps,
    check: (counts, query) => judge({ steps, valuesByKey }, counts, query),
  };
}

/** A logged null is no value: exported files cannot tell it from nothing. */
export function countValues(row: HistoryRow, valuesByKey: Map<string, number>): void {
  for (const key in row) if (row[key] !== null) valuesByKey.set(key, (valuesByKey.get(key) ?? 0) + 1);
}

interface Arrived {
  readonly steps: number;
  readonly valuesByKey: ReadonlyMap<string, number>;
}

function judge({ steps, valuesByKey }: Arrived, counts: HistoryCounts, query: HistoryQuery): HistoryCheck {
  const isPart = query.minStep !== undefined || (query.maxStep !== undefined && query.maxStep < counts.lastStep);
  if (isPart) return { steps, logged: null, missing: [], verdict: 'unknown' };
  const logged = query.keys === undefined ? counts.lineCount : null;
  const missing = (query.keys ?? [...counts.metrics.keys()])
    .map((key) => ({ key, logged: countLogged(counts.metrics.get(key)), arrived: valuesByKey.get(key) ?? 0 }))
    .filter((metric) => metric.arrived < metric.logged);
  const isKnown = logged !== null || counts.metrics.size > 0;
  const isComplete = missing.length === 0 && steps >= (logged ?? 0);
  return { steps, logged, missing, verdict: !isKnown ? 'unknown' : isComplete ? 'complete' : 'incomplete' };
}

function countLogged(metric: MetricKind | undefined): number {
  return Object.entries(metric?.counts ?? {}).reduce((sum, [type, count]) => sum + (type === 'nil' ? 0 : count), 0);
}
