// Names, configs and notes come from elsewhere: a run may be called `\u001b[2J` or carry bidi marks that make a
// terminal show another text than the bytes say.
// eslint-disable-next-line no-control-regex -- these are the characters to be escaped
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** Makes untrusted text safe to show in a terminal: control and bidi characters become `\xNN` or `\u{N}`. */
export function escapeForTerminal(text: string): string {
  return text.replaceAll(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Makes JSON text safe to show in a terminal: the same values, unsafe characters of strings written as `\uNNNN`. */
export function escapeJson(json: string): string {
  // Plain ASCII has nothing but DEL to escape, as JSON is written here, and is found out many times faster.
  if (Buffer.byteLength(json) === json.length && !json.includes('\u007F')) return json;
  // A line feed is layout here: inside a string JSON has escaped it already.
  return json.replaceAll(UNSAFE, (char) =>
    char === '\n' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
