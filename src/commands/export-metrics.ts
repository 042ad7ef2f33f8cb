import { RunlinkError, UsageError } from '../errors.ts';
import type { RunHistoryInfo } from '../model/history.ts';
import { nearestNames } from '../registry/nearest.ts';

/** Whether the metrics that were asked for are there at all. */
export interface MetricCheck {
  /** @throws UsageError where these are all runs, some have a history, and none of them logged one of the metrics */
  readonly add: (infos: readonly (RunHistoryInfo | RunlinkError | null)[]) => void;
  /** The same as a remark, where the runs came in several batches. */
  readonly end: (say: (line: string) => void) => void;
}

/** @param runs how many there are in all; null where others are exported elsewhere, which may have logged them */
export function createMetricCheck(keys: readonly string[], runs: number | null): MetricCheck {
  const names = new Set<string>();
  let seen = 0;
  let logging = 0;
  const findUnknown = (): UnknownMetrics | null => {
    const unknown = keys.filter((key) => !names.has(key));
    return unknown.length === 0 || logging === 0 ? null : describeUnknown(unknown, [...names].sort(), seen);
  };
  return {
    add: (infos) => {
      const isAll = seen === 0 && infos.length === runs && !infos.some((info) => info instanceof RunlinkError);
      seen += infos.length;
      for (const info of keys.length === 0 ? [] : infos) {
        if (info === null || info instanceof RunlinkError) continue;
        if (info.lastStep >= 0) logging += 1;
        for (const name of info.metrics.keys()) names.add(name);
      }
      const unknown = isAll ? findUnknown() : null;
      if (unknown !== null) throw new UsageError(unknown.fact, { hint: unknown.hint });
    },
    end: (say) => {
      const unknown = findUnknown();
      if (unknown !== null) say(`${unknown.fact}. ${unknown.hint}`);
    },
  };
}

interface UnknownMetrics {
  readonly fact: string;
  readonly hint: string;
}

function describeUnknown(unknown: readonly string[], names: readonly string[], runs: number): UnknownMetrics {
  const quote = (list: readonly string[], word: string): string => list.map((name) => JSON.stringify(name)).join(word);
  const near = nearestNames(unknown[0] ?? '', names);
  return {
    fact: `none of the ${runs} runs logged ${quote(unknown, ', ')}`,
    hint:
      near.length > 0
        ? `Did you mean ${quote(near, ' or ')}?`
        : `They logged, among ${names.length}: ${quote(names.slice(0, 12), ', ')}.`,
  };
}
