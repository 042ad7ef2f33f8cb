/** A part of the selection: run ids fall into `count` parts by their hash, and this is the part number `index`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** One Parquet file of a run. */
export interface DatasetPart {
  /** Below the dataset's root, with `/` between folders. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface DatasetRun {
  /** W&B's run id. */
  readonly run: string;
  /** Key of the registry's row, as text. */
  readonly row: string;
  readonly name: string | null;
  readonly state: string | null;
  readonly status: 'complete' | 'failed';
  /** The last step that W&B told of when the run was read, and how many steps it counted; null where it told nothing. */
  readonly lastStep: number | null;
  readonly logged: number | null;
  readonly rows: number;
  readonly parts: readonly DatasetPart[];
  /** Why it failed. */
  readonly error: string | null;
}

/** What a dataset holds, as far as one shard wrote it. Runs are sorted by run id. */
export interface DatasetManifest {
  /** `entity/project`. */
  readonly project: string;
  /** The metrics that were asked for, sorted; null for all. */
  readonly keys: readonly string[] | null;
  readonly shard: Shard;
  readonly runs: readonly DatasetRun[];
}

/** Where a dataset stands. Paths are relative, with `/` between folders; their names are encoded already. */
export interface DatasetStore {
  /** For messages: a folder or an `s3://` address. */
  readonly place: string;
  /** Bytes of a file; null where there is none. */
  readonly sizeOrNull: (path: string) => Promise<number | null>;
  readonly readOrNull: (path: string) => Promise<Uint8Array | null>;
  /** Complete or absent, whatever happens; replaces what is there. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  /** No error where there is none. */
  readonly remove: (path: string) => Promise<void>;
  /** Takes away what a killed invocation left half written of files whose path begins like this; no reader sees it. */
  readonly tidy: (start: string) => Promise<void>;
}
