import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mergeShards } from '../../src/commands/export.ts';
import { openDatasetStore } from '../../src/dataset/open-store.ts';
import { openLocalStore } from '../../src/dataset/local-store.ts';
import type { DatasetStore } from '../../src/model/dataset.ts';
import { exportTo, makeDatasetFolder, makeMemoryRuns, makeLinkedRegistry } from '../helpers/export-lab.ts';
import { createMemoryHistory } from '../helpers/memory-history.ts';
import { BUCKET, startS3, type TestS3 } from '../helpers/s3.ts';

let s3: TestS3;
beforeAll(async () => void (s3 = await startS3()));
afterAll(() => s3.close());

let prefix = 0;
let store: DatasetStore;
/** A prefix of its own for each test, with letters that must be encoded. */
beforeEach(() => {
  prefix += 1;
  store = open();
});

function open(env: Readonly<Record<string, string>> = {}, signal = new AbortController().signal): DatasetStore {
  const options = { env: { ...s3.env, ...env }, signal, sleep, cwd: '/nonexistent' };
  return openDatasetStore(`s3://${BUCKET}/team a+b/${prefix}`, options);
}

/** The waits that were asked for; none of them takes time. */
const waits: number[] = [];
const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
  waits.push(ms);
  await setImmediate(undefined, { signal });
};

const PATH = "project=lab%2Fmolecules/run=a%20b(1)!'*~/part-00000.parquet";

describe('a bucket', () => {
  test('keeps a file under any name, replaces it and forgets it', async () => {
    expect(await store.sizeOrNull(PATH)).toBeNull();
    expect(await store.readOrNull(PATH)).toBeNull();
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_byte, no) => no % 251));
    await store.write(PATH, bytes);
    expect(Buffer.compare((await store.readOrNull(PATH))!, bytes)).toBe(0);
    expect(await store.sizeOrNull(PATH)).toBe(70_000);
    await store.write(PATH, Buffer.from('two'));
    expect(String(await store.readOrNull(PATH))).toBe('two');
    await store.remove(PATH);
    await store.remove(PATH);
    expect(await store.readOrNull(PATH)).toBeNull();
    expect(s3.requests.at(-1)).toContain(`/${BUCKET}/team%20a%2Bb/${prefix}/project%3Dlab%252Fmolecules/run%3Da%2520b`);
  });

  test('is asked again after server errors, throttling and a broken connection', async () => {
    s3.fail(500, 503, 429, 'cut');
    const before = s3.requests.length;
    await store.write(PATH, Buffer.from('at last'));
    expect(s3.requests.length - before).toBe(5);
    expect(waits.every((ms, no) => ms >= 0 && ms <= 400 * 2 ** no)).toBe(true);
    expect(String(await store.readOrNull(PATH))).toBe('at last');
  });

  test('that answers nothing but errors is given up, with what to do', async () => {
    s3.fail(...Array<number>(6).fill(503));
    await expect(store.write(PATH, Buffer.from('x'))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^writing .*part-00000.parquet in s3:\/\/curves\/team a\+b\/\d+ was refused by .*: 503 SlowDown$/,
      ),
      hint: expect.stringContaining('same command again'),
    });
  });

  test('is not asked again once it is stopped', async () => {
    s3.fail(503);
    const before = s3.requests.length;
    const stop = new AbortController();
    const stopping = openDatasetStore(`s3://${BUCKET}/stopped`, {
      ...{ env: s3.env, signal: stop.signal, cwd: '/' },
      sleep: async (_ms, signal) => {
        stop.abort();
        signal.throwIfAborted();
      },
    });
    await expect(stopping.write(PATH, Buffer.from('x'))).rejects.toMatchObject({ code: 130 });
    expect(s3.requests.length - before).toBe(1);
  });
});

