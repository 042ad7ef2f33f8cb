import type { Cell } from '../../model/cell.ts';
import { thinOut } from '../thin-out.ts';

/** `lr 5e-4`, `epochs: 10`, `model = resnet18`: a name and one value. */
const ITEM = /^(\p{L}[\p{L}\p{N}_./@-]*)(?:\s*[=:]\s*|\s+)([^\s=:]+)$/u;
/** A measured number; `resnet 50` and `layer 12` are names. */
const DECIMAL = /^[+-]?\d*\.\d+(?:e[+-]?\d{1,3})?%?$/i;
const LOOKED_AT = 200;

/** Whether most texts of a column are lists of names and values, `lr 5e-4, epochs 10`, or one of a measured number. */
export function looksLikeList(column: readonly Cell[]): boolean {
  const texts = column.filter((cell): cell is string => typeof cell === 'string' && cell.trim() !== '');
  const some = thinOut(texts, LOOKED_AT);
  return some.filter((text) => listedIn(text).length > 0).length > some.length / 2;
}

/** The names and values of a list; none where some item is neither. */
export function listedIn(text: string): (readonly [key: string, value: string])[] {
  const items = text.split(/[,;|]/).map((item) => ITEM.exec(item.trim()));
  const pairs = items.map((item) => [item?.[1] ?? '', item?.[2] ?? ''] as const);
  const isList = pairs.length > 1 || pairs.some(([, value]) => DECIMAL.test(value));
  return isList && pairs.every(([key]) => key !== '') ? pairs : [];
}
