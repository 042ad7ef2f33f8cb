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
      found.push([keyOf(assigned[1]), unquote(assigned[2] ?? '')]);
      continue;
    }
    const flag = /^--?([A-Za-z][\w.-]*)$/.exec(word)?.[1];
    if (flag === undefined) continue;
    const next = args[index + 1];
    if (next !== undefined && !/^--?[A-Za-z]/.test(next) && !/^[\w.]+=/.test(next)) {
      found.push([keyOf(flag), unquote(next)]);
      index++;
    } else if (flag.startsWith('no-') || flag.startsWith('no_')) found.push([keyOf(flag.slice(3)), 'false']);
    else found.push([keyOf(flag), 'true']);
  }
  return found;
}

function keyOf(flag: string): string {
  return flag.replaceAll('-', '_');
}

function unquote(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, '$2');
}
