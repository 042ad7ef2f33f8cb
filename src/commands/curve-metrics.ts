import { isPattern, listMetricUse, matchPattern } from '../curves/metrics.ts';
import type { MetricUse } from '../curves/metrics.ts';
import type { CurveRun } from '../curves/curve.ts';
import { RunlinkError, UsageError } from '../errors.ts';
import type { RunHistoryInfo } from '../model/history.ts';
import { nearestNames } from '../registry/nearest.ts';

/** A metric of a run that is no curve, and why. */
export interface SkippedCurve {
  readonly runId: string;
  readonly label: string;
  /** Null where it is the whole run. */
  readonly metric: string | null;
  readonly why: string;
}

export interface ChosenMetrics {
  readonly metrics: readonly string[];
  readonly uses: ReadonlyMap<string, MetricUse>;
}

export interface KnownRun {
  readonly run: CurveRun;
  readonly info: RunHistoryInfo;
}

/**
 * The metrics that are meant, patterns spelled out.
 *
 * @throws UsageError where no run has one as a number, with the nearest names and the runs that have them
 */
export function chooseMetrics(wanted: readonly string[], runs: readonly KnownRun[]): ChosenMetrics {
  if (wanted.length === 0) {
    throw new UsageError('no metric was named: expected --metric NAME', {
      hint: `Metrics of these runs: ${listCommon(listMetricUse(runs.map(({ info }) => info)))}.`,
    });
  }
  const uses = listMetricUse(runs.map(({ info }) => info));
  // A server that does not list the metrics of a run is asked for them by name.
  const isListed = runs.every(({ info }) => info.metrics.size > 0 || info.lastStep < 0);
  const metrics = wanted.flatMap((name) => {
    if (isPattern(name)) return assertFound(matchPattern(name, uses), { name, uses, runs });
    const use = uses.get(name);
    if (use === undefined && isListed) return assertFound([], { name, uses, runs });
    if (use !== undefined && use.asNumber.length === 0 && isListed) throw noNumberError(use);
    return [name];
  });
  return { metrics: [...new Set(metrics)], uses };
}

interface Search {
  readonly name: string;
  readonly uses: ReadonlyMap<string, MetricUse>;
  readonly runs: readonly KnownRun[];
}

function assertFound(found: readonly string[], { name, uses, runs }: Search): readonly string[] {
  if (found.length > 0) return found;
  const near = nearestNames(name.replaceAll('*', ''), [...uses.keys()]);
  const known = near.flatMap((metric) => uses.get(metric) ?? []).map((use) => describeUse(use, runs));
  throw new UsageError(`none of the ${runs.length} selected runs has logged a metric "${name}"`, {
    hint: known.length > 0 ? `Did you mean ${known.join(' or ')}?` : `Their metrics: ${listCommon(uses)}.`,
  });
}

function describeUse({ metric, asNumber, otherwise }: MetricUse, runs: readonly KnownRun[]): string {
  const ids = asNumber.length > 0 ? asNumber : [...otherwise.values()].flat();
  const names = ids.slice(0, 2).map((id) => runs.find(({ run }) => run.runId === id)?.run.label ?? id);
  const others = ids.length > names.length ? `and ${ids.length - names.length} more` : '';
  return `"${metric}" (logged by ${[...names, others].filter((part) => part !== '').join(', ')})`;
}

function noNumberError({ metric, otherwise }: MetricUse): UsageError {
  const types = [...otherwise].map(([type, ids]) => `${type} in ${ids.length} ${ids.length === 1 ? 'run' : 'runs'}`);
  return new UsageError(`"${metric}" cannot be drawn as a curve: expected numbers, found ${types.join(', ')}`, {
    hint: 'Name a metric that was logged as a number.',
  });
}

function listCommon(uses: ReadonlyMap<string, MetricUse>): string {
  const all = matchPattern('*', uses);
  const named = all.slice(0, 12).map((metric) => `${metric} (${uses.get(metric)?.asNumber.length ?? 0} runs)`);
  return named.length === 0 ? 'none at all' : `${named.join(', ')}${all.length > named.length ? ', …' : ''}`;
}

/** Metrics that this run can be read for; the others are told, except where the run simply never logged them. */
export function sortMetrics(
  { run, info }: KnownRun,
  { metrics }: ChosenMetrics,
): { readonly wanted: readonly string[]; readonly skipped: readonly SkippedCurve[] } {
  const { runId, label } = run;
  if (info.lastStep < 0 || info.lineCount === 0) {
    return { wanted: [], skipped: [{ runId, label, metric: null, why: 'has no history' }] };
  }
  const skipped: SkippedCurve[] = [];
  const wanted = metrics.filter((metric) => {
    if (info.metrics.size === 0) return true;
    const use = listMetricUse([info]).get(metric);
    if (use === undefined) skipped.push({ runId, label, metric, why: 'never logged it' });
    else if (use.asNumber.length === 0) {
      skipped.push({ runId, label, metric, why: `is no number there but ${[...use.otherwise.keys()].join(', ')}` });
    }
    return (use?.asNumber.length ?? 0) > 0;
  });
  return { wanted, skipped };
}

export function noCurveError(metrics: readonly string[], skipped: readonly SkippedCurve[]): RunlinkError {
  const [first] = skipped;
  const example = first === undefined ? '' : `, for example ${first.label}: ${first.metric ?? 'it'} ${first.why}`;
  return new RunlinkError(`there is nothing to draw of ${metrics.join(', ')}${example}`, {
    hint: 'Select other runs with --where, or another metric.',
  });
}
