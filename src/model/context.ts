/** What a use case needs from the outside besides its adapters; the top of the program provides it. */
export interface InvocationContext {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Who runs this: user name for ledger and decisions. */
  readonly user: string;
  /** One line of talk for the person who waits. */
  readonly say: (line: string) => void;
  readonly onProgress: (progress: Progress) => void;
  /** Aborted by the first Ctrl-C: stop at the next safe point. */
  readonly signal: AbortSignal;
}

export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
}
