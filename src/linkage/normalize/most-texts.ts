import type { Cell } from '../../model/cell.ts';
import { thinOut } from '../thin-out.ts';

/** Texts of a column that tell what kind of column it is. */
const LOOKED_AT = 200;

/** Whether most texts of a column are of a kind, by some of them from all over it. */
export function areMostTexts(column: readonly Cell[], isOfKind: (text: string) => boolean): boolean {
  const texts = column.filter((cell): cell is string => typeof cell === 'string' && cell.trim() !== '');
  const some = thinOut(texts, LOOKED_AT);
  return some.filter(isOfKind).length > some.length / 2;
}
