import type { PlanEntry, PlanHeader } from '../model/plan.ts';
import { reasonToWaitOrNull } from './bulk.ts';

/** Where probabilities are cut, for thresholds and for calibration bins: finer where a wrong link gets rare. */
export const THRESHOLDS = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999] as const;

/** What accepting everything from a probability on would accept. */
export interface ThresholdLine {
  readonly probability: number;
  readonly rows: number;
  /** Σ (1 − probability) over those rows: how many of them are wrong if the probabilities are true. */
  readonly expectedWrong: number;
}

export interface ThresholdCounter {
  readonly add: (entry: PlanEntry) => void;
  /** From the lowest threshold to the highest, the plan's own among them; empty where nothing reaches the lowest. */
  readonly lines: () => readonly ThresholdLine[];
}

/**
 * Counts what each threshold would accept, by the same rules as `decide --all-above`: an entry that lacks something
 * else than probability, or would overwrite a link, waits whatever the threshold. Each run counts once.
 */
export function createThresholdCounter(plan: Pick<PlanHeader, 'minProbability' | 'minMargin'>): ThresholdCounter {
  const thresholds = [...new Set([...THRESHOLDS, plan.minProbability])].sort((a, b) => a - b);
  const [lowest = 0] = thresholds;
  const bestByRun = new Map<string, number>();
  return {
    add: (entry) => {
      const [best] = entry.candidates;
      if (best === undefined || best.probability < lowest || entry.kind === 'unmatched') return;
      if (reasonToWaitOrNull(entry, best, plan) !== null) return;
      bestByRun.set(best.wandbRunId, Math.max(best.probability, bestByRun.get(best.wandbRunId) ?? 0));
    },
    lines: () => (bestByRun.size === 0 ? [] : thresholds.map((least) => buildLine(least, [...bestByRun.values()]))),
  };
}

function buildLine(least: number, probabilities: readonly number[]): ThresholdLine {
  const reached = probabilities.filter((probability) => probability >= least);
  return {
    probability: least,
    rows: reached.length,
    expectedWrong: reached.reduce((sum, probability) => sum + (1 - probability), 0),
  };
}
