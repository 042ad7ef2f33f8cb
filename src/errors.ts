/** The process exit codes, which are part of the surface: scripts rely on them. */
export const EXIT_CODES = {
  done: 0,
  failure: 1,
  usage: 2,
  changes: 3,
  planRefused: 4,
  conflict: 5,
  locked: 6,
  incomplete: 7,
  undecided: 8,
  stopped: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export interface ErrorDetails {
  /** What to do next, in one or more sentences or commands. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * A failure that is explained to the user: the message states the fact (what was found, what was expected), the hint
 * says what to do next. One subclass per reaction of the caller, which the exit code names.
 */
export class RunlinkError extends Error {
  override readonly name: string = 'RunlinkError';
  readonly code: ExitCode = EXIT_CODES.failure;
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.hint = details.hint;
  }
}

/** The command line or an option of a library call cannot be understood. */
export class UsageError extends RunlinkError {
  override readonly name = 'UsageError';
  override readonly code = EXIT_CODES.usage;
}

/** The plan is stale, damaged, of a newer format, or made for another registry. */
export class PlanRefusedError extends RunlinkError {
  override readonly name = 'PlanRefusedError';
  override readonly code = EXIT_CODES.planRefused;
}

/** The registry says something else than the plan or the ledger: drift, a run already taken, a broken chain. */
export class ConflictError extends RunlinkError {
  override readonly name = 'ConflictError';
  override readonly code = EXIT_CODES.conflict;
}

/** Another invocation, or another program, holds the lock. */
export class LockedError extends RunlinkError {
  override readonly name = 'LockedError';
  override readonly code = EXIT_CODES.locked;
}

/** The listing of W&B runs could not be proved complete. */
export class IncompleteListingError extends RunlinkError {
  override readonly name = 'IncompleteListingError';
  override readonly code = EXIT_CODES.incomplete;
}

/** Entries wait for a decision and the caller asked for none to be left. */
export class UndecidedError extends RunlinkError {
  override readonly name = 'UndecidedError';
  override readonly code = EXIT_CODES.undecided;
}

/** The invocation stopped at a safe point because it was asked to; the hint says how to resume. */
export class StoppedError extends RunlinkError {
  override readonly name = 'StoppedError';
  override readonly code = EXIT_CODES.stopped;
}

/** Marks a branch that the types rule out. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
