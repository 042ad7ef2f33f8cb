import { listMetricUse, matchPattern } from '../curves/metrics.ts';
import type { CurveRun } from '../curves/curve.ts';
import { EXIT_CODES, RunlinkError, UsageError } from '../errors.ts';
import { flattenJson } from '../linkage/normalize/flatten.ts';
import type { HistorySource, RunHistoryInfo } from '../model/history.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { RegistryLocation } from '../registry/session.ts';
import { nameApart } from './curve-rows.ts';
import type { CurveOptions, TreatedCurves } from './curves.ts';
import { treatCurves } from './curves.ts';
import { fetchCurves } from './read-curves.ts';
import type { CurvesDeps, ReadResult } from './read-curves.ts';
import { findRunTargets } from './run-target.ts';

export interface CompareDeps extends Pick<CurvesDeps, 'context'> {
  /** Opens the project for as long as it is used; null is the one that the settings name. */
  readonly withHistories: <T>(project: string | null, use: (source: HistorySource) => Promise<T>) => Promise<T>;
}

export interface CompareOptions extends Omit<CurveOptions, 'best' | 'bestBy' | 'goal'> {
  /** Each a key of the registry, a W&B run id, or the address of a run's page. */
  readonly runs: readonly string[];
  /** Where keys are looked up; W&B ids alone need none. */
  readonly registry?: RegistryLocation;
  /** The project as the caller names it; what the runs' links and addresses say must agree with it. */
  readonly project?: string;
  /** Names or patterns; without any, up to six that at least two of the runs have logged. */
  readonly metrics?: readonly string[];
}

/** One key with its value in each run; undefined where a run has none. */
export interface ComparedValue {
  readonly key: string;
  readonly values: readonly (JsonValue | undefined)[];
}

export interface ComparedRun extends CurveRun {
  readonly state: string | null;
  readonly url: string;
}

export interface CompareReport extends Omit<ReadResult, 'curves'>, TreatedCurves {
  readonly runs: readonly ComparedRun[];
  /** Config keys whose values differ between the runs. */
  readonly config: readonly ComparedValue[];
  /** How many config keys are the same in all of them. */
  readonly sameConfig: number;
  /** Final scalars, W&B's own clocks last. */
  readonly summary: readonly ComparedValue[];
}

const MOST_METRICS = 6;
const DEFAULT_CONCURRENCY = 8;

/**
 * Compares runs: in which settings they differ, what they ended with, and their curves.
 *
 * @throws UsageError on fewer than two runs, on rows that are not linked, on runs of two projects and on unknown metrics
 * @throws RunlinkError where W&B lacks a run, or fails to give it
 */
export async function compareRuns(deps: CompareDeps, options: CompareOptions): Promise<CompareReport> {
  if (options.runs.length < 2) {
    throw new UsageError(`one run cannot be compared: expected two or more, found ${options.runs.length}`);
  }
  const { runs, project } = await findRuns(options);
  return await deps.withHistories(project, (source) => compareFound({ context: deps.context, source }, runs, options));
}

async function compareFound(
  deps: CurvesDeps,
  named: readonly CurveRun[],
  options: CompareOptions,
): Promise<CompareReport> {
  const infos = await fetchAll(deps, named);
  const runs = nameApart(named.map((run, index) => ({ ...run, label: infos[index]?.run.displayName ?? run.label })));
  const metrics = options.metrics ?? chooseShared(infos);
  const { x = '_step', concurrency = DEFAULT_CONCURRENCY } = options;
  const read: ReadResult =
    metrics.length === 0
      ? { metrics: [], curves: [], skipped: [], partly: [], incomplete: [], failed: [], exitCode: EXIT_CODES.done }
      : await fetchCurves(deps, { runs, metrics, x, concurrency });
  const config = compareValues(infos.map(({ run }) => run.config));
  return {
    ...read,
    ...treatCurves(read, options),
    runs: runs.map((run, index) => ({ ...run, state: infos[index]?.run.state ?? null, url: infos[index]?.url ?? '' })),
    config: config.filter(differs),
    sameConfig: config.filter((value) => !differs(value)).length,
    summary: compareSummaries(infos),
  };
}

interface FoundRuns {
  readonly runs: readonly CurveRun[];
  readonly project: string | null;
}

async function findRuns(options: CompareOptions): Promise<FoundRuns> {
  const scope = { registry: options.registry ?? null, project: options.project ?? null };
  const { targets, project } = await findRunTargets(options.runs, scope);
  const twice = targets.find(({ runId }, index) => targets.findIndex((other) => other.runId === runId) !== index);
  if (twice !== undefined) {
    throw new UsageError(`run ${twice.runId} is named twice`, { hint: 'Name each run once.' });
  }
  return {
    runs: targets.map(({ runId, keyText }) => ({ runId, rowKey: keyText, label: runId, group: null })),
    project,
  };
}

async function fetchAll({ source }: CurvesDeps, runs: readonly CurveRun[]): Promise<readonly RunHistoryInfo[]> {
  const infos = await source.fetchHistoryInfos(runs.map(({ runId }) => runId));
  return runs.map(({ runId, rowKey }, index) => {
    const info = infos[index] ?? null;
    if (info instanceof RunlinkError) throw info;
    if (info !== null) return info;
    const where = rowKey === null ? '' : ` that row "${rowKey}" is linked to`;
    throw new RunlinkError(`W&B has no run ${runId}${where}`, {
      hint: 'Check the id and --project. A name that is neither a key of the registry nor a run id is looked for at W&B.',
    });
  });
}

/** What most of the runs have logged as numbers, W&B's own aside. */
function chooseShared(infos: readonly RunHistoryInfo[]): readonly string[] {
  const uses = listMetricUse(infos);
  const shared = matchPattern('*', uses).filter((metric) => (uses.get(metric)?.asNumber.length ?? 0) > 1);
  return shared.slice(0, MOST_METRICS);
}

function compareValues(objects: readonly JsonObject[]): readonly ComparedValue[] {
  const maps = objects.map((object) => {
    const values = new Map<string, JsonValue>();
    flattenJson(object, (path, scalar) => void values.set(path, scalar));
    return values;
  });
  const keys = [...new Set(maps.flatMap((values) => [...values.keys()]))]
    .filter((key) => !key.startsWith('_wandb.'))
    .sort();
  return keys.map((key) => ({ key, values: maps.map((values) => values.get(key)) }));
}

/** A number written as text is the same setting: 0.002 and "2e-3". */
function differs({ values }: ComparedValue): boolean {
  const spell = (value: JsonValue): string => {
    const text = String(value);
    return text.trim() === '' || Number.isNaN(Number(text)) ? text : String(Number(text));
  };
  return new Set(values.map((value) => (value === undefined ? 'no value' : `"${spell(value)}"`))).size > 1;
}

function compareSummaries(infos: readonly RunHistoryInfo[]): readonly ComparedValue[] {
  const numbers = compareValues(infos.map(({ run }) => run.summary)).filter(({ values }) =>
    values.some((value) => typeof value === 'number' || value === 'NaN'),
  );
  const isOwn = ({ key }: ComparedValue): boolean => key.startsWith('_');
  return [...numbers.filter((value) => !isOwn(value)), ...numbers.filter(isOwn)];
}
