import type { Cell } from '../model/cell.ts';
import { renderCell } from '../model/cell.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { cutToWidth } from '../text/fit.ts';
import type { Style } from '../text/style.ts';

const VALUE_WIDTH = 60;

/** A stored value for a terminal: text in quotes, so that the number 1 and the text "1" look different. */
export function renderValue(cell: Cell, style: Style, width = VALUE_WIDTH): string {
  if (cell === null) return style.faint('NULL');
  const text = typeof cell === 'string' ? JSON.stringify(cell) : renderCell(cell);
  return cutToWidth(escapeForTerminal(text), width);
}

/** `1 row`, `1,234 rows`. */
export function renderCount(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : nouns}`;
}
