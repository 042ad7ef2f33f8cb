import type { Cell } from '../model/cell.ts';
import { renderCell } from '../model/cell.ts';

const RUNNING = /^(running|run|active|alive|in[ _-]?progress|started|live|ongoing|training)$/i;
const ENDED =
  /^(not[ _-]?running|finished|done|stopped|complete|completed|ended|inactive|idle|success|succeeded|terminated|closed)$/i;

/**
 * The registry's own words for "running" and "not running", where its status column shows them. With several words for
 * ended runs (finished, crashed, …) none of them stands for all, so the plain `not_running` is written.
 */
export function findStatusWords(filled: readonly Cell[]): { readonly running: string; readonly not_running: string } {
  const words = [...new Set(filled.map((cell) => renderCell(cell)))].sort();
  const running = words.filter((word) => RUNNING.test(word));
  const ended = words.filter((word) => !RUNNING.test(word));
  const plain = ended.find((word) => /^not[ _-]?running$/i.test(word));
  const [onlyEnded] = ended;
  const ownEnded = ended.length === 1 && onlyEnded !== undefined && ENDED.test(onlyEnded) ? onlyEnded : undefined;
  return {
    running: running.length === 1 ? (running[0] ?? 'running') : 'running',
    not_running: plain ?? ownEnded ?? 'not_running',
  };
}
