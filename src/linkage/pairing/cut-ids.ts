import type { Field } from '../normalize/fields.ts';
import { lowerBoundText } from '../sorted.ts';
import type { ValueCodes } from '../normalize/values.ts';

/** A hash or an id of hexadecimal digits, alone or among other words: `db0b2285-dirty`, `sha256:04cd…`, `v1.2-3-gdb0b2285`. */
const ID = /(?<![\da-z])g?([\da-f]{7,64})(?![\da-z])/g;
/** Values that are looked at before a field is taken for ids, and the share of them that must be. */
const SAMPLE = 20;
const SHARE = 0.8;

/** The longest id in a text; null where it holds none. Without a digit it is a word. */
export function idInOrNull(text: string): string | null {
  let longest = '';
  for (const [, word = ''] of text.matchAll(ID)) if (word.length > longest.length && /\d/.test(word)) longest = word;
  return longest === '' ? null : longest;
}

/** Whether a field is one of ids. A word beside an id may be left out, as in `db0b2285-dirty`; a number tells more. */
export function holdsIds(field: Field, values: ValueCodes): boolean {
  let holds = known.get(field);
  if (holds === undefined) known.set(field, (holds = !field.isNumeric && readsAsIds(field, values)));
  return holds;
}

const known = new WeakMap<Field, boolean>();

function readsAsIds(field: Field, values: ValueCodes): boolean {
  const texts = Array.from(field.counts.keys(), (code) => values.textOf(code));
  const ids = texts.slice(0, SAMPLE).filter((text) => idInOrNull(text) !== null);
  if (ids.length < SHARE * Math.min(SAMPLE, texts.length)) return false;
  const numbersById = new Map<string, string>();
  return texts.every((text) => {
    const id = idInOrNull(text) ?? '';
    const numbers = text.replace(id, '').replaceAll(/\D+/g, ' ').trim();
    const before = numbersById.get(id) ?? numbers;
    numbersById.set(id, before);
    return id === '' || before === numbers;
  });
}

/**
 * For ids of rows that no run has: the one run text whose id begins with it, or with which it begins. Seven digits agree
 * by chance once in 268 million pairs. Two such run texts are as bad as none.
 */
export function findCutIds(row: Field, run: Field, values: ValueCodes): Map<number, number> {
  const found = new Map<number, number>();
  const codesById = new Map<string, number>();
  for (const code of run.counts.keys()) {
    const id = idInOrNull(values.textOf(code));
    if (id !== null) codesById.set(id, codesById.has(id) ? -1 : code);
  }
  const ids = [...codesById.keys()].toSorted();
  const lengths = [...new Set(ids.map((id) => id.length))].toSorted((a, b) => b - a);
  for (const code of row.counts.keys()) {
    const id = run.counts.has(code) ? null : idInOrNull(values.textOf(code));
    if (id === null) continue;
    const at = lowerBoundText(ids, id);
    const isOnly = ids[at]?.startsWith(id) === true && ids[at + 1]?.startsWith(id) !== true;
    const cut = lengths.map((length) => id.slice(0, length)).find((start) => codesById.has(start));
    const other = codesById.get((isOnly ? ids[at] : cut) ?? '') ?? -1;
    if (other >= 0) found.set(code, other);
  }
  return found;
}
