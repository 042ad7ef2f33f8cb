/** Short mantissas only before a bare exponent, no zeros before five digits: `13901e4` and `0012345` are ids. */
const NUMBER =
  /^[+-]?(?:(?!0\d{5})\d{1,15}|\d{1,15}\.\d*(?:e[+-]?\d{1,3})?|\.\d+(?:e[+-]?\d{1,3})?|\d{1,2}e[+-]?\d{1,3})$/;
const BEYOND_ASCII = /[\u0080-\uffff]/;
const NOT_THERE: ReadonlySet<string> = new Set([
  ...['', 'na', 'n/a', 'n.a.', '#n/a', '<na>', 'nan', 'nat', 'none', 'null', 'nil', 'undefined', 'missing'],
  ...['tbd', 'tba', 'todo', '-', '--', '---', '?', '??', '???'],
]);
/** What people write where there is nothing, and also where they chose to have nothing: no augmentation, no preconditioner. */
export const NONE = 'none';
/** Numbers that are written longer than this hardly ever come twice. */
const LONGEST_REMEMBERED = 6;
const TRUTHS: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['false', 0],
]);

/**
 * One code for each distinct value of both sides. `0.001`, `1e-3` and the number 0.001 are one value, so are `True` and
 * 1, and texts that differ in case and separators only; comparing two values is comparing two integers.
 */
export interface ValueCodes {
  /** NaN where the value is no number. */
  numberOf(code: number): number;
  textOf(code: number): string;
  /** How many codes there are. */
  size(): number;
}

/** Gives the codes while records are read; what it knows the values by takes more memory than they do. */
export interface ValueEncoder extends ValueCodes {
  /** −1 where the value means "not there": null, empty, NaN. What `none` means, only its field shows. */
  encode(value: unknown): number;
  /** The values alone, to be kept. */
  readonly codes: ValueCodes;
}

/** NFKC, lower case, outer blanks gone. */
export function normalizeText(text: string): string {
  // most texts have nothing to normalise, and it is dear to find that out
  const normal = BEYOND_ASCII.test(text) ? text.normalize('NFKC') : text;
  return normal.trim().toLowerCase();
}

/** Whether a normalised text means that there is no value. */
export function isNotThere(text: string): boolean {
  return NOT_THERE.has(text);
}

/** The same words whatever stands between and round them: `Deco-Hop v2` is `deco_hop_v2` and `(336, 336)` is `[336, 336]`. */
function unifySeparators(text: string): string {
  return text.replace(/^\((.*)\)$/s, '[$1]').replaceAll(/[\s_\-/,;|]+/g, '_');
}

/** The number that a normalised text writes, or NaN. */
export function parseNumber(text: string): number {
  if (NUMBER.test(text)) return Number(text);
  return TRUTHS.get(text) ?? Number.NaN;
}

export function createValueCodes(): ValueEncoder {
  const byNumber = new Map<number, number>();
  const byText = new Map<string, number>();
  const byUnified = new Map<string, number>();
  const entries: (string | number)[] = [];
  const encodeNumber = (value: number): number =>
    Number.isNaN(value) ? -1 : codeOf(value === 0 ? 0 : value, byNumber, entries);
  const encodeText = (raw: string): number => {
    const known = byText.get(raw);
    if (known !== undefined) return known;
    const text = normalizeText(raw);
    if (text !== NONE && isNotThere(text)) return -1;
    const value = parseNumber(text);
    if (!Number.isNaN(value)) {
      const code = encodeNumber(value);
      if (raw.length <= LONGEST_REMEMBERED) byText.set(raw, code);
      return code;
    }
    const unified = unifySeparators(text);
    const code = byUnified.get(unified) ?? codeOf(text, byText, entries);
    byUnified.set(unified, code);
    byText.set(raw, code);
    return code;
  };
  const codes = readEntries(entries);
  return {
    ...codes,
    codes,
    encode(value) {
      if (typeof value === 'number') return encodeNumber(value);
      if (typeof value === 'bigint') return encodeBigint(value, encodeNumber, encodeText);
      if (typeof value === 'boolean') return encodeNumber(value ? 1 : 0);
      return typeof value === 'string' ? encodeText(value) : -1;
    },
  };
}

/** The number of an entry, which is added where it is new. */
function codeOf<K extends string | number>(key: K, known: Map<K, number>, entries: (string | number)[]): number {
  let code = known.get(key);
  if (code === undefined) {
    known.set(key, (code = entries.length));
    entries.push(key);
  }
  return code;
}

/** A function of its own: functions that are made side by side keep all that any of them needs. */
function readEntries(entries: readonly (string | number)[]): ValueCodes {
  return {
    numberOf: (code) => numberOrNaN(entries[code]),
    textOf: (code) => String(entries[code] ?? ''),
    size: () => entries.length,
  };
}

function numberOrNaN(entry: string | number | undefined): number {
  return typeof entry === 'number' ? entry : Number.NaN;
}

/** Integers beyond 2^53 are ids: their digits count, not their size. */
function encodeBigint(value: bigint, asNumber: (n: number) => number, asText: (t: string) => number): number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? asNumber(number) : asText(String(value));
}
