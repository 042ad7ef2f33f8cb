import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';
import { shapeOf, textsAlike, wordsOf } from './text-match.ts';

/** Pairs of distinct texts that are compared letter by letter, at most. */
const MOST_PAIRS = 100_000;
/** A word in more texts than this proposes no partner. */
const MOST_HOLDERS = 300;

/** For row texts that no run has: the one run text that is alike, where there is exactly one. */
export function findAlikeTexts(row: Field, run: Field, values: ValueCodes): Map<number, number> {
  const lost = [...row.counts.keys()].filter((code) => !run.counts.has(code));
  const texts = [...run.counts.keys()];
  const found = new Map<number, number>();
  if (lost.length === 0 || texts.length === 0) return found;
  const nearest =
    lost.length * texts.length <= MOST_PAIRS ? (): readonly number[] => texts : nearByWords(texts, values);
  const shapes = new Map(texts.map((code) => [code, shapeOf(values.textOf(code))]));
  for (const code of lost) {
    const shape = shapeOf(values.textOf(code));
    const alike = nearest(shape.text).filter((other) => {
      const rival = shapes.get(other);
      return rival !== undefined && textsAlike(shape, rival);
    });
    const [only] = alike;
    if (alike.length === 1 && only !== undefined) found.set(code, only);
  }
  return found;
}

/** Run texts that share a rare word with a text. */
function nearByWords(texts: readonly number[], values: ValueCodes): (text: string) => number[] {
  const holders = new Map<string, number[]>();
  for (const code of texts) {
    for (const word of new Set(wordsOf(values.textOf(code)))) {
      const own = holders.get(word);
      if (own === undefined) holders.set(word, [code]);
      else own.push(code);
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
