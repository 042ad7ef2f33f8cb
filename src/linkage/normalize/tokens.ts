import { normalizeText } from './values.ts';

const TIME_LIKE = /20\d{2}[-_/.]?\d{2}[-_/.]?\d{2}(?:[-_T /.:]{0,2}\d{2}[-:_.h]?\d{2}(?:[-:_.m]?\d{2})?)?(?:\.\d+)?/gi;
const DECIMAL = /[+-]?\d*\.\d+(?:e[+-]?\d+)?/g;
const LEAST_WORD = 5;
const LEAST_WHOLE = 8;
const HASH = /^(?=\D*\d)(?=[^a-f]*[a-f])[\da-f]{8,}$/;
/** Digits that are left of hashes and ids where they are cut. */
const CUT_LENGTHS = [7, 8, 9, 10, 11, 12, 16, 20, 32, 40] as const;

/**
 * Words that can name one thing only: ids, hashes (whole and cut, as `docker ps` and `git log` show them), job numbers,
 * file stems, whole longer values. Times are left to the time comparison and decimals to metrics and settings, or one
 * fact would be counted twice.
 */
export function rareTokens(raw: string): string[] {
  const text = normalizeText(raw);
  const timeless = text.includes('20') ? text.replaceAll(TIME_LIKE, ' ') : text;
  const bare = timeless.includes('.') ? timeless.replaceAll(DECIMAL, ' ') : timeless;
  const tokens = new Set<string>();
  for (const word of bare.split(/[^a-z\d]+/)) {
    if (word.length < LEAST_WORD || !/\d/.test(word)) continue;
    if (/[a-z]/.test(word) || /^\d{6,}$/.test(word)) tokens.add(word);
    if (HASH.test(word)) for (const cut of cutsOf(word)) tokens.add(cut);
  }
  if (text.length >= LEAST_WHOLE && /[a-z]/.test(text) && bare.trim().length >= LEAST_WHOLE) tokens.add(text);
  return [...tokens];
}

function cutsOf(hash: string): string[] {
  return CUT_LENGTHS.filter((length) => length < hash.length).map((length) => hash.slice(0, length));
}
