import { checkHistory, countValues } from '../../model/history-check.ts';
import type { HistoryCheck, HistoryQuery, HistoryRow } from '../../model/history.ts';
import type { HistoryCounts } from './counts.ts';

/** Counts what arrives, to compare it with what W&B says was logged. */
export interface Tally {
  readonly add: (rows: readonly HistoryRow[]) => void;
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
    check: (counts, query) => checkHistory({ steps, valuesByKey }, counts, query),
  };
}
