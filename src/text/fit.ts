import stringWidth from 'string-width';

/** Columns that a text takes in a terminal; colour codes take none, wide characters two. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Cuts a text without colours to a width, in the middle, where names differ least. */
export function cutToWidth(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const chars = [...text];
  const head: string[] = [];
  const tail: string[] = [];
  let left = width - 1;
  for (let fromHead = true; ; fromHead = !fromHead) {
    const char = (fromHead ? chars.shift() : chars.pop()) ?? '';
    left -= widthOf(char);
    if (left < 0) return `${head.join('')}…${tail.reverse().join('')}`;
    (fromHead ? head : tail).push(char);
  }
}

/** Fills up with spaces; a text that is too long stays as it is. */
export function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Two texts at both ends of a line, at least two spaces apart. */
export function joinEnds(left: string, right: string, width: number): string {
  return `${padToWidth(left, width - widthOf(right) - 2)}  ${right}`;
}

/** Breaks a text at spaces into lines of a width; a longer word has a line of its own. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || widthOf(last) + 1 + widthOf(word) > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
