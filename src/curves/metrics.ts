import type { RunHistoryInfo } from '../model/history.ts';

/** In which runs a metric was logged, by what it was logged as. */
export interface MetricUse {
  readonly metric: string;
  /** Run ids. */
  readonly asNumber: readonly string[];
  /** Run ids by W&B's word for the type, where nothing can be drawn of it. */
  readonly otherwise: ReadonlyMap<string, readonly string[]>;
}

/** Words of types that may hide numbers: NaN comes as text or nothing from some clients (wandb/sweeps#32, #12116). */
const MAYBE_NUMBER: readonly string[] = ['number', 'string', 'nil'];

/** What each metric is in each run. */
export function listMetricUse(infos: readonly RunHistoryInfo[]): ReadonlyMap<string, MetricUse> {
  const uses = new Map<string, { metric: string; asNumber: string[]; otherwise: Map<string, string[]> }>();
  for (const { run, metrics } of infos) {
    for (const [metric, { counts }] of metrics) {
      const use = uses.get(metric) ?? { metric, asNumber: [], otherwise: new Map<string, string[]>() };
      uses.set(metric, use);
      const types = Object.keys(counts);
      if (types.length === 0 || types.some((type) => MAYBE_NUMBER.includes(type))) use.asNumber.push(run.runId);
      else for (const type of types) use.otherwise.set(type, [...(use.otherwise.get(type) ?? []), run.runId]);
    }
  }
  return uses;
}

/** `objective_*` stands for all metrics that are numbers and fit; W&B's own, which begin with `_`, only when spelled. */
export function isPattern(name: string): boolean {
  return name.includes('*');
}

/** Metrics that a pattern stands for: those of most runs first, then by name. */
export function matchPattern(pattern: string, uses: ReadonlyMap<string, MetricUse>): readonly string[] {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const shape = new RegExp(`^${parts.join('.*')}$`, 's');
  return [...uses.values()]
    .filter(
      ({ metric, asNumber }) =>
        asNumber.length > 0 && shape.test(metric) && (!metric.startsWith('_') || pattern.startsWith('_')),
    )
    .sort((a, b) => b.asNumber.length - a.asNumber.length || (a.metric < b.metric ? -1 : 1))
    .map(({ metric }) => metric);
}
