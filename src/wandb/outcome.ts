import type { RunlinkError } from '../errors.ts';
import type { JsonObject } from '../model/json.ts';

/** What one request came to. */
export type Outcome = { readonly kind: 'data'; readonly data: JsonObject } | Failure;

export interface Failure {
  readonly kind: 'failure';
  readonly error: RunlinkError;
  /** What may help: nothing, asking again, or asking again when the rate limit allows. */
  readonly reaction: 'give-up' | 'retry' | 'wait';
}
