import { buildField } from '../normalize/fields.ts';
import type { Field } from '../normalize/fields.ts';
import { isGeneratedName } from '../normalize/names.ts';
import type { Records } from '../normalize/records.ts';
import { normalizeText } from '../normalize/values.ts';

/** More values than this are no list of things that people name in a text. */
const MOST_VALUES = 40;
/** Shorter values stand in a text by chance. */
const LEAST_LENGTH = 3;

/**
 * What the runs' names and notes say of a column whose values stand in them word for word, wherever that is:
 * `regnety_016` in `20250401-113845-regnety_016-224`. The longest value counts; a run whose text holds none says nothing.
 */
export function listStandingWords(column: Field, { runs, values }: Records): Field[] {
  if (column.origin !== 'column' || column.isNumeric || column.counts.size > MOST_VALUES) return [];
  const wanted = [...column.counts.keys()]
    .map((code) => ({ code, text: asWords(values.textOf(code)) }))
    .filter(({ text }) => text.length >= LEAST_LENGTH + 2 && /\p{L}/u.test(text))
    .toSorted((a, b) => b.text.length - a.text.length || (a.text < b.text ? -1 : 1));
  if (wanted.length < 2) return [];
  const codeIn = (text: string | null): number => {
    if (text === null) return -1;
    const words = asWords(text);
    return wanted.find((value) => words.includes(value.text))?.code ?? -1;
  };
  const read = (name: string, texts: readonly (string | null)[]): Field =>
    buildField({ name: `${name}, word for word`, origin: 'name-part', codes: Int32Array.from(texts, codeIn) }, values);
  const fields = [
    read(
      'displayName',
      runs.map(({ displayName }) => (displayName !== null && isGeneratedName(displayName) ? null : displayName)),
    ),
    read(
      'notes',
      runs.map((run) => run.notes),
    ),
  ];
  return fields.filter(({ filled }) => filled > 0);
}

/** Its words between underscores, one before and one behind. */
function asWords(text: string): string {
  return `_${normalizeText(text)}_`.replaceAll(/[^\p{L}\p{N}]+/gu, '_');
}
