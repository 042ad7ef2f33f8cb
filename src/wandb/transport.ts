import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import type { Dispatcher, request as Request } from 'undici';

import type { Headers } from './retry-timing.ts';
import type { ProxySettings } from './settings.ts';

const gunzipAsync = promisify(gunzip);

/** More connections than windows are ever walked at once, for the short questions in between. */
const MOST_CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 30_000;

export interface TransportOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly proxies: ProxySettings;
}

export interface Download {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a download may cost: an object store that ignores ranges must not fill the memory. */
const MOST_DOWNLOAD_BYTES = 512 * 1024 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends JSON to one address over one pool of kept connections, through the proxy that the settings name. */
export interface Transport {
  readonly post: (body: string, signal: AbortSignal | undefined) => Promise<HttpAnswer>;
  /**
   * Gets a part of a file from a signed address, `range` as in the header of HTTP. No key and none of the settings' own
   * headers go there: the address is its own permission, and it is not W&B's.
   */
  readonly download: (url: string, range: string, signal: AbortSignal | undefined) => Promise<Download>;
  readonly close: () => Promise<void>;
}

/** The answer's head arrived and its body did not, or not whole. */
export class CutAnswerError extends Error {
  override readonly name = 'CutAnswerError';
}

export function createTransport(options: TransportOptions): Transport {
  let opened: Promise<Pool> | null = null;
  const openOnce = (): Promise<Pool> => (opened ??= openPool(options));
  const headers = { ...options.headers, 'content-type': 'application/json', 'accept-encoding': 'gzip' };
  return {
    post: async (body, signal) => {
      const { request, dispatcher } = await openOnce();
      const answer = await request(options.url, {
        dispatcher,
        method: 'POST',
        headers,
        body,
        ...(signal === undefined ? {} : { signal }),
      });
      return { status: answer.statusCode, headers: answer.headers, body: await readBody(answer) };
    },
    download: async (url, range, signal) => {
      const { request, dispatcher } = await openOnce();
      const answer = await request(url, {
        dispatcher,
        headers: { range, 'user-agent': options.headers['user-agent'] ?? '' },
        ...(signal === undefined ? {} : { signal }),
      });
      if (Number(answer.headers['content-length'] ?? 0) > MOST_DOWNLOAD_BYTES) {
        answer.body.destroy();
        throw new Error(`the answer has ${String(answer.headers['content-length'])} bytes`);
      }
      const bytes = new Uint8Array(await answer.body.arrayBuffer());
      return { status: answer.statusCode, headers: answer.headers, bytes };
    },
    close: async () => {
      if (opened !== null) await (await opened).dispatcher.close();
    },
  };
}

interface Pool {
  readonly request: typeof Request;
  readonly dispatcher: Dispatcher;
}

/** Loaded with the first question: an offline link asks none, and starts in half the time. */
async function openPool({ timeoutMs, proxies }: TransportOptions): Promise<Pool> {
  const { EnvHttpProxyAgent, request } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    connections: MOST_CONNECTIONS,
    keepAliveTimeout: 30_000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: proxies.noProxy,
  });
  return { request, dispatcher };
}

async function readBody(answer: Dispatcher.ResponseData): Promise<string> {
  try {
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    const isGzip = answer.headers['content-encoding'] === 'gzip';
    return (isGzip ? await gunzipAsync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') throw cause;
    throw new CutAnswerError('the answer ended before it was whole', { cause });
  }
}
