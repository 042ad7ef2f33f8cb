import type { RunlinkError } from '../errors.ts';
import type { Run } from './run.ts';

/** A half-open interval of `createdAt` in epoch seconds; null is an open end. */
export interface ListingWindow {
  readonly no: number;
  readonly from: number | null;
  readonly to: number | null;
  /** What `runCount` said when the window was split off or last proved. */
  readonly expected: number;
  readonly state: 'open' | 'complete';
  /** Where to go on after the last page that was saved; null at the start. */
  readonly cursor: string | null;
}

export interface RunPage {
  readonly windowNo: number;
  readonly runs: readonly Run[];
  /** Where the next page starts; null when the server said that there is none. */
  readonly nextCursor: string | null;
}

/** A run that W&B fails to serve; it cannot be matched, and the report names it. */
export interface QuarantinedRun {
  readonly runId: string;
  readonly windowNo: number;
  readonly error: string;
}

/**
 * Where a listing keeps its pages. Each call is durable when its promise resolves, so that a killed listing goes on
 * where it stood. The plan file implements it.
 */
export interface SnapshotStore {
  readWindows(): Promise<readonly ListingWindow[]>;
  /** Replaces windows by number and adds new ones. */
  saveWindows(windows: readonly ListingWindow[]): Promise<void>;
  /** The page's runs and the window's cursor in one commit; a run that is there already is replaced, by storage id. */
  savePage(page: RunPage): Promise<void>;
  /** Forgets the window's runs, quarantined runs and cursor, so that it is walked again. */
  restartWindow(windowNo: number): Promise<void>;
  saveQuarantined(run: QuarantinedRun): Promise<void>;
  /** Run ids (GraphQL `name`) saved for a window, quarantined ones included, sorted. */
  readRunIds(windowNo: number): Promise<readonly string[]>;
  /** All quarantined runs, sorted by run id. */
  readQuarantined(): Promise<readonly QuarantinedRun[]>;
}

export interface ListingReport {
  readonly runs: number;
  readonly windows: readonly ListingWindow[];
  readonly quarantined: readonly QuarantinedRun[];
  readonly requests: number;
}

export interface ListingProgress {
  readonly done: number;
  readonly total: number;
}

/** Config and summary keys that travel with each run: only what the registry's columns can use. */
export interface EvidenceKeys {
  readonly config: readonly string[];
  readonly summary: readonly string[];
}

export interface Viewer {
  readonly username: string;
  readonly entity: string | null;
}

export interface ListRunsOptions {
  readonly keys: EvidenceKeys;
  readonly concurrency: number;
  readonly store: SnapshotStore;
  readonly onProgress?: (progress: ListingProgress) => void;
  readonly signal?: AbortSignal;
}

/** A project's runs, read only. W&B implements it. */
export interface RunSource {
  readonly baseUrl: string;
  readonly entity: string;
  readonly project: string;
  /** Null when W&B knows us only as anonymous. */
  fetchViewer(): Promise<Viewer | null>;
  /** Null when the project is not there or not ours to see. */
  fetchRunCount(): Promise<number | null>;
  /** Which config and summary keys the project's runs use (dotted paths as W&B names them). */
  fetchKeys(): Promise<EvidenceKeys>;
  /** Walks the whole project into the store and proves it complete. */
  listRuns(options: ListRunsOptions): Promise<ListingReport>;
  /** The runs among these ids that are there, in batches, by id; the reason where one of them cannot be had. */
  fetchRunsById(runIds: readonly string[]): Promise<ReadonlyMap<string, Run | RunlinkError>>;
  /** The same, each run opened by its id: also those that the listing does not show yet. Who is missing here is gone. */
  openRuns(runIds: readonly string[]): Promise<ReadonlyMap<string, Run | RunlinkError>>;
  /** Other projects of the entity, as `entity/project`, that have runs of these ids, by run id. */
  findElsewhere(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  runUrl(runId: string): string;
  close(): Promise<void>;
}
