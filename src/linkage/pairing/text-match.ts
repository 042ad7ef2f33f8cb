import levenshtein from 'fast-levenshtein';

/** Shorter texts differ by one letter too easily: `adam` and `adamw` are two things. */
const LEAST_TYPO_LENGTH = 5;
const LEAST_CUT_LENGTH = 4;

/**
 * Whether two words mean the same although they are written differently: one is cut off or holds the other, one is an
 * abbreviation of the other, or they differ by a typo. Digits must be equal throughout: `bs96` and `bs69` are two things.
 */
export function textsAlike(a: string, b: string): boolean {
  if (digitsOf(a) !== digitsOf(b)) return false;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length >= LEAST_CUT_LENGTH && long.includes(short)) return true;
  return isTypo(short, long) || isAbbreviation(short, long.split(/[/.]/).at(-1) ?? long);
}

/** One edit from five letters on, two from eight on; swapped neighbours count as one edit. */
export function isTypo(short: string, long: string): boolean {
  if (short.length < LEAST_TYPO_LENGTH) return false;
  const allowed = short.length >= 8 ? 2 : 1;
  if (long.length - short.length > allowed) return false;
  return levenshtein.get(short, long) <= allowed || isSwap(short, long);
}

function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const first = [...a].findIndex((char, index) => char !== b[index]);
  return (
    first >= 0 && a[first] === b[first + 1] && a[first + 1] === b[first] && a.slice(first + 2) === b.slice(first + 2)
  );
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
