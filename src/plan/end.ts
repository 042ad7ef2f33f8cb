import { isJsonObject } from '../model/json.ts';
import type { JsonValue } from '../model/json.ts';
import type { Run } from '../model/run.ts';

/**
 * When a run that is over ended, in epoch milliseconds, UTC; null where nothing tells. The last heartbeat comes every 30 s
 * and is what W&B itself shows. A run that was made after its own last log line was synced afterwards, and its heartbeat
 * is the sync's: there the last log line is nearer.
 */
export function endOfRunOrNull(run: Run): number | null {
  const logged = numberOrNull(run.summary['_timestamp']);
  const loggedMs = logged === null ? null : logged * 1000;
  if (loggedMs === null) return run.heartbeatAt;
  const wasSynced = loggedMs < run.createdAt;
  return run.heartbeatAt === null || wasSynced ? loggedMs : Math.max(loggedMs, run.heartbeatAt);
}

/**
 * Seconds that a run took, all its resumed pieces together; null where nothing tells. The client counts to its last log
 * line (`_runtime`) and to its end (`_wandb.runtime`, whole seconds, 0 in some offline runs: wandb/wandb#4707), and
 * the run lasted as long as either.
 */
export function durationOfRunOrNull(run: Run): number | null {
  const own = run.summary['_wandb'];
  const counted = [run.summary['_runtime'], isJsonObject(own) ? own['runtime'] : null];
  const seconds = counted.map(numberOrNull).filter((value) => value !== null && value > 0);
  return seconds.length === 0 ? null : Math.max(...seconds.map(Number));
}

function numberOrNull(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
