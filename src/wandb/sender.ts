import type { Credential } from './credentials.ts';
import { judgeAnswer } from './judge-answer.ts';
import { explainNetworkError } from './network-errors.ts';
import type { Outcome } from './outcome.ts';
import type { Pace } from './pace.ts';
import { createRedactor } from './redact.ts';
import type { WandbSettings } from './settings.ts';
import { createTransport } from './transport.ts';
import type { HttpAnswer, Transport } from './transport.ts';

export interface SenderOptions {
  readonly settings: WandbSettings;
  readonly credential: Credential | null;
  readonly userAgent: string;
  readonly pace: Pace;
}

interface Attempt {
  readonly outcome: Outcome;
  /** True where the server named a time to wait, which the pace keeps. */
  readonly waitIsNamed: boolean;
}

/** Sends a question once and says what came of it; never throws for what the server or the network does. */
export interface Sender {
  readonly send: (body: string, signal: AbortSignal | undefined) => Promise<Attempt>;
  /** HTTP requests sent so far. */
  readonly countRequests: () => number;
  /** Whether the server ever answered, however badly. */
  readonly hasAnswered: () => boolean;
  readonly download: Transport['download'];
  readonly close: () => Promise<void>;
}

export function createSender({ settings, credential, userAgent, pace }: SenderOptions): Sender {
  const host = new URL(settings.baseUrl).host;
  const transport = createTransport({
    url: `${settings.baseUrl}/graphql`,
    headers: buildHeaders({ settings, credential, userAgent }),
    timeoutMs: settings.timeoutMs,
    proxies: settings.proxies,
  });
  const redact = createRedactor(credential, settings.extraHeaders);
  let requests = 0;
  let hasAnswered = false;
  const post = async (body: string, signal: AbortSignal | undefined): Promise<HttpAnswer | Outcome> => {
    try {
      requests += 1;
      return await transport.post(body, signal);
    } catch (cause) {
      return explainNetworkError(cause, host);
    }
  };
  return {
    send: async (body, signal) => {
      const answer = await post(body, signal);
      if ('kind' in answer) return { outcome: answer, waitIsNamed: false };
      hasAnswered = true;
      const waitIsNamed = pace.observe(answer.status, answer.headers);
      return { outcome: judgeAnswer(answer, { settings, credential, redact }), waitIsNamed };
    },
    countRequests: () => requests,
    hasAnswered: () => hasAnswered,
    download: transport.download,
    close: transport.close,
  };
}

/** The extra headers may say anything except who we are to W&B: that is the key. */
function buildHeaders({
  settings,
  credential,
  userAgent,
}: Omit<SenderOptions, 'pace'>): Readonly<Record<string, string>> {
  const extra = Object.entries(settings.extraHeaders).map(([name, value]) => [name.toLowerCase(), value]);
  const headers = { 'user-agent': userAgent, ...Object.fromEntries(extra) };
  if (credential === null) return headers;
  const basic = Buffer.from(`api:${credential.apiKey}`).toString('base64');
  return { ...headers, authorization: `Basic ${basic}` };
}
