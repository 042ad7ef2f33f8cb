import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { readCredentialOrNull } from '../../src/wandb/credentials.ts';
import type { Surroundings } from '../../src/wandb/surroundings.ts';

const KEY = 'a1b2c3d4e5'.repeat(4);
const OTHER = 'f6a7b8c9d0'.repeat(4);
const CLOUD = { baseUrl: 'https://api.wandb.ai' };

function makeHome(files: Record<string, string>, env: Record<string, string> = {}): Surroundings {
  const home = mkdtempSync(join(tmpdir(), 'runlink-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
  return { env, home, cwd: home };
}

test('a given key wins over WANDB_API_KEY, which wins over netrc', () => {
  const surroundings = makeHome(
    { '.netrc': `machine api.wandb.ai login user password ${KEY}` },
    { WANDB_API_KEY: OTHER },
  );
  const given = { ...CLOUD, apiKey: 'c'.repeat(40) };
  expect(readCredentialOrNull(surroundings, given)).toEqual({ apiKey: 'c'.repeat(40), source: 'the options' });
  expect(readCredentialOrNull(surroundings, CLOUD)).toEqual({ apiKey: OTHER, source: 'WANDB_API_KEY' });
  const path = join(surroundings.home, '.netrc');
  expect(readCredentialOrNull({ ...surroundings, env: {} }, CLOUD)).toEqual({ apiKey: KEY, source: path });
});

test('no key at all is no error: public projects need none', () => {
  expect(readCredentialOrNull(makeHome({}), CLOUD)).toBeNull();
  expect(readCredentialOrNull(makeHome({ '.netrc': 'machine elsewhere login a password b' }), CLOUD)).toBeNull();
});

test('$NETRC is read instead of ~/.netrc, which is read before ~/_netrc', () => {
  const entry = (key: string): string => `machine api.wandb.ai\n  login user\n  password ${key}\n`;
  const files = { '.netrc': entry(KEY), _netrc: entry(OTHER), named: entry('d'.repeat(40)) };
  expect(readCredentialOrNull(makeHome(files), CLOUD)?.apiKey).toBe(KEY);
  expect(readCredentialOrNull(makeHome({ _netrc: files._netrc }), CLOUD)?.apiKey).toBe(OTHER);
  expect(readCredentialOrNull(makeHome(files, { NETRC: '~/named' }), CLOUD)?.apiKey).toBe('d'.repeat(40));
  expect(readCredentialOrNull(makeHome(files, { NETRC: '~/nowhere' }), CLOUD)).toBeNull();
});

test('an entry may name the host with or without its port', () => {
  const options = { baseUrl: 'http://localhost:8080' };
  const withPort = makeHome({ '.netrc': `machine localhost:8080 login user password ${KEY}` });
  const without = makeHome({ '.netrc': `machine localhost login user password ${OTHER}` });
  expect(readCredentialOrNull(withPort, options)?.apiKey).toBe(KEY);
  expect(readCredentialOrNull(without, options)?.apiKey).toBe(OTHER);
});

test.each([
  ['shortsecret', 'has 11 characters, expected 40 or more'],
  [`${'x'.repeat(39)} y`, 'holds characters other than'],
  [`${'x'.repeat(45)}\u200b`, 'holds characters other than'],
])('what cannot be a key is refused without being shown', (key, fact) => {
  const read = (): unknown => readCredentialOrNull(makeHome({}, { WANDB_API_KEY: key }), CLOUD);
  expect(read).toThrow(`the W&B API key from WANDB_API_KEY ${fact}`);
  expect(read).not.toThrow(key);
});

test('a key with the prefix of an own server is taken', () => {
  const apiKey = `local-${KEY}`;
  expect(readCredentialOrNull(makeHome({}, { WANDB_API_KEY: apiKey }), CLOUD)?.apiKey).toBe(apiKey);
});

test('a broken netrc is told by path and line, never by its words', () => {
  const surroundings = makeHome({ '.netrc': `machine api.wandb.ai\nlogin user\n${KEY}\n` });
  const read = (): unknown => readCredentialOrNull(surroundings, CLOUD);
  expect(read).toThrow('.netrc: line 3 is not understood');
  expect(read).not.toThrow(KEY);
});

test('a netrc that cannot be read is an explained error', () => {
  const surroundings = makeHome({});
  mkdirSync(join(surroundings.home, '.netrc'));
  expect(() => readCredentialOrNull(surroundings, CLOUD)).toThrow('cannot read');
});

test('an identity token is refused, never passed over for the key of somebody else', () => {
  const files = { '.netrc': `machine api.wandb.ai login user password ${KEY}` };
  const token = { WANDB_IDENTITY_TOKEN_FILE: '/run/token' };
  expect(() => readCredentialOrNull(makeHome(files, token), CLOUD)).toThrow('signs in by API key only');
  expect(() => readCredentialOrNull(makeHome(files, { ...token, WANDB_API_KEY: KEY }), CLOUD)).toThrow(
    'expected one of',
  );
  expect(readCredentialOrNull(makeHome(files, token), { ...CLOUD, apiKey: OTHER })?.apiKey).toBe(OTHER);
});
