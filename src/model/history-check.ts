import type { HistoryCheck, HistoryQuery, HistoryRow, MetricKind, RunHistoryInfo } from './history.ts';

/** What arrived of a history. */
export interface Arrived {
  readonly steps: number;
  readonly valuesByKey: ReadonlyMap<string, number>;
}

/** A logged null is no value: exported files cannot tell it from nothing. */
export function countValues(row: HistoryRow, valuesByKey: Map<string, number>): void {
  for (const key in row) if (row[key] !== null) valuesByKey.set(key, (valuesByKey.get(key) ?? 0) + 1);
}

/** Whether what arrived is what W&B counts. More than that is no fault: a run may have grown since it was counted. */
export function checkHistory(
  { steps, valuesByKey }: Arrived,
  { lastStep, lineCount, metrics }: Pick<RunHistoryInfo, 'lastStep' | 'lineCount' | 'metrics'>,
  query: Pick<HistoryQuery, 'keys' | 'minStep' | 'maxStep'>,
): HistoryCheck {
  const isPart = query.minStep !== undefined || (query.maxStep !== undefined && query.maxStep < lastStep);
  if (isPart) return { steps, logged: null, missing: [], verdict: 'unknown' };
  const logged = query.keys === undefined ? lineCount : null;
  const missing = (query.keys ?? [...metrics.keys()])
    .map((key) => ({ key, logged: countLogged(metrics.get(key)), arrived: valuesByKey.get(key) ?? 0 }))
    .filter((metric) => metric.arrived < metric.logged);
  const isKnown = logged !== null || metrics.size > 0;
  const isComplete = missing.length === 0 && steps >= (logged ?? 0);
  return { steps, logged, missing, verdict: !isKnown ? 'unknown' : isComplete ? 'complete' : 'incomplete' };
}

/** How many values a metric has, of all types; 0 where W&B does not know it. */
function countLogged(metric: MetricKind | undefined): number {
  return Object.entries(metric?.counts ?? {}).reduce((sum, [type, count]) => sum + (type === 'nil' ? 0 : count), 0);
}

/** What is missing, in words: `498 of 500 steps`, or the first metric that lacks values. */
export function describeMissing({ steps, logged, missing }: HistoryCheck): string {
  if (logged !== null && steps < logged) return `${steps} of ${logged} logged steps`;
  const [first] = missing;
  if (first === undefined) return `${steps} steps`;
  const more = missing.length === 1 ? '' : `, and ${missing.length - 1} metrics more`;
  return `${first.arrived} of ${first.logged} values of ${first.key}${more}`;
}
