import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import type { HistoryRow } from '../model/history.ts';
import type { JsonValue } from '../model/json.ts';
import type { StoredHistory } from './entry-store.ts';

/** First bytes of a file; the number grows with the format. */
const MAGIC = Buffer.from('runlink history 1\n');
const DIGEST_BYTES = 32;

/** Columns take a fraction of the space of rows, and of the time to read them. */
const stored = z.strictObject({
  origin: z.string(),
  lastStep: z.number(),
  lineCount: z.number().nullable(),
  steps: z.instanceof(Float64Array),
  /** By metric: a value a row, undefined where it was not logged. */
  columns: z.instanceof(Map<string, readonly (JsonValue | undefined)[]>),
});

/**
 * Magic, SHA-256 of the rest, and the rest as V8 serializes it: NaN, infinities and −0 stay what they are, which JSON
 * cannot promise.
 */
export function encodeEntry({ origin, lastStep, lineCount, rows }: StoredHistory): Uint8Array {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  names.delete('_step');
  const columns = new Map([...names].map((name) => [name, rows.map((row) => row[name])]));
  const steps = Float64Array.from(rows, ({ _step }) => _step);
  const body = serialize({ origin, lastStep, lineCount, steps, columns });
  return Buffer.concat([MAGIC, digest(body), body]);
}

/** @throws Error where the bytes are not what was written */
export function decodeEntry(bytes: Buffer): StoredHistory {
  const start = MAGIC.length + DIGEST_BYTES;
  const body = bytes.subarray(start);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('another format');
  if (!bytes.subarray(MAGIC.length, start).equals(digest(body))) throw new Error('damaged');
  const { steps, columns, ...state } = stored.parse(deserialize(body));
  const rows = Array.from(steps, (_step, index): HistoryRow => {
    const values = [...columns].flatMap(([name, own]) => {
      const value = own[index];
      return value === undefined ? [] : [[name, value] as const];
    });
    return { ...Object.fromEntries(values), _step };
  });
  return { ...state, rows };
}

function digest(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest();
}
