import type { JsonObject } from './json.ts';

/** One W&B run as decoded from a listing. Times are epoch milliseconds UTC; W&B's `createdAt` has whole seconds. */
export interface Run {
  /** GraphQL `id`: opaque, globally unique. */
  readonly storageId: string;
  /** GraphQL `name`: unique in its project, part of the URL. */
  readonly runId: string;
  readonly displayName: string | null;
  /** The raw word of W&B, which may be one that we do not know. */
  readonly state: string | null;
  readonly createdAt: number;
  readonly heartbeatAt: number | null;
  readonly group: string | null;
  readonly jobType: string | null;
  readonly sweepName: string | null;
  readonly tags: readonly string[];
  readonly notes: string | null;
  readonly host: string | null;
  readonly user: string | null;
  readonly commit: string | null;
  readonly program: string | null;
  /** The command line after the program, as W&B keeps it in `runInfo.args`. */
  readonly args: readonly string[];
  /** User config, `value` unwrapped; only the keys that were asked for. `_wandb` holds what W&B's client recorded. */
  readonly config: JsonObject;
  /** Summary metrics, only the keys that were asked for; `_runtime`, `_timestamp` and `_wandb` are always among them. */
  readonly summary: JsonObject;
}

const RUN_STATES = [
  'running',
  'pending',
  'preempting',
  'finished',
  'failed',
  'crashed',
  'killed',
  'preempted',
] as const;

const ALIVE: readonly string[] = ['running', 'pending', 'preempting'];

/** The registry's two words for a W&B state. An unknown state counts as ended only when W&B lists it as such. */
export function statusOfState(state: string | null): 'running' | 'not_running' | null {
  if (state === null) return null;
  if (ALIVE.includes(state)) return 'running';
  return (RUN_STATES as readonly string[]).includes(state) ? 'not_running' : null;
}
