import { StoppedError } from '../errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { Failure } from './outcome.ts';
import type { Sleep } from './pace.ts';
import { backoffMs } from './retry-timing.ts';
import { createSender } from './sender.ts';
import type { Sender, SenderOptions } from './sender.ts';

/** Tries for one question, the first included. */
const TRIES = 7;
/** Tries while no answer ever came: the address is more likely wrong than the server away. */
const TRIES_BEFORE_FIRST_ANSWER = 3;
/** Passing faults are common; only from this try on is one worth a line. */
const TOLD_ATTEMPT = 3;

export interface GraphqlQuery {
  readonly name: string;
  readonly text: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Tries where the server fails (5xx, cut answers); other failures have the usual number. */
  readonly tries?: number;
}

export interface GraphqlClient {
  /** The `data` of the answer. Sends reads only, which may be repeated without harm. */
  readonly request: (query: GraphqlQuery, variables: JsonObject, options?: RequestOptions) => Promise<JsonObject>;
  /** HTTP requests sent so far, repeated ones included. */
  readonly countRequests: () => number;
  /** Part of a file at a signed address, which gets no key; asked once. */
  readonly download: Sender['download'];
  readonly close: () => Promise<void>;
}

export interface ClientOptions extends SenderOptions {
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly say: (line: string) => void;
  /** Stops every question that has no signal of its own. */
  readonly signal?: AbortSignal;
}

/** Asks one question after the other over a sender, again where asking again may help. */
export function createClient(options: ClientOptions): GraphqlClient {
  const sender = createSender(options);
  const { pace, random, sleep, say } = options;
  return {
    request: async (query, variables, { signal = options.signal, tries = TRIES } = {}) => {
      const body = JSON.stringify({ operationName: query.name, query: query.text, variables });
      for (let no = 1; ; no += 1) {
        const { outcome, waitIsNamed } = await stoppable(signal, async () => {
          await pace.ready(signal);
          return sender.send(body, signal);
        });
        if (outcome.kind === 'data') return outcome.data;
        if (no >= mostTries(outcome, tries, sender.hasAnswered())) throw outcome.error;
        if (no + 1 >= TOLD_ATTEMPT) say(`${outcome.error.message}; try ${no + 1}`);
        if (!waitIsNamed) await stoppable(signal, () => sleep(backoffMs(no, random), signal));
      }
    },
    countRequests: sender.countRequests,
    download: sender.download,
    close: sender.close,
  };
}

function mostTries(failure: Failure, tries: number, hasAnswered: boolean): number {
  if (failure.reaction === 'give-up') return 1;
  if (failure.reaction === 'wait') return TRIES;
  return hasAnswered ? tries : Math.min(tries, TRIES_BEFORE_FIRST_ANSWER);
}

/** Runs a step that the signal interrupts; an interrupted step is a stop, whatever it threw. */
async function stoppable<T>(signal: AbortSignal | undefined, step: () => Promise<T>): Promise<T> {
  assertGoingOn(signal);
  try {
    const result = await step();
    assertGoingOn(signal);
    return result;
  } catch (cause) {
    assertGoingOn(signal);
    throw cause;
  }
}

/** @throws StoppedError when the signal is aborted */
export function assertGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new StoppedError('stopped while reading from W&B; every finished page is kept', {
    hint: 'Run the same command again: it goes on where it stopped.',
  });
}
