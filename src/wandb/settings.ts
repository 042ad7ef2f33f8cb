import { join } from 'node:path';

import { parse as parseIni } from 'ini';

import { UsageError } from '../errors.ts';
import { isJsonObject } from '../model/json.ts';
import { expandHome, readTextOrNull } from './files.ts';
import { readEnvOrNull } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { buildAppUrl, parseBaseUrl } from './urls.ts';

const DEFAULT_BASE_URL = 'https://api.wandb.ai';
/** W&B's own client gives up after 19 s, too soon for a page of 500 runs. */
const DEFAULT_TIMEOUT_SECONDS = 120;

/** Settings given by the caller; they win over files and environment. */
export interface ExplicitSettings {
  readonly baseUrl?: string;
  readonly entity?: string;
  readonly project?: string;
}

export interface WandbSettings {
  readonly baseUrl: string;
  readonly appUrl: string;
  readonly entity: string | null;
  readonly project: string | null;
  /** How long to wait for one answer. */
  readonly timeoutMs: number;
  /** Headers that go out with each request; may hold secrets, so they are never shown. */
  readonly extraHeaders: Readonly<Record<string, string>>;
  readonly proxies: ProxySettings;
}

/** Proxy addresses; the empty string is no proxy. */
export interface ProxySettings {
  readonly http: string;
  readonly https: string;
  readonly noProxy: string;
}

interface Found {
  readonly value: string;
  readonly origin: string;
}

type FileSettings = Readonly<Record<string, Found>>;

/**
 * Settings in W&B's own order, low to high: built-in, global file, local file, `WANDB_*` environment, explicit.
 *
 * @throws UsageError where a value cannot be understood
 */
export function readSettings(surroundings: Surroundings, explicit: ExplicitSettings = {}): WandbSettings {
  const files = { ...readFileSettings(globalFile(surroundings)), ...readFileSettings(localFile(surroundings)) };
  const find = (key: keyof ExplicitSettings, fileKey: string, envName: string): Found | null => {
    const given = explicit[key];
    if (given !== undefined && given !== '') return { value: given, origin: 'the options' };
    const fromEnv = readEnvOrNull(surroundings, envName);
    return fromEnv === null ? (files[fileKey] ?? null) : { value: fromEnv, origin: envName };
  };
  const base = find('baseUrl', 'base_url', 'WANDB_BASE_URL');
  const baseUrl = base === null ? DEFAULT_BASE_URL : parseBaseUrl(base.value, base.origin);
  const appUrl = readEnvOrNull(surroundings, 'WANDB_APP_URL')?.replace(/\/+$/, '') ?? buildAppUrl(baseUrl);
  return {
    baseUrl,
    appUrl,
    entity: find('entity', 'entity', 'WANDB_ENTITY')?.value ?? null,
    project: find('project', 'project', 'WANDB_PROJECT')?.value ?? null,
    timeoutMs: readTimeoutMs(surroundings),
    extraHeaders: readJsonRecord(surroundings, 'WANDB__EXTRA_HTTP_HEADERS'),
    proxies: readProxies(surroundings),
  };
}

function globalFile(surroundings: Surroundings): string {
  const dir = readEnvOrNull(surroundings, 'WANDB_CONFIG_DIR');
  return join(
    dir === null ? join(surroundings.home, '.config', 'wandb') : expandHome(dir, surroundings.home),
    'settings',
  );
}

/** W&B's client keeps local settings in `wandb/`, or in `.wandb/` where that folder is there. */
function localFile(surroundings: Surroundings): string {
  const dir = readEnvOrNull(surroundings, 'WANDB_DIR');
  const root = dir === null ? surroundings.cwd : expandHome(dir, surroundings.home);
  const hidden = join(root, '.wandb', 'settings');
  return readTextOrNull(hidden) === null ? join(root, 'wandb', 'settings') : hidden;
}

function readFileSettings(path: string): FileSettings {
  const text = readTextOrNull(path);
  if (text === null) return {};
  const section: unknown = parseIni(text)['default'];
  if (!isJsonObject(section)) return {};
  const entries = Object.entries(section).flatMap(([key, value]): [string, Found][] =>
    typeof value === 'string' && value.trim() !== '' ? [[key.trim(), { value: value.trim(), origin: path }]] : [],
  );
  return Object.fromEntries(entries);
}

function readTimeoutMs(surroundings: Surroundings): number {
  const text = readEnvOrNull(surroundings, 'WANDB_HTTP_TIMEOUT');
  const seconds = text === null ? DEFAULT_TIMEOUT_SECONDS : Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1000;
  throw new UsageError(`WANDB_HTTP_TIMEOUT is "${text}", expected a number of seconds above 0`);
}

/** requests, the HTTP library of W&B's client, reads the lower-case names of these variables first. */
function readProxies(surroundings: Surroundings): ProxySettings {
  const own = readJsonRecord(surroundings, 'WANDB__PROXIES');
  const env = (name: string): string | null =>
    readEnvOrNull(surroundings, name.toLowerCase()) ?? readEnvOrNull(surroundings, name);
  const all = env('ALL_PROXY') ?? '';
  return {
    http: assertProxy(own['http'] ?? env('HTTP_PROXY') ?? all, 'HTTP_PROXY'),
    https: assertProxy(own['https'] ?? env('HTTPS_PROXY') ?? all, 'HTTPS_PROXY'),
    noProxy: env('NO_PROXY') ?? '',
  };
}

/** It may hold a password, so the error does not show it. */
function assertProxy(address: string, name: string): string {
  if (address === '' || URL.canParse(address)) return address;
  throw new UsageError(`the proxy is no address, expected one such as http://proxy.example:3128`, {
    hint: `Correct or unset ${name}, ALL_PROXY or WANDB__PROXIES, whichever of them is set.`,
  });
}

/** A JSON object of texts from the environment. The value may be a secret, so the error does not show it. */
function readJsonRecord(surroundings: Surroundings, name: string): Readonly<Record<string, string>> {
  const text = readEnvOrNull(surroundings, name);
  if (text === null) return {};
  const value = parseJsonOrNull(text);
  if (!isJsonObject(value) || !Object.values(value).every((item) => typeof item === 'string')) {
    throw new UsageError(`${name} is not understood, expected a JSON object of texts such as {"name": "value"}`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

function parseJsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
