import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';
import { shapeOf, textsAlike, wordsOf } from './text-match.ts';
import type { TextShape } from './text-match.ts';

/** Pairs of distinct texts that are compared letter by letter, at most. */
const MOST_PAIRS = 100_000;
/** A word in more texts than this proposes no partner. */
const MOST_HOLDERS = 300;

/** For row texts that no run has: the one run text that is alike, where there is exactly one. */
export function findAlikeTexts(row: Field, run: Field, values: ValueCodes): Map<number, number> {
  const found = new Map<number, number>();
  const lost = [...row.counts.keys()].filter((code) => !run.counts.has(code));
  if (lost.length === 0 || run.counts.size === 0) return found;
  const texts = Array.from(run.counts.keys(), (code) => ({ ...shapeOf(values.textOf(code)), code }));
  const nearest = lost.length * texts.length <= MOST_PAIRS ? (): readonly RunText[] => texts : nearByWords(texts);
  for (const code of lost) {
    const shape = shapeOf(values.textOf(code));
    const only = onlyAlikeOrNull(shape, nearest(shape.text));
    if (only !== null) found.set(code, only.code);
  }
  return found;
}

interface RunText extends TextShape {
  readonly code: number;
}

/** Two alike are as bad as none: which of them is meant stays open. */
function onlyAlikeOrNull(shape: TextShape, rivals: readonly RunText[]): RunText | null {
  let only: RunText | null = null;
  for (const rival of rivals) {
    if (!textsAlike(shape, rival)) continue;
    if (only !== null) return null;
    only = rival;
  }
  return only;
}

/** Run texts that share a rare word with a text. */
function nearByWords(texts: readonly RunText[]): (text: string) => RunText[] {
  const holders = new Map<string, RunText[]>();
  for (const text of texts) {
    for (const word of new Set(text.words)) {
      const own = holders.get(word);
      if (own === undefined) holders.set(word, [text]);
      else own.push(text);
    }
  }
  return (text) => {
    const lists = wordsOf(text).map((word) => holders.get(word) ?? []);
    const rare = lists.filter((list) => list.length > 0 && list.length <= MOST_HOLDERS);
    return [
      ...new Set(
        rare
          .toSorted((a, b) => a.length - b.length)
          .slice(0, 2)
          .flat(),
      ),
    ];
  };
}
