/** What stands on the x axis. `_runtime` is in seconds since the run began, `_timestamp` in epoch seconds, UTC. */
export const X_KEYS = ['_step', '_runtime', '_timestamp'] as const;
export type XKey = (typeof X_KEYS)[number];

export const BANDS = ['stdev', 'minmax', 'ci95'] as const;
export type Band = (typeof BANDS)[number];

export const GOALS = ['min', 'max'] as const;
export type Goal = (typeof GOALS)[number];

/** Points by ascending x, each x once. A y of NaN is a gap: something was logged there that cannot be drawn. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** A run as the pictures know it. */
export interface CurveRun {
  readonly runId: string;
  /** Key of the registry row; null where the run was not found through the registry. */
  readonly rowKey: string | null;
  /** Unique among the runs of one picture. Untrusted text. */
  readonly label: string;
  /** Value of the column by which runs are grouped; null without one. */
  readonly group: string | null;
}

/** One metric of one run. */
export interface Curve extends Points {
  readonly run: CurveRun;
  readonly metric: string;
  /** As logged, where `y` is smoothed. */
  readonly raw: Float64Array | null;
}

/** Mean of the curves of a group, with what spreads round it. */
export interface GroupCurve extends Points {
  readonly group: string;
  readonly metric: string;
  /** Curves that have a value at each x. */
  readonly counts: Float64Array;
  /** NaN where a band cannot be told, as the deviation of one run. Null where no band was asked for. */
  readonly lower: Float64Array | null;
  readonly upper: Float64Array | null;
  /** Curves in the group, whether they reach this far or not. */
  readonly size: number;
}
