import levenshtein from 'fast-levenshtein';
import type { ValueCodes } from './values.ts';

/** Shorter words differ by two letters that changed places, or by one letter, too easily: `adam` and `adamw` are two. */
const LEAST_SWAPPED = 4;
const LEAST_EDITED = 5;
/** A word is written right this many times as often as it is written wrong in one way. */
const RARER = 4;

/** How many names of one side hold a word, by its code. */
export type WordCounts = ReadonlyMap<number, number>;

/**
 * Words of one side that are another word, misspelt: `droa` is `dora` where the other side never says `droa`, both say
 * `dora`, and this one far more often. A word that two words may be is left as it is.
 */
export function findMisspelt(own: WordCounts, other: WordCounts, values: ValueCodes): Map<number, number> {
  const rightByRest = new Map<string, number[]>();
  for (const [code, count] of own) {
    if (count < RARER || !other.has(code)) continue;
    for (const rest of restsOf(values.textOf(code))) rightByRest.set(rest, [...(rightByRest.get(rest) ?? []), code]);
  }
  const found = new Map<number, number>();
  for (const [code, count] of rightByRest.size === 0 ? [] : own) {
    if (other.has(code)) continue;
    const text = values.textOf(code);
    const near = new Set(restsOf(text).flatMap((rest) => rightByRest.get(rest) ?? []));
    const [right, ...more] = [...near].filter(
      (known) => count * RARER <= (own.get(known) ?? 0) && isSlip(text, values.textOf(known)),
    );
    if (right !== undefined && more.length === 0) found.set(code, right);
  }
  return found;
}

/** What is left of a word without one of its letters, and itself: words that are one edit apart share one of these. */
function restsOf(text: string): string[] {
  if (text.length < LEAST_SWAPPED) return [];
  return [text, ...new Set(Array.from({ length: text.length }, (_, at) => text.slice(0, at) + text.slice(at + 1)))];
}

/** Digits stay as they are. */
function isSlip(a: string, b: string): boolean {
  if (a.replaceAll(/\D/g, '') !== b.replaceAll(/\D/g, '')) return false;
  const isEdited = Math.min(a.length, b.length) >= LEAST_EDITED && levenshtein.get(a, b) <= 1;
  return isEdited || (a.length >= LEAST_SWAPPED && isSwap(a, b));
}

/** Whether two neighbouring characters changed places, and nothing else. */
export function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const at = [...a].findIndex((char, index) => char !== b[index]);
  return at >= 0 && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
