import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import type { BodyInit as UndiciBodyInit, HeadersInit as UndiciHeadersInit } from 'undici';
import { RunlinkError, StoppedError, UsageError } from '../errors.ts';
import type { DatasetStore } from '../model/dataset.ts';
import { explainS3Answer, isMissingObject } from './s3-errors.ts';
import type { S3Place } from './s3-errors.ts';

declare global {
  // The types of aws4fetch name these as a browser has them; Node has them in undici.
  type BodyInit = UndiciBodyInit;
  type HeadersInit = UndiciHeadersInit;
}

export interface S3Options {
  /** Where credentials, region and endpoint stand, under the names that AWS's own tools use. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 6;
const FIRST_WAIT_MS = 200;
/** One object is at most some tens of megabytes. */
const TIMEOUT_MS = 120_000;

/**
 * A dataset in a bucket of S3 or of a store that speaks its API. One object is one PUT, which S3 keeps whole or not at
 * all. Nothing is sent before the first call.
 *
 * @param address `s3://bucket/prefix`
 * @throws UsageError where the address cannot be read or the credentials are missing
 */
export function openS3Store(address: string, { env, signal }: S3Options): DatasetStore {
  const { bucket, prefix } = parseAddress(address);
  const client = createClient(env);
  const place: S3Place = {
    bucket,
    region: client.region ?? '',
    endpoint: findEndpoint(env, bucket, client.region ?? ''),
  };
  const isOwnHost = readEnv(env, 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL') === null && !bucket.includes('.');
  const root = isOwnHost ? place.endpoint : `${place.endpoint}/${bucket}`;
  const send = async (method: string, path: string, body?: Uint8Array): Promise<Answer> => {
    const url = `${root}/${encodeKey(prefix === '' ? path : `${prefix}/${path}`)}`;
    return await sendWithRetries({ client, place, signal }, { method, url, ...(body === undefined ? {} : { body }) });
  };
  const whole = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  const refuse = (act: string, path: string, { status, bytes }: Answer): RunlinkError =>
    explainS3Answer(place, `${act} ${whole}/${path}`, { status, body: bytes.toString('utf8') });
  const isMissing = ({ status, bytes }: Answer): boolean => isMissingObject({ status, body: bytes.toString('utf8') });
  return {
    place: whole,
    sizeOrNull: async (path) => {
      const answer = await send('HEAD', path);
      if (answer.status === 200) return Number(answer.length);
      if (answer.status === 404) return null;
      throw refuse('reading', path, answer);
    },
    readOrNull: async (path) => {
      const answer = await send('GET', path);
      if (answer.status === 200) return answer.bytes;
      if (isMissing(answer)) return null;
      throw refuse('reading', path, answer);
    },
    write: async (path, bytes) => {
      const answer = await send('PUT', path, bytes);
      if (answer.status !== 200) throw refuse('writing', path, answer);
    },
    remove: async (path) => {
      const answer = await send('DELETE', path);
      if (answer.status >= 300 && !isMissing(answer)) throw refuse('removing', path, answer);
    },
    tidy: async () => undefined, // an upload that broke off left nothing
  };
}

function parseAddress(address: string): { readonly bucket: string; readonly prefix: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address);
  const prefix = (match?.[2] ?? '').replace(/\/+$/, '');
  if (match?.[1] !== undefined && !prefix.split('/').some((name) => name === '.' || name === '..')) {
    return { bucket: match[1], prefix };
  }
  throw new UsageError(`${JSON.stringify(address)} is no place in a bucket: expected s3://BUCKET/PREFIX`, {
    hint: 'A bucket has 3 to 63 small letters, digits, dots and hyphens: --out s3://my-bucket/curves',
  });
}

function createClient(env: S3Options['env']): AwsClient {
  const [accessKeyId, secretAccessKey] = [readEnv(env, 'AWS_ACCESS_KEY_ID'), readEnv(env, 'AWS_SECRET_ACCESS_KEY')];
  if (accessKeyId === null || secretAccessKey === null) {
    throw new UsageError(
      `no key for the bucket: ${accessKeyId === null ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY'} is not set`,
      {
        hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where the key is a temporary one.',
      },
    );
  }
  const sessionToken = readEnv(env, 'AWS_SESSION_TOKEN');
  const region = readEnv(env, 'AWS_REGION', 'AWS_DEFAULT_REGION') ?? 'us-east-1';
  const session = sessionToken === null ? {} : { sessionToken };
  return new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region, retries: 0, ...session });
}

/** Buckets of AWS have a host each; those with dots have no certificate for it, and other stores know only paths. */
function findEndpoint(env: S3Options['env'], bucket: string, region: string): string {
  const named = readEnv(env, 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL');
  if (named === null)
    return bucket.includes('.') ? `https://s3.${region}.amazonaws.com` : `https://${bucket}.s3.${region}.amazonaws.com`;
  if (/^https?:\/\/[^/@?#]+\/?$/.test(named)) return named.replace(/\/$/, '');
  throw new UsageError('AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL) is no address of a server', {
    hint: 'Write scheme and host, without user, path or query: https://minio.example.com:9000',
  });
}

function readEnv(env: S3Options['env'], ...names: readonly string[]): string | null {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '') ?? null;
}

/** Slashes part the key; everything else is encoded, the percent signs of partition values once more. */
function encodeKey(key: string): string {
  return key
    .split('/')
    .map((name) =>
      encodeURIComponent(name).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}

interface Connection {
  readonly client: AwsClient;
  readonly place: S3Place;
  readonly signal: AbortSignal;
}

interface S3Request {
  readonly method: string;
  readonly url: string;
  readonly body?: Uint8Array;
}

interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
  readonly length: string | null;
}

/** Server errors, throttling and broken connections are tried again, with full jitter. */
async function sendWithRetries(connection: Connection, request: S3Request): Promise<Answer> {
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
    await sleep(wait, undefined, { signal }).catch((cause: unknown) => {
      throw stoppedError(cause);
    });
  }
}

async function sendOnce({ client, signal }: Connection, { method, url, body }: S3Request): Promise<Answer> {
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

function isAnswer(value: unknown): value is Answer {
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
