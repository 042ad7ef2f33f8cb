import type { RunlinkError } from '../errors.ts';
import type { JsonValue } from './json.ts';
import type { Run } from './run.ts';

/** One logged step. A metric that was not logged there has no key; NaN and infinities are numbers. */
export interface HistoryRow {
  readonly _step: number;
  readonly [key: string]: JsonValue;
}

export interface HistoryQuery {
  readonly runId: string;
  /** Metrics wanted; rows that hold none of them are left out. All metrics where absent. */
  readonly keys?: readonly string[];
  /** First and last step, both inclusive. */
  readonly minStep?: number;
  readonly maxStep?: number;
  /** What `fetchHistoryInfos` just said of the run: saves a question where the history is small. */
  readonly info?: RunHistoryInfo;
  /** Stops this reading; the source has its own signal besides. */
  readonly signal?: AbortSignal;
  /** Told once, after the last chunk, whether every logged step arrived. */
  readonly onEnd?: (check: HistoryCheck) => void;
}

/** How often a metric was logged, by type: `number`, `histogram`, `string`, … as W&B names them. */
export interface MetricKind {
  readonly counts: Readonly<Record<string, number>>;
}

/** What W&B says of a run and its history before any of it is read. */
export interface RunHistoryInfo {
  readonly run: Run;
  readonly url: string;
  /** −1 where nothing was logged. */
  readonly lastStep: number;
  /** Logged steps that W&B counts; null where the server does not say. */
  readonly lineCount: number | null;
  readonly metrics: ReadonlyMap<string, MetricKind>;
}

/** Whether what arrived is what W&B says was logged. */
export interface HistoryCheck {
  /** Steps that arrived. */
  readonly steps: number;
  /** Logged steps that W&B counts; null where it does not say, or only some metrics or steps were asked for. */
  readonly logged: number | null;
  /** Metrics of which fewer values arrived than W&B counts. */
  readonly missing: readonly MissingValues[];
  /** `unknown` where W&B's counts do not fit the question: a part of the steps, or a server that does not count. */
  readonly verdict: 'complete' | 'incomplete' | 'unknown';
}

export interface MissingValues {
  readonly key: string;
  readonly logged: number;
  readonly arrived: number;
}

/** Where histories come from. Rows arrive in chunks, by ascending step, each step once. */
export interface HistorySource {
  /** In the order of the ids; null where there is no such run, the reason where this one cannot be had. */
  readonly fetchHistoryInfos: (runIds: readonly string[]) => Promise<readonly (RunHistoryInfo | RunlinkError | null)[]>;
  readonly scanHistory: (query: HistoryQuery) => AsyncIterable<readonly HistoryRow[]>;
  /** System metrics as sampled by W&B: `_timestamp`, `_runtime` and `system.*`. */
  readonly fetchSystemMetrics: (runId: string) => Promise<readonly Readonly<Record<string, JsonValue>>[]>;
}
