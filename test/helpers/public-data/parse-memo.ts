/** A name as a memo may mean it. A cut one is the beginning of a longer name or that name itself. */
export interface NameReading {
  readonly name: string;
  readonly isCut: boolean;
}

/** A bank's memo: who paid, maybe a reference in hex, then words of the bank; often cut to 15 characters. */
export interface ParsedMemo {
  readonly readings: readonly NameReading[];
  /** Empty where there is none. */
  readonly reference: string;
}

const CUT_LENGTH = 15;
const LEAST_REFERENCE = 4;
const BANK_CODES = ['BGC', 'CHQ', 'CSH', 'WRE'] as const;

export function parseMemo(memo: string): ParsedMemo {
  const words = memo.split(' ').filter((word) => word !== '');
  const end = words.findIndex(isNoName);
  const names = end < 0 ? words : words.slice(0, end);
  const reference = words.find(isReference) ?? '';
  const whole = { name: names.join(' '), isCut: false };
  if (memo.length !== CUT_LENGTH || end >= 0) return { readings: [whole], reference };
  if (memo.endsWith(' ')) return { readings: [whole, { name: `${whole.name} `, isCut: true }], reference };
  const cut = { ...whole, isCut: true };
  const last = names.at(-1) ?? '';
  if (!BANK_CODES.some((code) => code.startsWith(last))) return { readings: [cut], reference };
  return { readings: [cut, { name: names.slice(0, -1).join(' '), isCut: false }], reference };
}

/** The banks write names in capitals and their own words small, save for four codes. */
function isNoName(word: string): boolean {
  return isReference(word) || /^[\p{Ll}\d]/u.test(word) || BANK_CODES.some((code) => code === word);
}

function isReference(word: string): boolean {
  return /^[0-9a-f]{2,8}$/.test(word) && /\d/.test(word);
}

/** References agree as far as both were kept, but no less than four digits. */
export function referencesAgree(a: ParsedMemo, b: ParsedMemo): boolean {
  const shorter = Math.min(a.reference.length, b.reference.length);
  return shorter >= LEAST_REFERENCE && a.reference.slice(0, shorter) === b.reference.slice(0, shorter);
}

/** Both have one, and no way of cutting makes them the same. */
export function referencesDiffer(a: ParsedMemo, b: ParsedMemo): boolean {
  const shorter = Math.min(a.reference.length, b.reference.length);
  return a.reference.slice(0, shorter) !== b.reference.slice(0, shorter);
}

export function namesAgree(a: ParsedMemo, b: ParsedMemo): boolean {
  return a.readings.some((own) => b.readings.some((other) => readingsAgree(own, other)));
}

function readingsAgree(a: NameReading, b: NameReading): boolean {
  return a.name === b.name || (a.isCut && b.name.startsWith(a.name)) || (b.isCut && a.name.startsWith(b.name));
}

export function isNameless(memo: ParsedMemo): boolean {
  return memo.readings.some((reading) => reading.name === '');
}
