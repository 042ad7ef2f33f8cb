import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { buildAppUrl, buildRunUrl, parseProjectPath, parseRunPath } from '../../src/wandb/urls.ts';

test.each([
  ['https://api.wandb.ai', 'https://wandb.ai'],
  ['https://api.wandb.test', 'https://app.wandb.test'],
  ['https://api.lab.example', 'https://app.lab.example'],
  ['https://acme.wandb.io', 'https://acme.wandb.io'],
  ['http://localhost:8080', 'http://localhost:8080'],
])('the web app of %s is %s', (base, app) => {
  expect(buildAppUrl(base)).toBe(app);
});

test('a run URL holds each segment percent-encoded', () => {
  const path = { entity: 'my team', project: 'a/b', runId: 'ä?#' };
  expect(buildRunUrl('https://wandb.ai', path)).toBe('https://wandb.ai/my%20team/a%2Fb/runs/%C3%A4%3F%23');
});

test.each([
  ['lab/molecules', { entity: 'lab', project: 'molecules' }],
  ['molecules', { entity: null, project: 'molecules' }],
  [' /lab/molecules/ ', { entity: 'lab', project: 'molecules' }],
  ['https://wandb.ai/lab/molecules', { entity: 'lab', project: 'molecules' }],
  ['https://wandb.ai/lab/molecules/workspace?nw=x#top', { entity: 'lab', project: 'molecules' }],
  ['http://localhost:8080/my%20team/p/runs/abc/overview', { entity: 'my team', project: 'p' }],
])('project %s is understood', (text, expected) => {
  expect(parseProjectPath(text)).toEqual(expected);
});

test.each(['', '/', 'a/b/c', 'https://wandb.ai/lab'])('project "%s" is refused', (text) => {
  expect(() => parseProjectPath(text)).toThrow('expected ENTITY/PROJECT');
});

test.each([
  'abc123',
  'molecules/abc123',
  'lab/molecules/abc123',
  'lab/molecules:abc123',
  'lab/molecules/runs/abc123',
  '/lab/molecules/runs/abc123/overview',
  'https://wandb.ai/lab/molecules/runs/abc123',
  'https://wandb.ai/lab/molecules/runs/abc123/files?nw=1#x',
])('run %s is understood', (text) => {
  expect(parseRunPath(text).runId).toBe('abc123');
});

test('a run without an id is refused', () => {
  expect(() => parseRunPath('https://wandb.ai/lab/molecules/runs/')).toThrow('expected a run id');
  expect(() => parseRunPath('')).toThrow('expected a run id');
});

test('every run URL that is built is understood again, whatever the names', () => {
  const name = fc
    .string({ minLength: 1, unit: 'grapheme' })
    .filter((text) => text.trim() === text && text !== '.' && text !== '..');
  fc.assert(
    fc.property(name, name, fc.stringMatching(/^[\w.-]{1,20}$/), (entity, project, runId) => {
      const url = buildRunUrl('https://wandb.ai', { entity, project, runId });
      expect(parseRunPath(url).runId).toBe(runId);
      expect(parseProjectPath(url)).toEqual({ entity, project });
    }),
  );
});

test.each([
  ['3f0k2l9a', null, '3f0k2l9a'],
  ['molecules/3f0k2l9a', 'molecules', '3f0k2l9a'],
  ['lab/molecules/3f0k2l9a', 'lab/molecules', '3f0k2l9a'],
  ['lab/molecules/runs/3f0k2l9a', 'lab/molecules', '3f0k2l9a'],
  ['lab/molecules:3f0k2l9a', 'lab/molecules', '3f0k2l9a'],
  ['https://wandb.ai/lab/mole%20cules/runs/3f0k2l9a/workspace?nw=x#y', 'lab/mole cules', '3f0k2l9a'],
])('%s names the project %s and the run %s', (text, project, runId) => {
  expect(parseRunPath(text)).toEqual({ project, runId });
});
