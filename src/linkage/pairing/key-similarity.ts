import { keyWords } from '../normalize/names.ts';

/**
 * How alike a column's and a key's names are, in [0, 1]. It only breaks ties between keys whose values fit equally
 * well: `lr` may pair with `optim.step` if the values say so.
 */
export function keySimilarity(column: string, key: string): number {
  const a = keyWords(lastPart(column));
  const b = keyWords(lastPart(key));
  if (a.length === 0 || b.length === 0) return 0;
  if (a.join('') === b.join('')) return key.includes('.') || key.includes('/') ? 0.98 : 1;
  if (initials(a) === b.join('') || initials(b) === a.join('')) return 0.8;
  const words = new Set(keyWords(key));
  const shared = new Set(keyWords(column).filter((word) => words.has(word)));
  const all = new Set([...keyWords(column), ...words]);
  return (0.7 * shared.size) / all.size;
}

function lastPart(name: string): string {
  return name.split(/[./]/).findLast((part) => /[a-z]/i.test(part)) ?? name;
}

function initials(words: readonly string[]): string {
  return words.length < 2 ? '' : words.map((word) => word[0]).join('');
}
