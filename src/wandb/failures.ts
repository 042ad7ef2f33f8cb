import { RunlinkError } from '../errors.ts';
import type { ErrorDetails } from '../errors.ts';

/**
 * The server failed at this very question: 5xx, an answer cut short, a time-out. Asking for less may help, so the
 * listing reacts to it with smaller pages.
 */
export class ServerFailureError extends RunlinkError {
  override readonly name = 'ServerFailureError';
}

/** W&B refused the question itself (4xx, a field it does not know). Asking again changes nothing. */
export class RefusedRequestError extends RunlinkError {
  override readonly name = 'RefusedRequestError';
  /** HTTP status; 200 where GraphQL refused inside of it. */
  readonly status: number;

  constructor(message: string, status: number, details: ErrorDetails = {}) {
    super(message, details);
    this.status = status;
  }
}
