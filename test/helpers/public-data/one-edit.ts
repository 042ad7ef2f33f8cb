/** Whether one insertion, deletion, replacement or swap of neighbours turns one text into the other; equal texts don't count. */
export function isOneEdit(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  if (left.length === 2 && right.length === 2) return left[0] === right[1] && left[1] === right[0];
  return Math.max(left.length, right.length) === 1;
}

/**
 * The text itself and all that is left when one character goes: two texts within one edit share one of these, which
 * finds near texts without comparing all with all.
 */
export function withOneDeleted(text: string): string[] {
  return [text, ...Array.from({ length: text.length }, (_item, at) => text.slice(0, at) + text.slice(at + 1))];
}
