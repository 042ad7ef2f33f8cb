import { RunlinkError } from '../errors.ts';
import type { Credential } from './credentials.ts';
import { RefusedRequestError, ServerFailureError } from './failures.ts';
import type { WandbSettings } from './settings.ts';

/** An answer that is no success. */
export interface FailedAnswer {
  readonly status: number;
  /** What the server said, without secrets. */
  readonly text: string;
  readonly settings: WandbSettings;
  readonly credential: Credential | null;
}

/** The error for an answer that another try will not change. */
export function explainRefusal(answer: FailedAnswer): RunlinkError {
  const { status, text, settings, credential } = answer;
  const host = settings.baseUrl;
  const found = `${host} answered ${status}: ${text}`;
  if (status === 401) {
    const who = credential === null ? 'without an API key' : `with the API key from ${credential.source}`;
    return new RefusedRequestError(`W&B did not let us in ${who}; ${found}`, status, { hint: keyHint(settings) });
  }
  if (status === 403) {
    return new RefusedRequestError(`W&B knows us and does not allow this; ${found}`, status, {
      hint: 'Ask the owner of the project for access, or use the API key of a user who has it.',
    });
  }
  if (status === 404 || (status >= 300 && status < 400) || status === 405) {
    return new RefusedRequestError(`no W&B API at this address; ${found}`, status, {
      hint: `Expected a W&B server's GraphQL API at ${settings.baseUrl}/graphql. Check WANDB_BASE_URL.`,
    });
  }
  return new RefusedRequestError(`W&B refused the question; ${found}`, status, {
    hint: 'This server may be older or newer than those that runlink knows; please report the message.',
  });
}

function keyHint(settings: WandbSettings): string {
  return `Set WANDB_API_KEY to a key from ${settings.appUrl}/authorize, or put it into ~/.netrc by "wandb login".`;
}

/** The error for an answer that was tried again and again. */
export function explainServerFailure(answer: FailedAnswer): RunlinkError {
  const found = `${answer.settings.baseUrl} answered ${answer.status}: ${answer.text}`;
  if (answer.status === 429) {
    return new RunlinkError(`W&B's rate limit is used up; ${found}`, {
      hint: 'Wait some minutes and run the same command again, with a lower --concurrency if it comes back.',
    });
  }
  return new ServerFailureError(`W&B failed to answer; ${found}`, {
    hint: 'Run the same command again; it goes on where it stopped.',
  });
}
