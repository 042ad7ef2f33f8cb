import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { NetrcSyntaxError, parseNetrc } from '../../src/wandb/netrc.ts';

test.each([
  ['one line', 'machine h login user password secret'],
  ['indented lines', 'machine h\n\tlogin user\n\tpassword secret\n'],
  ['unindented lines', 'machine h\nlogin user\npassword secret\n'],
  ['comments between', '# mine\nmachine h # of the lab\nlogin user\n# the key\npassword secret\n'],
  ['an account that nobody reads', 'machine h login user account x password secret'],
  ['quotes', 'machine h login user password "secret"'],
  ['the default entry', 'machine other login a password b\ndefault login user password secret'],
  ['a macro before it', 'macdef init\ncd /tmp\nmachine h login no password no\n\nmachine h login user password secret'],
  ['a second entry that replaces the first', 'machine h login a password b\nmachine h login user password secret'],
  ['Windows line ends', 'machine h\r\nlogin user\r\npassword secret\r\n'],
])('reads %s', (_title, text) => {
  expect(parseNetrc(text, ['h'])).toEqual({ login: 'user', password: 'secret' });
});

test('the host with its port is looked for before the host, and default only when neither is there', () => {
  const text = 'default password d\nmachine h password a\nmachine h:1 password b';
  expect(parseNetrc(text, ['h:1', 'h'])?.password).toBe('b');
  expect(parseNetrc(text, ['h:2', 'h'])?.password).toBe('a');
  expect(parseNetrc(text, ['x'])?.password).toBe('d');
});

test.each(['machine', 'machin h', 'machine h login', 'machine h password x extra'])('refuses "%s"', (text) => {
  expect(() => parseNetrc(text, ['h'])).toThrow(NetrcSyntaxError);
});

// The module is the reference; where there is no Python, the examples above must do.
const hasPython = spawnSync('python3', ['--version']).status === 0;

test.runIf(hasPython)("agrees with Python's netrc on entries written in any of its ways", () => {
  const word = fc.stringMatching(/^[a-z0-9_.~!-]{1,12}$/);
  const secret = fc.stringMatching(/^[A-Za-z0-9_#!-]{1,20}$/);
  const space = fc.constantFrom(' ', '\n', '\n  ', '\t', ' \r\n');
  const entry = fc
    .tuple(fc.constantFrom('h', 'other', null), word, secret, space, fc.boolean())
    .map(([host, login, password, gap, quoted]) => {
      const name = host === null ? 'default' : `machine ${host}`;
      return `${name}${gap}login${gap}${login}${gap}password${gap}${quoted ? `"${password}"` : password}\n`;
    });
  const files = fc.sample(fc.array(fc.oneof(entry, fc.constant('# a comment\n')), { maxLength: 5 }), 60);
  const folder = mkdtempSync(join(tmpdir(), 'runlink-netrc-'));
  const paths = files.map((lines, no) => {
    const path = join(folder, String(no));
    writeFileSync(path, lines.join(''));
    return path;
  });
  const python = spawnSync('python3', ['-c', PYTHON, ...paths], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const expected = python.stdout.trim().split('\n');
  expect(expected).toHaveLength(files.length);
  const own = files.map((lines) => JSON.stringify(parseNetrc(lines.join(''), ['h'])?.password ?? null));
  // Python refuses some comments that stand right after a quoted text; we need not.
  expect(own.map((text, no) => (expected[no] === 'refused' ? 'refused' : text))).toEqual(expected);
  expect(expected.filter((text) => text !== 'refused').length).toBeGreaterThan(20);
});

const PYTHON = `
import json, netrc, sys
for path in sys.argv[1:]:
    try:
        found = netrc.netrc(path).authenticators("h")
        print(json.dumps(found and found[2]))
    except netrc.NetrcParseError:
        print("refused")
`;
