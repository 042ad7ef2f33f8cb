import type { Cell } from '../../model/cell.ts';
import { lowerBoundText } from '../sorted.ts';
import { normalizeText } from './values.ts';

/** Shorter columns end where their words do. */
const LEAST_LENGTH = 8;
/** Cells as long as the longest inside of whose last word some run's name goes on, and share of those of this length. */
const LEAST_CUTS = 3;
const LEAST_SHARE = 0.5;

/**
 * The cells of a column of names that was cut at its longest one: most of those begin a longer name of a run. What
 * stands last in such a cell is a piece of a word, and its other words count from the left only.
 *
 * @param names of the runs, normalised, ascending
 */
export function findCutCells(column: readonly Cell[], names: readonly string[]): ReadonlySet<Cell> {
  const texts = [...new Set(column.filter((cell): cell is string => typeof cell === 'string'))];
  const length = texts.reduce((most, text) => Math.max(most, text.length), 0);
  if (length < LEAST_LENGTH) return new Set();
  const longest = texts.filter((text) => text.length === length);
  const cuts = longest.filter((text) => isCut(normalizeText(text), names)).length;
  return new Set(cuts >= LEAST_CUTS && cuts >= LEAST_SHARE * longest.length ? longest : []);
}

function isCut(text: string, names: readonly string[]): boolean {
  const name = names[lowerBoundText(names, text)];
  return name !== undefined && name.startsWith(text) && /[a-z\d]/.test(name.charAt(text.length));
}
