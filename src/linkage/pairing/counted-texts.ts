import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';

/** `cuda:2`, `EXP 041`, `exp-41`, `β=0.5`, `031b`: the same word before all numbers of a field, or none; a letter behind some. */
const COUNTED = /^(\p{L}*)[\s_:#=./-]*(\d{1,6}(?:\.\d+)?)\p{Ll}?$/u;
/** Records of a field that must be written so. */
const SHARE = 0.9;

/** The number in each of a field's texts, by code. */
export interface CountedTexts {
  readonly word: string;
  readonly numbers: ReadonlyMap<number, number>;
}

const known = new WeakMap<Field, CountedTexts | null>();

/** Null where a field is no word with a number. */
export function countedTextsOrNull(field: Field, values: ValueCodes): CountedTexts | null {
  let counted = known.get(field);
  if (counted === undefined) known.set(field, (counted = field.isNumeric ? null : readCounted(field, values)));
  return counted;
}

function readCounted(field: Field, values: ValueCodes): CountedTexts | null {
  const numbers = new Map<number, number>();
  let word: string | null = null;
  let filled = 0;
  for (const [code, count] of field.counts) {
    const [, own = '', digits] = COUNTED.exec(values.textOf(code)) ?? [];
    if (digits === undefined || own !== (word ??= own)) continue;
    numbers.set(code, Number(digits));
    filled += count;
  }
  return word !== null && filled >= SHARE * field.filled ? { word, numbers } : null;
}

/** Whether one side counts in words what the other counts in numbers, or both in the same words. */
export function countAlike(row: Field, run: Field, values: ValueCodes): boolean {
  const [own, other] = [countedTextsOrNull(row, values), countedTextsOrNull(run, values)];
  if (own === null || other === null) return (own !== null && run.isNumeric) || (other !== null && row.isNumeric);
  return own.word === other.word;
}

/** Row codes and run codes of the same number lead to a common one, a row's. */
export function mapCounts(
  row: Field,
  run: Field,
  values: ValueCodes,
): { readonly rows: Map<number, number>; readonly runs: Map<number, number> } {
  const numberIn = (field: Field, code: number): number =>
    countedTextsOrNull(field, values)?.numbers.get(code) ?? values.numberOf(code);
  const codesByNumber = new Map<number, number>();
  const rows = new Map<number, number>();
  for (const code of row.counts.keys()) {
    const number = numberIn(row, code);
    const common = codesByNumber.get(number) ?? code;
    if (Number.isNaN(number)) continue;
    codesByNumber.set(number, common);
    if (common !== code) rows.set(code, common);
  }
  const runs = new Map<number, number>();
  for (const code of run.counts.keys()) {
    const common = codesByNumber.get(numberIn(run, code));
    if (common !== undefined) runs.set(code, common);
  }
  return { rows, runs };
}
