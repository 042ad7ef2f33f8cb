import { isJsonObject } from '../model/json.ts';
import type { JsonValue } from '../model/json.ts';
import type { StartSource } from '../model/plan.ts';
import type { Run } from '../model/run.ts';
import { parseTimeOrNull } from '../model/time.ts';

export interface RunStart {
  /** Epoch milliseconds, UTC. */
  readonly ms: number;
  readonly source: Exclude<StartSource, 'kept'>;
}

/** A run waits in a queue for a day at most; a start later than that is a broken clock or a resumed run. */
const LATEST_AFTER_CREATION_MS = 86_400_000;

/**
 * When a run began, from the best witness that it has: what the client recorded, else the last log line less the time
 * that had run, else when W&B made the run (which for runs synced afterwards is their end).
 */
export function startOfRun(run: Run): RunStart {
  const isPlausible = (ms: number): boolean =>
    parseTimeOrNull(ms / 1000) !== null && ms <= run.createdAt + LATEST_AFTER_CREATION_MS;
  const recorded = recordedStarts(run.config['_wandb']).filter(isPlausible);
  if (recorded.length > 0) return { ms: Math.min(...recorded), source: 'metadata' };
  const logged = loggedStartOrNull(run);
  if (logged !== null && isPlausible(logged)) return { ms: logged, source: 'summary' };
  return { ms: run.createdAt, source: 'created' };
}

/** `_wandb.start_time` of older clients; `_wandb.e.<session>.startedAt` of newer ones, one per resumed session. */
function recordedStarts(telemetry: JsonValue | undefined): number[] {
  if (!isJsonObject(telemetry)) return [];
  const sessions = isJsonObject(telemetry['e']) ? Object.values(telemetry['e']) : [];
  const values = [telemetry['start_time'], ...sessions.map((item) => (isJsonObject(item) ? item['startedAt'] : null))];
  return values.map(readInstantOrNull).filter((ms) => ms !== null);
}

function loggedStartOrNull(run: Run): number | null {
  const timestamp = run.summary['_timestamp'];
  const runtime = run.summary['_runtime'];
  if (typeof timestamp !== 'number' || typeof runtime !== 'number' || !(runtime >= 0)) return null;
  return (timestamp - runtime) * 1000;
}

function readInstantOrNull(value: JsonValue | undefined): number | null {
  return typeof value === 'string' || typeof value === 'number' ? (parseTimeOrNull(value)?.ms ?? null) : null;
}
