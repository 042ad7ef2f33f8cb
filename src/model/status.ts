import { isEmptyCell, renderCell } from './cell.ts';
import type { Cell } from './cell.ts';

/** The registry's own words for the two states. */
export interface StatusWords {
  readonly running: string;
  readonly not_running: string;
}

const RUNNING = /^(running|run|active|alive|in[ _-]?progress|started|live|ongoing|training)$/i;
const ENDED =
  /^(not[ _-]?running|finished|done|stopped|complete|completed|ended|inactive|idle|success|succeeded|terminated|closed)$/i;

export function isRunningWord(word: string): boolean {
  return RUNNING.test(word);
}

export function isEndedWord(word: string): boolean {
  return ENDED.test(word);
}

/**
 * What a cell of the status column says. Whatever it holds other than a word for running says that the run is not
 * running, since registries keep several words for that; null where it is empty.
 */
export function readStatusOrNull(cell: Cell, words: StatusWords): keyof StatusWords | null {
  if (isEmptyCell(cell)) return null;
  const text = renderCell(cell);
  if (text === words.running) return 'running';
  return text !== words.not_running && isRunningWord(text) ? 'running' : 'not_running';
}
