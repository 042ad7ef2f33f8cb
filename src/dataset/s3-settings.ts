import { AwsClient } from 'aws4fetch';
import type { BodyInit as UndiciBodyInit, HeadersInit as UndiciHeadersInit } from 'undici';
import { UsageError } from '../errors.ts';

declare global {
  // The types of aws4fetch name these as a browser has them; Node has them in undici.
  type BodyInit = UndiciBodyInit;
  type HeadersInit = UndiciHeadersInit;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** Scheme and host, without path. */
  readonly endpoint: string;
  /** What stands before the prefix in the address of an object. */
  readonly root: string;
}

/**
 * Where a bucket is reached. Buckets of AWS have a host each; those with dots have no certificate for it, and other
 * stores know only paths.
 *
 * @throws UsageError where address or endpoint cannot be read
 */
export function findS3Place(address: string, env: Environment): S3Place {
  const { bucket, prefix } = parseAddress(address);
  const region = readEnv(env, 'AWS_REGION', 'AWS_DEFAULT_REGION') ?? 'us-east-1';
  const named = readEnv(env, 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL');
  if (named === null && !bucket.includes('.')) {
    const endpoint = `https://${bucket}.s3.${region}.amazonaws.com`;
    return { bucket, prefix, region, endpoint, root: endpoint };
  }
  const endpoint = named === null ? `https://s3.${region}.amazonaws.com` : parseEndpoint(named);
  return { bucket, prefix, region, endpoint, root: `${endpoint}/${bucket}` };
}

function parseEndpoint(text: string): string {
  if (/^https?:\/\/[^/@?#]+\/?$/.test(text)) return text.replace(/\/$/, '');
  // The text itself may hold a password, so it is not repeated.
  throw new UsageError('AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL) is no address of a server', {
    hint: 'Write scheme and host, without user, path or query: https://minio.example.com:9000',
  });
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

/**
 * Signs requests with the key of the environment, and sends them once.
 *
 * @throws UsageError where the key is missing
 */
export function openS3Client(env: Environment, region: string): AwsClient {
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
  const session = sessionToken === null ? {} : { sessionToken };
  return new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region, retries: 0, ...session });
}

function readEnv(env: Environment, ...names: readonly string[]): string | null {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '') ?? null;
}
