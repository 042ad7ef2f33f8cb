import { homedir, userInfo } from 'node:os';
import type { InvocationContext } from '../model/context.ts';
import { TOOL_VERSION } from '../model/version.ts';
import { openRunSource } from '../wandb/run-source.ts';
import type { ProjectSource } from '../wandb/run-source.ts';
import { sleep } from '../wandb/sleep.ts';
import type { Surroundings } from '../wandb/surroundings.ts';

/** Who calls, and how it is told; all of it optional. */
export interface CallerOptions {
  /** Stands in the ledger; the operating system's user name without it. */
  readonly user?: string;
  /** Stops at the next safe point. */
  readonly signal?: AbortSignal;
  readonly onProgress?: InvocationContext['onProgress'];
  /** Receives one line of talk at a time; nobody without it. */
  readonly say?: (line: string) => void;
}

/** The W&B project; what is left out is read from where W&B's own client reads it. */
export interface ProjectOptions {
  /** `entity/project`. */
  readonly project?: string;
  readonly baseUrl?: string;
  readonly apiKey?: string;
}

export interface SourceDeps {
  readonly context: InvocationContext;
  readonly source: ProjectSource;
}

/** Opens the project for as long as it is used. */
export async function withSource<T>(
  options: CallerOptions & ProjectOptions,
  use: (deps: SourceDeps) => Promise<T>,
): Promise<T> {
  const source = openSource(options);
  try {
    return await use({ context: buildContext(options), source });
  } finally {
    await source.close();
  }
}

/** Nothing is sent before the first question. The caller closes it. */
export function openSource(options: CallerOptions & ProjectOptions): ProjectSource {
  const { project, baseUrl, apiKey } = options;
  const context = buildContext(options);
  return openRunSource({
    surroundings: readSurroundings(),
    explicit: {
      ...(project === undefined ? {} : { project }),
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(apiKey === undefined ? {} : { apiKey }),
    },
    userAgent: `runlink/${TOOL_VERSION}`,
    say: context.say,
    now: context.now,
    random: () => Math.random(),
    signal: context.signal,
    sleep,
  });
}

export function buildContext({ user, signal, onProgress, say }: CallerOptions): InvocationContext {
  return {
    now: () => Date.now(),
    user: user ?? userInfo().username,
    signal: signal ?? new AbortController().signal,
    onProgress: onProgress ?? (() => {}),
    say: say ?? (() => {}),
  };
}

/** Of the process that calls. */
export function readSurroundings(): Surroundings {
  return { env: process.env, home: homedir(), cwd: process.cwd() };
}
