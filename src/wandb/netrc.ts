/**
 * Reads netrc files as Python's `netrc` module does, since that is what W&B's client writes and reads them with. Own
 * code because the npm packages for it want each keyword on an indented line of its own and know no `default` entry.
 */
export interface NetrcLogin {
  readonly login: string | null;
  readonly password: string | null;
}

interface Token {
  readonly text: string;
  /** Index in the file right after the token. */
  readonly end: number;
}

/** A place where the file breaks the format. The token itself may be a password and is not told. */
export class NetrcSyntaxError extends Error {
  override readonly name = 'NetrcSyntaxError';
}

/**
 * The login for a host: its own entry (the last one where several stand there), else the `default` entry, else null.
 *
 * @throws NetrcSyntaxError with the line where the file cannot be understood
 */
export function parseNetrc(text: string, hosts: readonly string[]): NetrcLogin | null {
  const logins = readLogins(text);
  const host = hosts.find((name) => logins.has(name));
  return (host === undefined ? logins.get(DEFAULT) : logins.get(host)) ?? null;
}

/** Key of the `default` entry; no host name holds a space. */
const DEFAULT = 'default entry';

function readLogins(text: string): ReadonlyMap<string, NetrcLogin> {
  const logins = new Map<string, NetrcLogin>();
  let at = 0;
  for (let token = readToken(text, at); token !== null; token = readToken(text, at)) {
    at = token.end;
    if (token.text.startsWith('#')) at = endOfLine(text, at);
    else if (token.text === 'macdef') at = endOfMacro(text, at);
    else if (token.text === 'machine' || token.text === 'default') {
      const name = token.text === 'default' ? token : readToken(text, at);
      if (name === null) throw syntaxError(text, at, 'a host name after "machine"');
      const entry = readEntry(text, name.end);
      logins.set(token.text === 'default' ? DEFAULT : name.text, entry.login);
      at = entry.end;
    } else throw syntaxError(text, at, '"machine", "default" or "macdef"');
  }
  return logins;
}

function readEntry(text: string, start: number): { login: NetrcLogin; end: number } {
  let login: NetrcLogin = { login: null, password: null };
  let at = start;
  for (let key = readToken(text, at); key !== null; key = readToken(text, at)) {
    if (['machine', 'default', 'macdef'].includes(key.text)) break;
    if (key.text.startsWith('#')) {
      at = endOfLine(text, key.end);
      continue;
    }
    if (!['login', 'user', 'account', 'password'].includes(key.text)) {
      throw syntaxError(text, key.end, '"login", "user", "account" or "password"');
    }
    const value = readToken(text, key.end);
    if (value === null) throw syntaxError(text, key.end, `a value after "${key.text}"`);
    if (key.text === 'password') login = { ...login, password: value.text };
    else if (key.text !== 'account') login = { ...login, login: value.text };
    at = value.end;
  }
  return { login, end: at };
}

/** Next word or quoted text; a backslash takes the next character as it is. Null at the end of the file. */
function readToken(text: string, start: number): Token | null {
  let at = start;
  while (at < text.length && /[ \t\r\n]/.test(text.charAt(at))) at += 1;
  if (at >= text.length) return null;
  const quoted = text.charAt(at) === '"';
  const isEnd = quoted ? /"/ : /[ \t\r\n]/;
  let token = '';
  for (at += quoted ? 1 : 0; at < text.length && !isEnd.test(text.charAt(at)); at += 1) {
    if (text.charAt(at) === '\\' && at + 1 < text.length) at += 1;
    token += text.charAt(at);
  }
  return { text: token, end: quoted ? at + 1 : at };
}

function endOfLine(text: string, at: number): number {
  // A comment of one word ends at the line break already: nothing more to skip.
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** A macro goes on to the next empty line. */
function endOfMacro(text: string, at: number): number {
  const blank = /\n[ \t\r]*\n/g;
  blank.lastIndex = at;
  const match = blank.exec(text);
  return match === null ? text.length : match.index + match[0].length;
}

function syntaxError(text: string, at: number, expected: string): NetrcSyntaxError {
  const line = text.slice(0, at).split('\n').length;
  return new NetrcSyntaxError(`line ${line} is not understood, expected ${expected}`);
}
