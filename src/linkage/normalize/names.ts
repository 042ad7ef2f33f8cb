import { normalizeText } from './values.ts';

/** A part of a name: `bs96` is {label: 'bs', value: '96'}, and so is `96bs`; a plain word has no label. */
export interface NamePart {
  readonly label: string | null;
  readonly value: string;
  /** The number stands first, so that the part may as well be a word: `7b`, `2nd`, `3d`. */
  readonly isNumberFirst: boolean;
}

/** `slurm-4410765_0.out` ends in a number. */
const FILE_ENDING =
  /(?<=[\w-])\.(?:out|log|err|txt|jsonl?|ya?ml|csv|ckpt|pth?(?:\.tar)?|npz|pkl|h5|onnx|bin|safetensors)$/;
const INSTANCE_ID = /^[a-z]-[\da-f]{6,}$/;
const EXPONENT = /^\d+(?:[.p]\d*)?e$/;
/** Numbers without a point or a minus, as in the names of files: `0p01`, `lr1em4`, `wd2p5em05`. */
const DOTLESS = /^([a-z_]*?[=:]?[+-]?)(\d{1,3})(?:p(\d{1,6}))?(?:e(m?)(\d{1,2}))?$/;
const WORD_NUMBER = /^([a-z][a-z_]*?)[=:]?([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)$/;
/** `300ep`, `8gpu`; an `e` would wait for its exponent. */
const NUMBER_WORD = /^(\d+(?:\.\d+)?)(?!e$)([a-z]{1,8})$/;
/** One word and its value. */
const SETTING = /^[a-z_]+:[^:]+$/;
/** What goes on behind a point, up to the minus that separates: `6.1e-5-sd21`. */
const DECIMALS = /^\d+(?:e[+-]?\d*)?(?=-|$)/;
const ASSIGNED_NUMBER = /=[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/;
const ASSIGNMENT = /^([a-z][\w.]*)[=:](.+)$/;

/**
 * Splits a name into parts whatever its separators: `deco_hop-bs96 mgda` and `deco/hop/BS=96/mgda` give the same
 * parts. The minus of `1e-3` stays with its number and `i-0abc123` stays one instance id; `lr0p01` is `lr0.01`.
 */
export function parseName(name: string): NamePart[] {
  return splitName(name).map(parsePart);
}

/** `lr0p01` is `lr0.01` and `1em4` is `1e-4`. */
function writeOut(part: string): string {
  const [, before = '', whole, decimals, minus, exponent] = DOTLESS.exec(part) ?? [];
  if (whole === undefined || (decimals === undefined && minus !== 'm')) return part;
  const sign = minus === 'm' ? '-' : '';
  const number = decimals === undefined ? whole : `${whole}.${decimals}`;
  return exponent === undefined ? `${before}${number}` : `${before}${number}e${sign}${exponent}`;
}

/** The parts of a name as texts. */
export function splitName(name: string): string[] {
  const camel = /[A-Z]/.test(name) ? name.replaceAll(/([a-z])([A-Z][a-z])/g, '$1_$2') : name;
  const whole = normalizeText(camel);
  const stem = whole.includes('.') ? whole.replace(FILE_ENDING, '') : whole;
  const isFile = stem !== whole;
  const parts: string[] = [];
  for (const piece of stem.split(/[\s_/,;|()[\]{}]+/)) {
    for (const part of splitAtPoints(piece, isFile)) addPieces(parts, part);
  }
  return parts;
}

function splitAtPoints(piece: string, isFile: boolean): string[] {
  if (!/[.:]/.test(piece)) return [piece];
  return piece.includes('=') ? splitSettings(piece, isFile) : splitAtDots(piece);
}

/** Adds what stands between minuses, save those that belong to a number or an id. */
function addPieces(parts: string[], text: string): void {
  if (!text.includes('-')) {
    if (text !== '') parts.push(text);
    return;
  }
  for (const [index, part] of text.split('-').entries()) {
    const before = parts.at(-1);
    const joins = index > 0 && before !== undefined && (isOpenExponent(before) || isInstancePrefix(before, part));
    if (joins) parts[parts.length - 1] = `${before}-${part}`;
    else if (part !== '') parts.push(part);
  }
}

/**
 * Points and colons that separate: `qm9.h128.lr0.01` is three parts, `mgda:wav2vec:ru` as well, while `0.01` and `lr:0.01`
 * stay whole.
 */
function splitAtDots(piece: string): string[] {
  const texts = SETTING.test(piece) ? [piece] : piece.split(':').flatMap((text) => text.split('.'));
  return joinDecimals(texts, piece);
}

function joinDecimals(texts: readonly string[], piece: string): string[] {
  const parts: string[] = [];
  for (const part of texts) {
    const before = parts.at(-1);
    if (before !== undefined && /\d$/.test(before) && DECIMALS.test(part) && piece.includes(`${before}.${part}`)) {
      parts[parts.length - 1] = `${before}.${part}`;
    } else if (part !== '') parts.push(part);
  }
  return parts;
}

/**
 * Points beside `=`: `optim.lr=0.01` is one key with its path and `tag=v1.best` one value, while `esm2.seed0.lr=2.1e-4` and
 * `exp=3.lr=1e-3` are several parts, for no path holds numbers and no number goes on behind a second point. In the name
 * of a file they separate in any case.
 */
function splitSettings(piece: string, isFile: boolean): string[] {
  const parts = joinDecimals(piece.split('.'), piece);
  const settings = parts.filter((part) => part.includes('='));
  const [first = ''] = settings;
  const path = parts.slice(0, parts.indexOf(first));
  const isParted =
    settings.length > 1 ||
    isFile ||
    path.some((part) => /\d/.test(part)) ||
    (parts.at(-1) !== first && ASSIGNED_NUMBER.test(first));
  return isParted ? parts : [piece];
}

/** `lr1e` waiting for its `-3`. */
function isOpenExponent(part: string): boolean {
  return EXPONENT.test(part.replace(/^[a-z]+[=:]?/, '')) && !/^[a-f\d]{6,}$/.test(part);
}

/** EC2 instance ids and their like: one letter, a minus, a hexadecimal number. */
function isInstancePrefix(before: string, part: string): boolean {
  return /^[a-z]$/.test(before) && /^[\da-f]{6,}$/.test(part);
}

/** Reads a part of `splitName`. */
export function parsePart(text: string): NamePart {
  const part = writeOut(text);
  // one in twenty hexadecimal ids has digits only, and is no negative number even so
  const number = INSTANCE_ID.test(part) ? null : WORD_NUMBER.exec(part);
  if (number?.[1] !== undefined && number[2] !== undefined) return partOf(number[1], number[2]);
  const turned = NUMBER_WORD.exec(part);
  if (turned?.[1] !== undefined && turned[2] !== undefined)
    return { ...partOf(turned[2], turned[1]), isNumberFirst: true };
  const assignment = ASSIGNMENT.exec(part);
  if (assignment?.[1] !== undefined && assignment[2] !== undefined) {
    return partOf(assignment[1], assignment[2]);
  }
  return partOf(null, part.replaceAll(/^[.:=]+|[.:=]+$/g, ''));
}

function partOf(label: string | null, value: string): NamePart {
  return { label, value, isNumberFirst: false };
}

/** Words of column and key names: `BatchSize`, `batch_size` and `optim.batch-size` share `batch` and `size`. */
export function keyWords(name: string): string[] {
  const spaced = name.replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').toLowerCase();
  return spaced.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

/** Names that W&B makes up, `glowing-sun-12`: they say nothing about what was run. */
export function isGeneratedName(name: string): boolean {
  return /^[a-z]+-[a-z]+-\d+$/.test(name);
}
