import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { UsageError } from '../../src/errors.ts';
import { readSettings } from '../../src/wandb/settings.ts';
import type { Surroundings } from '../../src/wandb/surroundings.ts';

function makeSurroundings(env: Record<string, string> = {}, files: Record<string, string> = {}): Surroundings {
  const root = mkdtempSync(join(tmpdir(), 'runlink-wandb-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return { env, home: join(root, 'home'), cwd: join(root, 'cwd') };
}

const GLOBAL = 'home/.config/wandb/settings';
const LOCAL = 'cwd/wandb/settings';

test('without any setting the cloud is meant and no project', () => {
  expect(readSettings(makeSurroundings())).toEqual({
    baseUrl: 'https://api.wandb.ai',
    appUrl: 'https://wandb.ai',
    entity: null,
    project: null,
    timeoutMs: 120_000,
    extraHeaders: {},
    proxies: { http: '', https: '', noProxy: '' },
  });
});

test('each layer wins over the one below: global file, local file, environment, options', () => {
  const files = {
    [GLOBAL]: '[default]\nentity = global\nproject = global\nbase_url = https://global.example\n',
    [LOCAL]: '[default]\nentity = local\nproject = local\n',
  };
  expect(readSettings(makeSurroundings({}, { [GLOBAL]: files[GLOBAL] }))).toMatchObject({ entity: 'global' });
  expect(readSettings(makeSurroundings({}, files))).toMatchObject({
    entity: 'local',
    baseUrl: 'https://global.example',
  });
  const surroundings = makeSurroundings({ WANDB_ENTITY: 'env', WANDB_PROJECT: '' }, files);
  expect(readSettings(surroundings)).toMatchObject({ entity: 'env', project: 'local' });
  expect(readSettings(surroundings, { entity: 'given' })).toMatchObject({ entity: 'given', project: 'local' });
});

test('only the section [default] of a settings file counts', () => {
  const surroundings = makeSurroundings({}, { [GLOBAL]: 'entity = stray\n[other]\nentity = other\n' });
  expect(readSettings(surroundings).entity).toBeNull();
});

test('WANDB_CONFIG_DIR and WANDB_DIR move the files, and .wandb is read before wandb', () => {
  const surroundings = makeSurroundings(
    { WANDB_CONFIG_DIR: '~/conf' },
    {
      'home/conf/settings': '[default]\nentity = moved\n',
      'cwd/.wandb/settings': '[default]\nproject = hidden\n',
      [LOCAL]: '[default]\nproject = plain\n',
    },
  );
  expect(readSettings(surroundings)).toMatchObject({ entity: 'moved', project: 'hidden' });
  const elsewhere = { ...surroundings, env: { WANDB_DIR: join(surroundings.cwd, '..', 'home') } };
  expect(readSettings(elsewhere).project).toBeNull();
});

describe('the base URL', () => {
  test.each([
    ['https://wandb.example.com/', 'https://wandb.example.com'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['https://host.example/wandb//', 'https://host.example/wandb'],
    ['https://api.wandb.ai', 'https://api.wandb.ai'],
    ['https://acme.api.wandb.ai', 'https://acme.api.wandb.ai'],
  ])('%s is taken as %s', (given, expected) => {
    expect(readSettings(makeSurroundings({ WANDB_BASE_URL: given })).baseUrl).toBe(expected);
  });

  test.each(['ftp://x', 'wandb.example.com', 'https://wandb.ai', 'http://api.wandb.ai', 'https://me:secretword@host'])(
    '%s is refused, by the name of where it stands and without a password',
    (given) => {
      const read = (): unknown => readSettings(makeSurroundings({ WANDB_BASE_URL: given }));
      expect(read).toThrow(UsageError);
      expect(read).toThrow('WANDB_BASE_URL');
      expect(read).not.toThrow('secretword');
    },
  );
});

test('the timeout is in seconds, and nonsense is refused', () => {
  expect(readSettings(makeSurroundings({ WANDB_HTTP_TIMEOUT: '600' })).timeoutMs).toBe(600_000);
  expect(() => readSettings(makeSurroundings({ WANDB_HTTP_TIMEOUT: 'soon' }))).toThrow('"soon"');
});

test('extra headers are a JSON object of texts, and a wrong value is not repeated, as it may hold a secret', () => {
  const read = (text: string): unknown => readSettings(makeSurroundings({ WANDB__EXTRA_HTTP_HEADERS: text }));
  expect(read('{"X-Team": "a"}')).toMatchObject({ extraHeaders: { 'X-Team': 'a' } });
  expect(() => read('{"Token": hunter2}')).toThrow(UsageError);
  expect(() => read('{"Token": hunter2}')).not.toThrow('hunter2');
  expect(() => read('{"X": 1}')).toThrow('object of texts');
});

test('a proxy that is no address is refused without being shown', () => {
  for (const name of ['HTTPS_PROXY', 'ALL_PROXY', 'http_proxy'])
    expect(() => readSettings(makeSurroundings({ [name]: 'http://user:secret@[bad' }))).toThrow(
      /^the proxy is no address, expected one such as http:\/\/proxy\.example:3128$/,
    );
});

test("proxies come from W&B's own variable before the usual ones", () => {
  const env = { HTTPS_PROXY: 'http://usual:1', NO_PROXY: 'localhost', WANDB__PROXIES: '{"https":"http://own:2"}' };
  expect(readSettings(makeSurroundings(env)).proxies).toEqual({
    http: '',
    https: 'http://own:2',
    noProxy: 'localhost',
  });
});
