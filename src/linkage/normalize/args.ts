/** Items of a list in a command line; longer ones are data. */
const LONGEST_LIST = 20;

/**
 * Reads a command line as W&B keeps it: `--lr 0.1`, `--lr=0.1`, `lr=0.1`, Hydra's `+optim.lr=0.1` and `-b 96` all give
 * a key and a value; a flag alone is `true`, `--no-flag` is `false`.
 */
export function parseArgs(args: readonly string[]): [key: string, value: string][] {
  const found: [string, string][] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? '';
    const assigned = /^[-+~]*([A-Za-z][\w.\-/@]*)=(.*)$/s.exec(word);
    if (assigned?.[1] !== undefined) {
      const [value, used] = joinList([assigned[2] ?? '', ...args.slice(index + 1, index + LONGEST_LIST)]);
      found.push([keyOf(assigned[1]), unquote(value)]);
      index += used - 1;
      continue;
    }
    const flag = /^--?([A-Za-z][\w.-]*)$/.exec(word)?.[1];
    if (flag === undefined) continue;
    const next = args[index + 1];
    if (next !== undefined && !/^--?[A-Za-z]/.test(next) && !/^[\w.]+=/.test(next)) {
      const [value, used] = joinList(args.slice(index + 1, index + 1 + LONGEST_LIST));
      found.push([keyOf(flag), unquote(value)]);
      index += used;
    } else if (flag.startsWith('no-') || flag.startsWith('no_')) found.push([keyOf(flag.slice(3)), 'false']);
    else found.push([keyOf(flag), 'true']);
  }
  return found;
}

/** The first of some words, or a list that begins with it and has blanks in it (`[0.9, 0.99]`), and how many words it is. */
function joinList(words: readonly string[]): [value: string, used: number] {
  const [first = ''] = words;
  if (!/^[[(]/.test(first)) return [first, 1];
  const close = words.findIndex((word) => /[\])]$/.test(word));
  const isList = close > 0 && words.slice(0, close).every((word) => word.endsWith(','));
  return isList ? [words.slice(0, close + 1).join(' '), close + 1] : [first, 1];
}

/** A run of characters between blanks, in which quotes hold together what stands between them. */
const WORD = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gs;
const QUOTED = /'[^']*'|"(?:[^"\\]|\\.)*"|\\./gs;

/** The words of a command as a shell hands them on: `prompt='hello world'` is one, without its quotes. */
export function splitCommand(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) => word.replace(QUOTED, bare));
}

function bare(part: string): string {
  if (part.startsWith("'")) return part.slice(1, -1);
  return part.startsWith('"') ? part.slice(1, -1).replaceAll(/\\(["\\$`])/g, '$1') : part.slice(1);
}

/** A word of a command that sets something: `--lr`, `-b`, `optim.lr=0.1`; with a comma behind it is one of a list. */
const SETTER = /(?<=^|\s)(?:--?[A-Za-z][\w.-]*(?=\s|=|$)|[+~]*[A-Za-z][\w./@]*=\S*[^\s,;](?=\s|$))/g;
/** One alone may stand in any text. */
const LEAST_SETTERS = 2;

/** Whether a text is a command line, or the settings of one. */
export function looksLikeCommand(text: string): boolean {
  return (text.match(SETTER)?.length ?? 0) >= LEAST_SETTERS;
}

function keyOf(flag: string): string {
  return flag.replaceAll('-', '_');
}

function unquote(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, '$2');
}