describe('what S3 refuses is explained, and no key is in the words', () => {
  const secret = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY';
  test.each([
    { what: 'a wrong secret', env: { AWS_SECRET_ACCESS_KEY: secret }, fact: '403 SignatureDoesNotMatch' },
    { what: 'an unknown key', env: { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }, fact: '403 InvalidAccessKeyId' },
    { what: 'another region', env: { AWS_REGION: 'us-west-2' }, fact: '400 AuthorizationHeaderMalformed' },
  ])('$what', async ({ env, fact }) => {
    const error = (await open(env)
      .readOrNull(PATH)
      .catch((caught: unknown) => caught)) as Error & { hint: string };
    expect(error.message).toContain(fact);
    expect(error.hint).toContain(Object.keys(env)[0]!);
    for (const key of [secret, 'AKIAIOSFODNN7EXAMPLE', s3.env['AWS_ACCESS_KEY_ID']!]) {
      expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain(key);
    }
  });

  test('a bucket that is not there, when it is read and when it is written', async () => {
    const options = { env: s3.env, signal: new AbortController().signal, sleep, cwd: '/' };
    const missing = openDatasetStore('s3://no-such-bucket/x', options);
    const expected = {
      message: expect.stringContaining('404'),
      hint: expect.stringContaining('no bucket "no-such-bucket"'),
    };
    await expect(missing.readOrNull('a')).rejects.toMatchObject(expected);
    await expect(missing.write('a', Buffer.from('x'))).rejects.toMatchObject(expected);
  });

  test('a server that is not there', async () => {
    const gone = open({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' });
    await expect(gone.readOrNull('a')).rejects.toThrow(/cannot be reached: .*(ECONNREFUSED|bad port)/);
  });

  test.each([
    ['s3://', {}, 'expected s3://BUCKET/PREFIX'],
    ['s3://Bad_Bucket/x', {}, 'expected s3://BUCKET/PREFIX'],
    ['s3://bucket/../x', {}, 'expected s3://BUCKET/PREFIX'],
    ['s3://bucket/x', { AWS_SECRET_ACCESS_KEY: '' }, 'AWS_SECRET_ACCESS_KEY is not set'],
    ['s3://bucket/x', { AWS_ENDPOINT_URL_S3: 'http://user:pass@host' }, 'is no address of a server'],
  ])('%s with %o', (address, env, message) => {
    const options = { env: { ...s3.env, ...env }, signal: new AbortController().signal, cwd: '/' };
    expect(() => openDatasetStore(address, options)).toThrow(expect.objectContaining({ code: 2 }));
    expect(() => openDatasetStore(address, options)).toThrow(message);
  });
});

test('a dataset in a bucket equals the one in a folder, from shards that a faulty network interrupts', async () => {
  const registry = makeLinkedRegistry(8);
  const source = createMemoryHistory(makeMemoryRuns(8, (no) => 20 * no));
  const folder = makeDatasetFolder();
  await exportTo(folder, { source }, { registry });
  for (const index of [1, 2]) {
    s3.fail(500, 'cut');
    await exportTo('', { source, store }, { registry, shard: { index, count: 2 } });
  }
  const again = await exportTo('', { source, store }, { registry, shard: { index: 1, count: 2 } });
  expect(again).toMatchObject({ exported: 0, failed: [] });
  const merged = await mergeShards({ store }, { project: 'lab/molecules', shards: 2 });
  expect(merged).toMatchObject({ runs: 8, rows: 20 * 28 });
  const local = openLocalStore(folder);
  const manifest = 'project=lab%2Fmolecules/_manifest.json';
  const { runs } = JSON.parse(String(await local.readOrNull(manifest))) as { runs: { parts: { path: string }[] }[] };
  const paths = [manifest, ...runs.flatMap(({ parts }) => parts.map(({ path }) => path))];
  expect(paths).toHaveLength(8); // run0 logged nothing
  for (const path of paths) {
    expect(Buffer.compare((await store.readOrNull(path))!, (await local.readOrNull(path))!)).toBe(0);
  }
});
