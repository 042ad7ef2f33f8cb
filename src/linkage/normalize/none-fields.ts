import { buildField } from './fields.ts';
import type { Field } from './fields.ts';
import { NONE } from './values.ts';
import type { ValueEncoder } from './values.ts';

/**
 * The fields of both sides, in which `none` stays a value only where it is one of the words that both sides choose from:
 * `none | mixup | cutmix`. Where one side alone says it, or where numbers are meant, nothing was written down.
 */
export function settleNone(
  { rows, runs }: { readonly rows: readonly Field[]; readonly runs: readonly Field[] },
  values: ValueEncoder,
): { rows: Field[]; runs: Field[] } {
  const none = values.encode(NONE);
  const isWord = (code: number): boolean => code !== none && Number.isNaN(values.numberOf(code));
  const chosen = (fields: readonly Field[]): Field[] => fields.filter((field) => isChoice(field, none, isWord));
  const [ofRows, ofRuns] = [chosen(rows), chosen(runs)];
  const sharesWords = (a: Field, b: Field): boolean =>
    [...a.counts.keys()].some((code) => isWord(code) && b.counts.has(code));
  const settle = (fields: readonly Field[], others: readonly Field[], own: readonly Field[]): Field[] =>
    fields
      .map((field) => {
        const isValue = own.includes(field) && others.some((other) => sharesWords(field, other));
        return isValue || !field.counts.has(none) ? field : without(field, none, values);
      })
      .filter(({ filled }) => filled > 0);
  return { rows: settle(rows, ofRuns, ofRows), runs: settle(runs, ofRows, ofRuns) };
}

/** Whether a field says `none` beside other words, and few numbers. */
function isChoice({ counts, filled }: Field, none: number, isWord: (code: number) => boolean): boolean {
  const empty = counts.get(none) ?? 0;
  const words = [...counts].reduce((sum, [code, count]) => sum + (isWord(code) ? count : 0), 0);
  return empty > 0 && words > (filled - empty) / 2;
}

function without({ name, origin, codes }: Field, none: number, values: ValueEncoder): Field {
  return buildField({ name, origin, codes: codes.map((code) => (code === none ? -1 : code)) }, values);
}
