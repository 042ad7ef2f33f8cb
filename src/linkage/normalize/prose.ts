import type { Cell } from '../../model/cell.ts';
import { areMostTexts } from './most-texts.ts';

/** `val_loss=0.273`, `acc: 91.2`. */
const SAID = /(?<![\w.])([a-z][\w./@-]*?)\s?[=:]\s?([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)(?![\w:.]*[\w:])/gi;
/** A name may have several words, but hardly the marks of a sentence. */
const PUNCTUATED = /[\p{L}\d)\]][:,.;!]\s/u;
/** Fewer words are a name. */
const LEAST_WORDS = 4;

/** Whether most texts of a column are sentences that say what a number is: a bot's message, a line of a log, a note. */
export function looksLikeProse(column: readonly Cell[]): boolean {
  return areMostTexts(column, (text) => isProse(text) && saidIn(text).length > 0);
}

function isProse(text: string): boolean {
  return !text.startsWith('{') && PUNCTUATED.test(text) && text.trim().split(/\s+/).length >= LEAST_WORDS;
}

/** What a text says of numbers: by what they are called, as they are written. */
export function saidIn(text: string): (readonly [key: string, value: string])[] {
  return [...text.matchAll(SAID)].map(([, key = '', value = '']) => [key, value] as const);
}

/** The words that are left. */
export function withoutSaid(text: string): string {
  return text.replaceAll(SAID, ' ');
}
