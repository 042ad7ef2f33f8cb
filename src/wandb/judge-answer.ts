import { decodeAnswer } from './answer.ts';
import type { Credential } from './credentials.ts';
import { explainRefusal, explainServerFailure } from './http-errors.ts';
import type { Outcome } from './outcome.ts';
import { isRetriedStatus } from './retry-timing.ts';
import type { WandbSettings } from './settings.ts';
import type { HttpAnswer } from './transport.ts';

export interface JudgeContext {
  readonly settings: WandbSettings;
  readonly credential: Credential | null;
  /** Takes secrets out of what the server says. */
  readonly redact: (text: string) => string;
}

/** Sorts an answer by status and body: W&B sends GraphQL errors with 200, 4xx and 5xx alike. */
export function judgeAnswer(answer: HttpAnswer, context: JudgeContext): Outcome {
  const { status } = answer;
  const decoded = decodeAnswer(answer.body);
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && decoded.kind === 'data') return decoded;
  const text = context.redact(decoded.kind === 'data' ? 'no error text' : decoded.text);
  const failed = { status, text, settings: context.settings, credential: context.credential };
  // A redirect is no status to retry either: it comes again each time.
  const isRetried = isSuccess ? !isGraphqlRefusal(text) : isRetriedStatus(status);
  if (!isRetried) return { kind: 'failure', reaction: 'give-up', error: explainRefusal(failed) };
  return { kind: 'failure', reaction: status === 429 ? 'wait' : 'retry', error: explainServerFailure(failed) };
}

/** GraphQL's refusals inside a 200: what is asked for is wrong, not the moment. */
function isGraphqlRefusal(text: string): boolean {
  const words =
    /cannot query field|unknown (argument|type|field)|syntax error|relogin|permission denied|not authorized/i;
  return words.test(text);
}
