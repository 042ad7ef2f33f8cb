import levenshtein from 'fast-levenshtein';
import { isSwap } from '../normalize/misspelt.ts';

/** Shorter texts differ by one letter too easily: `adam` and `adamw` are two things. */
const LEAST_TYPO_LENGTH = 5;
const LEAST_SWAP_LENGTH = 4;
const LEAST_CUT_LENGTH = 4;
/** Letters among which digits stand. */
const RANDOM_ID = /^(?=(?:[a-z]*\d+){3})(?=(?:\d*[a-z]+){3})[a-z\d]{16,}$/;
/** A shorter head of such an id is none. */
const LEAST_HEAD_LENGTH = 5;
/** Letters that a typo changes at most. */
const MOST_EDITS = 2;
/** Words of two names that may be left over once the equal ones are taken away, and then have to be typos. */
const MOST_LEFT_OVER = 2;

/** A text with what a comparison asks of it, so that it is taken apart once and not once per pair. */
export interface TextShape {
  readonly text: string;
  readonly words: readonly string[];
  /** All digits in a row. */
  readonly digits: string;
  /** What stands behind the last slash or dot. */
  readonly tail: string;
}

export function shapeOf(text: string): TextShape {
  return { text, words: wordsOf(text), digits: digitsOf(text), tail: text.split(/[/.]/).at(-1) ?? text };
}

/**
 * Whether two texts mean the same although they are written differently: the same words in another order or with
 * typos, one cut off or held by the other, or one an abbreviation. Digits must be equal throughout: `bs96` and `bs69`
 * are two things.
 */
export function textsAlike(a: TextShape, b: TextShape): boolean {
  const [shorter, longer] = a.text.length <= b.text.length ? [a, b] : [b, a];
  const [short, long] = [shorter.text, longer.text];
  if (shorter.words.length > 1 && namesAlike(shorter.words, longer.words)) return true;
  if (isCutHash(short, long) || holdsHeadOf(long, shorter.words)) return true;
  if (shorter.digits !== longer.digits) return false;
  if (short.length >= LEAST_CUT_LENGTH && long.includes(short)) return true;
  return isEdit(short, long) || isAbbreviation(short, longer.tail);
}

/** A commit as people write it: the first seven digits of a hash, or more. */
function isCutHash(short: string, long: string): boolean {
  return long.length >= 32 && /^[\da-f]{7,}$/.test(short) && /^[\da-f]{32,64}$/.test(long) && long.startsWith(short);
}

/** A random id of which a name bears the head: `2j7sj0wvbs8vu11auj46v0` and `lt-en_2j7sj`. */
function holdsHeadOf(id: string, words: readonly string[]): boolean {
  return RANDOM_ID.test(id) && words.some((word) => word.length >= LEAST_HEAD_LENGTH && id.startsWith(word));
}

export function wordsOf(text: string): string[] {
  return text.split(/[\s_\-/,;|]+/).filter((word) => word !== '');
}

function namesAlike(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  const over: string[] = [];
  for (const word of a) {
    const at = left.indexOf(word);
    if (at < 0) over.push(word);
    else left.splice(at, 1);
  }
  if (over.length > MOST_LEFT_OVER || over.length >= a.length) return false;
  return over.every((word) => left.some((other) => isTypo(word, other)));
}

/** Digits stay as they are. */
function isTypo(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= MOST_EDITS && digitsOf(a) === digitsOf(b) && isEdit(a, b);
}

/** One edit from five letters on, two from eight on; swapped neighbours count as one edit. */
function isEdit(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  if (shorter >= LEAST_SWAP_LENGTH && isSwap(a, b)) return true;
  const allowed = shorter >= 8 ? MOST_EDITS : 1;
  if (shorter < LEAST_TYPO_LENGTH || Math.abs(a.length - b.length) > allowed) return false;
  return levenshtein.get(a, b) <= allowed;
}

/** `crtple` for `cartpole`: a subsequence from the same first letter, at least three letters and a third of the word. */
function isAbbreviation(short: string, long: string): boolean {
  if (short.length < 3 || short[0] !== long[0] || short.length * 3 < long.length || !/^[a-z]+$/.test(short))
    return false;
  let at = 0;
  for (const char of long) if (char === short[at]) at++;
  return at === short.length;
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}
