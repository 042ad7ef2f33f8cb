import type { Cell } from '../../model/cell.ts';
import { areMostTexts } from './most-texts.ts';

/** `lr 5e-4`, `epochs: 10`, `model = resnet18`: a name and one value. */
const ITEM = /^(\p{L}[\p{L}\p{N}_./@-]*)(?:\s*[=:]\s*|\s+)([^\s=:]+)$/u;
/** A measured number; `resnet 50` and `layer 12` are names. */
const DECIMAL = /^[+-]?\d*\.\d+(?:e[+-]?\d{1,3})?%?$/i;

/** Whether most texts of a column note names and values, `lr 5e-4, epochs 10`, or one of a measured number. */
export function looksLikeNotes(column: readonly Cell[]): boolean {
  return areMostTexts(column, (text) => notedIn(text).length > 0);
}

/** The names and values that a text notes; none where some item of it is neither. */
export function notedIn(text: string): (readonly [key: string, value: string])[] {
  const items = text.split(/[,;|]/).map((item) => ITEM.exec(item.trim()));
  const pairs = items.map((item) => [item?.[1] ?? '', item?.[2] ?? ''] as const);
  const areNotes = pairs.length > 1 || pairs.some(([, value]) => DECIMAL.test(value));
  return areNotes && pairs.every(([key]) => key !== '') ? pairs : [];
}
