import type { Run } from '../../model/run.ts';
import { launchKey } from './ranks.ts';

/** A try is followed by the next within this many milliseconds of its end. */
const RETRY_GAP = 3_600_000;

/**
 * The earlier tries of each run: runs of the same name, settings and command that ended without finishing before it
 * began. They are other runs, not rivals that fit as well.
 */
export function findEarlierTries(
  runs: readonly Run[],
  keyOf: (run: Run) => string = launchKey,
): ReadonlyMap<string, readonly Run[]> {
  const groups = new Map<string, Run[]>();
  for (const run of runs.toSorted((a, b) => a.createdAt - b.createdAt || (a.runId < b.runId ? -1 : 1))) {
    const key = keyOf(run);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [run]);
    else group.push(run);
  }
  const tries = new Map<string, readonly Run[]>();
  for (const group of groups.values()) {
    for (const [at, run] of group.entries()) {
      const before = group[at - 1];
      if (before === undefined || !isTryOf(before, run)) continue;
      tries.set(run.runId, [...(tries.get(before.runId) ?? []), before]);
    }
  }
  return tries;
}

/** Whether a run of the same thing began soon after another one had ended without finishing. */
export function isTryOf(earlier: Run, later: Run): boolean {
  const ended = earlier.heartbeatAt ?? earlier.createdAt;
  const hasFailed = earlier.state === 'crashed' || earlier.state === 'failed' || earlier.state === 'killed';
  return hasFailed && ended <= later.createdAt && later.createdAt - ended <= RETRY_GAP;
}
