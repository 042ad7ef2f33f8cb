import type { EvidenceKeys } from '../model/snapshot.ts';

/** Without these no start, duration or command line can be told. */
const ALWAYS: EvidenceKeys = { config: ['_wandb'], summary: ['_runtime', '_step', '_timestamp', '_wandb'] };

/** Light runs: the most that is asked for at once. */
const LARGEST_PAGE = 500;
const SMALLEST_PAGE = 50;
/** Values in one page: runs × keys, each light run counting as twenty. About 3 MB of JSON. */
const VALUES_PER_PAGE = 40_000;
const LIGHT_VALUES = 20;

/**
 * The keys as they are asked for. W&B's `config(keys)` and `summaryMetrics(keys)` know top-level keys, and a key may
 * hold a dot itself: so for a dotted path both the path and its first part are asked for. Unknown keys cost nothing.
 */
export function widenKeys(keys: EvidenceKeys): EvidenceKeys {
  return { config: widen([...ALWAYS.config, ...keys.config]), summary: widen([...ALWAYS.summary, ...keys.summary]) };
}

function widen(keys: readonly string[]): readonly string[] {
  const wide = keys.flatMap((key) => {
    const dot = key.indexOf('.');
    return dot > 0 ? [key, key.slice(0, dot)] : [key];
  });
  return [...new Set(wide)].sort();
}

/** What every run is asked for. */
export const LEAST_KEYS: EvidenceKeys = widenKeys({ config: [], summary: [] });

/** Runs in a page: fewer where each brings many values. */
export function pageSizeFor(keys: EvidenceKeys): number {
  const values = LIGHT_VALUES + keys.config.length + keys.summary.length;
  return Math.max(SMALLEST_PAGE, Math.min(LARGEST_PAGE, Math.floor(VALUES_PER_PAGE / values)));
}
