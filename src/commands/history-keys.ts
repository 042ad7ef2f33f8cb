import { UsageError } from '../errors.ts';
import type { MetricKind, RunHistoryInfo } from '../model/history.ts';
import { nearestNames } from '../registry/nearest.ts';
import type { HistoryPart } from './history.ts';

const MOST_NAMED = 8;

/**
 * A metric that the run never logged is a slip, not an empty result. Where W&B does not say what was logged, everything
 * may be; clocks such as `_runtime` always are.
 *
 * @throws UsageError on a metric that was not logged, with the nearest names, and where a histogram is none
 */
export function assertKeysAreLogged({ run, metrics }: RunHistoryInfo, what: HistoryPart): void {
  if (what.kind === 'system' || metrics.size === 0) return;
  const keys = what.kind === 'histograms' ? [what.key] : (what.keys ?? []);
  for (const key of keys) {
    const kind = metrics.get(key);
    if (kind === undefined && !key.startsWith('_')) throw unknownMetric(key, run.runId, [...metrics.keys()]);
    if (what.kind === 'histograms' && kind !== undefined && kind.counts['histogram'] === undefined) {
      throw noHistogram(key, kind, metrics);
    }
  }
}

function unknownMetric(key: string, runId: string, logged: readonly string[]): UsageError {
  const near = nearestNames(key, logged);
  return new UsageError(`run ${runId} has no metric "${key}"`, {
    hint: near.length > 0 ? `Did you mean ${near.map(quote).join(', ')}?` : `It logged ${listSome(logged)}.`,
  });
}

function noHistogram(key: string, kind: MetricKind, metrics: RunHistoryInfo['metrics']): UsageError {
  const found = Object.entries(kind.counts).map(([type, count]) => `${type} (${count})`);
  const histograms = [...metrics].filter(([, other]) => other.counts['histogram'] !== undefined).map(([name]) => name);
  return new UsageError(`metric "${key}" is no histogram: expected histogram, found ${found.join(', ') || 'nothing'}`, {
    hint: histograms.length > 0 ? `Histograms of this run: ${listSome(histograms)}.` : 'This run logged no histogram.',
  });
}

function listSome(names: readonly string[]): string {
  const users = names.filter((name) => !name.startsWith('_'));
  const more = users.length > MOST_NAMED ? ` and ${users.length - MOST_NAMED} more` : '';
  return `${users.slice(0, MOST_NAMED).map(quote).join(', ')}${more}`;
}

function quote(name: string): string {
  return `"${name}"`;
}
