import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import S3rver from 's3rver';
import { makeFolder } from './database.ts';

/** The key that s3rver knows. */
const KEY = 'S3RVER';
const REGION = 'eu-central-1';
export const BUCKET = 'curves';

export interface TestS3 {
  readonly env: Readonly<Record<string, string>>;
  /** Method and path of each request, as they came over the wire. */
  readonly requests: readonly string[];
  /** The next answers, in order: a status, or `cut` for a broken connection. Then it serves again. */
  readonly fail: (...answers: readonly (number | 'cut')[]) => void;
  readonly close: () => Promise<void>;
}

/**
 * A real S3 server on loopback, and before it what it lacks: version 4 signatures are checked, by the rules that AWS
 * publishes, over what came over the wire.
 */
export async function startS3(): Promise<TestS3> {
  const options = { address: '127.0.0.1', port: 0, silent: true, configureBuckets: [{ name: BUCKET }] };
  const store = new S3rver({ ...options, directory: makeFolder() });
  const { port } = await store.run();
  const requests: string[] = [];
  const failures: (number | 'cut')[] = [];
  const front = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    void serve(incoming, outgoing, { port, failure: failures.shift() });
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    requests,
    fail: (...answers) => void failures.push(...answers),
    env: {
      AWS_ACCESS_KEY_ID: KEY,
      AWS_SECRET_ACCESS_KEY: KEY,
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    },
    close: async () => {
      front.closeAllConnections();
      front.close();
      await store.close();
    },
  };
}

interface Serving {
  readonly port: number;
  readonly failure: number | 'cut' | undefined;
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, { port, failure }: Serving): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (failure === 'cut') return void incoming.socket.destroy();
  const refusal = failure === undefined ? findRefusal(incoming, body) : { status: failure, code: 'SlowDown' };
  if (refusal !== null) {
    outgoing.writeHead(refusal.status, { 'content-type': 'application/xml' });
    return void outgoing.end(
      `<?xml version="1.0"?><Error><Code>${refusal.code}</Code><AWSAccessKeyId>${KEY}</AWSAccessKeyId></Error>`,
    );
  }
  const { method, url, headers } = incoming;
  const forward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  forward.end(body);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function findRefusal(incoming: IncomingMessage, body: Buffer): { status: number; code: string } | null {
  const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
  const hmac = (key: Buffer | string, data: string): Buffer => createHmac('sha256', key).update(data).digest();
  const authorization = incoming.headers.authorization ?? '';
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  const [, key, day = '', region = '', names = '', signature] = match ?? [];
  if (key !== KEY) return { status: 403, code: 'InvalidAccessKeyId' };
  if (region !== REGION) return { status: 400, code: 'AuthorizationHeaderMalformed' };
  const hash = String(incoming.headers['x-amz-content-sha256']);
  if (hash !== sha256(body)) return { status: 400, code: 'XAmzContentSHA256Mismatch' };
  const headers = names.split(';').map((name) => `${name}:${String(incoming.headers[name]).trim()}\n`);
  const [path = '', search = ''] = (incoming.url ?? '').split('?');
  const canonical = [incoming.method, encodePath(path), search, headers.join(''), names, hash].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', String(incoming.headers['x-amz-date']), scope, sha256(canonical)].join('\n');
  const signingKey = hmac(hmac(hmac(hmac(`AWS4${KEY}`, day), region), 's3'), 'aws4_request');
  const isRight = hmac(signingKey, toSign).toString('hex') === signature;
  return isRight ? null : { status: 403, code: 'SignatureDoesNotMatch' };
}

/** Each name of the key encoded once, everything but unreserved characters. */
function encodePath(path: string): string {
  const encodeByte = (char: string): string =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  const key = decodeURIComponent(path);
  return [...key].map((char) => (/[A-Za-z0-9._~/-]/.test(char) ? char : encodeByte(char))).join('');
}
