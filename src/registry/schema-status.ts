import type { Cell } from '../model/cell.ts';
import { renderCell } from '../model/cell.ts';
import { isEndedWord, isRunningWord } from '../model/status.ts';
import type { StatusWords } from '../model/status.ts';

/**
 * The registry's own words for "running" and "not running", where its status column shows them. With several words for
 * ended runs (finished, crashed, …) none of them stands for all, so the plain `not_running` is written.
 */
export function findStatusWords(filled: readonly Cell[]): StatusWords {
  const words = [...new Set(filled.map((cell) => renderCell(cell)))].sort();
  const running = words.filter(isRunningWord);
  const ended = words.filter((word) => !isRunningWord(word));
  const plain = ended.find((word) => /^not[ _-]?running$/i.test(word));
  const [onlyEnded] = ended;
  const ownEnded = ended.length === 1 && onlyEnded !== undefined && isEndedWord(onlyEnded) ? onlyEnded : undefined;
  return {
    running: running.length === 1 ? (running[0] ?? 'running') : 'running',
    not_running: plain ?? ownEnded ?? 'not_running',
  };
}
