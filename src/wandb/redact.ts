import type { Credential } from './credentials.ts';

/** Shorter header values are ordinary words, not secrets, and would tear holes into messages. */
const LEAST_SECRET = 8;

/** Takes the key and other secrets out of what a server says, in case it repeats what we sent. */
export function createRedactor(
  credential: Credential | null,
  extraHeaders: Readonly<Record<string, string>>,
): (text: string) => string {
  const key =
    credential === null ? [] : [credential.apiKey, Buffer.from(`api:${credential.apiKey}`).toString('base64')];
  const secrets = [...key, ...Object.values(extraHeaders).filter((value) => value.length >= LEAST_SECRET)];
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}
