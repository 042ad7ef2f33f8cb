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

/** Shorter columns end where their words do. */
const LEAST_CUT_LENGTH = 8;
/** Row texts as long as the longest that some run text begins with, and share of those of this length, to show a cut. */
const LEAST_CUTS = 3;
const LEAST_CUT_SHARE = 0.5;

/**
 * For run texts longer than a column is: the row text that they begin with, where the column was cut at its longest
 * text. Several names may begin alike, and then all of them go with the row; digits behind the cut are no difference.
 */
export function findCutTexts(row: Field, run: Field, values: ValueCodes): Map<number, number> {
  const found = new Map<number, number>();
  const codes = [...row.counts.keys()];
  const length = codes.reduce((most, code) => Math.max(most, values.textOf(code).length), 0);
  if (length < LEAST_CUT_LENGTH) return found;
  const longest = codes.filter((code) => values.textOf(code).length === length);
  const codeByText = new Map(longest.map((code) => [values.textOf(code), code]));
  for (const code of run.counts.keys()) {
    const text = values.textOf(code);
    const start = text.length > length ? codeByText.get(text.slice(0, length)) : undefined;
    if (start !== undefined) found.set(code, start);
  }
  const cut = new Set([...found.values()].filter((code) => !run.counts.has(code))).size;
  return cut >= LEAST_CUTS && cut >= LEAST_CUT_SHARE * longest.length ? found : new Map<number, number>();
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
