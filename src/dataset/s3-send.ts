import { createHash } from 'node:crypto';
import type { AwsClient } from 'aws4fetch';
import { RunlinkError, StoppedError } from '../errors.ts';
import type { S3Place } from './s3-settings.ts';

const ATTEMPTS = 6;
const FIRST_WAIT_MS = 200;
/** One object is at most some tens of megabytes. */
const TIMEOUT_MS = 120_000;

export interface S3Connection {
  readonly client: AwsClient;
  readonly place: S3Place;
  readonly signal: AbortSignal;
  /** Waits; rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface S3Request {
  readonly method: string;
  readonly url: string;
  readonly body?: Uint8Array;
}

export interface S3Answer {
  readonly status: number;
  readonly bytes: Buffer;
  readonly length: string | null;
}

/** Server errors, throttling and broken connections are tried again, with full jitter. */
export async function sendToS3(connection: S3Connection, request: S3Request): Promise<S3Answer> {
  const { signal, place } = connection;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sendOnce(connection, request).catch((cause: unknown) => cause);
    const isFinal = isAnswer(answer) && answer.status < 500 && answer.status !== 429;
    if (isFinal) return answer;
    if (signal.aborted) throw stoppedError(answer);
    if (attempt === ATTEMPTS) {
      if (isAnswer(answer)) return answer;
      throw new RunlinkError(`${place.endpoint} cannot be reached: ${describeCause(answer)}`, {
        hint: 'Check the network and AWS_ENDPOINT_URL_S3, then run the same command again: it goes on where it stood.',
        cause: answer,
      });
    }
    const wait = Math.random() * FIRST_WAIT_MS * 2 ** attempt;
    await connection.sleep(wait, signal).catch((cause: unknown) => {
      throw stoppedError(cause);
    });
  }
}

async function sendOnce({ client, signal }: S3Connection, { method, url, body }: S3Request): Promise<S3Answer> {
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex');
  const response = await client.fetch(url, {
    method,
    headers: { 'x-amz-content-sha256': hash },
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, bytes, length: response.headers.get('content-length') };
}

function isAnswer(value: unknown): value is S3Answer {
  return typeof value === 'object' && value !== null && 'status' in value && 'bytes' in value;
}

function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function stoppedError(cause: unknown): StoppedError {
  return new StoppedError('stopped as asked, while the dataset was written', {
    hint: 'Run the same command again: it goes on where it stood.',
    cause,
  });
}
