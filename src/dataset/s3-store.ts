import { setTimeout } from 'node:timers/promises';
import type { DatasetStore } from '../model/dataset.ts';
import { explainS3Answer, isMissingObject } from './s3-errors.ts';
import { sendToS3 } from './s3-send.ts';
import type { S3Answer, S3Connection } from './s3-send.ts';
import { findS3Place, openS3Client } from './s3-settings.ts';

export interface S3Options {
  /** Where credentials, region and endpoint stand, under the names that AWS's own tools use. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** How to wait before a request is tried again; on the clock without it. */
  readonly sleep?: S3Connection['sleep'];
}

/**
 * A dataset in a bucket of S3 or of a store that speaks its API. One object is one PUT, which S3 keeps whole or not at
 * all. Nothing is sent before the first call.
 *
 * @param address `s3://bucket/prefix`
 * @throws UsageError where the address cannot be read or the credentials are missing
 */
export function openS3Store(address: string, { env, signal, sleep = waitOnClock }: S3Options): DatasetStore {
  const place = findS3Place(address, env);
  const connection: S3Connection = { client: openS3Client(env, place.region), place, signal, sleep };
  return {
    place: nameOf(connection),
    sizeOrNull: async (path) => {
      const answer = await send(connection, { method: 'HEAD', path });
      if (answer.status === 404) return null;
      return Number(accept(connection, answer, `reading ${path}`).length);
    },
    readOrNull: async (path) => {
      const answer = await send(connection, { method: 'GET', path });
      return isMissingObject(answer) ? null : accept(connection, answer, `reading ${path}`).bytes;
    },
    write: async (path, bytes) => {
      accept(connection, await send(connection, { method: 'PUT', path, body: bytes }), `writing ${path}`);
    },
    remove: async (path) => {
      const answer = await send(connection, { method: 'DELETE', path });
      if (!isMissingObject(answer)) accept(connection, answer, `removing ${path}`);
    },
    tidy: async () => undefined, // an upload that broke off left nothing
  };
}

async function waitOnClock(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}

interface ObjectRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: Uint8Array;
}

async function send(connection: S3Connection, { path, ...request }: ObjectRequest): Promise<S3Answer> {
  const { root, prefix } = connection.place;
  const url = `${root}/${encodeKey(prefix === '' ? path : `${prefix}/${path}`)}`;
  return await sendToS3(connection, { ...request, url });
}

/** @throws RunlinkError where the answer is a refusal */
function accept(connection: S3Connection, answer: S3Answer, act: string): S3Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw explainS3Answer(connection.place, `${act} in ${nameOf(connection)}`, answer);
}

function nameOf({ place: { bucket, prefix } }: S3Connection): string {
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
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
