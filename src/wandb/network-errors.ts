import { RunlinkError } from '../errors.ts';
import { ServerFailureError } from './failures.ts';
import type { Failure } from './outcome.ts';
import { CutAnswerError } from './transport.ts';

interface Explanation {
  readonly fact: string;
  readonly hint: string;
  readonly isRetried: boolean;
}

const CHECK_ADDRESS = 'Check WANDB_BASE_URL and the network, then run the same command again.';
const CHECK_CERTIFICATE =
  'If the server uses a certificate of your own authority, name its file in NODE_EXTRA_CA_CERTS and run again.';

/** Explains an error of the network with the host it is about. */
export function explainNetworkError(cause: unknown, host: string): Failure {
  if (cause instanceof CutAnswerError) {
    const error = new ServerFailureError(`the answer of ${host} ended before it was whole`, {
      cause,
      hint: 'A gateway or the server cut it; run the same command again.',
    });
    return { kind: 'failure', reaction: 'retry', error };
  }
  const code = findCode(cause);
  const { fact, hint, isRetried } = explainCode(code, host);
  // Only before a connection stands does a smaller question surely not help.
  const isConnected = !NOT_CONNECTED.includes(code) && isRetried;
  const error = isConnected ? new ServerFailureError(fact, { cause, hint }) : new RunlinkError(fact, { cause, hint });
  return { kind: 'failure', reaction: isRetried ? 'retry' : 'give-up', error };
}

const NOT_CONNECTED: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_CONN',
  'UND_ERR_PRX_TLS',
];

function explainCode(code: string, host: string): Explanation {
  switch (code) {
    case 'ECONNREFUSED':
      return { fact: `no server listens at ${host} (${code})`, hint: CHECK_ADDRESS, isRetried: true };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { fact: `the host ${host} is not known (${code})`, hint: CHECK_ADDRESS, isRetried: true };
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return {
        fact: `${host} did not answer in time (${code})`,
        hint: 'Give it longer by WANDB_HTTP_TIMEOUT (seconds), then run the same command again.',
        isRetried: true,
      };
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'EPROTO':
      return { fact: `${host} does not speak TLS (${code})`, hint: CHECK_ADDRESS, isRetried: false };
    default:
      return /CERT|SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)
        ? { fact: `the certificate of ${host} is not trusted (${code})`, hint: CHECK_CERTIFICATE, isRetried: false }
        : { fact: `the connection to ${host} failed (${code})`, hint: CHECK_ADDRESS, isRetried: true };
  }
}

/** The first error code in the chain of causes; the message where none has one. */
function findCode(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error.cause === undefined) return error.message;
  }
  return 'unknown error';
}
