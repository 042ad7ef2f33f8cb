import { expect, test } from 'vitest';

import { decodeAnswer } from '../../src/wandb/answer.ts';

test.each([
  ['{"data":{"project":null}}', { kind: 'data', data: { project: null } }],
  ['{"data":{},"errors":[]}', { kind: 'data', data: {} }],
  ['{"errors":[{"message":"boom","path":["a"]}],"data":{"a":null}}', { kind: 'errors', text: 'boom' }],
  ['{"errors":["one","two"]}', { kind: 'errors', text: 'one; two' }],
  ['{"error":"rate limit exceeded"}', { kind: 'errors', text: 'rate limit exceeded' }],
  ['{"error":{"message":"deep"}}', { kind: 'errors', text: 'deep' }],
  ['{"error":{"code":7}}', { kind: 'errors', text: '{"code":7}' }],
  ['<html><head><title>502 Bad Gateway</title></head></html>', { kind: 'unreadable', text: '502 Bad Gateway' }],
  ['<p>no <b>title</b></p>', { kind: 'unreadable', text: 'no title' }],
  ['upstream connect error', { kind: 'unreadable', text: 'upstream connect error' }],
  ['{"data":{"project":', { kind: 'unreadable', text: '{"data":{"project":' }],
  ['', { kind: 'unreadable', text: 'an empty body' }],
  ['null', { kind: 'unreadable', text: 'null' }],
])('the body %s is read', (body, expected) => {
  expect(decodeAnswer(body)).toEqual(expected);
});

test('a long text is cut', () => {
  const answer = decodeAnswer(JSON.stringify({ error: 'x'.repeat(5000) }));
  expect(answer).toEqual({ kind: 'errors', text: `${'x'.repeat(300)}…` });
});
