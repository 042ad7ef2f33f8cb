/** The process as the command line sees it. Only `cli.ts` builds one from `process`; tests build their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly user: string;
  /** The Node that runs this program. */
  readonly execPath: string;
  /** Result, for pipes; bytes where it is no text. */
  readonly out: (piece: string | Uint8Array) => void;
  /** Talk, for people. */
  readonly err: (text: string) => void;
  /** The stream behind `err`, for what redraws itself. */
  readonly errStream: NodeJS.WriteStream;
  readonly terminal: { readonly in: boolean; readonly out: boolean; readonly err: boolean; readonly columns: number };
  readonly now: () => number;
  /** Uniform in [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Asks a person; only called where stdin and stderr are terminals. */
  readonly ask: (question: string) => Promise<string>;
}
