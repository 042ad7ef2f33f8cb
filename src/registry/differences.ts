import { renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { listImageColumns } from '../model/identity.ts';
import type { RowImage } from '../model/identity.ts';

/** `status is "done", runlink wrote "running"; …` over the columns that `wanted` is about; empty where they look alike. */
export function describeDifferences(now: RowImage, wanted: RowImage, claim: string): string {
  return listImageColumns(wanted)
    .map((role) => ({ role, found: showCell(now[role] ?? null), expected: showCell(wanted[role] ?? null) }))
    .filter(({ found, expected }) => found !== expected)
    .map(({ role, found, expected }) => `${role} is ${found}, ${claim} ${expected}`)
    .join('; ');
}

/** For messages: text in quotes, so that the number 1, the number 1.0 and the text "1" look different. */
export function showCell(cell: Cell): string {
  if (cell === null) return 'empty (NULL)';
  if (typeof cell === 'number' && Number.isInteger(cell)) return cell.toFixed(1);
  return typeof cell === 'string' ? JSON.stringify(cell) : renderCell(cell);
}
