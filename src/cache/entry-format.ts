import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import type { JsonValue } from '../model/json.ts';
import type { StoredSeries } from './series.ts';

/** First bytes of a file; the number grows with the format. */
const MAGIC = Buffer.from('runlink series 1\n');
const DIGEST_BYTES = 32;

const stored = z.strictObject({
  key: z.string(),
  origin: z.string(),
  lastStep: z.number(),
  lineCount: z.number().nullable(),
  steps: z.instanceof(Float64Array),
  // The digest says that these are the values that were written.
  values: z.array(z.custom<JsonValue>()),
});

/**
 * Magic, SHA-256 of the rest, and the rest as V8 serializes it: NaN, infinities and −0 stay what they are, which JSON
 * cannot promise.
 */
export function encodeEntry(series: StoredSeries): Uint8Array {
  const body = serialize(series);
  return Buffer.concat([MAGIC, digest(body), body]);
}

/** @throws Error where the bytes are not what was written */
export function decodeEntry(bytes: Buffer): StoredSeries {
  const start = MAGIC.length + DIGEST_BYTES;
  const body = bytes.subarray(start);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('another format');
  if (!bytes.subarray(MAGIC.length, start).equals(digest(body))) throw new Error('damaged');
  return stored.parse(deserialize(body));
}

function digest(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest();
}
