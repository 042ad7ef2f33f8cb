import { join } from 'node:path';

import { RunlinkError, UsageError } from '../errors.ts';
import { expandHome, readTextOrNull } from './files.ts';
import { NetrcSyntaxError, parseNetrc } from './netrc.ts';
import type { NetrcLogin } from './netrc.ts';
import { readEnvOrNull } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/** Keys have 40 characters or more: an optional prefix of the server and a secret. */
const KEY_LENGTH = 40;

export interface Credential {
  readonly apiKey: string;
  /** Where the key was found, for errors and `doctor`: never the key. */
  readonly source: string;
}

/**
 * The API key in the order of W&B's client: given by the caller, `WANDB_API_KEY`, netrc. Nobody is asked. Null where
 * there is none: public projects can be read without.
 *
 * @throws UsageError where what was found cannot be a key, or an identity token is named; the error never shows it
 */
export function readCredentialOrNull(
  surroundings: Surroundings,
  options: { readonly apiKey?: string; readonly baseUrl: string },
): Credential | null {
  if (options.apiKey !== undefined) return assertKeyShape({ apiKey: options.apiKey.trim(), source: 'the options' });
  const fromEnv = readEnvOrNull(surroundings, 'WANDB_API_KEY');
  assertNoIdentityToken(surroundings, fromEnv !== null);
  if (fromEnv !== null) return assertKeyShape({ apiKey: fromEnv, source: 'WANDB_API_KEY' });
  return readNetrcOrNull(surroundings, options.baseUrl);
}

/**
 * Identity federation (`WANDB_IDENTITY_TOKEN_FILE`) is refused rather than passed over: going on to netrc would read as
 * somebody else than the environment names. Together with a key it is an error for W&B's client, too.
 */
function assertNoIdentityToken(surroundings: Surroundings, hasKey: boolean): void {
  if (readEnvOrNull(surroundings, 'WANDB_IDENTITY_TOKEN_FILE') === null) return;
  const fact = hasKey
    ? 'both WANDB_API_KEY and WANDB_IDENTITY_TOKEN_FILE are set, expected one of them'
    : 'WANDB_IDENTITY_TOKEN_FILE is set, but runlink signs in by API key only';
  throw new UsageError(fact, { hint: 'Unset WANDB_IDENTITY_TOKEN_FILE for this command and set WANDB_API_KEY.' });
}

function readNetrcOrNull(surroundings: Surroundings, baseUrl: string): Credential | null {
  const url = new URL(baseUrl);
  for (const path of netrcPaths(surroundings)) {
    const text = readTextOrNull(path);
    if (text === null) continue;
    const password = readPasswordOrNull(text, path, [url.host, url.hostname]);
    return password === null ? null : assertKeyShape({ apiKey: password, source: path });
  }
  return null;
}

/** `$NETRC` alone where it is set, else the first of the two usual names that is there. */
function netrcPaths(surroundings: Surroundings): readonly string[] {
  const named = readEnvOrNull(surroundings, 'NETRC');
  if (named !== null) return [expandHome(named, surroundings.home)];
  return [join(surroundings.home, '.netrc'), join(surroundings.home, '_netrc')];
}

function readPasswordOrNull(text: string, path: string, hosts: readonly string[]): string | null {
  let login: NetrcLogin | null;
  try {
    login = parseNetrc(text, hosts);
  } catch (cause) {
    if (!(cause instanceof NetrcSyntaxError)) throw cause;
    throw new RunlinkError(`${path}: ${cause.message}`, {
      cause,
      hint: 'Repair the file, or set WANDB_API_KEY, which is read before it.',
    });
  }
  return login?.password ?? null;
}

function assertKeyShape(credential: Credential): Credential {
  const { apiKey, source } = credential;
  const fact = !/^[\w-]*$/.test(apiKey)
    ? 'holds characters other than letters, digits, "_" and "-"'
    : apiKey.length < KEY_LENGTH
      ? `has ${apiKey.length} characters, expected ${KEY_LENGTH} or more`
      : null;
  if (fact === null) return credential;
  throw new UsageError(`the W&B API key from ${source} ${fact}`, {
    hint: 'Copy the whole key from https://wandb.ai/authorize, or from /authorize on your own W&B server.',
  });
}
